import { z } from "zod";
import {
  address,
  amount,
  flag,
  masterKey,
  networks,
  oneOf,
  secretText,
  text,
  webAddress,
  whole,
} from "./value-schemas.ts";

/** What else is known about a setting: its place in `config/baton.yaml`, what it is for, and whether it is a secret. */
export interface SettingNote {
  readonly yaml?: string;
  readonly about: string;
  readonly secret?: true;
}

/** The notes of every setting, by its schema. */
export const settingNotes = z.registry<SettingNote>();

/** Every setting by its name in the environment: the one schema that decides what is accepted. */
export const settingNames = z.object({
  BATON_ROLE: oneOf(["all", "edge", "worker"]).default("all").register(settingNotes, {
    yaml: "role",
    about: "What this process does: all, only the doors (edge), only the answering (worker)",
  }),
  PORT: whole(0, 65_535)
    .default(3000)
    .register(settingNotes, { yaml: "http.port", about: "Port of the HTTP server" }),
  BATON_HOST: text().optional().register(settingNotes, {
    yaml: "http.host",
    about:
      "Address the HTTP server listens on; all interfaces when a platform is set up, this machine only otherwise",
  }),
  BATON_PUBLIC_URL: webAddress()
    .optional()
    .register(settingNotes, { yaml: "http.publicUrl", about: "The address platforms reach Baton at" }),
  BATON_TRUSTED_PROXIES: networks().optional().register(settingNotes, {
    yaml: "http.trustedProxies",
    about: "Proxies in front whose X-Forwarded-For is believed: addresses and networks, with commas between",
  }),
  BATON_DATA_DIR: text().default("./data").register(settingNotes, {
    yaml: "dataDir",
    about: "Folder of the embedded database and the generated key",
  }),
  BATON_SHUTDOWN_MS: whole(0, 600_000).default(25_000).register(settingNotes, {
    yaml: "shutdownMs",
    about: "How long a stop waits for work in hand, milliseconds",
  }),
  BATON_WORKERS: whole(1, 1_000)
    .default(32)
    .register(settingNotes, { yaml: "workers", about: "Conversations one process answers at the same time" }),
  BATON_LOG_LEVEL: oneOf(["debug", "info", "warn", "error"]).optional().register(settingNotes, {
    yaml: "log.level",
    about: "debug, info, warn or error; info unless NODE_ENV=development",
  }),
  BATON_PLAYGROUND: flag().optional().register(settingNotes, {
    yaml: "playground",
    about: "Serve the simulated platforms at /playground; on when no platform is set up",
  }),

  KNOWLEDGE_URI: text().optional().register(settingNotes, {
    yaml: "knowledge.uri",
    about:
      "Folder or object storage (s3://bucket/path) of the index of documents; in the data folder when unset",
  }),
  KNOWLEDGE_EMBEDDINGS: text().default("offline").register(settingNotes, {
    yaml: "knowledge.embeddings",
    about: "Vectors of documents: offline, or a model such as text-embedding-3-small or -large",
  }),
  KNOWLEDGE_EMBEDDINGS_URL: webAddress().optional().register(settingNotes, {
    yaml: "knowledge.embeddingsUrl",
    about: "Any OpenAI-compatible API that makes them; that of the models when unset",
  }),
  KNOWLEDGE_DIMENSIONS: whole(8, 8_192).optional().register(settingNotes, {
    yaml: "knowledge.dimensions",
    about: "Length of the vectors of a model that is not OpenAI's",
  }),
  KNOWLEDGE_CALLS_PER_MINUTE: whole(1, 100_000).optional().register(settingNotes, {
    yaml: "knowledge.callsPerMinute",
    about: "Calls that taking documents in makes for vectors, each of 128 passages; no limit when unset",
  }),
  BATON_API_KEY: z.string().min(32, "must have at least 32 characters").optional().register(settingNotes, {
    about: "Key of the API that manages documents, 32 or more random characters; without it there is none",
    secret: true,
  }),

  DATABASE_URL: address(/^postgres(ql)?:\/\/\S+$/, "must begin with postgresql://")
    .optional()
    .register(settingNotes, {
      about: "PostgreSQL; an embedded one in the data folder when unset",
      secret: true,
    }),
  DATABASE_READ_URL: address(/^postgres(ql)?:\/\/\S+$/, "must begin with postgresql://")
    .optional()
    .register(settingNotes, { about: "A read replica of the same database", secret: true }),
  BATON_DATABASE_POOL: whole(2, 500)
    .default(16)
    .register(settingNotes, { yaml: "database.pool", about: "Database connections of one process" }),
  REDIS_URL: address(/^rediss?:\/\/\S+$/, "must begin with redis:// or rediss://")
    .optional()
    .register(settingNotes, { about: "Redis or Valkey 7+; not needed with one process", secret: true }),
  BATON_MASTER_KEY: masterKey().optional().register(settingNotes, {
    about:
      "Key that wraps every tenant's data key; generated in the data folder when the database is embedded",
    secret: true,
  }),
  BATON_MASTER_KEY_PREVIOUS: masterKey()
    .optional()
    .register(settingNotes, { about: "The key before the last rotation, read only", secret: true }),

  ENABLE_AI_CHATBOT: flag()
    .default(true)
    .register(settingNotes, { yaml: "ai.enabled", about: "Off: people answer, the bot stays silent" }),
  ENABLE_STREAMING: flag()
    .default(true)
    .register(settingNotes, { yaml: "ai.streaming", about: "Show answers while they are written" }),
  ENABLE_TOOL_CALLING: flag()
    .default(true)
    .register(settingNotes, { yaml: "ai.toolCalling", about: "Let the bot use tools" }),
  BATON_APPROVAL_MINUTES: whole(1, 10_080).default(30).register(settingNotes, {
    yaml: "ai.approvalMinutes",
    about: "How long a call, or a draft of an answer, waits for a colleague, minutes",
  }),
  BATON_BACKGROUND_MINUTES: whole(1, 1_440).default(10).register(settingNotes, {
    yaml: "ai.backgroundMinutes",
    about: "How long a tool that runs in the background may take, minutes",
  }),
  AI_PROVIDER: oneOf(["openai", "azure", "anthropic"]).default("openai").register(settingNotes, {
    yaml: "ai.provider",
    about:
      "Asked first: openai (or anything compatible), azure or anthropic; what else has a key is the reserve",
  }),
  OPENAI_API_KEY: secretText()
    .optional()
    .register(settingNotes, { about: "Key of the model API", secret: true }),
  OPENAI_BASE_URL: webAddress()
    .optional()
    .register(settingNotes, { yaml: "ai.baseUrl", about: "Any OpenAI-compatible API instead of OpenAI's" }),
  OPENAI_MODEL: text().default("gpt-4o-mini").register(settingNotes, {
    yaml: "ai.model",
    about: "OpenAI's model of every agent that has none of its own",
  }),
  OPENAI_MAX_TOKENS: whole(1, 128_000)
    .default(1500)
    .register(settingNotes, { yaml: "ai.maxTokens", about: "Longest answer, tokens" }),
  OPENAI_TEMPERATURE: amount(0, 2)
    .default(0.7)
    .register(settingNotes, { yaml: "ai.temperature", about: "Temperature of answers" }),
  AZURE_OPENAI_ENDPOINT: webAddress()
    .optional()
    .register(settingNotes, { yaml: "ai.azure.endpoint", about: "Azure resource, for AI_PROVIDER=azure" }),
  AZURE_OPENAI_API_KEY: secretText()
    .optional()
    .register(settingNotes, { about: "Key of the Azure resource", secret: true }),
  AZURE_OPENAI_DEPLOYMENT: text()
    .optional()
    .register(settingNotes, { yaml: "ai.azure.deployment", about: "Azure deployment that answers" }),
  AZURE_OPENAI_API_VERSION: text().optional().register(settingNotes, {
    yaml: "ai.azure.apiVersion",
    about: "Only for resources without the v1 API, such as 2024-10-21",
  }),
  ANTHROPIC_API_KEY: secretText()
    .optional()
    .register(settingNotes, { about: "Key of Anthropic's API", secret: true }),
  ANTHROPIC_BASE_URL: webAddress()
    .optional()
    .register(settingNotes, { yaml: "ai.anthropic.baseUrl", about: "Another address of Anthropic's API" }),
  ANTHROPIC_MODEL: text()
    .default("claude-haiku-4-5")
    .register(settingNotes, { yaml: "ai.anthropic.model", about: "Anthropic's model where none is named" }),
  AI_SIMPLE_MODEL: text().optional().register(settingNotes, {
    yaml: "ai.simpleModel",
    about: "Model for plain questions, where an agent names none; the agent's own when unset",
  }),
  AI_SIMPLE_MAX_TOKENS: whole(1, 128_000).default(500).register(settingNotes, {
    yaml: "ai.simpleMaxTokens",
    about: "Longest answer to a plain question, tokens",
  }),
  AI_MEMORY: oneOf(["window", "exchanges", "full", "vector", "hybrid"])
    .default("window")
    .register(settingNotes, {
      yaml: "ai.memory.mode",
      about:
        "Earlier messages told to a model: the newest ones, the last exchanges, all that fit, those closest in meaning, or newest and closest",
    }),
  AI_MEMORY_MESSAGES: whole(3, 20)
    .default(10)
    .register(settingNotes, { yaml: "ai.memory.messages", about: "How many messages, for window" }),
  AI_MEMORY_EXCHANGES: whole(1, 20)
    .default(3)
    .register(settingNotes, { yaml: "ai.memory.exchanges", about: "How many exchanges, for exchanges" }),
  AI_MEMORY_TOKENS: whole(0, 8_000)
    .default(4_000)
    .register(settingNotes, { yaml: "ai.memory.tokens", about: "Tokens of earlier messages, at most" }),
  AI_MEMORY_PROFILES: flag().default(true).register(settingNotes, {
    yaml: "ai.memory.profiles",
    about: "Remember what people asked in direct conversations, and tell a model where nobody else reads",
  }),
  AI_CONVERSATION_OFFER_AT: whole(0, 1_000).default(10).register(settingNotes, {
    yaml: "ai.conversation.offerAt",
    about:
      "Messages of a person after which a colleague is offered, and takes over with the next one; 0 never",
  }),
  AI_CONVERSATION_END_AT: whole(0, 100_000).default(0).register(settingNotes, {
    yaml: "ai.conversation.endAt",
    about: "Messages of a person a conversation may have; 0 sets no end. A pause of 12 hours counts anew",
  }),
  AI_CONVERSATION_END: oneOf(["hand-over", "start-over"]).default("hand-over").register(settingNotes, {
    yaml: "ai.conversation.end",
    about: "What happens then: it goes to people, or the bot looks no further back and says so",
  }),
  CUSTOMER_AGENT_MODEL: text()
    .optional()
    .register(settingNotes, { yaml: "ai.models.customer", about: "Model for customers" }),
  STAFF_AGENT_MODEL: text()
    .optional()
    .register(settingNotes, { yaml: "ai.models.staff", about: "Model for staff" }),
  ADMIN_AGENT_MODEL: text()
    .optional()
    .register(settingNotes, { yaml: "ai.models.admin", about: "Model for admins" }),
  ANALYTICS_AGENT_MODEL: text().optional().register(settingNotes, {
    yaml: "ai.models.analytics",
    about: "Model for analytics",
  }),
  AI_RATE_LIMIT_PER_MINUTE: whole(1, 100_000).default(10).register(settingNotes, {
    yaml: "ai.rateLimit.perMinute",
    about: "Messages one customer may send a minute",
  }),
  AI_RATE_LIMIT_BURST: whole(1, 100_000).default(15).register(settingNotes, {
    yaml: "ai.rateLimit.burst",
    about: "Messages one customer may send at once; colleagues get the same share above their minute",
  }),
  AI_RATE_LIMIT_PER_HOUR: whole(0, 1_000_000).optional().register(settingNotes, {
    yaml: "ai.rateLimit.perHour",
    about: "Messages one person may send an hour; unset: by the tenant's tier; 0: as many as they like",
  }),
  AI_RATE_LIMIT_PER_DAY: whole(0, 10_000_000).optional().register(settingNotes, {
    yaml: "ai.rateLimit.perDay",
    about: "Messages one person may send a day; unset: by the tenant's tier; 0: as many as they like",
  }),
  AI_RATE_LIMIT_PER_COMPANY: whole(0, 1_000_000).optional().register(settingNotes, {
    yaml: "ai.rateLimit.perCompany",
    about: "Messages all people of a tenant may send a minute; unset: by its tier; 0: as many as they like",
  }),
  AI_RATE_LIMIT_PER_ADDRESS: whole(0, 1_000_000).default(60).register(settingNotes, {
    yaml: "ai.rateLimit.perAddress",
    about:
      "Messages anonymous visitors behind one network address may send a minute; 0: as many as they like",
  }),
  AI_MAX_COST_PER_DAY: amount(0, 1_000_000).default(100).register(settingNotes, {
    yaml: "ai.cost.maxPerDay",
    about: "US dollars a day; then no model is asked, and written answers or people help",
  }),
  AI_COST_ALERT_THRESHOLD: amount(0, 1_000_000).default(75).register(settingNotes, {
    yaml: "ai.cost.alertThreshold",
    about: "US dollars a day that raise an alert; from then on the cheap tier answers",
  }),
  AI_MAX_TOKENS_PER_CUSTOMER_DAY: whole(1, 1_000_000_000).optional().register(settingNotes, {
    yaml: "ai.cost.tokensPerCustomerDay",
    about: "Tokens models may use for one person a day; then written answers or people help. Unset: no limit",
  }),
  AI_MAX_TOKENS_PER_CONVERSATION: whole(1, 1_000_000_000).optional().register(settingNotes, {
    yaml: "ai.cost.tokensPerConversation",
    about: "Tokens models may use in one conversation; then written answers or people help. Unset: no limit",
  }),

  BATON_DEBOUNCE_MS_SLACK: debounce("slack"),
  BATON_DEBOUNCE_MS_DISCORD: debounce("discord"),
  BATON_DEBOUNCE_MS_TEAMS: debounce("teams"),
  BATON_DEBOUNCE_MS_WEB: debounce("web"),

  OTEL_EXPORTER_OTLP_ENDPOINT: webAddress()
    .optional()
    .register(settingNotes, { yaml: "tracing.endpoint", about: "Where traces go; none when unset" }),
});

/** The settings as parsed: one value a name, defaults filled in. */
export type SettingValues = z.output<typeof settingNames>;
export type SettingName = keyof SettingValues;

/** Names that mean another one; the other wins when both are set. */
export const settingAliases: Readonly<Record<string, SettingName>> = { LOG_LEVEL: "BATON_LOG_LEVEL" };

function debounce(channel: string) {
  return whole(0, 60_000)
    .default(0)
    .register(settingNotes, {
      yaml: `debounceMs.${channel}`,
      about: `Wait for more messages before answering on ${channel}, milliseconds`,
    });
}
