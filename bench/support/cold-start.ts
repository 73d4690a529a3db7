import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createEmbeddedBaton, type Party } from "./party.ts";

/** From starting the process to an answer of /ready, milliseconds. */
export interface ColdStart {
  readonly firstMs: number;
  readonly laterMs: readonly number[];
}

/** On a database that exists; leaves the party running. */
export async function coldStartServer(party: Party, times: number): Promise<ColdStart> {
  const firstMs = await party.start();
  const laterMs: number[] = [];
  for (let start = 0; start < times; start += 1) {
    await party.stop();
    laterMs.push(await party.start());
  }
  return { firstMs, laterMs };
}

/** With nothing set but a port and a folder, as a newcomer starts it. */
export async function coldStartEmbedded(times: number): Promise<ColdStart> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), "baton-bench-embedded-"));
  const party = await createEmbeddedBaton(dataDir);
  try {
    return await coldStartServer(party, times);
  } finally {
    await party.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
