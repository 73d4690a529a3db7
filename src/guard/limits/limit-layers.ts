import type { ConversationId, TenantId } from "../../core/ids.ts";
import type { TextLanguage } from "../../core/texts/texts.ts";
import type { Role } from "../../core/tool.ts";
import type { BucketOptions } from "../../store/fast-state.ts";
import { localDay } from "./local-day.ts";
import type { LimitPolicy, Tier } from "./limit-policy.ts";

/** Who asks for one message's worth of work. Everything here comes from Baton, nothing from what is said. */
export interface LimitedCaller {
  readonly tenantId: TenantId;
  readonly tier: Tier;
  readonly role: Role;
  /** The person, the same at every door: the installation and the platform's own id of theirs. */
  readonly user: string;
  /** Where they would be told; without it no notice is named. */
  readonly conversationId?: ConversationId | undefined;
  /** The message's identity: admitted once, it stays admitted, however often work on it begins again. */
  readonly message?: string | undefined;
  /** The remote address of an anonymous caller, as the socket names it. */
  readonly address?: string | undefined;
  readonly endpoint?: string | undefined;
  /** IANA name; UTC where the platform does not tell. */
  readonly timeZone?: string | undefined;
  /** In which they are told. */
  readonly language?: TextLanguage | undefined;
}

export type LayerName =
  "user minute" | "endpoint minute" | "company minute" | "address minute" | "user hour" | "user day";

/** One limit that applies to a caller: a bucket that fills by itself, or a count that ends with the person's day. */
export type LimitLayer =
  | {
      readonly kind: "bucket";
      readonly name: LayerName;
      readonly key: string;
      readonly limit: number;
      readonly windowMs: number;
      readonly bucket: BucketOptions;
    }
  | {
      readonly kind: "day";
      readonly name: LayerName;
      readonly key: string;
      readonly limit: number;
      readonly windowMs: number;
    };

/** What a door asks of everything it takes in; the longer ones are asked of what the bot would answer. */
const doorLayers: ReadonlySet<LayerName> = new Set(["user minute", "endpoint minute", "address minute"]);

/** Whether a limit is one that a door keeps. */
export function isKeptAtDoor({ name }: LimitLayer): boolean {
  return doorLayers.has(name);
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * The limits of a caller, shortest window first: what an earlier one took for a message that a later one refuses
 * fills again before the later one lets anybody through.
 */
export function layersOf(policy: LimitPolicy, caller: LimitedCaller, now: Date): readonly LimitLayer[] {
  const { tenantId, tier, role, user, address, endpoint, timeZone } = caller;
  const perMinute = policy.userPerMinute[role];
  const burst = Math.max(1, Math.round(perMinute * policy.burstFactor));
  const person = `${tenantId}:${user}`;
  return [
    bucket("user minute", `limit:minute:${role}:${person}`, perMinute, minuteMs, burst),
    endpoint !== undefined &&
      bucket(
        "endpoint minute",
        `limit:endpoint:${endpoint}:${person}`,
        policy.endpointPerMinute[tier],
        minuteMs,
      ),
    bucket("company minute", `limit:company:${tenantId}`, policy.companyPerMinute[tier], minuteMs),
    address !== undefined &&
      bucket("address minute", `limit:address:${address}`, policy.addressPerMinute, minuteMs),
    bucket("user hour", `limit:hour:${person}`, policy.userPerHour[tier], hourMs),
    day(`user:${person}:rate_limit:${localDay(now, timeZone)}`, policy.userPerDay[tier]),
  ].filter((layer) => layer !== false && layer !== undefined);
}

function bucket(
  name: LayerName,
  key: string,
  limit: number | undefined,
  windowMs: number,
  capacity = limit ?? 0,
): LimitLayer | undefined {
  if (limit === undefined) return undefined;
  const refillPerMinute = (limit * minuteMs) / windowMs;
  return { kind: "bucket", name, key, limit, windowMs, bucket: { capacity, refillPerMinute } };
}

function day(key: string, limit: number | undefined): LimitLayer | undefined {
  return limit === undefined ? undefined : { kind: "day", name: "user day", key, limit, windowMs: dayMs };
}
