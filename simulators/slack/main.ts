import { parseArgs } from "node:util";
import type { SlackSimulatorOptions } from "./settings.ts";
import { startSlackSimulator } from "./start-slack-simulator.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    host: { type: "string", default: "127.0.0.1" },
    "request-url": { type: "string" },
    "time-scale": { type: "string", default: "1" },
    "socket-mode": { type: "boolean", default: false },
    record: { type: "string", default: "full" },
    options: { type: "string", default: "{}" },
  },
});

const more = JSON.parse(values.options) as SlackSimulatorOptions;
const slack = await startSlackSimulator({
  port: Number(values.port),
  host: values.host,
  timeScale: Number(values["time-scale"]),
  socketMode: values["socket-mode"],
  record: values.record === "counts" ? "counts" : "full",
  ...(values["request-url"] === undefined ? {} : { requestUrl: values["request-url"] }),
  ...more,
});

for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => void slack.stop().then(() => process.exit(0)));

process.stdout.write(
  `${JSON.stringify({
    ready: true,
    url: slack.url,
    apiUrl: slack.apiUrl,
    authorizeUrl: slack.authorizeUrl,
    app: slack.app,
    installations: [...slack.state.installations.values()],
    teams: [...slack.state.teams.values()],
  })}\n`,
);
