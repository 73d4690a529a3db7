import { setTimeout as sleep } from "node:timers/promises";
import { PermanentError, TransientError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { AgentSettings } from "./agent-settings.ts";
import type { ModelQuestion } from "./chat-model.ts";
import type { Continuation } from "./model-continuation.ts";
import { createContinuation } from "./model-continuation.ts";
import type { ModelError } from "./model-error.ts";
import { circuitOpen, contentFilter, contextTooLong, emptyAnswer } from "./model-error.ts";
import type { ModelOutcome, ModelReply, ModelUse } from "./model-reply.ts";
import type { Rung } from "./model-rung.ts";

/** One question to several models. */
export interface LadderQuestion extends ModelQuestion {
  /** Asked before every call but the first, with the model's name: one that may not be paid for is passed over. */
  readonly mayGoOn?: ((model: string) => Promise<boolean>) | undefined;
}

/** Several models asked as one. */
export interface ModelLadder {
  /** The names of its models, for the journal. */
  readonly name: string;
  /**
   * Asks the models in order until one answers; when all failed it waits and begins again,
   * as often as the settings allow and never longer than `remainingMs()`.
   * What was shown before a failure the next model goes on from; the text of the outcome is the whole answer.
   * Rejects only with the signal's reason or a bug.
   */
  ask(question: LadderQuestion, remainingMs: () => number): Promise<ModelOutcome>;
}

interface LadderParts {
  /** In the order they are asked; none is allowed. */
  readonly rungs: readonly Rung[];
  readonly settings: Pick<AgentSettings, "retry">;
  readonly log: Log;
  readonly random?: () => number;
}

/** Builds a ladder; what its rungs remember they share with every other ladder that has them. */
export function createModelLadder({ rungs, settings, log, random = Math.random }: LadderParts): ModelLadder {
  async function ask(question: LadderQuestion, remainingMs: () => number): Promise<ModelOutcome> {
    const bill = openBill(question, log);
    const answer = createContinuation({ ...question, onBroken: bill.add });
    let due = rungs;
    const failures = new Map<Rung, ModelError>();
    const readyAt = new Map<Rung, number>();
    for (let attempt = 1; ; attempt += 1) {
      const reply = await climb(due, { answer, failures, bill, signal: question.signal, log });
      if (reply === "over budget") return { ...toFailure(failures, true), ...bill.broken() };
      if (reply !== undefined) {
        const { model, inputTokens, outputTokens } = reply;
        log.debug({ model, inputTokens, outputTokens }, "model answered");
        return { kind: "replied", reply, ...bill.broken() };
      }
      const failedAt = performance.now();
      for (const rung of due) {
        readyAt.set(rung, failedAt + decideWait(failures.get(rung), attempt, settings.retry, random));
      }
      const next = Math.min(...readyAt.values());
      if (attempt >= settings.retry.attempts || next - failedAt >= remainingMs())
        return { ...toFailure(failures, bill.refused()), ...bill.broken() };
      await pause(next - failedAt, question.signal);
      due = rungs.filter((rung) => (readyAt.get(rung) ?? 0) <= next);
    }
  }

  return { name: rungs.map(({ name }) => name).join(" > "), ask };
}

/** What broken calls used, and whether further ones may be paid for. */
interface Bill {
  add(used: ModelUse): void;
  mayAsk(model: string): Promise<boolean>;
  /** A model was passed over because of the money. */
  refused(): boolean;
  broken(): { readonly broken?: ModelUse[] };
}

function openBill({ onBroken, mayGoOn }: LadderQuestion, log: Log): Bill {
  const broken: ModelUse[] = [];
  let asked = 0;
  let isRefused = false;
  return {
    add(used) {
      broken.push(used);
      log.debug({ ...used }, "model broke off");
      onBroken?.(used);
    },
    async mayAsk(model) {
      asked += 1;
      const may = asked === 1 || mayGoOn === undefined || (await mayGoOn(model));
      isRefused ||= !may;
      return may;
    },
    refused: () => isRefused,
    broken: () => (broken.length === 0 ? {} : { broken }),
  };
}

interface Climb {
  readonly answer: Continuation;
  readonly failures: Map<Rung, ModelError>;
  readonly bill: Bill;
  readonly signal: AbortSignal;
  readonly log: Log;
}

async function climb(
  rungs: readonly Rung[],
  { answer, failures, bill, signal, log }: Climb,
): Promise<ModelReply | "over budget" | undefined> {
  let passedOver = 0;
  for (const rung of rungs) {
    if (!(await bill.mayAsk(rung.name))) {
      passedOver += 1;
      continue;
    }
    try {
      return answer.finish(await rung.ask(answer.next()));
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TransientError) && !(error instanceof PermanentError)) throw error;
      const complete = answer.finishEmpty(error, rung.name);
      if (complete !== undefined) return complete;
      failures.set(rung, error);
      if (error.code !== circuitOpen) log.warn({ model: rung.name, code: error.code }, "model failed");
    }
  }
  return rungs.length > 0 && passedOver === rungs.length ? "over budget" : undefined;
}

/** Milliseconds until a model may be asked again: full jitter that doubles its reach, or what the model named. */
function decideWait(
  error: ModelError | undefined,
  attempt: number,
  { minMs, maxMs }: AgentSettings["retry"],
  random: () => number,
): number {
  if (!(error instanceof TransientError)) return Number.POSITIVE_INFINITY;
  if (error.code === emptyAnswer) return 0;
  // Those told to come back at the same moment come back a little spread.
  if (error.retryAfterMs !== undefined) return error.retryAfterMs + random() * (minMs / 4);
  const reachMs = Math.min(maxMs, minMs * 2 ** attempt);
  return minMs + random() * Math.max(0, reachMs - minMs);
}

async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  if (delayMs > 0) await sleep(delayMs, undefined, { signal }).catch(() => {});
  signal.throwIfAborted();
}

function toFailure(
  failures: ReadonlyMap<Rung, ModelError>,
  isRefused: boolean,
): Extract<ModelOutcome, { kind: "failed" }> {
  const errors = [...failures.values()];
  const detail = errors.map(({ message }) => message).join("; ");
  const all = (...codes: readonly string[]) => errors.every(({ code }) => codes.includes(code ?? ""));
  if (errors.some(({ code }) => code === contextTooLong))
    return { kind: "failed", reason: "too long", detail };
  if (isRefused)
    return { kind: "failed", reason: "over budget", detail: `no money for another try: ${detail}` };
  if (all(emptyAnswer, contentFilter)) return { kind: "failed", reason: "empty answer", detail };
  return { kind: "failed", reason: "model unavailable", detail };
}
