import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startOpenAiSimulator, type OpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import type { Pace } from "../../src/compose/pace.ts";
import { noRateLimits } from "../support/no-rate-limits.ts";
import type { CrashPoint } from "./crash-points.ts";
import { startFleet, type Fleet } from "./fleet.ts";
import { readBooks, tablesContaining, unfinished, type Books } from "./ground-truth.ts";
import type { Platform } from "./platforms/platform.ts";
import { startPlatform } from "./platforms/start-platform.ts";
import type { Scenario, Talk, Utterance } from "./scenario.ts";
import type { Stage } from "./stage.ts";
import { makeTrouble } from "./trouble.ts";
import { judge, untaken, type Findings, type Spoken } from "./verdict.ts";

/** How a scenario ended. */
export interface Outcome extends Findings {
  readonly struck: readonly CrashPoint[];
  /** From the end of the troubles until nothing was left to do, milliseconds. */
  readonly recoveredMs: number;
  readonly tookMs: number;
  readonly log: string;
  readonly books: Books;
  /** What stands on the platform, one line a message. */
  readonly transcript: readonly string[];
}

/** A scenario under way, for a test that looks while it runs. */
export interface Running {
  readonly platform: Platform;
  readonly model: OpenAiSimulator;
  readonly fleet: Fleet;
  readonly databaseUrl: string;
}

/** Clocks of the processes under test: everything that is looked at again is looked at soon. */
const pace: Pace = {
  lease: { ttlMs: 2_000, heartbeatMs: 400, marginMs: 300 },
  sweepEveryMs: 500,
  sweepGraceMs: 300,
  receiptDelayMs: 100,
  queueLockMs: 1_500,
  queueStalledEveryMs: 400,
  delivery: { baseMs: 50, maxMs: 500, maxAttempts: 60 },
  channelLeaseMs: 2_000,
  modelRetry: { attempts: 4, minMs: 10, maxMs: 100 },
};

/** Far longer than it takes: on a busy machine a process alone takes seconds to start. */
const settleWithinMs = 90_000;
const lookEveryMs = 150;
const quietLooks = 3;

/** Plays a scenario to its end and judges it. */
export async function play(
  stage: Stage,
  scenario: Scenario,
  { meanwhile }: { readonly meanwhile?: (running: Running) => Promise<void> } = {},
): Promise<Outcome> {
  const startedAt = Date.now();
  const folder = await mkdtemp(path.join(tmpdir(), "baton-fault-"));
  const databaseUrl = await stage.createDatabase();
  const canary = `canary${randomBytes(8).toString("hex")}`;
  const redisUrl = await stage.emptyRedis();
  const platform = await startPlatform(scenario.platform);
  const model = await startOpenAiSimulator(scenario.model);
  let fleet: Fleet | undefined;
  try {
    await layOut(folder, platform.files);
    fleet = await startFleet({
      roles: scenario.roles,
      pace,
      sleepMs: scenario.sleepMs,
      orders: {
        folder,
        strikes: scenario.strikes,
        unrepeatableTools: scenario.unrepeatableTools ?? false,
      },
      env: {
        ...platform.env,
        BATON_HOST: "127.0.0.1",
        ...noRateLimits,
        OPENAI_BASE_URL: model.baseURL,
        OPENAI_API_KEY: "sk-test",
        OPENAI_MODEL: "gpt-4o-mini",
        DATABASE_URL: databaseUrl,
        ...(scenario.queue === "redis" && { REDIS_URL: redisUrl }),
        BATON_MASTER_KEY: randomBytes(32).toString("base64"),
        BATON_DATA_DIR: folder,
        BATON_SHUTDOWN_MS: "4000",
      },
    });
    await platform.serve(fleet.doors);
    const victims = { stage, databaseUrl, platform, model, fleet };
    const troubles = Promise.all(
      scenario.troubles.map(async ({ atMs, trouble }) => {
        await delay(atMs);
        await makeTrouble(victims, trouble);
      }),
    );
    const talks = scenario.talks.map((one) => speak(platform, one, canary));
    await meanwhile?.(victims);
    await troubles;
    const spoken = (await Promise.all(talks)).flat();
    const endedAt = Date.now();
    let books = await settle({ databaseUrl, fleet, spoken });
    const recoveredMs = Date.now() - endedAt;
    // What the platform sends again, or a catch-up finds, may begin new work after the first quiet moment.
    for (let seen = -1; seen !== platform.activity();) {
      seen = platform.activity();
      await platform.settled();
      books = await settle({ databaseUrl, fleet, spoken });
    }
    const truth = await platform.truth(databaseUrl);
    const log = fleet.log();
    const findings = judge({ spoken, truth, books, leavesUnknown: platform.leavesUnknown });
    const leaks = await findLeaks({ canary, log, stage, databaseUrl });
    const violations = [...findings.violations, ...leaks, ...fleet.crashes];
    return {
      ...findings,
      violations,
      struck: fleet.struck,
      recoveredMs,
      tookMs: Date.now() - startedAt,
      log,
      books,
      transcript: truth.transcript,
    };
  } finally {
    await fleet?.stop();
    await Promise.all([platform.stop(), model.stop()]);
    await stage.dropDatabase(databaseUrl);
    await rm(folder, { recursive: true, force: true });
  }
}

async function layOut(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

/** Says everything of a talk in its time; resolves once the platform has given up or been acknowledged for each. */
async function speak(
  platform: Platform,
  { user, channel, messages }: Talk,
  canary: string,
): Promise<Spoken[]> {
  const spoken: Promise<Spoken>[] = [];
  const calls: string[] = [];
  const speaker = platform.opens({ user, room: channel });
  for (const [index, utterance] of messages.entries()) {
    await delay(utterance.afterMs);
    const isFirst = index === 0;
    const namesBot =
      channel !== "dm" && (isFirst || utterance.mention === true || utterance.kind === "human");
    const { id } = utterance;
    const said = await speaker.says({ id, text: wordsFor(utterance, canary), namesBot });
    if (namesBot) calls.push(said.at);
    const one = { utterance, at: said.at, calledBy: channel === "dm" ? [said.at] : [...calls] };
    spoken.push(said.acknowledged.then((acknowledged) => ({ ...one, acknowledged })));
  }
  return Promise.all(spoken);
}

/** A thread's first message names the bot; so does a command, wherever it stands. */
function wordsFor({ id, kind }: Utterance, canary: string): string {
  if (kind === "human") return "human";
  const wish = kind === "ticket" ? "please open a ticket for" : "what about";
  return `${wish} my ${canary} badge? [[id:${id}]]`;
}

/** Waits until there is nothing left to do, several looks in a row, and gives the last look; bounded. */
async function settle(parts: {
  readonly databaseUrl: string;
  readonly fleet: Fleet;
  readonly spoken: readonly Spoken[];
}): Promise<Books> {
  const { databaseUrl, fleet, spoken } = parts;
  const until = Date.now() + settleWithinMs;
  for (let quiet = 0; ;) {
    const books = await readBooks(databaseUrl);
    const isQuiet =
      fleet.sleeping() === 0 && unfinished(books).length === 0 && untaken(spoken, books).length === 0;
    quiet = isQuiet ? quiet + 1 : 0;
    if (quiet >= quietLooks || Date.now() > until) return books;
    await delay(lookEveryMs);
  }
}

/** I12: what people wrote is nowhere in the clear but on the platform and at the model. */
async function findLeaks(parts: {
  readonly canary: string;
  readonly log: string;
  readonly stage: Stage;
  readonly databaseUrl: string;
}): Promise<string[]> {
  const { canary, log, stage, databaseUrl } = parts;
  const tables = await tablesContaining(databaseUrl, canary);
  return [
    ...(log.includes(canary) ? [`I12: a person's words are in the log: ${lineWith(log, canary)}`] : []),
    ...((await stage.readRedisLog()).includes(canary) ? ["I12: a person's words are in Redis"] : []),
    ...tables.map((name) => `I12: a person's words are in the clear in ${name}`),
  ];
}

function lineWith(log: string, text: string): string {
  return (
    log
      .split("\n")
      .find((line) => line.includes(text))
      ?.slice(0, 300) ?? ""
  );
}
