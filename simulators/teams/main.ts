import { parseArgs } from "node:util";
import type { TeamsSimulatorOptions } from "./settings.ts";
import { startTeamsSimulator } from "./start-teams-simulator.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    host: { type: "string", default: "127.0.0.1" },
    endpoint: { type: "string" },
    "time-scale": { type: "string", default: "1" },
    record: { type: "string", default: "full" },
    options: { type: "string", default: "{}" },
  },
});

const more = JSON.parse(values.options) as TeamsSimulatorOptions;
const teams = await startTeamsSimulator({
  port: Number(values.port),
  host: values.host,
  timeScale: Number(values["time-scale"]),
  record: values.record === "counts" ? "counts" : "full",
  ...(values.endpoint === undefined ? {} : { endpoint: values.endpoint }),
  ...more,
});

for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => void teams.stop().then(() => process.exit(0)));

process.stdout.write(
  `${JSON.stringify({
    ready: true,
    url: teams.url,
    serviceUrl: teams.serviceUrl,
    openIdUrl: teams.openIdUrl,
    tokenUrl: teams.tokenUrl,
    app: teams.app,
    botId: teams.botId,
    people: [...teams.state.people.values()],
    conversations: [...teams.state.conversations.values()].map(({ id, kind, name, tenantId }) => ({
      id,
      kind,
      name,
      tenantId,
    })),
  })}\n`,
);
