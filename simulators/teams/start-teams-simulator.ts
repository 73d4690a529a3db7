import { AccessTokens } from "./access-tokens.ts";
import { createHandle } from "./create-handle.ts";
import { Deliverer } from "./deliver.ts";
import { Faults } from "./faults.ts";
import { Files } from "./files.ts";
import { Identity } from "./identity.ts";
import type { App } from "./model.ts";
import type { Platform } from "./platform.ts";
import { RateLimiter } from "./rate-limits.ts";
import { Recorder } from "./record.ts";
import { Regions } from "./regions.ts";
import { seedApp, seedTenants } from "./seed.ts";
import { startServer } from "./server.ts";
import { toSettings } from "./settings.ts";
import type { TeamsSimulatorOptions } from "./settings.ts";
import type { TeamsSimulator } from "./simulator.ts";
import { State } from "./state.ts";
import { WorkInHand } from "../kit/work-in-hand.ts";

/** Starts a local Teams on 127.0.0.1 (or `host`); resolves when it answers. Rejects when the port is taken. */
export async function startTeamsSimulator(options: TeamsSimulatorOptions = {}): Promise<TeamsSimulator> {
  const app: App = { ...seedApp, ...options.app };
  const settings = toSettings(options);
  const work = new WorkInHand("teams");
  const state = new State(app, () => work.poke());
  const tenants = options.tenants ?? seedTenants;
  state.load(tenants);
  const recorder = new Recorder(options.record ?? "full", options.historyLimit ?? 100_000);
  const faults = new Faults(options.seed ?? 1, (nameOrId) => state.findConversation(nameOrId).id);
  const identity = new Identity();
  let url = "";
  const platform: Platform = {
    state,
    settings,
    recorder,
    faults,
    work,
    identity,
    accessTokens: new AccessTokens(identity, app, settings),
    limiter: new RateLimiter(),
    regions: new Regions(),
    files: new Files(),
    deliverer: new Deliverer({ state, settings, recorder, faults, work, identity }),
    get url() {
      return url;
    },
  };
  const simulator = createHandle(platform, {
    load: () => state.load(tenants),
    door: () => server,
  });
  const server = await startServer(platform, simulator, {
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
  });
  url = server.url;
  return simulator;
}
