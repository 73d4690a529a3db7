import { silentLog } from "../../src/core/log.ts";
import { createQueue } from "../../src/queue/queue.ts";
import type { QueueBackend } from "../../src/queue/bullmq.ts";

// A worker process to be killed: takes jobs, says which, and never finishes one.
const backend = JSON.parse(process.argv[2] ?? "") as QueueBackend;
const hang = async (ids: object): Promise<void> => {
  process.stdout.write(`${JSON.stringify(ids)}\n`);
  await new Promise((resolve) => setTimeout(resolve, 600_000));
};
const queue = createQueue({ backend, log: silentLog });
await queue.start();
const handlers = { turn: hang, delivery: hang, call: hang, sweep: hang, maintenance: hang };
await queue.work(handlers, { concurrency: 4, lockMs: 600, stalledEveryMs: 300 }).start();
