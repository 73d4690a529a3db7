import type { BatonRole } from "./fleet.ts";
import { doorAndWorkers, oneProcess } from "./scenario.ts";

/** `BATON_FAULT_SEEDS` asks for the whole battery; a plain run of the tests plays what two minutes allow. */
export const isWholeBattery = process.env["BATON_FAULT_SEEDS"] !== undefined;

/** Who serves where it is not processes that break: starting one is most of what a scenario costs. */
export const usualRoles: readonly BatonRole[] = isWholeBattery ? doorAndWorkers : oneProcess;

/**
 * The rows this run plays: in a plain run those named in `always`, each for a promise of its own. Tells on standard
 * error which ones are left to `npm run test:faults`. Throws when `always` names a row that does not exist.
 */
export function chooseRows<Row extends readonly [name: string, ...unknown[]]>(
  rows: readonly Row[],
  always: readonly string[],
): readonly Row[] {
  const stale = always.filter((name) => !rows.some(([known]) => known === name));
  if (stale.length > 0) throw new Error(`no such rows: ${stale.join(", ")}`);
  if (isWholeBattery) return rows;
  const isPlayed = ([name]: Row): boolean => always.includes(name);
  tellLeftOut(rows.filter((row) => !isPlayed(row)).map(([name]) => name));
  return rows.filter(isPlayed);
}

/** Names what a plain run does not play, so that nobody takes it for proven. */
export function tellLeftOut(names: readonly string[]): void {
  const lines = names.map((name) => `  ${name}\n`).join("");
  process.stderr.write(`not played, left to npm run test:faults:\n${lines}`);
}
