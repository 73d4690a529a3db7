import { monitorEventLoopDelay } from "node:perf_hooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/talk.ts";
import { isWholeBattery, tellLeftOut } from "./battery.ts";
import { readBooks } from "./ground-truth.ts";
import { judgeTakeOvers, toTable, type Verdict } from "./handoff/judge-take-overs.ts";
import { anaOn, directLane, slowlyMs, threadLane, webLane, type Lane, type Room } from "./handoff/lanes.ts";
import { playTakeOver, toPlan, type Played } from "./handoff/play-take-over.ts";
import { openScene, type Scene } from "./handoff/scene.ts";
import { takeOverPoints, type TakeOverPoint } from "./handoff/take-over-points.ts";
import { readDiscord } from "./platforms/discord.ts";
import type { Truth, Write } from "./platforms/platform.ts";
import { readSlack } from "./platforms/slack.ts";
import { readTeams } from "./platforms/teams.ts";
import { readVisitors } from "./platforms/web.ts";
import type { Visitor } from "./platforms/web-visitor.ts";

/** Take-overs at each point on each channel, at most: more tell nothing new, and it takes minutes. */
const mostSeeds = 20;
const seeds = isWholeBattery ? Math.min(mostSeeds, Number(process.env["BATON_FAULT_SEEDS"])) : 0;

type LaneName =
  | "slack, thread"
  | "slack, direct"
  | "discord, thread"
  | "discord, direct"
  | "teams, thread"
  | "teams, direct"
  | "web 1"
  | "web 2";
interface Case {
  readonly point: TakeOverPoint;
  readonly seed: number;
}

/** What a plain run plays: each point, and each lane. */
const plain: Readonly<Record<LaneName, readonly TakeOverPoint[]>> = {
  "slack, thread": ["while the model speaks", "between commit and send"],
  "slack, direct": ["while a tool runs", "before the claim"],
  "discord, thread": ["while it is sent", "while it is understood"],
  "discord, direct": ["after a tool's result", "after the claim"],
  "teams, thread": ["before the commit", "before a tool starts"],
  "teams, direct": ["while the model speaks"],
  "web 1": ["while the model speaks", "between two thoughts"],
  "web 2": ["between commit and send", "before the model is asked"],
};
const onlyOn = process.env["BATON_FAULT_PLATFORM"] ?? "";
const laneNames = (Object.keys(plain) as LaneName[]).filter((name) => name.startsWith(onlyOn));

/** Begin the ids of their questions. */
const marks = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"] as const;

/** Of two lanes of a channel each plays every other seed. */
function casesOf(lane: LaneName): readonly Case[] {
  if (!isWholeBattery) return plain[lane].map((point, index) => ({ point, seed: index }));
  const share = Object.keys(plain).indexOf(lane) % 2;
  return Array.from({ length: seeds }, (_, seed) => seed)
    .filter((seed) => seed % 2 === share)
    .flatMap((seed) => takeOverPoints.map((point) => ({ point, seed })));
}

let scene: Scene;
let lanes: Readonly<Record<LaneName, Lane>>;
let visitors: readonly Visitor[] = [];
let readyMs = 0;

beforeAll(async () => {
  if (!isWholeBattery) tellLeftOut(["taken over at each of 12 points, on each channel, in 20 ways"]);
  scene = await openScene();
  const startedAt = Date.now();
  const [slack, discord, teams, first, second] = await Promise.all([
    directLane(scene, "slack"),
    directLane(scene, "discord"),
    directLane(scene, "teams"),
    webLane(scene, "weba"),
    webLane(scene, "webb"),
  ]);
  visitors = [first.visitor, second.visitor];
  lanes = {
    "slack, thread": threadLane(scene, "slack"),
    "slack, direct": slack,
    "discord, thread": threadLane(scene, "discord"),
    "discord, direct": discord,
    "teams, thread": threadLane(scene, "teams"),
    "teams, direct": teams,
    "web 1": first,
    "web 2": second,
  };
  readyMs = Date.now() - startedAt;
}, 180_000);
afterAll(async () => {
  for (const visitor of visitors) visitor.close();
  await scene?.stop();
});

describe("a colleague who takes over at any point of a turn (H1, I5)", () => {
  it("hears nothing more of the bot, and no tool of it does anything", { timeout: 1_500_000 }, async () => {
    const startedAt = Date.now();
    const stalls = monitorEventLoopDelay();
    stalls.enable();
    const ended = await Promise.allSettled(
      laneNames.map((name, index) =>
        playAll(scene, lanes[name], { cases: casesOf(name), mark: marks[index] ?? "" }),
      ),
    );
    const broken = ended.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
    const played = ended.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
    stalls.disable();
    const told = await readVisitors(visitors, scene.talk.databaseUrl);
    const lateMs = Math.round(stalls.max / 1e6);
    const verdicts = await judgeAll(scene, played, { ...told, writes: told.writes.map(earlier(lateMs)) });
    const tookSeconds = Math.round((Date.now() - startedAt) / 1_000);
    process.stderr.write(
      `${played.length} take-overs in ${tookSeconds} s (ready after ${readyMs} ms; pages hear up to ${lateMs} ms late)\n${toTable(verdicts)}\n`,
    );
    expect([...broken, ...verdicts.flatMap(({ violations }) => violations)]).toEqual([]);
    expect(played).toHaveLength(laneNames.flatMap(casesOf).length);
  });
});

describe.each(["slack", "discord", "teams"] as const)(
  "the room of somebody who is alone with the bot on %s",
  (platform) => {
    const shows = (room: Room, words: string) =>
      until(async () => room.lines().some((line) => line.includes(words)), slowlyMs);

    it(
      "follows what they change and take back, and tells why a colleague's words did not reach them",
      { timeout: 120_000 },
      async () => {
        const { room, takeOver, release, space: channel } = lanes[`${platform}, direct`];
        if (room === undefined) throw new Error("nobody sits anywhere");
        const page = scene.pages[platform];
        const at = { user: anaOn(page), channel };
        await takeOver("!claim");
        await until(async () => (await room.owner()) === "human", slowlyMs);
        const first = page.says({ ...at, text: "the number is 11111" }).ts;
        await shows(room, "the number is 11111");
        const second = page.says({ ...at, text: "and my card is 4242" }).ts;
        await shows(room, "and my card is 4242");
        page.edits({ ...at, ts: first, text: "the number is 22222" });
        page.deletes({ ...at, ts: second });
        await shows(room, "the number is 22222");
        await shows(room, "deleted this message");
        expect(room.lines().filter((line) => /is 11111|card is 4242/.test(line))).toEqual([]);

        refuseWords(scene, platform, channel);
        room.says("!r see you there");
        await shows(room, "was not delivered");
        expect(room.lines().join()).toContain(
          platform === "teams" ? "they removed the bot" : "they take no direct messages",
        );
        expect(page.messages(channel).messages.some(({ text }) => text.includes("see you there"))).toBe(
          false,
        );
        await release();
      },
    );
  },
);

/** Whoever is written to there does not take it, as the platform says so. */
function refuseWords(
  { slack, discord, teams }: Scene,
  platform: "slack" | "discord" | "teams",
  channel: string,
): void {
  const once = { text: "see you there", times: 1 } as const;
  if (platform === "slack") {
    slack.faults.api({
      ...once,
      method: "chat.postMessage",
      channel,
      do: { kind: "error", error: "cannot_dm_bot" },
    });
  } else if (platform === "discord") {
    const route = "POST /channels/:channel/messages";
    discord.faults.rest({ ...once, route, channel, do: { kind: "error", status: 403, code: 50007 } });
  } else {
    const operation = "message.create";
    teams.faults.api({ ...once, operation, do: { kind: "error", error: "BotNotInConversationRoster" } });
  }
}

async function playAll(
  scene: Scene,
  lane: Lane,
  { cases, mark }: { readonly cases: readonly Case[]; readonly mark: string },
): Promise<Played[]> {
  const played: Played[] = [];
  for (const [index, { point, seed }] of cases.entries())
    played.push(await playTakeOver(scene, lane, toPlan(`${mark}x${index}x`, point, seed)));
  return played;
}

/** A page shares this process: what it was told may have waited for as long as the process stood still. */
function earlier(lateMs: number): (write: Write) => Write {
  return (write) => (write.what === "token" ? { ...write, doneMs: write.doneMs - lateMs } : write);
}

async function judgeAll(scene: Scene, played: readonly Played[], web: Truth): Promise<Verdict[]> {
  const books = await readBooks(scene.talk.databaseUrl);
  const truths: Readonly<Record<Lane["channel"], Truth>> = {
    slack: readSlack(scene.slack),
    discord: readDiscord(scene.discord),
    teams: readTeams(scene.teams),
    web,
  };
  return played.flatMap((one) =>
    judgeTakeOvers([one], { truth: truths[one.channel], effects: scene.effects, books }),
  );
}
