import { demoQuestions, demosIn, moveIn, siteKeyOf } from "./compose/move-in.ts";
import { createLogger } from "./logger.ts";
import { readSettings, type Settings } from "./settings.ts";
import { playgroundRoutes, type PlaygroundPlace } from "./http/playground.ts";
import { openStore } from "./store/store.ts";
import { toStartSummary } from "./settings/start-summary.ts";

/** Without a platform set up there are simulated ones to talk to. */
async function simulateWorkspace(settings: Settings) {
  if (!settings.playground) return undefined;
  const { startSimulatedWorkspace } = await import("../simulators/simulated-workspace.ts");
  const companies = demosIn(settings.tenants).map(({ slug, name }) => ({ slug, name }));
  return startSimulatedWorkspace({ hasModel: settings.ai.endpoint !== undefined, companies });
}

type Simulated = NonNullable<Awaited<ReturnType<typeof simulateWorkspace>>>;

/** As it was asked for, in the simulated workspaces: still only this machine is let in. */
function settleIn(asked: Settings, simulated: Simulated): Settings {
  const settings = readSettings({ ...process.env, ...simulated.env, BATON_HOST: asked.http.host });
  return moveIn(settings, simulated, asked.ai.endpoint !== undefined);
}

/** Where each company is talked to: the default one first, then the examples. */
function toPlaces(simulated: Simulated, asked: Settings, { channels, tenants }: Settings): PlaygroundPlace[] {
  const served = new Map<string, unknown>(Object.entries(channels));
  const onlyServed = ({ workspaces }: Pick<Simulated, "workspaces">) =>
    Object.fromEntries(Object.entries(workspaces).filter(([name]) => served.get(name) !== undefined));
  const own = tenants.find(({ isDefault }) => isDefault);
  const first = { slug: "", name: own?.name ?? "", workspaces: onlyServed(simulated) };
  const model = asked.ai.endpoint === undefined ? "none, it answers by its rules" : undefined;
  const examples = demosIn(tenants).flatMap(({ slug, name, demo }) => {
    const places = simulated.companies.get(slug);
    if (places === undefined) return [];
    const questions = demo === undefined ? [] : demoQuestions[demo];
    return [{ slug, name, workspaces: onlyServed(places), site: siteKeyOf(slug), questions, model }];
  });
  return [first, ...examples];
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
  const settings = simulated === undefined ? asked : settleIn(asked, simulated);
  const pages =
    simulated &&
    playgroundRoutes(toPlaces(simulated, asked, settings), {
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
  const url = service.url();
  await simulated?.connect(url).catch((err: unknown) => {
    if (stopping === undefined) log.warn({ err }, "an example company's workspace is not connected");
  });
  if (stopping !== undefined) return;
  for (const line of toStartSummary(settings, {
    url,
    simulated: simulated !== undefined,
    tookMs: performance.now() - startedAt,
  }))
    tell(line);
}
