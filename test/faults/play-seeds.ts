import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWholeBattery, tellLeftOut } from "./battery.ts";
import { play } from "./play.ts";
import { expectSound } from "./report.ts";
import { seededScenario } from "./seeded-scenario.ts";
import { openStage, type Stage } from "./stage.ts";

/** Seeds a plain test run plays. */
const defaultSeeds = 2;

/**
 * Plays one share of the seeds, on servers of its own. `BATON_FAULT_SEEDS` says how many there are,
 * `BATON_FAULT_FROM` where they begin, `BATON_FAULT_SEED` names a single one.
 */
export function playSeeds({ share, of }: { readonly share: number; readonly of: number }): void {
  if (!isWholeBattery && share === 0) tellLeftOut([`seeds after ${defaultSeeds}`]);
  const seeds = chosenSeeds().filter((_, at) => (at + 1) % of === share);

  it("makes the same scenario of the same seed", () => {
    const again = seeds.map(seededScenario);
    expect(seeds.map(seededScenario)).toEqual(again);
  });

  if (seeds.length === 0) return; // a single seed is in the other share
  describe("whatever goes wrong, every message is answered exactly once", () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await openStage();
    });
    afterAll(() => stage.stop());

    it.each(seeds)("seed %i", { timeout: 240_000 }, async (seed) => {
      const scenario = seededScenario(seed);
      const outcome = await play(stage, scenario);
      expectSound(scenario, outcome);
    });
  });
}

function chosenSeeds(): number[] {
  const single = process.env["BATON_FAULT_SEED"];
  if (single !== undefined) return [Number(single)];
  const from = Number(process.env["BATON_FAULT_FROM"] ?? 1);
  return Array.from(
    { length: Number(process.env["BATON_FAULT_SEEDS"] ?? defaultSeeds) },
    (_, at) => from + at,
  );
}
