import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  startOpenAiSimulator,
  type OpenAiSimulator,
  type OpenAiSimulatorOptions,
} from "../../simulators/openai/openai-simulator.ts";
import { startSlackSimulator } from "../../simulators/slack/start-slack-simulator.ts";
import type { SlackSimulator } from "../../simulators/slack/simulator.ts";
import type { SlackSimulatorOptions } from "../../simulators/slack/settings.ts";
import { silentLog, type Log } from "../../src/core/log.ts";
import type { Pace } from "../../src/compose/pace.ts";
import { createService, type Service, type ServiceParts } from "../../src/service.ts";
import { readSettings } from "../../src/settings.ts";
import type { Database } from "../../src/store/database.ts";
import { openStore } from "../../src/store/store.ts";
import { noRateLimits } from "./no-rate-limits.ts";
import { createTestDatabase } from "./postgres.ts";

/** The whole of Baton between a simulated Slack and a simulated model, on a database of its own. */
export interface House {
  readonly slack: SlackSimulator;
  readonly model: OpenAiSimulator;
  readonly database: Database;
  readonly databaseUrl: string;
  /** Puts files where the house reads its own, while it runs. */
  lay(files: Readonly<Record<string, string>>): Promise<void>;
  readonly service: Service;
  /** Stops Baton alone and starts it again on the same database, with the operator's files as they are then. */
  restart(options?: Pick<HouseOptions, "lend" | "env" | "files">): Promise<void>;
  /** Starts one more Baton on the same database; it ends with the house. */
  join(options?: Pick<HouseOptions, "lend">): Promise<Service>;
  stop(): Promise<void>;
}

export interface HouseOptions {
  readonly slack?: SlackSimulatorOptions;
  readonly model?: OpenAiSimulatorOptions | "none";
  readonly env?: Readonly<Record<string, string>>;
  /** Files of the operator's folder by their path, e.g. `config/tenants/acme.yaml`. */
  readonly files?: Readonly<Record<string, string>>;
  readonly pace?: Partial<Pace>;
  readonly lend?: ServiceParts["lend"];
  readonly chat?: ServiceParts["chat"];
  readonly tools?: ServiceParts["tools"];
  readonly log?: Log;
}

/** Clocks for tests: everything that is looked at again is looked at soon. */
export const testPace: Pace = {
  lease: { ttlMs: 3_000, heartbeatMs: 500, marginMs: 300 },
  sweepEveryMs: 500,
  sweepGraceMs: 300,
  receiptDelayMs: 150,
  queueLockMs: 2_000,
  queueStalledEveryMs: 500,
  delivery: { baseMs: 100, maxMs: 1_000, maxAttempts: 15 },
  modelRetry: { attempts: 3, minMs: 10, maxMs: 50 },
};

/** What Baton's environment needs to reach the simulators. */
export function environmentFor(
  slack: SlackSimulator,
  model: OpenAiSimulator | undefined,
): Record<string, string> {
  return {
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.installation.botToken,
    SLACK_SIGNING_SECRET: slack.app.signingSecret,
    SLACK_PACE: "off",
    BATON_HOST: "127.0.0.1",
    PORT: "0",
    ...noRateLimits,
    ...(model !== undefined && {
      OPENAI_BASE_URL: model.baseURL,
      OPENAI_API_KEY: "sk-test",
      OPENAI_MODEL: "gpt-4o-mini",
    }),
  };
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "baton-test-"));
  const testDatabase = await createTestDatabase();
  const slack = await startSlackSimulator({ timeScale: 0.01, ackTimeoutMs: 3_000, ...options.slack });
  const model = await startOpenAiSimulator(options.model === "none" ? {} : options.model);
  const env: Record<string, string> = {
    ...environmentFor(slack, options.model === "none" ? undefined : model),
    DATABASE_URL: testDatabase.url,
    BATON_MASTER_KEY: randomBytes(32).toString("base64"),
    BATON_DATA_DIR: dataDir,
    ...options.env,
  };
  await layOut(dataDir, options.files ?? {});
  const log = options.log ?? silentLog;
  let running = await run(options.lend);
  const joined: Service[] = [];

  async function run(lend: ServiceParts["lend"]) {
    const settings = readSettings(env, dataDir);
    const { store: kept, redis } = settings;
    const store = await openStore({ ...kept, redisUrl: redis.url, dataDir, log, onProgress: () => {} });
    const service = await createService({
      settings,
      store,
      log,
      pace: { ...testPace, ...options.pace },
      lend,
      chat: options.chat,
      tools: options.tools,
    });
    await service.start();
    slack.configure({ requestUrl: `${service.url()}/slack/events` });
    return { service, database: store.database };
  }

  return {
    slack,
    model,
    lay: (files) => layOut(dataDir, files),
    databaseUrl: testDatabase.url,
    get database() {
      return running.database;
    },
    get service() {
      return running.service;
    },
    restart: async ({ lend, env: changed, files = {} } = {}) => {
      await running.service.stop();
      await layOut(dataDir, files);
      Object.assign(env, changed);
      running = await run(lend);
    },
    join: async ({ lend } = {}) => {
      const { service } = await run(lend);
      joined.push(service);
      return service;
    },
    stop: async () => {
      await Promise.all([running.service, ...joined].map((service) => service.stop()));
      await Promise.all([slack.stop(), model.stop()]);
      await testDatabase.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function layOut(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
