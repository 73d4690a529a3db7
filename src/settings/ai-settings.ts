import type { Role } from "../core/tool.ts";
import type { ModelChoices } from "./agent-models.ts";
import type { PriceRow } from "./config-files.ts";
import type { SettingValues } from "./names.ts";

/** The models, and what they may do and spend. */
export interface AiSettings {
  /** ENABLE_AI_CHATBOT: without it people answer. */
  readonly enabled: boolean;
  readonly streaming: boolean;
  readonly toolCalling: boolean;
  /** Undefined where no model API is set up. */
  readonly endpoint: { readonly apiKey: string; readonly baseURL: string | undefined } | undefined;
  readonly models: Readonly<Record<Role, string>>;
  /** Which models answer whom, and what is asked when they fail. */
  readonly choices: ModelChoices;
  /** What each agent is told, from `config/prompts`; empty where there is no file. */
  readonly prompts: Readonly<Record<Role, string>>;
  /** What of the earlier messages is told to a model. */
  readonly memory: {
    readonly mode: "window" | "exchanges" | "full" | "vector" | "hybrid";
    readonly messages: number;
    readonly exchanges: number;
    readonly tokens: number;
    /** Whether people are remembered beyond a conversation. */
    readonly profiles: boolean;
  };
  /** How long a conversation may become, in messages of its person; 0 sets no limit. */
  readonly conversation: {
    readonly offerAt: number;
    readonly endAt: number;
    readonly atEnd: "hand over" | "start over";
  };
  readonly maxTokens: number;
  readonly temperature: number;
  readonly rateLimit: {
    readonly perMinute: number;
    readonly burst: number;
    /** Undefined: by the tenant's tier. 0: no limit. */
    readonly perHour: number | undefined;
    readonly perDay: number | undefined;
    readonly perCompany: number | undefined;
    /** 0: no limit. */
    readonly perAddress: number;
  };
  /** US dollars a day, and tokens; without a number there is no limit. */
  readonly cost: {
    readonly maxPerDay: number;
    readonly alertThreshold: number;
    readonly tokensPerCustomerDay: number | undefined;
    readonly tokensPerConversation: number | undefined;
  };
  readonly prices: readonly PriceRow[];
}

/** All of it but the prompts, which are files of their own. */
export function toAiSettings(
  names: SettingValues,
  prices: readonly PriceRow[],
  choices: ModelChoices,
): Omit<AiSettings, "prompts"> {
  const model =
    (names.AI_PROVIDER === "azure" ? names.AZURE_OPENAI_DEPLOYMENT : undefined) ?? names.OPENAI_MODEL;
  return {
    enabled: names.ENABLE_AI_CHATBOT,
    streaming: names.ENABLE_STREAMING,
    toolCalling: names.ENABLE_TOOL_CALLING,
    endpoint: toEndpoint(names) ?? choices.fallbacks[0],
    models: {
      customer: names.CUSTOMER_AGENT_MODEL ?? model,
      staff: names.STAFF_AGENT_MODEL ?? model,
      admin: names.ADMIN_AGENT_MODEL ?? model,
      analytics: names.ANALYTICS_AGENT_MODEL ?? model,
    },
    choices,
    memory: {
      mode: names.AI_MEMORY,
      messages: names.AI_MEMORY_MESSAGES,
      exchanges: names.AI_MEMORY_EXCHANGES,
      tokens: names.AI_MEMORY_TOKENS,
      profiles: names.AI_MEMORY_PROFILES,
    },
    conversation: {
      offerAt: names.AI_CONVERSATION_OFFER_AT,
      endAt: names.AI_CONVERSATION_END_AT,
      atEnd: names.AI_CONVERSATION_END === "hand-over" ? "hand over" : "start over",
    },
    maxTokens: names.OPENAI_MAX_TOKENS,
    temperature: names.OPENAI_TEMPERATURE,
    rateLimit: {
      perMinute: names.AI_RATE_LIMIT_PER_MINUTE,
      burst: names.AI_RATE_LIMIT_BURST,
      perHour: names.AI_RATE_LIMIT_PER_HOUR,
      perDay: names.AI_RATE_LIMIT_PER_DAY,
      perCompany: names.AI_RATE_LIMIT_PER_COMPANY,
      perAddress: names.AI_RATE_LIMIT_PER_ADDRESS,
    },
    cost: {
      maxPerDay: names.AI_MAX_COST_PER_DAY,
      alertThreshold: names.AI_COST_ALERT_THRESHOLD,
      tokensPerCustomerDay: names.AI_MAX_TOKENS_PER_CUSTOMER_DAY,
      tokensPerConversation: names.AI_MAX_TOKENS_PER_CONVERSATION,
    },
    prices,
  };
}

function toEndpoint(names: SettingValues): AiSettings["endpoint"] {
  const { AZURE_OPENAI_ENDPOINT: azure, AZURE_OPENAI_API_KEY: azureKey } = names;
  if (names.AI_PROVIDER === "azure" && azure !== undefined && azureKey !== undefined) {
    // Azure speaks OpenAI's own protocol under /openai/v1, where the model is the deployment's name.
    return { apiKey: azureKey, baseURL: new URL("/openai/v1", azure).href };
  }
  if (names.AI_PROVIDER === "anthropic" && names.ANTHROPIC_API_KEY !== undefined) {
    return { apiKey: names.ANTHROPIC_API_KEY, baseURL: names.ANTHROPIC_BASE_URL };
  }
  if (names.OPENAI_API_KEY === undefined && names.OPENAI_BASE_URL === undefined) return undefined;
  // Local model servers want no key, but the client insists on sending one.
  return { apiKey: names.OPENAI_API_KEY ?? "none", baseURL: names.OPENAI_BASE_URL };
}
