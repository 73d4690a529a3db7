import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { show, toTable } from "./support/figures.ts";
import { countFaults, middle, startGround, type Ground, type Round } from "./support/ground.ts";
import type { Load } from "./support/load.ts";
import { createBaton, createPeer, type Party } from "./support/party.ts";
import { describeMachine, publish } from "./support/report.ts";

// `npm run bench:peers`: Baton, Vercel's Chat SDK and a bare Bolt app, same work, same stores, same Slack, same model,
// taking turns within one run. `-- --write` puts the table into bench/README.md, `-- --quick` is a rough look.

const quick = process.argv.includes("--quick");
const rounds = quick ? 1 : 3;
const stepMs = quick ? 4_000 : 6_000;
const inFlight = 32;
const perSecond = 20;
const startedAt = performance.now();

const oneByOne: Load = {
  shape: { kind: "closed", inFlight: 1, forMs: 8_000, turns: 60 },
  ...patient(20_000),
};
const steady: Load = { shape: { kind: "steady", perSecond, forMs: stepMs }, ...patient(20_000) };
const full: Load = { shape: { kind: "closed", inFlight, forMs: stepMs }, ...patient(20_000) };
const crash = {
  load: { shape: { kind: "steady", perSecond: 30, forMs: 8_000 }, ...patient(90_000) } satisfies Load,
  afterMs: 4_000,
  model: { firstTokenMs: 300, tokensPerSecond: 50 },
  // Slack's retries come at once, after 3 s and after 15 s.
  timeScale: 0.05,
};

interface Measured {
  readonly party: Party;
  readonly alone: Round[];
  readonly steady: Round[];
  readonly full: Round[];
  crashed: Round | undefined;
}

await installPeers();
const ground = await startGround();
const about = await describeMachine(ground.stores.about);
const all: Measured[] = [];
try {
  for (const party of await createParties(ground)) {
    all.push({ party, alone: [], steady: [], full: [], crashed: undefined });
    await party.start();
    tell(`${party.name}: warm-up`);
    await ground.measure(party, {
      shape: { kind: "closed", inFlight: 8, forMs: quick ? 4_000 : 8_000 },
      ...patient(10_000),
    });
  }
  for (let round = 0; round < rounds; round += 1) await runRound(round);
  await ground.setModelPace(crash.model);
  for (const measured of all) measured.crashed = await runCrash(measured.party);
} finally {
  await Promise.all(all.map(({ party }) => party.stop()));
  await ground.stop();
}
await publish("peers", toReport());

/** The peers are dependencies of this folder alone, so that the product stays free of them. */
async function installPeers(): Promise<void> {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  if (existsSync(new URL("node_modules/chat/package.json", import.meta.url))) return;
  tell("installing the peers into bench/node_modules");
  await promisify(execFile)("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder });
}

async function createParties(on: Ground): Promise<Party[]> {
  return [
    await createBaton(await on.createWorld("baton")),
    await createPeer("Chat SDK 4.41.1, Redis state", "chat-sdk.mjs", await on.createWorld("chat_sdk")),
    await createPeer("Bolt 5.1.0, bare", "bolt.mjs", await on.createWorld("bolt")),
  ];
}

/** Who begins changes from round to round. */
async function runRound(round: number): Promise<void> {
  for (let turn = 0; turn < all.length; turn += 1) {
    const measured = all[(round + turn) % all.length];
    if (measured === undefined) continue;
    const { party } = measured;
    tell(`round ${round + 1} of ${rounds}: ${party.name}`);
    measured.alone.push(await ground.measure(party, oneByOne));
    measured.steady.push(await ground.measure(party, steady));
    measured.full.push(await ground.measure(party, full));
  }
}

async function runCrash(party: Party): Promise<Round> {
  tell(`${party.name}: killed in the middle`);
  const killAndRestart = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, crash.afterMs));
    await party.kill();
    await party.start();
  };
  return ground.measure(party, crash.load, { timeScale: crash.timeScale, meanwhile: killAndRestart });
}

function toReport(): string {
  const row = (name: string, figure: (measured: Measured) => string): string[] => [name, ...all.map(figure)];
  const times = (figures: readonly number[]): string => `${figures.map(show).join(" / ")} ms`;
  const table = toTable(
    ["", ...all.map(({ party }) => party.name)],
    [
      row(`acknowledge at ${perSecond} messages/s, p50 / p99`, ({ steady: at }) =>
        times([middle(at, ({ ack }) => ack.p50), middle(at, ({ ack }) => ack.p99)]),
      ),
      row("the same, max of all rounds", ({ steady: at }) =>
        times([Math.max(...at.map(({ ack }) => ack.max))]),
      ),
      row("turn overhead, one by one, p50 / p95", ({ alone }) =>
        times([middle(alone, ({ overhead }) => overhead.p50), middle(alone, ({ overhead }) => overhead.p95)]),
      ),
      row(`turn overhead at ${perSecond}/s, p50 / p95`, ({ steady: at }) =>
        times([middle(at, ({ overhead }) => overhead.p50), middle(at, ({ overhead }) => overhead.p95)]),
      ),
      row(
        `sustained, ${inFlight} in flight`,
        ({ full: at }) => `${show(middle(at, (round) => round.turnsPerSecond))} turns/s`,
      ),
      row(
        "its own CPU, sustained",
        ({ full: at }) => `${show(middle(at, (round) => round.cpuEach))} ms/turn`,
      ),
      row(
        "CPU of PostgreSQL + Redis, sustained",
        ({ full: at }) =>
          `${show(middle(at, (round) => round.postgresCpuEach))} + ${show(middle(at, (round) => round.redisCpuEach))} ms/turn`,
      ),
      row("resident memory after the load", ({ full: at }) => `${show(middle(at, ({ rssMb }) => rssMb))} MB`),
      row("lost / doubled without a crash", ({ alone, steady: at, full: most }) =>
        countFaults([...alone, ...at, ...most]),
      ),
      row("killed once: lost", ({ crashed }) =>
        crashed === undefined ? "–" : `${crashed.lost} of ${crashed.turns}`,
      ),
      row("killed once: doubled", ({ crashed }) => String(crashed?.doubled ?? "–")),
      row("killed once: half-written for good", ({ crashed }) => String(crashed?.unfinished ?? "–")),
    ],
  );
  return [
    `${about} Medians of ${rounds} rounds; the parties take turns in one run, all of them running all the time; Slack, the model and the driver share the machine.`,
    table,
    `The kill is \`kill -9\` four seconds into eight at 30 messages/s, then a start at once; the model needs about 0.7 s an answer there, and Slack sends again what was not acknowledged (its retries at ${crash.timeScale} of their real distance). Took ${Math.round((performance.now() - startedAt) / 1_000)} s.`,
  ].join("\n\n");
}

function patient(patienceMs: number) {
  return { turnsPerThread: 4, patienceMs };
}

function tell(line: string): void {
  console.log(`${String(Math.round((performance.now() - startedAt) / 1_000)).padStart(4)} s  ${line}`);
}
