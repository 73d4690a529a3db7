import type { Settings } from "../settings.ts";

/** What a start came to. */
export interface Started {
  /** Where this machine reaches it. */
  readonly url: string;
  readonly simulated: boolean;
  /** From the first line of the program to ready, milliseconds. */
  readonly tookMs: number;
}

/** What runs, where, what is missing and how to add it: the first thing an operator reads. */
export function toStartSummary(settings: Settings, started: Started): readonly string[] {
  const rows: readonly (readonly [string, string])[] = [
    ["http", `${started.url} (role ${settings.role})`],
    [
      "database",
      settings.mode === "embedded"
        ? `embedded PostgreSQL in ${settings.dataDir}`
        : "PostgreSQL at DATABASE_URL",
    ],
    [
      "queue",
      settings.redis.url === undefined ? "in PostgreSQL; set REDIS_URL to scale out" : "Redis at REDIS_URL",
    ],
    ["slack", describeSlack(settings, started)],
    ["discord", describeDiscord(settings, started)],
    ["teams", describeTeams(settings, started)],
    ["web", `chat at ${started.url}/chat, for your pages see channels/web/README.md`],
    ["model", describeModel(settings, started)],
    ["health", `${started.url}/health   metrics ${started.url}/metrics   check everything: npm run doctor`],
  ];
  const seconds = (started.tookMs / 1000).toFixed(1);
  const place = started.simulated ? `\nTry it: ${started.url}/playground` : "";
  return [
    `Baton is ready after ${seconds} s.`,
    ...rows.map(([name, text]) => `  ${name.padEnd(9)} ${text}`),
    ...(place === "" ? [] : [place.trim()]),
  ];
}

function describeSlack({ channels, http }: Settings, { simulated }: Started): string {
  if (simulated)
    return "simulated workspace; for yours set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET (channels/slack/README.md)";
  const { slack } = channels;
  if (slack === undefined)
    return "not set up: set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET (channels/slack/README.md)";
  if (slack.mode === "socket") return "Socket Mode";
  return `events at ${http.publicUrl ?? "https://<your public address>"}/slack/events`;
}

function describeDiscord({ channels }: Settings, { simulated }: Started): string {
  if (simulated) return "simulated";
  return channels.discord === undefined
    ? "not set up: set DISCORD_BOT_TOKEN (channels/discord/README.md)"
    : "gateway connection, held by one process for each token";
}

function describeTeams({ channels, http }: Settings, { simulated }: Started): string {
  if (simulated) return "simulated";
  return channels.teams === undefined
    ? "not set up: set TEAMS_APP_ID and TEAMS_APP_PASSWORD (channels/teams/README.md)"
    : `messages at ${http.publicUrl ?? "https://<your public address>"}/teams/messages`;
}

function describeModel({ ai }: Settings, { simulated }: Started): string {
  if (!ai.enabled) return "switched off (ENABLE_AI_CHATBOT=false): people answer";
  const { agents, fallbacks } = ai.choices;
  const chain = [...agents.customer.complex, ...agents.customer.simple, ...fallbacks];
  const [first] = chain;
  if (first === undefined)
    return "none: set OPENAI_API_KEY, AZURE_OPENAI_API_KEY or ANTHROPIC_API_KEY, or OPENAI_BASE_URL for a local one; until then people answer";
  const isLocal = first.baseURL?.startsWith("http://127.0.0.1") === true;
  return simulated && isLocal
    ? "stand-in; for a real one set OPENAI_API_KEY"
    : [...new Set(chain.map(({ model }) => model))].join(", then ");
}
