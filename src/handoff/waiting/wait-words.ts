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
export function toWaitWords({ ahead, waits }: Waiting): string {
  const place = ahead === 0 ? [] : [`${ahead} ${ahead === 1 ? "person is" : "people are"} before you.`];
  return [...place, ...toRange(waits)].join(" ");
}

/** From what half of them waited to what nine in ten did. */
function toRange(waits: readonly number[]): readonly string[] {
  if (waits.length < leastWaits) return [];
  const sorted = waits.toSorted((a, b) => a - b);
  const [usual, long] = [quantile(sorted, 0.5), quantile(sorted, 0.9)];
  if (long < minute) return ["It usually takes less than a minute."];
  const [from, to] = [toSpan(usual), toSpan(long)];
  return [from === to ? `It usually takes about ${to}.` : `It usually takes ${from} to ${to}.`];
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function toSpan(ms: number): string {
  if (ms < 1.5 * hour) {
    const minutes = Math.max(1, Math.ceil(ms / minute));
    return `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  }
  const hours = Math.ceil(ms / hour);
  return `${hours} hours`;
}
