import { StoodDownError } from "../core/errors.ts";
import {
  StoppedInActError,
  UnrepeatableStepError,
  type Journal,
  type StepIntent,
  type StepOutcome,
} from "../core/journal.ts";
import type { Lease } from "../core/lease.ts";
import { withSpan } from "../insights/tracing.ts";
import type { Database } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";
import type { RecordedStep } from "./claim.ts";
import { endStepAfterTakeOver } from "./late-step.ts";
import { beginStep, endStep, type StepResult, type TurnRow } from "./turn-store.ts";

/** The journal of one turn, and what it knows that the commit needs. */
export interface TurnJournal extends Journal {
  /** The outcome that is not written yet: it travels with the commit, or with the next step. */
  takePending(): StepResult | undefined;
  /** Resolves when the turn and its newest step are recorded; nothing may become visible before. */
  recorded(): Promise<void>;
  /** A tool has run, or may have: from now on the turn answers what it began with. */
  readonly acted: boolean;
}

export interface TurnJournalParts {
  readonly database: Database;
  readonly seal: TenantSeal;
  readonly lease: Lease;
  readonly turn: TurnRow;
  readonly recorded: readonly RecordedStep[];
  /** A step's name for spans and metrics, after it ended. */
  readonly onStep: (intent: StepIntent, outcome: StepOutcome) => void;
}

/**
 * Keys carry what the turn thinks about, the inbox version and how far it reads, so that a turn which starts over
 * because a message joined, or with the first of several messages alone, does not mistake old thoughts for new ones.
 */
export function createTurnJournal(parts: TurnJournalParts): TurnJournal {
  const { database, seal, lease, turn, onStep } = parts;
  const earlierSteps = new Map(parts.recorded.map((step) => [step.key, step]));
  let pending: StepResult | undefined;
  let begun: Promise<void> = Promise.resolve();
  let acted = parts.recorded.some((step) => step.kind === "tool");

  async function step(intent: StepIntent, effect: () => Promise<StepOutcome>): Promise<StepOutcome> {
    const key = `${turn.inboxVersion}.${turn.throughSeq}:${intent.key}`;
    const earlier = earlierSteps.get(key);
    if (earlier?.outcome !== undefined) return earlier.outcome;
    if (earlier !== undefined && !earlier.repeatable) throw new UnrepeatableStepError(intent.key);
    await flush();
    if (intent.kind === "tool") acted = true;
    const outcome = await effectAfterIntent(key, intent, effect);
    await keep(key, intent, outcome);
    onStep(intent, outcome);
    return outcome;
  }

  /** An act waits until its intent is recorded. A thought changes nothing outside, so the two go side by side. */
  async function effectAfterIntent(
    key: string,
    intent: StepIntent,
    effect: () => Promise<StepOutcome>,
  ): Promise<StepOutcome> {
    const beginning = begin(key, intent);
    begun = beginning;
    const span = { "baton.correlation_id": turn.correlationId, "baton.step": intent.name };
    if (intent.kind === "model") {
      const [outcome] = await Promise.all([withSpan("model", span, effect), beginning]);
      return outcome;
    }
    await beginning;
    lease.check();
    try {
      return await withSpan(intent.kind, span, effect);
    } catch (cause) {
      if (!(cause instanceof StoppedInActError)) throw cause;
      void keepLate(key, intent, cause.outcome);
      throw cause.cause;
    }
  }

  /** What was on the wire when somebody took over is known to whoever has it now. An intent without an outcome tells the rest. */
  async function keepLate(key: string, intent: StepIntent, late: Promise<StepOutcome>): Promise<void> {
    try {
      const outcome = await late;
      const result = toResult(key, outcome);
      await database.statement(
        lease.tenantId,
        endStepAfterTakeOver(lease, turn, { ...result, name: intent.name }),
      );
      onStep(intent, outcome);
    } catch {
      // The process ends, or the database is away: the intent stands without an outcome.
    }
  }

  async function begin(key: string, intent: StepIntent): Promise<void> {
    const input = seal.seal("step.input", JSON.stringify(intent.input ?? null));
    const { kind, name, repeatable } = intent;
    const rows = await database.statement(
      lease.tenantId,
      beginStep(lease, turn, { key, kind, name, repeatable, input }),
      // Losing the record of a thought costs a thought; the record of an act must not be lost.
      { durable: intent.kind === "tool" },
    );
    if (rows.length === 0) throw new StoodDownError("the conversation changed hands");
  }

  /** A tool's outcome is written at once; a thought's may wait for the next statement. */
  async function keep(key: string, intent: StepIntent, outcome: StepOutcome): Promise<void> {
    pending = toResult(key, outcome);
    if (intent.kind === "tool") await flush();
  }

  function toResult(key: string, { output, ok, durationMs, costUsd }: StepOutcome): StepResult {
    const sealed = seal.seal("step.output", JSON.stringify(output ?? null));
    return { key, output: sealed, ok, durationMs, costUsd };
  }

  async function flush(): Promise<void> {
    const result = pending;
    if (result === undefined) return;
    pending = undefined;
    await database.statement(lease.tenantId, endStep(lease.tenantId, turn.id, result));
  }

  return {
    step,
    takePending: () => {
      const result = pending;
      pending = undefined;
      return result;
    },
    recorded: () => begun,
    get acted() {
      return acted;
    },
  };
}
