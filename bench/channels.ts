import { channelNames, type ChannelName } from "../src/core/envelope.ts";
import { show, toTable, verdict } from "./support/figures.ts";
import { countFaults, startGround, type Ground, type Round } from "./support/ground.ts";
import type { Load } from "./support/load.ts";
import { createBaton, type Party } from "./support/party.ts";
import { describeMachine, publish } from "./support/report.ts";

// `npm run bench:channels`: the same load on each channel, one after the other, each with stores, platform, model and
// Baton of its own. `-- --write` puts the tables into bench/README.md, `-- --quick` is a rough look, `-- --only=web`
// measures one channel.

const quick = process.argv.includes("--quick");
const only = process.argv.find((argument) => argument.startsWith("--only="))?.slice("--only=".length);
const perSecond = 20;
const modelMs = 8_000;
const startedAt = performance.now();
const patient = { turnsPerThread: 4, patienceMs: 45_000 };

const warmUp = closed({ inFlight: 8, forMs: quick ? 2_000 : 5_000 });
const oneByOne = closed({ inFlight: 1, forMs: quick ? 3_000 : 8_000, turns: quick ? 30 : 100 });
const steadily = steady(quick ? 3_000 : 8_000);
const underway = steady(quick ? 2_000 : 6_000);

/** Each platform's own words for "received", and how soon it must be said while answers are under way. */
const platforms: Readonly<Record<ChannelName, Platform>> = {
  slack: { title: "Slack", received: "event answered 200" },
  discord: { title: "Discord", received: "command deferred", by: "command", ackMaxMs: 1_000 },
  teams: { title: "Teams", received: "webhook answered 200", ackP99Ms: 100 },
  web: { title: "Web", received: "message accepted (PUT answered 200)" },
};

interface Platform {
  readonly title: string;
  readonly received: string;
  /** How people ask where an acknowledgement is measured; as they speak when left out. */
  readonly by?: "command";
  /** Targets. */
  readonly ackP99Ms?: number;
  readonly ackMaxMs?: number;
}

interface Measured {
  readonly alone: Round;
  readonly steady: Round;
  /** While each answer takes the model `modelMs`. */
  readonly underway: Round;
  readonly rssMb: number;
}

if (only !== undefined && process.argv.includes("--write"))
  throw new Error("--write replaces the tables of all channels: leave --only away");
const chosen = channelNames.filter((name) => only === undefined || name === only);
const report: string[] = [];
for (const name of chosen) {
  const ground = await startGround(name);
  try {
    if (report.length === 0) report.push(await introduce(ground));
    report.push(toReport(platforms[name], await benchChannel(ground, name)));
  } finally {
    await ground.stop();
  }
}
report.push(`Took ${Math.round((performance.now() - startedAt) / 1_000)} s.`);
await publish("channels", report.join("\n\n"));

async function introduce(ground: Ground): Promise<string> {
  const about = await describeMachine(ground.stores.about);
  return `${about} The platform, the model and the driver share the machine. One process (\`BATON_ROLE=all\`, \`BATON_WORKERS=256\`), one round${quick ? ", **a short one**" : ""}; times of turns exclude the model's own.`;
}

async function benchChannel(ground: Ground, name: ChannelName): Promise<Measured> {
  // As many at once as are asked below while the model takes its time: what waits for a worker is not measured here.
  const baton = await createBaton(await ground.createWorld(name), { env: { BATON_WORKERS: "256" } });
  try {
    await baton.start();
    tell(`${name}: warm-up`);
    await ground.measure(baton, warmUp);
    tell(`${name}: one by one`);
    const alone = await ground.measure(baton, oneByOne);
    tell(`${name}: ${perSecond}/s`);
    const steadyRound = await ground.measure(baton, steadily);
    return { alone, steady: steadyRound, ...(await measureUnderway(ground, baton, name)) };
  } finally {
    await baton.stop();
  }
}

async function measureUnderway(ground: Ground, baton: Party, name: ChannelName) {
  tell(`${name}: ${perSecond}/s while the model takes ${modelMs / 1_000} s`);
  const { by } = platforms[name];
  await ground.setModelPace({ firstTokenMs: modelMs, tokensPerSecond: 0 });
  const round = await ground.measure(baton, { ...underway, ...(by !== undefined && { by }) });
  return { underway: round, rssMb: baton.rssMb() };
}

function toReport({ title, received, by, ackP99Ms, ackMaxMs }: Platform, found: Measured): string {
  const { alone, steady: at, underway: slow } = found;
  const acks = ({ ack }: Round): string =>
    `${show(ack.p50)} / ${show(ack.p99)} / ${show(ack.max)} ms of ${ack.count}`;
  const target =
    ackP99Ms !== undefined
      ? `p99 ${verdict(slow.ack.p99, ackP99Ms)}`
      : ackMaxMs !== undefined
        ? `max ${verdict(slow.ack.max, ackMaxMs)}`
        : "–";
  const times = ({ overhead }: Round): string => `${show(overhead.p50)} / ${show(overhead.p95)} ms`;
  const all = [alone, at, slow];
  const rows = [
    [
      `${received} at ${perSecond}/s, the model taking ${modelMs / 1_000} s, p50 / p99 / max`,
      acks(slow),
      target,
    ],
    ...(by === undefined ? [[`${received} at ${perSecond}/s, p50 / p99 / max`, acks(at), "–"]] : []),
    ["turn overhead, one by one, p50 / p95", times(alone), "–"],
    [`turn overhead at ${perSecond}/s, p50 / p95`, times(at), "–"],
    ["CPU of Baton, one by one", `${show(alone.cpuEach)} ms/turn`, "–"],
    [`CPU of Baton at ${perSecond}/s`, `${show(at.cpuEach)} ms/turn`, "–"],
    [
      `CPU of Baton at ${perSecond}/s, the model taking ${modelMs / 1_000} s`,
      `${show(slow.cpuEach)} ms/turn`,
      "–",
    ],
    [`CPU of PostgreSQL at ${perSecond}/s`, `${show(at.postgresCpuEach)} ms/turn`, "–"],
    ["model calls", `${at.modelCallsEach.toFixed(3)} a turn`, "–"],
    ["resident memory after the load", `${show(found.rssMb)} MB`, "–"],
    ["not acknowledged", String(sum(all, ({ notAcked }) => notAcked)), "0"],
    [
      "excuses and other strays / half-written for good",
      `${sum(all, ({ strays }) => strays)} / ${sum(all, ({ unfinished }) => unfinished)}`,
      "0 / 0",
    ],
    ["lost / doubled", countFaults(all), "0 / 0"],
  ];
  return toTable([title, "measured", "target"], rows);
}

function sum(rounds: readonly Round[], figure: (round: Round) => number): number {
  return rounds.reduce((total, round) => total + figure(round), 0);
}

function closed(shape: { inFlight: number; forMs: number; turns?: number }): Load {
  return { shape: { kind: "closed", ...shape }, ...patient };
}

function steady(forMs: number): Load {
  return { shape: { kind: "steady", perSecond, forMs }, ...patient };
}

function tell(line: string): void {
  console.log(`${String(Math.round((performance.now() - startedAt) / 1_000)).padStart(4)} s  ${line}`);
}
