import { connectBullmq } from "../../src/queue/bullmq.ts";
import { createQueueWorker } from "../../src/queue/worker.ts";
import { silentLog } from "../../src/core/log.ts";

// Works on the queue at the address it is given, stops at once, and has nothing left to do then.

const nothing = async (): Promise<void> => {};
const state = { failed: () => {}, works: () => {} };
const bullmq = connectBullmq({ kind: "redis", url: process.argv[2] ?? "" }, { prefix: "stopped", state });
const worker = createQueueWorker(bullmq, {
  handlers: { turn: nothing, delivery: nothing, call: nothing, sweep: nothing, maintenance: nothing },
  options: { concurrency: 4, lockMs: 1_000 },
  state,
  log: silentLog,
});
await worker.start();
await worker.stop(AbortSignal.timeout(100));
await bullmq.close();
process.stdout.write("stopped\n");
