import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { show } from "./support/figures.ts";
import { startGround, type Round } from "./support/ground.ts";
import { createBaton } from "./support/party.ts";
import { summarise } from "./support/cpu-profile.ts";

// `node bench/profile.ts`: runs Baton under load with Node's profiler and says where its CPU goes. Half a minute.

const inFlight = 32;
const folder = await mkdtemp(path.join(os.tmpdir(), "baton-bench-profile-"));
const ground = await startGround();
const baton = await createBaton(await ground.createWorld("profiled"), {
  execArgv: ["--cpu-prof", `--cpu-prof-dir=${folder}`],
});
try {
  const startedAt = performance.now();
  await baton.start();
  await load(8_000);
  const skipMs = performance.now() - startedAt;
  const { turns, cpuEach, turnsPerSecond } = await load(12_000);
  await baton.stop(); // the profile is written at the end of the process
  for (const name of await readdir(folder))
    console.log(summarise(path.join(folder, name), { skipMs, turns }));
  console.log(
    `\n${turns} turns, ${show(turnsPerSecond)} a second, ${show(cpuEach)} ms CPU each, profiler included`,
  );
} finally {
  await baton.stop();
  await ground.stop();
  await rm(folder, { recursive: true, force: true });
}

function load(forMs: number): Promise<Round> {
  return ground.measure(baton, {
    shape: { kind: "closed", inFlight, forMs },
    turnsPerThread: 4,
    patienceMs: 20_000,
  });
}
