import type { LimitDecision } from "./decide-limit.ts";
import type { LayerName } from "./limit-layers.ts";
import { localDay, zoneOf } from "./local-day.ts";

type Limited = Extract<LimitDecision, { kind: "limited" }>;

const reasons: Readonly<Record<LayerName, (limit: number) => string>> = {
  "user minute": (limit) => `That was a little fast for me: I can take ${messages(limit)} a minute.`,
  "endpoint minute": (limit) => `That was a little fast for me: this takes ${requests(limit)} a minute.`,
  "company minute": () => "Many people are writing to us right now, more than I can answer at once.",
  "address minute": () => "Many messages are coming from your network right now.",
  "user hour": (limit) => `You have used up this hour's ${messages(limit)}.`,
  "user day": (limit) => `You have used up today's ${messages(limit)}.`,
};

/** What a person is told: which limit it was, and when they can go on, in their own time. */
export function writeLimitNotice(limited: Limited, now: Date, timeZone: string | undefined): string {
  const reason = reasons[limited.layer](limited.limit);
  return `${reason} Please write again ${writeReset(limited.resetsAt, now, timeZone)}, or talk to a person.`;
}

const relativeBelowMs = 60 * 60 * 1000;

/** `in 12 seconds`, `in 5 minutes`, `at 14:30 (Asia/Bangkok)`, `tomorrow at 00:00 (UTC)`. */
function writeReset(resetsAt: Date, now: Date, timeZone: string | undefined): string {
  const leftMs = resetsAt.getTime() - now.getTime();
  const seconds = Math.max(1, Math.ceil(leftMs / 1_000));
  if (seconds < 90) return `in ${seconds} second${seconds === 1 ? "" : "s"}`;
  if (leftMs < relativeBelowMs) return `in ${Math.ceil(leftMs / 60_000)} minutes`;
  const zone = zoneOf(timeZone);
  const time = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
  const isToday = localDay(resetsAt, zone) === localDay(now, zone);
  return `${isToday ? "at" : "tomorrow at"} ${time.format(resetsAt)} (${zone})`;
}

function messages(limit: number): string {
  return limit === 1 ? "1 message" : `${limit} messages`;
}

function requests(limit: number): string {
  return limit === 1 ? "1 request" : `${limit} requests`;
}
