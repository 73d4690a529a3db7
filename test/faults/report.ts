import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { keptFolder } from "../support/kept-folder.ts";
import type { Outcome } from "./play.ts";
import type { Scenario } from "./scenario.ts";

/** Tells in one line how it went. Fails with everything that was violated; the log of the processes and the scenario are kept in a file, with `BATON_FAULT_KEEP` also where all was well. */
export function expectSound(scenario: Scenario, outcome: Outcome): void {
  const { answered, handedOff, unheard, unknown } = outcome.counts;
  process.stderr.write(
    `${scenario.name} on ${scenario.platform}: ${answered} answered, ${handedOff} handed off, ` +
      `${unknown} unknown, ${unheard} never heard; ` +
      `recovered in ${outcome.recoveredMs} ms of ${outcome.tookMs}; struck: ${outcome.struck.join(", ")}\n`,
  );
  if (outcome.violations.length === 0 && process.env["BATON_FAULT_KEEP"] === undefined) return;
  const folder = path.join(keptFolder(), "baton-fault-reports");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${scenario.name.replace(/[^\w-]+/g, "-")}.txt`);
  const { log, books, ...rest } = outcome;
  writeFileSync(file, `${JSON.stringify({ scenario, ...rest, books }, null, 2)}\n\n${log}`);
  if (outcome.violations.length === 0) return;
  const lines = outcome.violations.map((violation) => `- ${violation}`).join("\n");
  throw new Error(`${scenario.name}: ${outcome.violations.length} violated (details in ${file})\n${lines}`);
}
