import { z } from "zod";
import { answerModes, modeOf, type AnswerRule } from "../core/answer-rule.ts";
import { channelNames } from "../core/envelope.ts";

const mode = z.enum(answerModes, `must be one of ${answerModes.join(", ")}`);
const channel = z.enum(channelNames, `must be one of ${channelNames.join(", ")}`);
const draftRule = z.strictObject({
  channels: z.array(channel).min(1, "must name at least one channel").optional(),
  intents: z.array(z.string()).min(1, "must name at least one intent").optional(),
});

/** Which answers wait for a colleague's word. */
export const draftsFile = z.union(
  [z.literal("all").transform(() => [{}]), z.literal("none").transform(() => []), z.array(draftRule)],
  "must be all, none, or a list of channels and intents",
);

/** Who answers: one word, or a list whose first fitting rule counts. */
export const answersFile = z.union(
  [mode.transform((one) => [{ mode: one }]), z.array(draftRule.extend({ mode }))],
  `must be ${answerModes.join(", ")}, or a list of these with channels and intents`,
);

/** Colleagues have to read something of it. */
export function needsRoom(rule: AnswerRule): boolean {
  const how = modeOf(rule);
  return how === "draft_only" || how === "suggest";
}
