import { say, type TextLanguage } from "../../core/texts/texts.ts";

/** What is known of a wait: who came before, and how long others waited until a person had them, milliseconds. */
export interface Waiting {
  readonly ahead: number;
  readonly waits: readonly number[];
}

// Fewer tell more of chance than of the team.
const leastWaits = 5;
const minute = 60_000;
const hour = 60 * minute;

/** What a person who waits is told honestly: their place, and how long it took for others. Empty where nothing is known. */
export function toWaitWords({ ahead, waits }: Waiting, language: TextLanguage = "en"): string {
  return [...toPlace(ahead, language), ...toRange(waits, language)].join(" ");
}

function toPlace(ahead: number, language: TextLanguage): readonly string[] {
  if (ahead === 0) return [];
  return [
    ahead === 1 ? say(language, "wait.one before") : say(language, "wait.some before", { count: ahead }),
  ];
}

/** From what half of them waited to what nine in ten did. */
function toRange(waits: readonly number[], language: TextLanguage): readonly string[] {
  if (waits.length < leastWaits) return [];
  const sorted = waits.toSorted((a, b) => a - b);
  const [usual, long] = [quantile(sorted, 0.5), quantile(sorted, 0.9)];
  if (long < minute) return [say(language, "wait.soon")];
  const [from, to] = [toSpan(usual, language), toSpan(long, language)];
  return [
    from === to ? say(language, "wait.about", { span: to }) : say(language, "wait.range", { from, to }),
  ];
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function toSpan(ms: number, language: TextLanguage): string {
  if (ms < 1.5 * hour) {
    const minutes = Math.max(1, Math.ceil(ms / minute));
    return minutes === 1
      ? say(language, "wait.one minute")
      : say(language, "wait.minutes", { count: minutes });
  }
  return say(language, "wait.hours", { count: Math.ceil(ms / hour) });
}
