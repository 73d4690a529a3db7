import { z } from "zod";

/** A tool call as the model wrote it: the arguments are its raw text, JSON or not. */
export const modelToolCall = z.object({ id: z.string(), name: z.string(), arguments: z.string() });
export type ModelToolCall = z.output<typeof modelToolCall>;

/** What a model said in one call, complete. It survives JSON and holds all that is needed to go on from it. */
export const modelReply = z.object({
  text: z.string(),
  toolCalls: z.array(modelToolCall),
  /** The answer was cut at the token limit. */
  cut: z.boolean(),
  model: z.string(),
  inputTokens: z.number(),
  outputTokens: z.number(),
});
export type ModelReply = z.output<typeof modelReply>;

/** What one call used, as its provider said, or as it looks where the call broke before it was told. */
const modelUse = modelReply.pick({ model: true, inputTokens: true, outputTokens: true });
export type ModelUse = z.output<typeof modelUse>;

/** How asking the models ended, as it is journaled. `broken`: calls that gave no reply and are paid for all the same. */
export const modelOutcome = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("replied"), reply: modelReply, broken: z.array(modelUse).optional() }),
  z.object({
    kind: z.literal("failed"),
    reason: z.enum(["model unavailable", "empty answer", "too long", "over budget"]),
    detail: z.string(),
    broken: z.array(modelUse).optional(),
  }),
]);
export type ModelOutcome = z.output<typeof modelOutcome>;

/** Everything an outcome is paid for. */
export function usesOf(outcome: ModelOutcome): readonly ModelUse[] {
  const { broken = [] } = outcome;
  return outcome.kind === "replied" ? [...broken, outcome.reply] : broken;
}
