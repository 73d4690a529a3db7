import { z } from "zod";
import { misbehaviours } from "./misbehaviour.ts";

const scope = {
  /** Which requests it strikes; without it chat only, and an outage everything. */
  endpoint: z.enum(["chat", "embeddings", "moderations", "any"]).optional(),
  model: z.string().optional(),
  /** Substring of the last user text or of the input. */
  text: z.string().optional(),
  /** Regular expression over the same. */
  pattern: z.string().optional(),
  stream: z.boolean().optional(),
  /** Matching requests that pass before the first is struck. */
  skip: z.int().min(0).optional(),
  /** How many requests are struck; 1 without it, null until it is removed. */
  times: z.int().min(1).nullable().optional(),
  /** Chance of each matching request to be struck, from the seed; 1 without it. */
  probability: z.number().min(0).max(1).optional(),
};

const faultOrder = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("rate-limit"), retryAfterMs: z.number().min(0).optional(), ...scope }),
  z.strictObject({ kind: z.literal("server-error"), status: z.int().min(500).max(599).optional(), ...scope }),
  z.strictObject({ kind: z.literal("no-answer"), ...scope }),
  z.strictObject({ kind: z.literal("silence"), afterTokens: z.int().min(0).optional(), ...scope }),
  z.strictObject({
    kind: z.literal("cut"),
    afterTokens: z.int().min(0).optional(),
    afterBytes: z.int().min(0).optional(),
    ...scope,
  }),
  z.strictObject({
    kind: z.literal("malformed-stream"),
    variant: z.enum(["no-data-prefix", "broken-json", "missing-done", "error-event"]).optional(),
    ...scope,
  }),
  z.strictObject({ kind: z.literal("empty-choices"), ...scope }),
  z.strictObject({ kind: z.literal("misbehave"), as: z.enum(misbehaviours), ...scope }),
  z.strictObject({ kind: z.literal("context-length"), ...scope }),
  z.strictObject({ kind: z.literal("key-revoked"), ...scope }),
  z.strictObject({ kind: z.literal("insufficient-quota"), ...scope }),
  z.strictObject({ kind: z.literal("slow-drip"), tokenMs: z.number().min(0).optional(), ...scope }),
  z.strictObject({
    kind: z.literal("outage"),
    /** How long it lasts, from now. */
    ms: z.number().min(0),
    /** Answers 503, accepts and never answers, or refuses the connection. */
    mode: z.enum(["503", "hang", "refuse"]).optional(),
    endpoint: scope.endpoint,
  }),
]);

/** A fault to inject, and which requests it strikes. */
export type FaultOrder = z.output<typeof faultOrder>;

/** The word a fault is recorded under. */
export type FaultKind = FaultOrder["kind"];

/** Checks a fault from the wire. Throws a TypeError that names every problem. */
export function parseFaultOrder(value: unknown): FaultOrder {
  const parsed = faultOrder.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TypeError(`openai simulator: the fault is not valid: ${z.prettifyError(parsed.error)}`, {
    cause: parsed.error,
  });
}
