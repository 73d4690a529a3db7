import { setTimeout as sleep } from "node:timers/promises";
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from "cockatiel";
import type { CircuitBreakerPolicy } from "cockatiel";
import { PermanentError, TransientError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { AgentSettings } from "./agent-settings.ts";
import type { ChatModel, ModelQuestion } from "./chat-model.ts";
import type { ModelError } from "./model-error.ts";
import { circuitOpen, contentFilter, contextTooLong, emptyAnswer, rateLimited } from "./model-error.ts";
import type { ModelOutcome, ModelReply } from "./model-reply.ts";

/** Several models asked as one. */
export interface ModelLadder {
  /** The names of its models, for the journal. */
  readonly name: string;
  /**
   * Asks the models in order until one answers; when all failed it waits and begins again,
   * as often as the settings allow and never longer than `remainingMs()`.
   * After a failure `onText` starts over with the next answer's text. Rejects only with the signal's reason or a bug.
   */
  ask(question: ModelQuestion, remainingMs: () => number): Promise<ModelOutcome>;
}

interface Rung {
  readonly model: ChatModel;
  readonly breaker: CircuitBreakerPolicy;
}

interface LadderParts {
  readonly models: readonly ChatModel[];
  readonly settings: Pick<AgentSettings, "retry" | "breaker">;
  readonly log: Log;
  readonly random?: () => number;
}

/** Builds the ladder; the breakers' memory lives as long as it does. */
export function createModelLadder({ models, settings, log, random = Math.random }: LadderParts): ModelLadder {
  const rungs = models.map((model) => createRung(model, settings.breaker, log));

  async function ask(question: ModelQuestion, remainingMs: () => number): Promise<ModelOutcome> {
    let due: readonly Rung[] = rungs;
    const failures = new Map<Rung, ModelError>();
    const readyAt = new Map<Rung, number>();
    for (let attempt = 1; ; attempt += 1) {
      const reply = await climb(due, question, failures, log);
      if (reply !== undefined) return { kind: "replied", reply };
      const failedAt = performance.now();
      for (const rung of due) {
        readyAt.set(rung, failedAt + decideWait(failures.get(rung), attempt, settings.retry, random));
      }
      const next = Math.min(...readyAt.values());
      if (attempt >= settings.retry.attempts || next - failedAt >= remainingMs()) return toOutcome(failures);
      await pause(next - failedAt, question.signal);
      due = rungs.filter((rung) => (readyAt.get(rung) ?? 0) <= next);
    }
  }

  return { name: models.map(({ name }) => name).join(" > "), ask };
}

function createRung(model: ChatModel, { failures, openMs }: AgentSettings["breaker"], log: Log): Rung {
  const breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: openMs,
    breaker: new ConsecutiveBreaker(failures),
  });
  breaker.onBreak(() => log.warn({ model: model.name, openMs }, "model left alone after failures in a row"));
  breaker.onReset(() => log.info({ model: model.name }, "model answers again"));
  return { model, breaker };
}

// A rate limit or an empty answer says that the endpoint is alive.
function isOutage(error: unknown): boolean {
  return error instanceof TransientError && error.code !== rateLimited && error.code !== emptyAnswer;
}

async function climb(
  rungs: readonly Rung[],
  question: ModelQuestion,
  failures: Map<Rung, ModelError>,
  log: Log,
): Promise<ModelReply | undefined> {
  for (const rung of rungs) {
    try {
      return await askOnce(rung, question);
    } catch (error) {
      question.signal.throwIfAborted();
      if (!(error instanceof TransientError) && !(error instanceof PermanentError)) throw error;
      failures.set(rung, error);
      if (error.code !== circuitOpen) log.warn({ model: rung.model.name, code: error.code }, "model failed");
    }
  }
  return undefined;
}

async function askOnce({ model, breaker }: Rung, question: ModelQuestion): Promise<ModelReply> {
  // While one call probes, cockatiel lets the others wait for it; a turn has somewhere else to go.
  if (breaker.state === CircuitState.HalfOpen) throw leftAlone(model);
  try {
    return await breaker.execute(() => model.ask(question));
  } catch (error) {
    if (error instanceof Error && "isBrokenCircuitError" in error) throw leftAlone(model);
    throw error;
  }
}

function leftAlone(model: ChatModel): PermanentError {
  return new PermanentError(`model ${model.name}: not asked after failures in a row`, { code: circuitOpen });
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

function toOutcome(failures: ReadonlyMap<Rung, ModelError>): ModelOutcome {
  const errors = [...failures.values()];
  const detail = errors.map(({ message }) => message).join("; ");
  const all = (...codes: readonly string[]) => errors.every(({ code }) => codes.includes(code ?? ""));
  if (errors.some(({ code }) => code === contextTooLong))
    return { kind: "failed", reason: "too long", detail };
  if (all(emptyAnswer, contentFilter)) return { kind: "failed", reason: "empty answer", detail };
  return { kind: "failed", reason: "model unavailable", detail };
}
