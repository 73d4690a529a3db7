import { parseArgs } from "node:util";
import type { DiscordSimulatorOptions } from "./settings.ts";
import { startDiscordSimulator } from "./start-discord-simulator.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    host: { type: "string", default: "127.0.0.1" },
    record: { type: "string", default: "full" },
    "no-rate-limits": { type: "boolean", default: false },
    options: { type: "string", default: "{}" },
  },
});

const more = JSON.parse(values.options) as DiscordSimulatorOptions;
const discord = await startDiscordSimulator({
  port: Number(values.port),
  host: values.host,
  record: values.record === "counts" ? "counts" : "full",
  ...(values["no-rate-limits"] ? { rateLimits: false } : {}),
  ...more,
});

for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => void discord.stop().then(() => process.exit(0)));

process.stdout.write(
  `${JSON.stringify({
    ready: true,
    url: discord.url,
    apiUrl: discord.apiUrl,
    gatewayUrl: discord.gatewayUrl,
    app: discord.app,
    guilds: [...discord.state.guilds.values()].map(({ id, name }) => ({ id, name })),
    channels: [...discord.state.channels.values()].map(({ id, name, type }) => ({ id, name, type })),
    users: [...discord.state.users.values()].map(({ id, username, globalName }) => ({
      id,
      username,
      globalName,
    })),
  })}\n`,
);
