import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crashPoints, type CrashPoint } from "./crash-points.ts";
import { play } from "./play.ts";
import { expectSound } from "./report.ts";
import { oneProcess, quietScenario, talk, type Utterance } from "./scenario.ts";
import { openStage, type Stage } from "./stage.ts";

/** What has to be said for a process to come to a point. */
function kindsFor(point: CrashPoint): Utterance["kind"][] {
  if (/tool|ticket/.test(point)) return ["ticket", "question"];
  if (/take|taken|marked/.test(point)) return ["question", "human", "question"];
  return ["question", "question"];
}

describe("a process that is killed at an exact point loses nothing and repeats nothing (W1)", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.stop());

  it.each(crashPoints)("%s", { timeout: 240_000 }, async (point) => {
    const scenario = quietScenario(`killed at ${point}`, {
      roles: oneProcess,
      // Slow enough for a stream to be written to a second time.
      model: { firstTokenMs: 30, tokensPerSecond: point === "stream goes on" ? 35 : 200 },
      queue: crashPoints.indexOf(point) % 2 === 0 ? "postgres" : "redis",
      talks: [talk("t", kindsFor(point), { gapMs: 600 })],
      strikes: [{ point, act: "kill" }],
    });
    const outcome = await play(stage, scenario);
    expectSound(scenario, outcome);
    expect(outcome.struck).toEqual([point]);
  });
});
