import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from "cockatiel";
import type { CircuitBreakerPolicy } from "cockatiel";
import { PermanentError, TransientError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { AgentSettings, ModelSettings } from "./agent-settings.ts";
import type { ChatModel } from "./chat-model.ts";
import { createChatModel } from "./chat-model.ts";
import { endpointKey } from "./model-endpoint.ts";
import {
  circuitOpen,
  emptyAnswer,
  keyRefused,
  modelUnknown,
  quotaUsedUp,
  rateLimited,
} from "./model-error.ts";

/** How a model is doing: answers, is asked once to see whether it does again, or is left alone. */
export type ModelCondition = "well" | "probed" | "left alone";

/** A model as a ladder climbs it: it remembers, across turns, when it is not worth asking. */
export interface Rung extends ChatModel {
  condition(): ModelCondition;
}

interface RungParts {
  readonly settings: Pick<AgentSettings, "breaker">;
  readonly log: Log;
}

/** Makes rungs. Two for the same model behind the same endpoint fail and recover together. */
export function createRungs({ settings, log }: RungParts): (model: ModelSettings) => Rung {
  const conditions = new Map<string, Condition>();
  return (model) => {
    const key = `${endpointKey(model)} ${model.model}`;
    const chat = createChatModel(model);
    const condition = conditions.get(key) ?? createCondition(chat.name, settings.breaker, log);
    conditions.set(key, condition);
    return {
      ...chat,
      ask: (question) => askIfWell(chat, question, condition),
      condition: () => toModelCondition(condition),
    };
  };
}

interface Condition {
  readonly breaker: CircuitBreakerPolicy;
  /** Rests until the time it named itself; milliseconds of `performance.now()`. */
  restsUntil: number;
  /** Out because of something an operator must mend. */
  outUntil: number;
  readonly log: Log;
}

function createCondition(name: string, { failures, openMs }: AgentSettings["breaker"], log: Log): Condition {
  const breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: openMs,
    breaker: new ConsecutiveBreaker(failures),
  });
  breaker.onBreak(() => log.warn({ model: name, openMs }, "model left alone after failures in a row"));
  breaker.onReset(() => log.info({ model: name }, "model answers again"));
  return { breaker, restsUntil: 0, outUntil: 0, log };
}

function toModelCondition({ breaker, restsUntil, outUntil }: Condition): ModelCondition {
  const now = performance.now();
  if (now < restsUntil || now < outUntil) return "left alone";
  if (breaker.state === CircuitState.Closed) return "well";
  return breaker.state === CircuitState.HalfOpen ? "probed" : "left alone";
}

// A rate limit or an empty answer says that the endpoint is alive.
function isOutage(error: unknown): boolean {
  return error instanceof TransientError && error.code !== rateLimited && error.code !== emptyAnswer;
}

async function askIfWell(model: ChatModel, question: Parameters<ChatModel["ask"]>[0], condition: Condition) {
  checkCondition(model.name, condition);
  try {
    return await condition.breaker.execute(() => model.ask(question));
  } catch (error) {
    if (error instanceof Error && "isBrokenCircuitError" in error) throw leftAlone(model.name);
    remember(model.name, error, condition);
    throw error;
  }
}

// A timer may fire a moment early; who waited as long as asked must not be sent back to wait.
const timerSlackMs = 2;

function checkCondition(name: string, { breaker, restsUntil, outUntil }: Condition): void {
  const now = performance.now();
  if (now < outUntil) {
    throw new PermanentError(`model ${name}: not asked until its setup is mended`, { code: circuitOpen });
  }
  if (now + timerSlackMs < restsUntil) {
    const retryAfterMs = restsUntil - now;
    throw new TransientError(`model ${name}: rests as it asked to`, { code: rateLimited, retryAfterMs });
  }
  // While one call probes, cockatiel lets the others wait for it; a turn has somewhere else to go.
  if (breaker.state === CircuitState.HalfOpen) throw leftAlone(name);
}

function leftAlone(name: string): PermanentError {
  return new PermanentError(`model ${name}: not asked after failures in a row`, { code: circuitOpen });
}

const remedies: Readonly<Record<string, string>> = {
  [keyRefused]: "the key was refused: set one that is valid for this model, then npm run doctor",
  [modelUnknown]: "the endpoint has no such model: correct its name, then npm run doctor",
  [quotaUsedUp]: "the account has no credit left: add some at the provider",
};
/** Asked again after this time, so that what is mended at the provider needs no restart. */
const outMs = 60_000;
const longestRestMs = 300_000;

function remember(name: string, error: unknown, condition: Condition): void {
  const now = performance.now();
  if (error instanceof TransientError && error.code === rateLimited) {
    condition.restsUntil = now + Math.min(error.retryAfterMs ?? 0, longestRestMs);
  }
  const remedy = error instanceof PermanentError ? remedies[error.code ?? ""] : undefined;
  if (remedy === undefined) return;
  condition.outUntil = now + outMs;
  condition.log.error(
    { model: name, reason: error instanceof Error ? error.message : "" },
    `model taken out: ${remedy}`,
  );
}
