import { z } from "zod";

/** Where a dialogue is, seen from outside. */
export const phases = ["GREETING", "COLLECTING_INFO", "PROCESSING", "COMPLETE", "ERROR"] as const;
export type Phase = (typeof phases)[number];

const values = z.record(z.string(), z.unknown());
const waiting = z.discriminatedUnion("kind", [
  /** For a slot's value; `shown` are the entries of its list that were named last. */
  z.object({ kind: z.literal("slot"), slot: z.string(), shown: z.array(z.int()).optional() }),
  /** For a yes to this call with exactly this input. */
  z.object({ kind: z.literal("confirm"), input: values }),
  /** For what should be different, after a no. */
  z.object({ kind: z.literal("change") }),
]);

const run = z.object({
  flow: z.string(),
  /** The flow as it was when this began; another one cannot go on from here. */
  version: z.string(),
  step: z.int().min(0),
  values,
  waiting: waiting.optional(),
  misses: z.int().min(0),
});
/** A flow on its way. */
export type Run = z.output<typeof run>;

const dialogue = z.object({
  v: z.literal(1),
  phase: z.enum(phases),
  active: run.optional(),
  /** Left for another subject, newest last. */
  paused: z.array(run).max(3),
  /** What flows keep for those that follow. */
  memory: values,
  /** Messages in a row that nothing was found for. */
  misses: z.int().min(0),
  /** Fallback phrases said so far, so that they take turns. */
  fallbacks: z.int().min(0),
  /** Messages answered. */
  answered: z.int().min(0),
  sentiment: z.number().min(0).max(1).optional(),
  /** A message that was not sure to mean a flow, until the person says. */
  unsure: z.object({ flow: z.string(), text: z.string(), again: z.boolean().optional() }).optional(),
  /** Flows that the person said it was not about: nobody is asked that again. */
  declined: z.array(z.string()).optional(),
  /** Flows that began by themselves once do not again. */
  offered: z.array(z.string()),
  /** Milliseconds since 1970. */
  at: z.number(),
});
/** The whole state of a conversation's dialogue. Plain JSON. */
export type Dialogue = z.output<typeof dialogue>;

/** Nothing said yet. */
export function newDialogue(at: Date): Dialogue {
  return {
    v: 1,
    phase: "GREETING",
    paused: [],
    memory: {},
    misses: 0,
    fallbacks: 0,
    answered: 0,
    offered: [],
    at: at.getTime(),
  };
}

/** Where a stored dialogue is; at its beginning where there is none. */
export function phaseOf(stored: unknown): Phase {
  return dialogue.pick({ phase: true }).safeParse(stored).data?.phase ?? "GREETING";
}

const longestPauseMs = 24 * 60 * 60 * 1000;

/** Reads what was stored. What cannot be read starts anew; what lies a day behind is not gone on with. */
export function parseDialogue(stored: unknown, now: Date): Dialogue {
  const parsed = dialogue.safeParse(stored);
  if (!parsed.success) return newDialogue(now);
  if (now.getTime() - parsed.data.at <= longestPauseMs) return parsed.data;
  const { sentiment: _, active: __, unsure: ___, declined: ____, ...kept } = parsed.data;
  return { ...kept, phase: "GREETING", paused: [], misses: 0 };
}
