import { createLogger } from "./logger.ts";
import { readSettings, type Settings } from "./settings.ts";
import { playgroundRoutes } from "./http/playground.ts";
import { openStore } from "./store/store.ts";
import { toStartSummary } from "./settings/start-summary.ts";

/** Without a platform set up there are simulated ones to talk to. */
async function simulateWorkspace(settings: Settings) {
  if (!settings.playground) return undefined;
  const { startSimulatedWorkspace } = await import("../simulators/simulated-workspace.ts");
  return startSimulatedWorkspace({ hasModel: settings.ai.endpoint !== undefined });
}

type Simulated = NonNullable<Awaited<ReturnType<typeof simulateWorkspace>>>;

/** The settings of a Baton that lives in the simulated workspaces: still only this machine is let in. */
function moveIn(asked: Settings, { env, staff }: Simulated): Settings {
  const settings = readSettings({ ...process.env, ...env, BATON_HOST: asked.http.host });
  const colleagues = staff.map((colleague) => ({ ...colleague, roles: ["staff"] as const }));
  const tenants = settings.tenants.map((tenant) =>
    tenant.isDefault ? { ...tenant, staff: [...tenant.staff, ...colleagues] } : tenant,
  );
  return { ...settings, tenants };
}

/** The workspaces whose platform Baton serves. */
function toServed({ workspaces }: Simulated, { channels }: Settings): Simulated["workspaces"] {
  const served = new Map<string, unknown>(Object.entries(channels));
  return Object.fromEntries(Object.entries(workspaces).filter(([name]) => served.get(name) !== undefined));
}

/** The database, the simulated platforms and most of the code, all at the same time. */
async function open(asked: Settings, log: ReturnType<typeof createLogger>, tell: (line: string) => void) {
  const { store: kept, redis, dataDir } = asked;
  const opening = openStore({ ...kept, redisUrl: redis.url, dataDir, log, onProgress: tell });
  const simulating = simulateWorkspace(asked);
  try {
    const [store, simulated, { createService }] = await Promise.all([
      opening,
      simulating,
      import("./service.ts"),
    ]);
    return { store, simulated, createService };
  } catch (cause) {
    const [store, simulated] = await Promise.allSettled([opening, simulating]);
    if (store.status === "fulfilled") await store.value.close();
    if (simulated.status === "fulfilled") await simulated.value?.stop();
    throw cause;
  }
}

/**
 * Runs Baton until it is told to stop. Rejects when it cannot start; what had been started is stopped then.
 * `startedAt` is when the program began, by `performance.now()`.
 */
export async function run(startedAt: number): Promise<void> {
  const asked = readSettings(process.env);
  const log = createLogger(asked.log);
  const tell = (line: string) =>
    process.stdout.isTTY ? process.stdout.write(`${line}\n`) : log.info({}, line);

  const { store, simulated, createService } = await open(asked, log, tell);
  const settings = simulated === undefined ? asked : moveIn(asked, simulated);
  const pages =
    simulated &&
    playgroundRoutes(toServed(simulated, settings), {
      data: settings.dataDir,
      ...(settings.channels.web !== undefined && { chat: "/chat" }),
      ...(settings.http.publicUrl !== undefined && { publicUrl: settings.http.publicUrl }),
    });
  const service = await createService({ settings, store, log, pages }).catch(async (cause: unknown) => {
    await store.close();
    throw cause;
  });

  let stopping: Promise<void> | undefined;
  const stop = (signal: string) => {
    stopping ??= (async () => {
      log.info({ signal }, "stopping: the doors close, turns in hand finish");
      await service.stop();
      await simulated?.stop();
    })().catch((error: unknown) => {
      log.error({ error }, "shutdown was not clean");
      process.exitCode = 1;
    });
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);

  await service.start();
  if (stopping !== undefined) return; // told to stop while it was still starting
  simulated?.connect(service.url());
  for (const line of toStartSummary(settings, {
    url: service.url(),
    simulated: simulated !== undefined,
    tookMs: performance.now() - startedAt,
  }))
    tell(line);
}
