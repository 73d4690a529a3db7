import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { createLogger } from "../../src/logger.ts";
import type { Pace } from "../../src/compose/pace.ts";
import { createService } from "../../src/service.ts";
import { readSettings } from "../../src/settings.ts";
import { openStore } from "../../src/store/store.ts";
import { lendWithStrikes, type StrikeOrders } from "./crash-points.ts";

// A Baton to be struck: the real composition with faster clocks, whose database and queue end the process on order.
// Standard output speaks to the test, standard error carries the log.
const orders = JSON.parse(process.env["BATON_FAULT_ORDERS"] ?? "null") as StrikeOrders;
const pace = JSON.parse(process.env["BATON_FAULT_PACE"] ?? "null") as Pace;
const dataDir = process.env["BATON_DATA_DIR"] ?? "";

// Whoever watches over it is gone: nobody would ever stop it.
process.stdin.on("end", () => process.exit(1)).resume();
process.stdin.unref();

const settings = readSettings(process.env, dataDir);
const log = createLogger({ level: "debug", pretty: false, write: (line) => void process.stderr.write(line) });
const { store: kept, redis } = settings;
const store = await openStore({ ...kept, redisUrl: redis.url, dataDir, log, onProgress: () => {} });
const service = await createService({ settings, store, log, pace, lend: lendWithStrikes(orders) });
process.once("SIGTERM", () => {
  service.stop().catch((cause: unknown) => {
    log.error({ err: cause }, "shutdown was not clean");
    process.exitCode = 1;
  });
});
await service.start();
flushCompileCache();
writeSync(1, `${JSON.stringify({ ready: true, url: service.url() })}\n`);
