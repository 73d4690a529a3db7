import { coldStartEmbedded, coldStartServer } from "./support/cold-start.ts";
import { median, show, toTable, verdict } from "./support/figures.ts";
import { countFaults, middle, startGround, type Ground, type Round } from "./support/ground.ts";
import type { Load } from "./support/load.ts";
import { createBaton, type Party } from "./support/party.ts";
import { describeMachine, publish } from "./support/report.ts";
import { countSql } from "./support/count-sql.ts";
import type { DatabaseCounters } from "../src/store/database.ts";

// `npm run bench`: what Baton costs, against its targets. `-- --write` puts the tables into bench/README.md,
// `-- --quick` is a rough look in two minutes.

const quick = process.argv.includes("--quick");
const rounds = quick ? 1 : 3;
const stepMs = quick ? 4_000 : 6_000;
const conversations = 10_000;
const startedAt = performance.now();
// The whole bench stays below eight minutes: what can be cut short is cut short after this.
const budgetMs = (quick ? 2 : 7) * 60_000;

const warmUp = closed(8, quick ? 6_000 : 10_000);
const oneByOne: Load = { shape: { kind: "closed", inFlight: 1, forMs: 8_000, turns: 80 }, ...patient(4) };
const at50 = steady(50);
const at100 = steady(100);

const ground = await startGround();
const about = await describeMachine(ground.stores.about);
const report: string[] = [`${about} Slack, the model and the driver share the machine.`];
try {
  report.push(await benchBaton(ground));
} finally {
  await ground.stop();
}
tell("cold start, embedded");
const embedded = await coldStartEmbedded(quick ? 1 : 3);
report.push(
  toTable(
    ["Cold start to ready, embedded", "ms", "target"],
    [
      ["first time: database made, migrations", show(embedded.firstMs), "–"],
      ["later (median)", show(median(embedded.laterMs)), verdict(median(embedded.laterMs), 3_000)],
    ],
  ),
  `Took ${Math.round((performance.now() - startedAt) / 1_000)} s.`,
);
await publish("bench", report.join("\n\n"));

async function benchBaton(on: Ground): Promise<string> {
  const world = await on.createWorld("baton");
  const baton = await createBaton(world);
  try {
    tell("cold start, server");
    const cold = await coldStartServer(baton, quick ? 1 : 3);
    await pause(3_000);
    const idleMb = baton.rssMb();
    tell("warm-up");
    await on.measure(baton, warmUp);
    const inFlight = await findSaturation(on, baton);
    const measured = await repeat(on, baton, inFlight);
    const full = await fill(on, baton, world.databaseUrl, inFlight);
    await baton.stop();
    tell("SQL, counted inside");
    const sql = await countSql(on);
    const split = await benchSplit(on, inFlight);
    return toReport({ ...measured, cold, idleMb, inFlight, sql, full, split });
  } finally {
    await baton.stop();
  }
}

/** The number in flight that answers most. */
async function findSaturation(on: Ground, baton: Party): Promise<number> {
  let best = { inFlight: 0, rate: 0 };
  for (const inFlight of [8, 16, 32, 64]) {
    const { turnsPerSecond: rate } = await on.measure(baton, closed(inFlight, 4_000));
    tell(`${inFlight} in flight: ${show(rate)} turns/s`);
    if (rate > best.rate) best = { inFlight, rate };
  }
  return best.inFlight;
}

async function repeat(on: Ground, baton: Party, inFlight: number) {
  const alone: Round[] = [];
  const fifty: Round[] = [];
  const hundred: Round[] = [];
  const most: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    tell(`round ${round} of ${rounds}`);
    alone.push(await on.measure(baton, oneByOne));
    fifty.push(await on.measure(baton, at50));
    hundred.push(await on.measure(baton, at100));
    most.push(await on.measure(baton, closed(inFlight, stepMs)));
  }
  return { alone, fifty, hundred, most };
}

/** Open conversations until there are 10 000, or until time is up. */
async function fill(on: Ground, baton: Party, url: string, inFlight: number) {
  tell(`filling up to ${conversations} open conversations`);
  const have = await countConversations(on, url);
  const leftMs = budgetMs - (performance.now() - startedAt) - 90_000;
  const shape = {
    kind: "closed",
    inFlight,
    forMs: Math.max(5_000, leftMs),
    turns: conversations - have,
  } as const;
  const round = await on.measure(baton, { shape, ...patient(1) });
  return { open: await countConversations(on, url), rssMb: baton.rssMb(), round };
}

async function countConversations(on: Ground, url: string): Promise<number> {
  const [row] = await on.stores.query(
    url,
    "SELECT count(*)::int AS n FROM conversations WHERE status = 'active'",
  );
  return Number(row?.["n"] ?? 0);
}

async function benchSplit(on: Ground, inFlight: number) {
  tell("edge and worker apart");
  const split = await createBaton(await on.createWorld("split"), { split: true });
  try {
    await split.start();
    await on.measure(split, closed(8, 6_000));
    const hundred = await on.measure(split, at100);
    const most = await on.measure(split, closed(inFlight, stepMs));
    return { hundred, most, rssMb: split.rssMb() };
  } finally {
    await split.stop();
  }
}

interface Findings extends Awaited<ReturnType<typeof repeat>> {
  readonly cold: { firstMs: number; laterMs: readonly number[] };
  readonly idleMb: number;
  readonly inFlight: number;
  readonly sql: DatabaseCounters;
  readonly full: Awaited<ReturnType<typeof fill>>;
  readonly split: Awaited<ReturnType<typeof benchSplit>>;
}

function toReport(found: Findings): string {
  const { alone, fifty, hundred, most, split, full, sql, cold } = found;
  const ack99 = middle(hundred, ({ ack }) => ack.p99);
  const ackMax = Math.max(...hundred.map(({ ack }) => ack.max));
  const p50 = middle(alone, ({ overhead }) => overhead.p50);
  const p95 = middle(alone, ({ overhead }) => overhead.p95);
  const cpu = middle(most, ({ cpuEach }) => cpuEach);
  const times = ({ overhead }: Round): string =>
    `${show(overhead.p50)} / ${show(overhead.p95)} / ${show(overhead.p99)}`;
  const rows = [
    ["acknowledge at 100 messages/s, p50", `${show(middle(hundred, ({ ack }) => ack.p50))} ms`, "–"],
    ["acknowledge at 100 messages/s, p99", `${show(ack99)} ms`, verdict(ack99, 20)],
    ["acknowledge at 100 messages/s, max of all rounds", `${show(ackMax)} ms`, verdict(ackMax, 1_000)],
    ["turn overhead, one by one, p50", `${show(p50)} ms`, verdict(p50, 15)],
    ["turn overhead, one by one, p95", `${show(p95)} ms`, verdict(p95, 40)],
    ["turn overhead, one by one, p99", `${show(middle(alone, ({ overhead }) => overhead.p99))} ms`, "–"],
    ["turn overhead at 50/s, p50 / p95 / p99", `${times(middleRound(fifty))} ms`, "–"],
    [
      `sustained, ${found.inFlight} in flight`,
      `${show(middle(most, (round) => round.turnsPerSecond))} turns/s`,
      "–",
    ],
    ["CPU of Baton, sustained", `${show(cpu)} ms/turn`, verdict(cpu, 6)],
    ["CPU of Baton, one by one", `${show(middle(alone, ({ cpuEach }) => cpuEach))} ms/turn`, "–"],
    ["CPU of PostgreSQL, sustained", `${show(middle(most, (round) => round.postgresCpuEach))} ms/turn`, "–"],
    ["CPU of Redis, sustained", `${show(middle(most, (round) => round.redisCpuEach))} ms/turn`, "–"],
    ["Redis commands", `${show(middle(most, (round) => round.redisCommandsEach))} a turn`, "–"],
    ["SQL round trips, one by one", `${show(sql.roundTrips)} a turn`, "–"],
    ["SQL statements / transactions", `${show(sql.statements)} / ${show(sql.transactions)} a turn`, "–"],
    ["model calls", `${middle(most, (round) => round.modelCallsEach).toFixed(3)} a turn`, "–"],
    ["resident memory, idle", `${show(found.idleMb)} MB`, "–"],
    [`resident memory, ${full.open} open conversations`, `${show(full.rssMb)} MB`, "–"],
    ["start to ready, server mode, first (migrations)", `${show(cold.firstMs)} ms`, "–"],
    ["start to ready, server mode, later", `${show(median(cold.laterMs))} ms`, "–"],
    [
      "edge + worker: acknowledge at 100 messages/s, p50 / p99 / max",
      `${show(split.hundred.ack.p50)} / ${show(split.hundred.ack.p99)} / ${show(split.hundred.ack.max)} ms`,
      "–",
    ],
    [
      "edge + worker: sustained",
      `${show(split.most.turnsPerSecond)} turns/s, ${show(split.most.cpuEach)} ms CPU/turn, ${show(split.rssMb)} MB`,
      "–",
    ],
    [
      "lost / doubled, all rounds",
      countFaults([...alone, ...fifty, ...hundred, ...most, full.round, split.hundred, split.most]),
      "0 / 0",
    ],
  ];
  return `One process (\`BATON_ROLE=all\`), medians of ${rounds} rounds, times exclude the model's own; every mention arrives as Slack's two events.\n\n${toTable(["Baton", "measured", "target"], rows)}`;
}

/** The round whose median overhead is the middle one, so that the three figures belong together. */
function middleRound(all: readonly Round[]): Round {
  const p50 = middle(all, ({ overhead }) => overhead.p50);
  const found = all.find(({ overhead }) => overhead.p50 === p50);
  if (found === undefined) throw new Error("no round was measured");
  return found;
}

function closed(inFlight: number, forMs: number): Load {
  return { shape: { kind: "closed", inFlight, forMs }, ...patient(4) };
}

function steady(perSecond: number): Load {
  return { shape: { kind: "steady", perSecond, forMs: stepMs }, ...patient(4) };
}

function patient(turnsPerThread: number) {
  return { turnsPerThread, patienceMs: 45_000 };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function tell(line: string): void {
  console.log(`${String(Math.round((performance.now() - startedAt) / 1_000)).padStart(4)} s  ${line}`);
}
