/** What kind of effect a step is; only a `tool` may change the world outside. */
export type StepKind = "model" | "tool" | "retrieval";

/** What is known of a step before it runs. */
export interface StepIntent {
  /** Unique in the turn and the same on every replay, e.g. `model:0`, `tool:0:call_1`. */
  readonly key: string;
  readonly kind: StepKind;
  /** The model's or the tool's name. */
  readonly name: string;
  /** Stored encrypted: what was asked. */
  readonly input: unknown;
  /** May be run again when a crash left an intent without an outcome. */
  readonly repeatable: boolean;
}

/** What a step gave, as it is stored; `output` must survive JSON. */
export interface StepOutcome {
  readonly output: unknown;
  readonly ok: boolean;
  readonly durationMs: number;
  readonly costUsd: number;
}

/**
 * A turn's memory of its effects. Each effect runs inside `step`: the intent is durable before it starts,
 * the outcome after. On a replay a recorded outcome is returned and the effect does not run again.
 * Throws StoodDownError when the turn lost the conversation, before the effect starts.
 * Throws UnrepeatableStepError when an earlier try left an intent without an outcome and it may not run again.
 */
export interface Journal {
  step(intent: StepIntent, effect: () => Promise<StepOutcome>): Promise<StepOutcome>;
}

/** A write that may have happened and must not be tried blindly again: a person has to look. */
export class UnrepeatableStepError extends Error {
  override readonly name = "UnrepeatableStepError";
  readonly key: string;
  constructor(key: string) {
    super(`step ${key} was started before a crash and its outcome is unknown`);
    this.key = key;
  }
}

/** The turn was stopped while an act of it was on its way, which nobody can take back: what comes of it is told later. */
export class StoppedInActError extends Error {
  override readonly name = "StoppedInActError";
  /** Comes within the act's own time limit; rejects where the process ends before. */
  readonly outcome: Promise<StepOutcome>;
  constructor(cause: unknown, outcome: Promise<StepOutcome>) {
    super("the turn was stopped in the middle of an act", { cause });
    this.outcome = outcome;
  }
}
