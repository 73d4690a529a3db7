import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chooseRows } from "./battery.ts";
import type { CrashPoint } from "./crash-points.ts";
import { readBooks, unfinished } from "./ground-truth.ts";
import { play, type Running } from "./play.ts";
import { expectSound } from "./report.ts";
import { quietScenario, talk, type Utterance } from "./scenario.ts";
import { openStage, type Stage } from "./stage.ts";

const sleepMs = 9_000;

/** What a plain run plays too: one before its effect, one after. */
const always = ["right before the last words appear"];

const naps: readonly [string, CrashPoint, Utterance["kind"][]][] = [
  ["before the model was asked", "model step begun", ["question"]],
  ["in the middle of a stream", "stream goes on", ["question"]],
  ["before a tool ran", "tool step begun", ["ticket"]],
  ["after a tool's effect", "ticket made", ["ticket"]],
  ["right before the first words appear", "stream intended", ["question"]],
  ["right before the last words appear", "committed", ["question"]],
  ["right before a notice is posted", "delivery marked", ["human"]],
  ["before what was posted is noted down", "before the outcomes", ["question"]],
];

describe("a worker that slept longer than its lease changes nothing when it wakes (W3)", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.stop());

  it.each(chooseRows(naps, always))("asleep %s", { timeout: 240_000 }, async (name, point, kinds) => {
    const scenario = quietScenario(`asleep ${name}`, {
      model: { firstTokenMs: 30, tokensPerSecond: 40 },
      talks: [talk("t", kinds)],
      strikes: [{ point, act: "stop" }],
      sleepMs,
    });
    let done: Picture | undefined;
    let later: Picture | undefined;
    const outcome = await play(stage, scenario, {
      meanwhile: async (running) => {
        await until(() => running.fleet.sleeping() === 1);
        await until(async () => unfinished(await readBooks(running.databaseUrl)).length === 0);
        expect(running.fleet.sleeping(), "another worker finished while the first one slept").toBe(1);
        done = await takePicture(running);
        await until(() => running.fleet.sleeping() === 0);
        await delay(1_500);
        later = await takePicture(running);
      },
    });
    expectSound(scenario, outcome);
    expect(outcome.struck).toEqual([point]);
    expect(later).toEqual(done);
  });
});

interface Picture {
  readonly messages: readonly string[];
  readonly books: unknown;
}

async function takePicture({ platform, databaseUrl }: Running): Promise<Picture> {
  const { transcript } = await platform.truth(databaseUrl);
  return {
    messages: transcript,
    books: await readBooks(databaseUrl),
  };
}

async function until(probe: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await delay(50)) if (await probe()) return;
  throw new Error("it did not come to this within 30 s");
}
