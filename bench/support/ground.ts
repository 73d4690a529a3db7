import { randomBytes } from "node:crypto";
import type { ChannelName } from "../../src/core/envelope.ts";
import { cpuMsOf, cpuMsOfTree } from "./process-figures.ts";
import { median, percentile } from "./figures.ts";
import { startForked, type Forked } from "./forked.ts";
import type { Load, LoadResult, ModelOrder } from "./load.ts";
import type { Party, World } from "./party.ts";
import type { PlatformHello, PlatformOrder } from "./run-platform.ts";
import { startStores, type Stores } from "./stores.ts";

/** What stands around every party: PostgreSQL, Redis, one platform and the model, each in processes of its own. */
export interface Ground {
  readonly stores: Stores;
  /** The world with a new empty database. */
  createWorld(database: string): Promise<World>;
  /** Points the platform's events at the party, drives the load, and measures. */
  measure(party: Party, load: Load, options?: MeasureOptions): Promise<Round>;
  /** How the model writes; 0 and 0 is at once. */
  setModelPace(pace: { firstTokenMs: number; tokensPerSecond: number }): Promise<void>;
  stop(): Promise<void>;
}

export interface MeasureOptions {
  /** 1 is real time: Slack sends again at once, after a minute and after five, Teams after 15 s. Default 0.1. */
  readonly timeScale?: number;
  /** Runs beside the load. */
  readonly meanwhile?: () => Promise<void>;
}

/** One load on one party. Times in milliseconds; those with `Each` are per finished turn. */
export interface Round {
  readonly turns: number;
  readonly lost: number;
  readonly doubled: number;
  readonly strays: number;
  readonly unfinished: number;
  readonly notAcked: number;
  readonly ack: {
    readonly count: number;
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
  };
  /** From sending the question to the complete answer, without the model's own time. */
  readonly overhead: { readonly p50: number; readonly p95: number; readonly p99: number };
  readonly firstText: { readonly p50: number };
  readonly turnsPerSecond: number;
  readonly cpuEach: number;
  readonly postgresCpuEach: number;
  readonly redisCpuEach: number;
  readonly redisCommandsEach: number;
  readonly modelCallsEach: number;
  readonly rssMb: number;
}

/** Starts all of it, with the local platform of that name. */
export async function startGround(channel: ChannelName = "slack"): Promise<Ground> {
  const stores = await startStores();
  const platform = await startForked<PlatformOrder, PlatformHello>(`${channel}-process.ts`);
  const model = await startForked<ModelOrder, { baseURL: string }>("model-process.ts");
  return {
    stores,
    createWorld: async (database) => ({
      platform: platform.hello,
      model: model.hello,
      databaseUrl: await stores.createDatabase(database),
      redisUrl: stores.redisUrl,
      masterKey: randomBytes(32).toString("base64"),
    }),
    measure: (party, load, options = {}) =>
      measure({ stores, platform: platform.process, model: model.process, party }, load, options),
    setModelPace: (pace) => model.process.ask({ kind: "pace", ...pace }),
    stop: async () => {
      await Promise.all([platform.process.stop(), model.process.stop(), stores.stop()]);
    },
  };
}

interface Measured {
  readonly stores: Stores;
  readonly platform: Forked<PlatformOrder>;
  readonly model: Forked<ModelOrder>;
  readonly party: Party;
}

async function measure(measured: Measured, load: Load, options: MeasureOptions): Promise<Round> {
  const { platform, model, party } = measured;
  await platform.ask({ kind: "serve", url: party.requestUrl, timeScale: options.timeScale ?? 0.1 });
  await model.ask({ kind: "times" });
  const before = await look(measured);
  const loading = platform.ask<LoadResult>({ kind: "load", load });
  await Promise.all([loading, options.meanwhile?.()]);
  const result = await loading;
  for (const failure of new Set(result.failures)) console.error(`not asked: ${failure}`);
  const after = await look(measured);
  const { times } = await model.ask<{ times: [number, number][] }>({ kind: "times" });
  return toRound(result, times, {
    cpu: after.cpu - before.cpu,
    postgres: after.postgres - before.postgres,
    redis: after.redis - before.redis,
    commands: after.commands - before.commands,
    rssMb: party.rssMb(),
  });
}

async function look({ stores, party }: Measured) {
  return {
    cpu: party.cpuMs(),
    postgres: cpuMsOfTree(stores.postgresPid),
    redis: cpuMsOf(stores.redisPid),
    commands: await stores.redisCommands(),
  };
}

interface Spent {
  readonly cpu: number;
  readonly postgres: number;
  readonly redis: number;
  readonly commands: number;
  readonly rssMb: number;
}

function toRound(result: LoadResult, times: readonly [number, number][], spent: Spent): Round {
  const modelMs = new Map<number, number>();
  for (const [number, ms] of times) modelMs.set(number, (modelMs.get(number) ?? 0) + ms);
  const finished = result.turns.flatMap((turn) =>
    turn.finalAt === undefined ? [] : [{ ...turn, finalAt: turn.finalAt }],
  );
  const overhead = finished.map(
    ({ number, sentAt, finalAt }) => finalAt - sentAt - (modelMs.get(number) ?? 0),
  );
  const first = finished.map(({ sentAt, firstTextAt, finalAt }) => (firstTextAt ?? finalAt) - sentAt);
  const lastAt = finished.reduce((latest, { finalAt }) => Math.max(latest, finalAt), result.startedAt);
  const each = (amount: number): number => amount / Math.max(1, finished.length);
  return {
    turns: result.turns.length,
    lost: result.turns.length - finished.length,
    doubled: result.turns.filter(({ answers }) => answers > 1).length,
    strays: result.strays,
    unfinished: result.unfinished,
    notAcked: result.notAcked,
    ack: {
      count: result.acks.length,
      p50: percentile(result.acks, 0.5),
      p99: percentile(result.acks, 0.99),
      max: percentile(result.acks, 1),
    },
    overhead: {
      p50: percentile(overhead, 0.5),
      p95: percentile(overhead, 0.95),
      p99: percentile(overhead, 0.99),
    },
    firstText: { p50: percentile(first, 0.5) },
    turnsPerSecond: (finished.length / Math.max(1, lastAt - result.startedAt)) * 1_000,
    cpuEach: each(spent.cpu),
    postgresCpuEach: each(spent.postgres),
    redisCpuEach: each(spent.redis),
    redisCommandsEach: each(spent.commands),
    modelCallsEach: each(times.length),
    rssMb: spent.rssMb,
  };
}

/** Lost and doubled questions of some rounds, and how many there were. */
export function countFaults(rounds: readonly Round[]): string {
  const sum = (figure: (round: Round) => number): number =>
    rounds.reduce((total, round) => total + figure(round), 0);
  return `${sum(({ lost }) => lost)} / ${sum(({ doubled }) => doubled)} of ${sum(({ turns }) => turns)}`;
}

/** The middle of a figure over repeated rounds. */
export function middle(rounds: readonly Round[], figure: (round: Round) => number): number {
  return median(rounds.map(figure));
}
