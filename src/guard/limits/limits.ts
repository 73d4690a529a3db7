import { TransientError } from "../../core/errors.ts";
import type { ConversationId, TenantId } from "../../core/ids.ts";
import type { FastState } from "../../store/fast-state.ts";
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
  readonly fast: Pick<FastState, "get" | "set" | "take" | "count" | "getOrLoad">;
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

  /** A message's memory holds how far it was admitted: by the door, or altogether. */
  async function ask(caller: LimitedCaller, upTo: "door" | "all"): Promise<LimitVerdict> {
    const memory =
      caller.message === undefined ? undefined : `limit:admitted:${caller.tenantId}:${caller.message}`;
    const admitted =
      memory === undefined
        ? undefined
        : (await fast.get(memory, { ttlMs: hourMs, nearby: true }))?.toString();
    if (admitted !== undefined && (upTo === "door" || admitted !== "door")) return { kind: "allowed" };
    const at = now();
    const layers = layersOf(policyFor(caller.tenantId), caller, at).filter((layer) =>
      isKeptAtDoor(layer) ? admitted === undefined : upTo === "all",
    );
    const decision = decideLimit(await takeFrom(layers, caller, at), at);
    if (decision.kind === "limited") return toVerdict(decision, caller, at);
    if (memory !== undefined) await fast.set(memory, upTo, { ttlMs: hourMs, nearby: true });
    return decision;
  }

  /** One after the other, until one refuses; those behind it are only looked at, for they may refuse longer. */
  async function takeFrom(
    layers: readonly LimitLayer[],
    caller: LimitedCaller,
    at: Date,
  ): Promise<LayerReading[]> {
    const readings: LayerReading[] = [];
    for (const [index, layer] of layers.entries()) {
      const reading = await read(layer, caller, at, 1);
      readings.push(reading);
      if (reading.allowed) continue;
      const behind = layers.slice(index + 1).map((next) => read(next, caller, at, 0));
      return [...readings, ...(await Promise.all(behind))];
    }
    return readings;
  }

  /** With cost 0 nothing is taken, and the reading says whether a message would get through. */
  async function read(
    layer: LimitLayer,
    caller: LimitedCaller,
    at: Date,
    cost: 0 | 1,
  ): Promise<LayerReading> {
    if (layer.kind === "day") {
      const used = await fast.count(layer.key, cost, dayMs);
      const allowed = cost === 1 ? used <= layer.limit : used < layer.limit;
      const leftMs = allowed ? 0 : nextLocalDay(at, caller.timeZone).getTime() - at.getTime();
      return { layer, allowed, retryAfterMs: leftMs };
    }
    const taken = await fast.take(layer.key, { ...layer.bucket, cost });
    if (cost === 1) return { layer, allowed: taken.allowed, retryAfterMs: taken.retryAfterMs };
    const allowed = taken.remaining >= 1;
    return { layer, allowed, retryAfterMs: allowed ? 0 : 60_000 / layer.bucket.refillPerMinute };
  }

  async function toVerdict(
    limited: Extract<LimitDecision, { kind: "limited" }>,
    caller: LimitedCaller,
    at: Date,
  ): Promise<LimitVerdict> {
    const { tenantId, conversationId, user, timeZone } = caller;
    const refusals = await fast.count(`limit:refused:${tenantId}:${user}`, 1, hourMs);
    if (refusals === insistentAfter)
      onInsistence?.({ tenantId, conversationId, layer: limited.layer, refusals });
    const notice = writeLimitNotice(limited, at, timeZone);
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
