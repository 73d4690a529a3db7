import { TransientError } from "../../core/errors.ts";
import type { ConversationId, TenantId } from "../../core/ids.ts";
import type { FastState, Take, Taken } from "../../store/fast-state.ts";
import { decideLimit, type LayerReading, type LimitDecision } from "./decide-limit.ts";
import {
  isKeptAtDoor,
  layersOf,
  type LayerName,
  type LimitedCaller,
  type LimitLayer,
} from "./limit-layers.ts";
import { writeLimitNotice } from "./limit-notice.ts";
import type { LimitPolicy } from "./limit-policy.ts";
import { nextLocalDay } from "./local-day.ts";

/** Whether a message may be worked on, and what its sender is told when not. */
export type LimitVerdict =
  | { readonly kind: "allowed" }
  | (Extract<LimitDecision, { kind: "limited" }> & {
      /** Friendly, for the person; offers a human. */
      readonly notice: string;
      /**
       * The same for all messages a conversation has refused in one window: an id derived from it tells the person
       * once, whoever is asked again after a crash. Undefined where the caller named no conversation.
       */
      readonly noticeKey: string | undefined;
    });

/** How much people may ask. Never rejects: with the fast state gone, limits are kept by this process alone. */
export interface Limits {
  /**
   * Takes one message's worth from every limit of its sender, or names the one that refuses longest. To be asked only
   * for what the bot would answer: controls, notices, staff in a thread and conversations a person has are not limited.
   */
  admit(caller: LimitedCaller): Promise<LimitVerdict>;
  /**
   * For a door, of everything it takes in: takes the message's worth from the short limits alone, and rejects with
   * RateLimitExceeded where one refuses. A message with an identity is not counted by them again, here or in `admit`.
   */
  require(caller: LimitedCaller): Promise<void>;
}

/** Somebody who keeps writing against their limits. */
export interface Insistence {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId | undefined;
  readonly layer: LayerName;
  readonly refusals: number;
}

export interface LimitsParts {
  readonly fast: Pick<FastState, "takeAll" | "count" | "getOrLoad">;
  readonly policyFor: (tenantId: TenantId) => LimitPolicy;
  /** Told once an hour and person, when somebody was refused that often; for those who watch over abuse. */
  readonly onInsistence?: ((insistence: Insistence) => void) | undefined;
  readonly now?: (() => Date) | undefined;
}

/** Too much was asked: HTTP 429 with `Retry-After`. `message` is for the person. */
export class RateLimitExceeded extends TransientError {
  readonly layer: LayerName;
  readonly resetsAt: Date;
  override readonly retryAfterMs: number;
  constructor(verdict: Exclude<LimitVerdict, { kind: "allowed" }>) {
    super(verdict.notice, { code: "rate_limited", retryAfterMs: verdict.retryAfterMs });
    this.layer = verdict.layer;
    this.resetsAt = verdict.resetsAt;
    this.retryAfterMs = verdict.retryAfterMs;
  }
}

const dayMs = 24 * 60 * 60 * 1000;
const hourMs = 60 * 60 * 1000;
const insistentAfter = 50;

export function createLimits(parts: LimitsParts): Limits {
  const { fast, policyFor, onInsistence, now = () => new Date() } = parts;

  /** All limits in one step, and for a message with an identity each once: by the door, or afterwards. */
  async function ask(caller: LimitedCaller, upTo: "door" | "all"): Promise<LimitVerdict> {
    const at = now();
    const layers = layersOf(policyFor(caller.tenantId), caller, at).filter(
      (layer) => upTo === "all" || isKeptAtDoor(layer),
    );
    const taken = await fast.takeAll(layers.map((layer) => toTake(layer, caller)));
    const readings = layers.map((layer, index) => toReading(layer, taken[index], caller, at));
    const decision = decideLimit(readings, at);
    return decision.kind === "limited" ? toVerdict(decision, caller, at) : decision;
  }

  async function toVerdict(
    limited: Extract<LimitDecision, { kind: "limited" }>,
    caller: LimitedCaller,
    at: Date,
  ): Promise<LimitVerdict> {
    const { tenantId, conversationId, user, timeZone, language } = caller;
    const refusals = await fast.count(`limit:refused:${tenantId}:${user}`, 1, hourMs);
    if (refusals === insistentAfter)
      onInsistence?.({ tenantId, conversationId, layer: limited.layer, refusals });
    const notice = writeLimitNotice(limited, at, { timeZone, language });
    return { ...limited, notice, noticeKey: await nameNotice(limited, caller, at) };
  }

  /** The window begins with its first refusal and lasts as long as the limit's own. */
  async function nameNotice(
    { layer, windowMs, retryAfterMs }: Extract<LimitDecision, { kind: "limited" }>,
    { tenantId, conversationId }: LimitedCaller,
    at: Date,
  ): Promise<string | undefined> {
    if (conversationId === undefined) return undefined;
    const key = `limit:notice:${tenantId}:${conversationId}:${layer}`;
    // A day's window ends with the day, not a day after the refusal.
    const ttlMs = layer === "user day" ? Math.max(1_000, retryAfterMs) : windowMs;
    const begun = await fast.getOrLoad(key, { ttlMs }, async () => at.toISOString());
    return `${layer} ${begun.toString()}`;
  }

  return {
    admit: (caller) => ask(caller, "all"),
    require: async (caller) => {
      const verdict = await ask(caller, "door");
      if (verdict.kind === "limited") throw new RateLimitExceeded(verdict);
    },
  };
}

function toTake(layer: LimitLayer, { tenantId, message }: LimitedCaller): Take {
  const once = message && `limit:admitted:${isKeptAtDoor(layer) ? "door" : "all"}:${tenantId}:${message}`;
  const from = layer.kind === "day" ? { limit: layer.limit, ttlMs: dayMs } : layer.bucket;
  return { key: layer.key, from, once };
}

/** A day's count ends with the person's day, not a day after it began. */
function toReading(
  layer: LimitLayer,
  taken: Taken | undefined,
  { timeZone }: LimitedCaller,
  at: Date,
): LayerReading {
  const { allowed, retryAfterMs } = taken ?? { allowed: true, retryAfterMs: 0 };
  if (allowed || layer.kind !== "day") return { layer, allowed, retryAfterMs };
  return { layer, allowed, retryAfterMs: nextLocalDay(at, timeZone).getTime() - at.getTime() };
}
