import { toInstant, toWall } from "../../core/wall-clock.ts";

/** Until when a conversation sleeps: a moment, or as long as its person says nothing. */
export type WakeUp = { readonly kind: "at"; readonly at: Date } | { readonly kind: "reply" };

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const mostMs = 90 * 86_400_000;
const usualMs = 2 * 3_600_000;

/**
 * Reads `2h`, `30 min`, `3d`, `until Mon 9:00`, `until 17:30`, `until tomorrow 8:00`, `until reply`; two hours where nothing
 * is said. Times are those of the given zone. Undefined for what it cannot read, and beyond 90 days.
 */
export function readWakeUp(argument: string | undefined, now: Date, timeZone: string): WakeUp | undefined {
  const said = (argument ?? "").trim().toLowerCase();
  if (said === "") return { kind: "at", at: new Date(now.getTime() + usualMs) };
  if (/^(until\s+)?(they\s+)?repl(y|ies)$/u.test(said)) return { kind: "reply" };
  return readSpan(said, now) ?? readMoment(said.replace(/^until\s+/u, ""), now, timeZone);
}

function readSpan(said: string, now: Date): WakeUp | undefined {
  const [, count = "", unit = ""] =
    /^(?:for\s+)?(\d{1,4})\s*(m|h|d|w)(?:in|ins|inutes?|ours?|ays?|eeks?|rs?)?$/u.exec(said) ?? [];
  const ms = Number(count) * (units[unit] ?? 0);
  return ms > 0 && ms <= mostMs ? { kind: "at", at: new Date(now.getTime() + ms) } : undefined;
}

function readMoment(said: string, now: Date, timeZone: string): WakeUp | undefined {
  const [, word = "", hour = "", minute = "00", half = ""] =
    /^(?:([a-z]+)\s*)?(?:at\s+)?(?:(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?)?$/u.exec(said) ?? [];
  if (word === "" && hour === "") return undefined;
  const ahead = word === "" ? 0 : daysAhead(word, now, timeZone);
  const clock = toMinutes(hour === "" ? "9" : hour, minute, half);
  if (ahead === undefined || clock === undefined) return undefined;
  const today = toWall(now, timeZone);
  for (const extra of word === "" ? [0, 1] : isWeekday(word) ? [0, 7] : [0]) {
    const at = toInstant({ ...today, day: today.day + ahead + extra }, clock, timeZone);
    if (at > now.getTime()) return { kind: "at", at: new Date(at) };
  }
  return undefined;
}

function isWeekday(word: string): boolean {
  return days.some((day) => word.startsWith(day));
}

function daysAhead(word: string, now: Date, timeZone: string): number | undefined {
  if (word === "today") return 0;
  if (word === "tomorrow") return 1;
  const wanted = days.findIndex((day) => word.startsWith(day));
  if (wanted < 0) return undefined;
  const { year, month, day } = toWall(now, timeZone);
  const today = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return (wanted - today + 7) % 7;
}

function toMinutes(hour: string, minute: string, half: string): number | undefined {
  const said = Number(hour);
  const hours = half === "pm" && said < 12 ? said + 12 : half === "am" && said === 12 ? 0 : said;
  const minutes = Number(minute);
  return hours < 24 && minutes < 60 ? hours * 60 + minutes : undefined;
}
