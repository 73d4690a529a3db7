import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";

/** One model's price in US dollars per 1 000 tokens, and the day it was looked up (YYYY-MM-DD). */
export interface PriceRow {
  readonly model: string;
  readonly inputPer1k: number;
  readonly outputPer1k: number;
  readonly asOf: string;
}

const price = z.strictObject({
  model: z.string().min(1),
  inputPer1k: z.number().min(0),
  outputPer1k: z.number().min(0),
  asOf: z.iso.date("must be a day such as 2025-01-31"),
});
const priceFile = z.strictObject({ prices: z.array(price) });

/** Reads `config/prices.yaml`; no file, no prices. Adds to `problems` what is wrong with it. */
export function readPrices(folder: string, problems: string[]): readonly PriceRow[] {
  const name = "config/prices.yaml";
  if (!existsSync(join(folder, name))) return [];
  const table = readYaml(folder, name, priceFile, problems)?.prices ?? [];
  for (const { model } of table.filter(
    (row, index) => table.findIndex((other) => other.model === row.model) !== index,
  )) {
    problems.push(`${name}: ${model} stands there twice. Keep one row`);
  }
  return table;
}

/** Reads one YAML file by its schema; on failure adds every problem and returns undefined. */
export function readYaml<T>(
  folder: string,
  name: string,
  schema: z.ZodType<T>,
  problems: string[],
): T | undefined {
  try {
    const parsed = schema.safeParse(parseYaml(readFileSync(join(folder, name), "utf8")));
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) problems.push(`${name}: ${toPlace(issue.path)}${issue.message}`);
  } catch (cause) {
    problems.push(
      `${name} is not valid YAML: ${cause instanceof Error ? cause.message.split("\n")[0] : "unreadable"}`,
    );
  }
  return undefined;
}

/** Names of the files in a folder of `config/` with this ending, sorted; none when there is no such folder. */
export function listFiles(folder: string, name: string, ending: string): readonly string[] {
  const path = join(folder, name);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((file) => file.endsWith(ending))
    .toSorted();
}

function toPlace(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "" : `${path.map(String).join(".")}: `;
}
