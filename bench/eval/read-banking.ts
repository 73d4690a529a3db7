import { readFileSync } from "node:fs";
import type { IntentExample } from "../../src/guard/understanding/intent-model.ts";

/** BANKING77 (Casanueva et al. 2020, CC BY 4.0): real questions to a bank, 77 intents. */
export function readBanking(part: "train" | "test"): IntentExample[] {
  const file = new URL(`../../../shared/data/intents/banking77-${part}.csv`, import.meta.url);
  const rows = readFileSync(file, "utf8").matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*)),(\w+\??)\r?\n/g);
  return Array.from(rows, ([, quoted, plain, intent = ""]) => ({
    text: (quoted ?? plain ?? "").replaceAll('""', '"').trim(),
    intent,
  })).slice(1);
}

/** The names of all intents, in the order of their first example. */
export function intentsOf(examples: readonly IntentExample[]): string[] {
  return [...new Set(examples.map(({ intent }) => intent))];
}

/** The first examples of each of these intents. */
export function firstOfEach(
  examples: readonly IntentExample[],
  intents: readonly string[],
  count: number,
): IntentExample[] {
  return intents.flatMap((name) => examples.filter(({ intent }) => intent === name).slice(0, count));
}
