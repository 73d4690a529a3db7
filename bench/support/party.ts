import type { ChildProcess } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { noRateLimits } from "../../test/support/no-rate-limits.ts";
import { startEnvironment, startFlags } from "./as-started.ts";
import { cpuMsOf, rssMbOf } from "./process-figures.ts";
import type { PlatformHello } from "./run-platform.ts";
import { freePort } from "./stores.ts";
import { endTied, spawnTied } from "./tied.ts";

/** One of those who are measured: one or more processes behind one address for the platform's events. */
export interface Party {
  readonly name: string;
  readonly requestUrl: string;
  /** Starts all its processes and waits until they are ready; how long it took, milliseconds. */
  start(): Promise<number>;
  cpuMs(): number;
  rssMb(): number;
  /** A crash of all its processes at once. */
  kill(): Promise<void>;
  /** SIGTERM, and an end by force after 30 s. */
  stop(): Promise<void>;
}

/** What every party is told about the world, by the names Baton uses. */
export interface World {
  readonly platform: PlatformHello;
  readonly model: { readonly baseURL: string };
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Baton's own, 32 bytes in base64: goes with the database. */
  readonly masterKey: string;
}

interface ProcessPlan {
  /** From the repository's root. */
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
  readonly port: number;
  /** Where it runs and reads its configuration; the repository's root when left out. */
  readonly folder?: string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Baton as `npm start` runs it: one process, or the doors and the answering apart. */
export async function createBaton(
  world: World,
  options: {
    split?: boolean;
    execArgv?: readonly string[];
    env?: Record<string, string>;
    file?: string;
  } = {},
): Promise<Party> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "baton-bench-data-"));
  const env = {
    ...startEnvironment,
    ...toEnv(world),
    BATON_MASTER_KEY: world.masterKey,
    BATON_DATA_DIR: path.join(folder, "data"),
    BATON_HOST: "127.0.0.1",
    BATON_LOG_LEVEL: "warn",
    ...noRateLimits,
    ...options.env,
  };
  const roles = options.split === true ? ["edge", "worker"] : ["all"];
  const plans = await Promise.all(
    roles.map(async (role): Promise<ProcessPlan> => {
      const port = await freePort();
      const { file = "src/main.ts", execArgv = [] } = options;
      return {
        file,
        execArgv: [...startFlags, ...execArgv],
        port,
        folder,
        env: { ...env, BATON_ROLE: role, PORT: String(port) },
      };
    }),
  );
  const party = createParty(
    options.split === true ? "Baton, edge and worker" : "Baton",
    plans,
    world.platform.route,
  );
  return {
    ...party,
    start: async () => {
      await writeConfig(folder, world.platform);
      return party.start();
    },
    stop: async () => {
      await party.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The repository's configuration; the platform's files take the place of its tenants. */
async function writeConfig(folder: string, { files }: PlatformHello): Promise<void> {
  await cp(path.join(root, "config"), path.join(folder, "config"), { recursive: true });
  if (Object.keys(files).length > 0) await rm(path.join(folder, "config/tenants"), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

/** Baton as a newcomer starts it: nothing set but a port and a folder. */
export async function createEmbeddedBaton(dataDir: string): Promise<Party> {
  const port = await freePort();
  const env = {
    ...startEnvironment,
    PORT: String(port),
    BATON_DATA_DIR: dataDir,
    BATON_LOG_LEVEL: "warn",
  };
  return createParty(
    "Baton, embedded",
    [{ file: "src/main.ts", execArgv: startFlags, env, port }],
    "/slack/events",
  );
}

/** A peer's program in `bench/peers`, told the same as Baton. */
export async function createPeer(name: string, file: string, world: World): Promise<Party> {
  const port = await freePort();
  const env = { ...toEnv(world), NODE_ENV: "production", PORT: String(port) };
  return createParty(name, [{ file: `bench/peers/${file}`, env, port }], world.platform.route);
}

function toEnv(world: World): Record<string, string> {
  return {
    ...world.platform.env,
    OPENAI_BASE_URL: world.model.baseURL,
    OPENAI_API_KEY: "sk-bench",
    OPENAI_MODEL: "gpt-4o-mini",
    DATABASE_URL: world.databaseUrl,
    REDIS_URL: world.redisUrl,
  };
}

function createParty(name: string, plans: readonly ProcessPlan[], route: string): Party {
  let children: ChildProcess[] = [];
  const pids = (): number[] => children.map((child) => child.pid ?? 0);
  return {
    name,
    requestUrl: `http://127.0.0.1:${plans[0]?.port}${route}`,
    start: async () => {
      const startedAt = performance.now();
      children = plans.map(launch);
      await Promise.all(plans.map(({ port }, index) => waitUntilReady(port, children[index])));
      return performance.now() - startedAt;
    },
    cpuMs: () => pids().reduce((sum, pid) => sum + cpuMsOf(pid), 0),
    rssMb: () => pids().reduce((sum, pid) => sum + rssMbOf(pid), 0),
    kill: async () => {
      await Promise.all(children.map((child) => endTied(child, "SIGKILL")));
    },
    stop: async () => {
      await Promise.all(children.map((child) => endTied(child, "SIGTERM")));
    },
  };
}

function launch({ file, env, execArgv = [], folder = root }: ProcessPlan): ChildProcess {
  const { PATH, HOME } = process.env;
  return spawnTied(process.execPath, [...execArgv, path.join(root, file)], {
    cwd: folder,
    env: { PATH, HOME, ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

async function waitUntilReady(port: number, child: ChildProcess | undefined): Promise<void> {
  for (const giveUpAt = Date.now() + 60_000; Date.now() < giveUpAt;) {
    if (child?.exitCode !== null)
      throw new Error(`a process ended with ${child?.exitCode} before it was ready`);
    const answer = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`nothing was ready on port ${port} within a minute`);
}
