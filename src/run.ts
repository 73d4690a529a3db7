import { createLogger } from "./logger.ts";
import { readSettings, type Settings } from "./settings.ts";
import { playgroundRoutes } from "./http/playground.ts";
import { openStore } from "./store/store.ts";
import { toStartSummary } from "./settings/start-summary.ts";

/** Without a platform set up there is a simulated workspace to talk to. */
async function simulateWorkspace(settings: Settings) {
  if (!settings.playground) return undefined;
  const { startSimulatedWorkspace } = await import("../simulators/simulated-workspace.ts");
  return startSimulatedWorkspace({ hasModel: settings.ai.endpoint !== undefined });
}

type Simulated = NonNullable<Awaited<ReturnType<typeof simulateWorkspace>>>;

/** The settings of a Baton that lives in the simulated workspace: still only this machine is let in. */
function moveIn(asked: Settings, { env, team, staff }: Simulated): Settings {
  const settings = readSettings({ ...process.env, ...env, BATON_HOST: asked.http.host });
  const colleagues = staff.map(({ name, id }) => ({
    name,
    roles: ["staff"] as const,
    accounts: [{ channel: "slack" as const, workspace: team, id }],
  }));
  const tenants = settings.tenants.map((tenant) =>
    tenant.isDefault ? { ...tenant, staff: [...tenant.staff, ...colleagues] } : tenant,
  );
  return { ...settings, tenants };
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

  const simulated = await simulateWorkspace(asked);
  const settings = simulated === undefined ? asked : moveIn(asked, simulated);
  const { store: kept, redis, dataDir } = settings;
  const [store, { createService }] = await Promise.all([
    openStore({ ...kept, redisUrl: redis.url, dataDir, log, onProgress: tell }),
    import("./service.ts"), // most of the code is read while the database comes up
  ]);
  const pages =
    simulated &&
    playgroundRoutes(simulated.workspace, {
      data: dataDir,
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
  simulated?.connect(`${service.url()}/slack/events`);
  for (const line of toStartSummary(settings, {
    url: service.url(),
    simulated: simulated !== undefined,
    tookMs: performance.now() - startedAt,
  }))
    tell(line);
}
