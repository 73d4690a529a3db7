import { afterAll, beforeAll, describe, it } from "vitest";
import { play } from "./play.ts";
import { expectSound } from "./report.ts";
import { seededScenario } from "./seeded-scenario.ts";
import { openStage, type Stage } from "./stage.ts";

const only = process.env["BATON_FAULT_SEED"];
const count = Number(process.env["BATON_FAULT_SEEDS"] ?? 4);
const seeds = only === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(only)];

describe("whatever goes wrong, every message is answered exactly once", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.stop());

  it.each(seeds)("seed %i", { timeout: 120_000 }, async (seed) => {
    const scenario = seededScenario(seed);
    const startedAt = Date.now();
    const outcome = await play(stage, scenario);
    process.stderr.write(
      `seed ${seed}: ${JSON.stringify(outcome.counts)} recovered ${outcome.recoveredMs} ms, took ${Date.now() - startedAt} ms, struck ${outcome.struck.join(", ")}\n`,
    );
    expectSound(scenario, outcome);
  });
});
