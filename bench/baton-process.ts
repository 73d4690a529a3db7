import { silentLog } from "../src/core/log.ts";
import { createService } from "../src/service.ts";
import { readSettings } from "../src/settings.ts";
import { openStore } from "../src/store/store.ts";

// Baton as `src/main.ts` builds it, with its count of the database's round trips at /bench/counters.

const settings = readSettings(process.env);
const { store: kept, redis, dataDir } = settings;
const store = await openStore({
  ...kept,
  redisUrl: redis.url,
  dataDir,
  log: silentLog,
  onProgress: () => {},
});
const service = await createService({
  settings,
  store,
  log: silentLog,
  pages: (app) => void app.get("/bench/counters", () => store.database.counters),
});
process.once("SIGTERM", () => void service.stop().then(() => process.exit(0)));
await service.start();
