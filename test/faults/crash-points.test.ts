import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { channelNames, type ChannelName } from "../../src/core/envelope.ts";
import { isWholeBattery, tellLeftOut } from "./battery.ts";
import { crashPoints, type CrashPoint } from "./crash-points.ts";
import { play } from "./play.ts";
import { expectSound } from "./report.ts";
import { oneProcess, quietScenario, talk, type Scenario, type Talk, type Utterance } from "./scenario.ts";
import { openStage, type Stage } from "./stage.ts";

/**
 * What a plain run plays: one life with several ends, each in another stage of an answer, so that what comes after
 * one of them is not yet what the next one strikes. The battery has a life for every point, on every channel.
 */
const lives: readonly (readonly CrashPoint[])[] = [
  ["message accepted", "tool step begun", "committed"],
  ["claimed", "tool outcome kept", "before the outcomes"],
  // Whoever comes after a stream that may have begun shows no other, so none goes on after "stream intended".
  ["model step begun", "stream goes on", "before the commit"],
  ["before the take-over commits", "taken over", "delivery marked"],
];

/** What has to be said for a process to come to these points. */
function kindsFor(points: readonly CrashPoint[]): Utterance["kind"][] {
  const first = points.some((point) => /tool|ticket/.test(point)) ? "ticket" : "question";
  const isTakenOver = points.some((point) => /take|taken|marked/.test(point));
  return isTakenOver ? [first, "human", "question"] : [first, "question"];
}

/**
 * Late enough with its first word for a sign to be put up, and slow enough for a stream to be written to a second
 * time, on a machine that takes a second for the first.
 */
function paceFor(points: readonly CrashPoint[]): Scenario["model"] {
  return {
    firstTokenMs: points.includes("receipt noted") ? 600 : 30,
    tokensPerSecond: points.includes("stream goes on") ? 10 : 200,
  };
}

/** Where a process comes to a point at all: Teams streams in personal chats only, and the web takes no reaction. */
function roomFor(platform: ChannelName): Talk["channel"] {
  return platform === "teams" ? "dm" : "#support";
}

/** The points a platform has: where nothing is marked as seen, no such mark is noted. */
function pointsOn(platform: ChannelName): readonly CrashPoint[] {
  const isMarked = platform === "slack" || platform === "discord";
  return crashPoints.filter((point) => point !== "receipt noted" || isMarked);
}

interface Life {
  readonly platform: ChannelName;
  readonly points: readonly CrashPoint[];
}

const plain: readonly Life[] = lives.map((points) => ({ platform: "slack", points }));
const whole: readonly Life[] = channelNames.flatMap((platform) =>
  pointsOn(platform).map((point) => ({ platform, points: [point] })),
);

function choose(): readonly Life[] {
  if (isWholeBattery) return whole;
  const played = new Set(plain.flatMap(({ points }) => points));
  const left = crashPoints.filter((point) => !played.has(point));
  tellLeftOut([
    `killed at each of: ${left.join(", ")}`,
    ...channelNames.map(
      (platform) => `killed once on ${platform}, at each of: ${pointsOn(platform).join(", ")}`,
    ),
  ]);
  return plain;
}

describe("a process that is killed at an exact point loses nothing and repeats nothing (W1)", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.stop());

  it.each(choose())("$platform: $points", { timeout: 240_000 }, async ({ platform, points }) => {
    const place = crashPoints.findIndex((point) => point === points[0]);
    const scenario = quietScenario(`killed at ${points.join(", ")}`, {
      platform,
      roles: oneProcess,
      model: paceFor(points),
      queue: place % 2 === 0 ? "postgres" : "redis",
      talks: [talk("t", kindsFor(points), { gapMs: 600, channel: roomFor(platform) })],
      strikes: points.map((point) => ({ point, act: "kill" })),
    });
    const outcome = await play(stage, scenario);
    expectSound(scenario, outcome);
    expect(outcome.struck.toSorted()).toEqual(points.toSorted());
  });
});
