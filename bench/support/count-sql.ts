import type { DatabaseCounters } from "../../src/store/database.ts";
import type { Ground } from "./ground.ts";
import type { Load } from "./load.ts";
import { createBaton } from "./party.ts";

const oneByOne: Load = {
  shape: { kind: "closed", inFlight: 1, forMs: 6_000, turns: 60 },
  turnsPerThread: 4,
  patienceMs: 10_000,
};

/** What a turn asks of PostgreSQL, counted inside Baton over some turns one by one. */
export async function countSql(ground: Ground): Promise<DatabaseCounters> {
  const baton = await createBaton(await ground.createWorld("counted"), { file: "bench/baton-process.ts" });
  try {
    await baton.start();
    await ground.measure(baton, oneByOne);
    const before = await ask(baton.requestUrl);
    const { turns } = await ground.measure(baton, oneByOne);
    const after = await ask(baton.requestUrl);
    const each = (name: keyof DatabaseCounters): number => (after[name] - before[name]) / turns;
    return {
      statements: each("statements"),
      transactions: each("transactions"),
      roundTrips: each("roundTrips"),
    };
  } finally {
    await baton.stop();
  }
}

async function ask(requestUrl: string): Promise<DatabaseCounters> {
  const answer = await fetch(new URL("/bench/counters", requestUrl));
  const counters: unknown = await answer.json();
  if (isCounters(counters)) return counters;
  throw new Error("bench: Baton's counters were not understood");
}

function isCounters(value: unknown): value is DatabaseCounters {
  return typeof value === "object" && value !== null && "statements" in value && "roundTrips" in value;
}
