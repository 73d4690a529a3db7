import { say, type TextLanguage } from "../../core/texts/texts.ts";
import type { LimitDecision } from "./decide-limit.ts";
import { localDay, zoneOf } from "./local-day.ts";

type Limited = Extract<LimitDecision, { kind: "limited" }>;

/** What a person is told: which limit it was, and when they can go on, in their own time. */
export function writeLimitNotice(
  limited: Limited,
  now: Date,
  {
    timeZone,
    language = "en",
  }: { readonly timeZone?: string | undefined; readonly language?: TextLanguage | undefined },
): string {
  return `${writeReason(limited, language)} ${writeReset(limited.resetsAt, now, timeZone, language)}`;
}

function writeReason({ layer, limit: count }: Limited, language: TextLanguage): string {
  if (layer === "company minute" || layer === "address minute") return say(language, `limit.${layer}`);
  return count === 1 ? say(language, `limit.${layer} one`) : say(language, `limit.${layer}`, { count });
}

const relativeBelowMs = 60 * 60 * 1000;

/** `in 12 seconds`, `in 5 minutes`, `at 14:30 (Asia/Bangkok)`, `tomorrow at 00:00 (UTC)`. */
function writeReset(resetsAt: Date, now: Date, timeZone: string | undefined, language: TextLanguage): string {
  const leftMs = resetsAt.getTime() - now.getTime();
  const seconds = Math.max(1, Math.ceil(leftMs / 1_000));
  if (seconds === 1) return say(language, "limit.again in a second");
  if (seconds < 90) return say(language, "limit.again in seconds", { count: seconds });
  if (leftMs < relativeBelowMs)
    return say(language, "limit.again in minutes", { count: Math.ceil(leftMs / 60_000) });
  const zone = zoneOf(timeZone);
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
  const isToday = localDay(resetsAt, zone) === localDay(now, zone);
  return say(language, isToday ? "limit.again today" : "limit.again tomorrow", {
    time: clock.format(resetsAt),
    zone,
  });
}
