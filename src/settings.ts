import { resolve } from "node:path";
import { inspect } from "node:util";
import {
  isDiscordConfigured,
  readDiscordSettings,
  type DiscordSettings,
} from "../channels/discord/settings.ts";
import { isSlackConfigured, readSlackSettings, type SlackSettings } from "../channels/slack/settings.ts";
import { isTeamsConfigured, readTeamsSettings, type TeamsSettings } from "../channels/teams/settings.ts";
import { localSite, type WebSettings } from "../channels/web/settings.ts";
import type { ChannelName } from "./core/envelope.ts";
import { SettingsError } from "./core/errors.ts";
import { readModelChoices, type ModelChoices } from "./settings/agent-models.ts";
import { toAiSettings, type AiSettings } from "./settings/ai-settings.ts";
import { readAgentPrompts } from "./settings/agent-prompts.ts";
import { readPrices } from "./settings/config-files.ts";
import { readHotlines, type Hotlines } from "./settings/handoff-files.ts";
import { findEmbeddingProblems, toEmbeddings, type EmbeddingSettings } from "./settings/embeddings.ts";
import { deepFreeze } from "./settings/deep-freeze.ts";
import { describeSettings } from "./settings/describe-settings.ts";
import { settingNames, type SettingValues } from "./settings/names.ts";
import { readRuleFiles, type RuleFile } from "./settings/rule-files.ts";
import { readSources, type Env } from "./settings/read-sources.ts";
import { readTenantFiles, type TenantFile } from "./settings/tenant-files.ts";
import { readToolFile, type ToolSettings } from "./settings/tool-files.ts";

/** Everything an operator decides, parsed and frozen. Printing it shows no secret. */
export interface Settings {
  readonly role: "all" | "edge" | "worker";
  /** `embedded` brings its own PostgreSQL; `server` uses the one of DATABASE_URL. */
  readonly mode: "embedded" | "server";
  readonly dataDir: string;
  /** Where `config/` is. */
  readonly folder: string;
  /** Where the index of documents is: a folder, or object storage. */
  readonly knowledgeUri: string;
  /** Whose vectors documents are found by; Baton's own when left out. */
  readonly embeddings?: EmbeddingSettings | undefined;
  /** Who shows it may manage documents over HTTP; without it nobody may. */
  readonly apiKey: string | undefined;
  readonly shutdownMs: number;
  /** Conversations this process answers at the same time. */
  readonly workers: number;
  readonly playground: boolean;
  readonly log: { readonly level: "debug" | "info" | "warn" | "error" };
  readonly http: HttpSettings;
  readonly store: StoreSettings;
  readonly redis: { readonly url: string | undefined };
  readonly ai: AiSettings;
  readonly tools: ToolSettings;
  /** How long a call waits for a colleague's approval, minutes. */
  readonly approvalMinutes: number;
  /** How long a tool that runs in the background may take, minutes. */
  readonly backgroundMinutes: number;
  /** How long to wait for more messages before a turn starts, milliseconds. */
  readonly debounceMs: Readonly<Record<ChannelName, number>>;
  readonly tracing: { readonly endpoint: string | undefined };
  /** Undefined where a platform is not set up. */
  readonly channels: {
    readonly slack: SlackSettings | undefined;
    readonly discord: DiscordSettings | undefined;
    readonly teams: TeamsSettings | undefined;
    readonly web: WebSettings | undefined;
  };
  /** Whom people in need can call, by country. */
  readonly hotlines?: Hotlines | undefined;
  /** At least one; exactly one is the default. */
  readonly tenants: readonly TenantFile[];
  /** What companies allow their bots to say, by slug; not all have rules of their own. */
  readonly rules: ReadonlyMap<string, RuleFile>;
}

/** Where Baton listens, and who stands in front of it. */
interface HttpSettings {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | undefined;
  /** Addresses and networks of the proxies whose X-Forwarded-For counts; without any nobody's does. */
  readonly trustedProxies: readonly string[];
}

/** Where the truth is kept. Keys are base64 or hex. */
export interface StoreSettings {
  readonly url: string | undefined;
  readonly readUrl: string | undefined;
  readonly poolSize: number;
  readonly masterKey: string | undefined;
  readonly previousMasterKey: string | undefined;
}

/**
 * Reads the environment over `.env` over `config/` over defaults, in `folder`. Throws one SettingsError that
 * names every problem with its remedy, and never shows a secret's value.
 */
export function readSettings(env: Env, folder: string = process.cwd()): Settings {
  const { values, problems: unreadable } = readSources(env, folder);
  const problems = [...unreadable];
  const parsed = settingNames.safeParse(pickKnown(values));
  if (!parsed.success) {
    problems.push(...parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`));
  }
  const platforms = readPlatforms(values, problems);
  const files = readFiles(folder, values, problems);
  if (parsed.success) problems.push(...findContradictions(parsed.data));
  const slugs = files.tenants.map(({ slug }) => slug);
  const choices = parsed.success
    ? readModelChoices(folder, { names: parsed.data, values, problems, slugs })
    : undefined;
  if (!parsed.success || choices === undefined || problems.length > 0) throw toSettingsError(problems);
  const settings = toSettings({ names: parsed.data, values, folder, platforms, files, choices });
  return toPrintable(deepFreeze(settings));
}

/** The platforms that are set up; what is wrong with one is put to the other problems. */
function readPlatforms(values: Env, problems: string[]) {
  return {
    slack: isSlackConfigured(values) ? readPlatform(readSlackSettings, values, problems) : undefined,
    discord: isDiscordConfigured(values) ? readPlatform(readDiscordSettings, values, problems) : undefined,
    teams: isTeamsConfigured(values) ? readPlatform(readTeamsSettings, values, problems) : undefined,
  };
}

/** What stands in `config/`. */
function readFiles(folder: string, values: Readonly<Record<string, string>>, problems: string[]) {
  const found = readTenantFiles(folder, problems, values);
  const tenants = found.length > 0 ? found : [onlyTenant];
  const slugs = tenants.map(({ slug }) => slug);
  return {
    tenants,
    rules: readRuleFiles(folder, slugs, problems),
    prices: readPrices(folder, problems),
    hotlines: readHotlines(folder, problems),
    tools: readToolFile(folder, problems, values),
    prompts: readAgentPrompts(folder, problems),
  };
}

function pickKnown(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in settingNames.shape));
}

/** A platform's settings; what is wrong with them is put to the other problems. */
function readPlatform<S>(read: (values: Env) => S, values: Env, problems: string[]): S | undefined {
  try {
    return read(values);
  } catch (cause) {
    if (!(cause instanceof SettingsError)) throw cause;
    problems.push(
      ...cause.message
        .split("\n")
        .filter((line) => line.startsWith("- "))
        .map((line) => line.slice(2)),
    );
    return undefined;
  }
}

/** What is fine alone and wrong together. */
function findContradictions(names: SettingValues): string[] {
  const problems: string[] = [];
  const split = names.BATON_ROLE !== "all";
  if (split && names.DATABASE_URL === undefined) {
    problems.push(
      `DATABASE_URL is missing: BATON_ROLE=${names.BATON_ROLE} shares one PostgreSQL with the other processes`,
    );
  }
  if (split && names.REDIS_URL === undefined) {
    problems.push(
      `REDIS_URL is missing: BATON_ROLE=${names.BATON_ROLE} shares one Redis with the other processes`,
    );
  }
  if (names.DATABASE_URL !== undefined && names.BATON_MASTER_KEY === undefined) {
    problems.push(
      "BATON_MASTER_KEY is missing: make one with `openssl rand -base64 32` and keep a copy outside the server, the data cannot be read without it",
    );
  }
  if (names.DATABASE_READ_URL !== undefined && names.DATABASE_URL === undefined) {
    problems.push("DATABASE_READ_URL is set without DATABASE_URL: set both, or neither");
  }
  if (names.AI_PROVIDER === "azure") {
    if (names.AZURE_OPENAI_ENDPOINT === undefined)
      problems.push("AZURE_OPENAI_ENDPOINT is missing: AI_PROVIDER=azure needs it");
    if (names.AZURE_OPENAI_API_KEY === undefined)
      problems.push("AZURE_OPENAI_API_KEY is missing: AI_PROVIDER=azure needs it");
  }
  if (names.AI_PROVIDER === "anthropic" && names.ANTHROPIC_API_KEY === undefined) {
    problems.push("ANTHROPIC_API_KEY is missing: AI_PROVIDER=anthropic needs it");
  }
  if (names.AI_COST_ALERT_THRESHOLD > names.AI_MAX_COST_PER_DAY) {
    problems.push(
      "AI_COST_ALERT_THRESHOLD is above AI_MAX_COST_PER_DAY: the alert would never come. Lower it",
    );
  }
  problems.push(...findEmbeddingProblems(names));
  return problems;
}

interface Parts {
  readonly names: SettingValues;
  readonly values: Env;
  readonly folder: string;
  readonly platforms: ReturnType<typeof readPlatforms>;
  readonly files: ReturnType<typeof readFiles>;
  readonly choices: ModelChoices;
}

function toSettings({ names, values, folder, platforms, files, choices }: Parts): Settings {
  const { tenants, rules, prices, hotlines, tools, prompts } = files;
  const sites = tenants.flatMap((tenant) => tenant.sites);
  const isOpen = Object.values(platforms).some((one) => one !== undefined) || sites.length > 0;
  const isEmbedded = names.DATABASE_URL === undefined;
  return {
    role: names.BATON_ROLE,
    mode: isEmbedded ? "embedded" : "server",
    dataDir: resolve(folder, names.BATON_DATA_DIR),
    folder,
    knowledgeUri: toKnowledgeUri(folder, names),
    embeddings: toEmbeddings(names),
    apiKey: names.BATON_API_KEY,
    shutdownMs: names.BATON_SHUTDOWN_MS,
    workers: names.BATON_WORKERS,
    // It lives inside one process: its people would wait for answers that other processes give to theirs.
    playground: names.BATON_ROLE === "all" && (names.BATON_PLAYGROUND ?? !isOpen),
    log: { level: names.BATON_LOG_LEVEL ?? (values["NODE_ENV"] === "development" ? "debug" : "info") },
    // The playground has no login, so without a platform nobody but this machine is let in.
    http: {
      host: names.BATON_HOST ?? (isOpen ? "0.0.0.0" : "127.0.0.1"),
      port: names.PORT,
      publicUrl: names.BATON_PUBLIC_URL,
      trustedProxies: names.BATON_TRUSTED_PROXIES ?? [],
    },
    store: {
      url: names.DATABASE_URL,
      readUrl: names.DATABASE_READ_URL,
      poolSize: names.BATON_DATABASE_POOL,
      masterKey: names.BATON_MASTER_KEY,
      previousMasterKey: names.BATON_MASTER_KEY_PREVIOUS,
    },
    redis: { url: names.REDIS_URL },
    ai: { ...toAiSettings(names, prices, choices), prompts },
    hotlines,
    tools,
    approvalMinutes: names.BATON_APPROVAL_MINUTES,
    backgroundMinutes: names.BATON_BACKGROUND_MINUTES,
    debounceMs: {
      slack: names.BATON_DEBOUNCE_MS_SLACK,
      discord: names.BATON_DEBOUNCE_MS_DISCORD,
      teams: names.BATON_DEBOUNCE_MS_TEAMS,
      web: names.BATON_DEBOUNCE_MS_WEB,
    },
    tracing: { endpoint: names.OTEL_EXPORTER_OTLP_ENDPOINT },
    channels: { ...platforms, web: toWeb(sites, isEmbedded) },
    tenants,
    rules,
  };
}

function toKnowledgeUri(folder: string, { KNOWLEDGE_URI: uri, BATON_DATA_DIR: data }: SettingValues): string {
  if (uri === undefined) return resolve(folder, data, "knowledge");
  return /^[a-z][a-z0-9+]+:\/\//.test(uri) ? uri : resolve(folder, uri);
}

/** Where nothing is set up yet, the page Baton serves itself can be talked to from this machine. */
function toWeb(sites: WebSettings["sites"], isEmbedded: boolean): WebSettings | undefined {
  if (sites.length > 0) return { sites };
  return isEmbedded ? { sites: [localSite] } : undefined;
}

const onlyTenant: TenantFile = {
  slug: "default",
  name: "Default",
  tier: "pro",
  persona: "",
  isDefault: true,
  mode: "hybrid",
  brain: new Map(),
  knowledge: [],
  installations: [],
  sites: [],
  staff: [],
};

function toSettingsError(problems: readonly string[]): SettingsError {
  const count = problems.length === 1 ? "One setting needs" : `${problems.length} settings need`;
  return new SettingsError(`${count} attention:\n${problems.map((problem) => `- ${problem}`).join("\n")}`);
}

/** Whoever logs or prints the settings by accident gets them masked. */
function toPrintable(settings: Settings): Settings {
  const print = () => describeSettings(settings);
  return Object.freeze(
    Object.defineProperties(
      { ...settings },
      { toJSON: { value: print }, [inspect.custom]: { value: print } },
    ),
  );
}
