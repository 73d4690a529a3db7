import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SettingsError } from "../../src/core/errors.ts";
import { readSettings, type Settings } from "../../src/settings.ts";
import { root } from "../gates/read-tree.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "baton-settings-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function read(env: Record<string, string> = {}): Settings {
  return readSettings(env, folder);
}

function problemsOf(env: Record<string, string> = {}): string {
  try {
    read(env);
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as Error).message;
  }
  throw new Error("the settings were accepted");
}

const key = Buffer.alloc(32, 7).toString("base64");

describe("settings", () => {
  test("nothing set is enough: embedded, everything in one process, playground for this machine only", () => {
    expect(read()).toMatchObject({
      role: "all",
      mode: "embedded",
      playground: true,
      dataDir: join(folder, "data"),
      shutdownMs: 25_000,
      http: { port: 3000, host: "127.0.0.1" },
      log: { level: "info" },
      channels: { slack: undefined },
      debounceMs: { slack: 0, discord: 0, teams: 0, web: 0 },
    });
  });

  test("has the names and defaults of the model, its limits and its costs (R361 to R366)", () => {
    const { ai } = read();
    expect(ai).toMatchObject({
      enabled: true,
      streaming: true,
      toolCalling: true,
      endpoint: undefined,
      maxTokens: 1500,
      temperature: 0.7,
      rateLimit: { perMinute: 10, burst: 15 },
      cost: { maxPerDay: 100, alertThreshold: 75 },
    });
    const set = read({
      OPENAI_API_KEY: "sk-test",
      OPENAI_MODEL: "gpt-4",
      OPENAI_MAX_TOKENS: "900",
      OPENAI_TEMPERATURE: "0",
      AI_RATE_LIMIT_PER_MINUTE: "20",
      AI_RATE_LIMIT_BURST: "20",
      AI_MAX_COST_PER_DAY: "10.50",
      AI_COST_ALERT_THRESHOLD: "5",
      STAFF_AGENT_MODEL: "gpt-4-turbo",
      ENABLE_AI_CHATBOT: "false",
      ENABLE_STREAMING: "0",
      ENABLE_TOOL_CALLING: "off",
    }).ai;
    expect(set).toMatchObject({
      enabled: false,
      streaming: false,
      toolCalling: false,
      endpoint: { apiKey: "sk-test" },
      models: { customer: "gpt-4", staff: "gpt-4-turbo", admin: "gpt-4", analytics: "gpt-4" },
      maxTokens: 900,
      temperature: 0,
      rateLimit: { perMinute: 20, burst: 20 },
      cost: { maxPerDay: 10.5, alertThreshold: 5 },
    });
  });

  test("speaks to Azure through its OpenAI-compatible address", () => {
    const { ai } = read({
      AI_PROVIDER: "azure",
      AZURE_OPENAI_ENDPOINT: "https://acme.openai.azure.com/",
      AZURE_OPENAI_API_KEY: "azure-key",
      AZURE_OPENAI_DEPLOYMENT: "support",
    });
    expect(ai.endpoint).toEqual({ apiKey: "azure-key", baseURL: "https://acme.openai.azure.com/openai/v1" });
    expect(ai.models.customer).toBe("support");
  });

  test("a local model server needs no key", () => {
    expect(read({ OPENAI_BASE_URL: "http://127.0.0.1:11434/v1" }).ai.endpoint).toEqual({
      apiKey: "none",
      baseURL: "http://127.0.0.1:11434/v1",
    });
  });

  test("the environment wins over .env, .env over the file, the file over the default", () => {
    write("config/baton.yaml", "http: { port: 1001 }\nworkers: 5\nshutdownMs: 7\nslack: { botBudget: 9 }\n");
    write(".env", "PORT=1002\nBATON_WORKERS=6\n");
    const slack = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_SIGNING_SECRET: "0123456789abcdef0123456789abcdef" };
    const settings = read({ PORT: "1003", ...slack });
    expect([settings.http.port, settings.workers, settings.shutdownMs]).toEqual([1003, 6, 7]);
    expect(settings.channels.slack?.botBudget).toBe(9);
    expect(settings).toMatchObject({ playground: false, http: { host: "0.0.0.0" } });
  });

  test("believes proxies that are named, one by one or as networks, and never everyone (D8)", () => {
    expect(read().http.trustedProxies).toEqual([]);
    expect(read({ BATON_TRUSTED_PROXIES: "10.0.0.0/8, 192.0.2.1,fd00::/8" }).http.trustedProxies).toEqual([
      "10.0.0.0/8",
      "192.0.2.1",
      "fd00::/8",
    ]);
    write("config/baton.yaml", "http: { trustedProxies: [10.0.0.1, 10.0.0.2] }\n");
    expect(read().http.trustedProxies).toEqual(["10.0.0.1", "10.0.0.2"]);
    for (const wrong of [
      "true",
      "proxy",
      "0.0.0.0/0",
      "::/0",
      "10.0.0.0/33",
      "10.0.0.1;10.0.0.2",
      "10.0.0.1,",
    ])
      expect(problemsOf({ BATON_TRUSTED_PROXIES: wrong })).toContain(
        "BATON_TRUSTED_PROXIES must be addresses",
      );
  });

  test("an empty value is a value that was not set", () => {
    expect(read({ PORT: "", REDIS_URL: "  " })).toMatchObject({
      http: { port: 3000 },
      redis: { url: undefined },
    });
  });

  test("reads a secret from the file that NAME_FILE points at", () => {
    write("run/secrets/openai", "sk-from-file\n");
    expect(read({ OPENAI_API_KEY_FILE: join(folder, "run/secrets/openai") }).ai.endpoint?.apiKey).toBe(
      "sk-from-file",
    );
    expect(problemsOf({ REDIS_URL_FILE: "/nowhere/redis" })).toContain(
      "REDIS_URL_FILE: the file /nowhere/redis cannot be read",
    );
  });

  test("says debug while developing and lets LOG_LEVEL decide", () => {
    expect(read({ NODE_ENV: "development" }).log.level).toBe("debug");
    expect(read({ NODE_ENV: "development", LOG_LEVEL: "warn" }).log.level).toBe("warn");
    expect(read({ NODE_ENV: "production" }).log.level).toBe("info");
  });

  test("names every problem at once, each with its remedy (R369)", () => {
    write("config/baton.yaml", "htpp: { port: 80 }\nslack: { botToken: xoxb-1 }\n");
    write("config/tenants/acme.yaml", "tier: gold\npersona: missing.md\n");
    write(
      "config/prices.yaml",
      "prices: [{ model: gpt-4, inputPer1k: -1, outputPer1k: 1, asOf: 2025-01-01 }]\n",
    );
    const problems = problemsOf({
      PORT: "eighty",
      BATON_ROLE: "boss",
      OPENAI_TEMPERATURE: "9",
      DATABASE_URL: "mysql://localhost/x",
      SLACK_BOT_TOKEN: "xoxp-wrong",
    });
    for (const part of [
      "PORT must be a whole number from 0 to 65535",
      "BATON_ROLE must be one of all, edge, worker",
      "OPENAI_TEMPERATURE must be a number from 0 to 2",
      "DATABASE_URL must begin with postgresql://",
      "SLACK_BOT_TOKEN must begin with xoxb-",
      "SLACK_SIGNING_SECRET is missing",
      "config/baton.yaml: there is no setting htpp.port. Remove it or correct its spelling",
      "config/baton.yaml: slack.botToken is a secret. Set SLACK_BOT_TOKEN or SLACK_BOT_TOKEN_FILE instead",
      "config/tenants/acme.yaml: name: must be the company's name",
      "config/tenants/acme.yaml: tier: must be free, pro or enterprise",
      "config/prices.yaml: prices.0.inputPer1k",
    ]) {
      expect(problems).toContain(part);
    }
  });

  test("knows what does not go together", () => {
    expect(problemsOf({ BATON_ROLE: "worker" })).toMatch(
      /DATABASE_URL is missing[\s\S]*REDIS_URL is missing/,
    );
    expect(problemsOf({ DATABASE_URL: "postgresql://db/baton" })).toContain("BATON_MASTER_KEY is missing");
    expect(problemsOf({ DATABASE_READ_URL: "postgresql://db/baton" })).toContain("without DATABASE_URL");
    expect(problemsOf({ AI_PROVIDER: "azure" })).toMatch(/AZURE_OPENAI_ENDPOINT[\s\S]*AZURE_OPENAI_API_KEY/);
    expect(problemsOf({ AI_MAX_COST_PER_DAY: "1" })).toContain("AI_COST_ALERT_THRESHOLD is above");
  });

  test("broken YAML is a problem with the file's name, not a crash", () => {
    write("config/baton.yaml", "a: [1, 2\n");
    write("config/tenants/acme.yaml", "{{{");
    expect(problemsOf()).toMatch(
      /config\/baton.yaml is not valid YAML[\s\S]*config\/tenants\/acme.yaml is not valid YAML/,
    );
  });

  test("cannot be changed, however deep", () => {
    const settings = read({ SLACK_BOT_TOKEN: "xoxb-1", SLACK_SIGNING_SECRET: "0123456789abcdef" });
    const walk = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      expect(Object.isFrozen(value)).toBe(true);
      Object.values(value).forEach(walk);
    };
    walk(settings);
  });

  test("printing, logging or a complaint never shows a secret (I1)", () => {
    const secrets = {
      DATABASE_URL: "postgresql://baton:canary-database@db/baton",
      REDIS_URL: "redis://:canary-redis@redis:6379",
      BATON_MASTER_KEY: key,
      OPENAI_API_KEY: "sk-canary-openai",
      SLACK_BOT_TOKEN: "xoxb-canary-slack",
      SLACK_SIGNING_SECRET: "canary-signing-secret",
      SLACK_SIGNING_SECRETS: "A1:canary-signing-other",
      SLACK_CLIENT_ID: "1.2",
      SLACK_CLIENT_SECRET: "canary-client",
      SLACK_STATE_SECRET: "canary-state-0123456789",
    };
    const settings = read(secrets);
    const printed = JSON.stringify(settings) + inspect(settings, { depth: 9 }) + String(settings);
    expect(printed).not.toContain("canary");
    expect(printed).not.toContain(key);
    expect(printed).toContain("db/baton");
    expect(
      problemsOf({ ...secrets, OPENAI_API_KEY: "sk-canary with space", BATON_MASTER_KEY: "canary" }),
    ).not.toContain("canary");
  });
});

describe("tenant files", () => {
  test("a tenant has a name, a tier, a persona, its workspaces and its staff", () => {
    write("config/prompts/customer.md", "You help.\n");
    write(
      "config/tenants/acme.yaml",
      `name: Acme\ntier: enterprise\npersona: customer.md\ninstallations:\n  - { channel: slack, id: "T1" }\n` +
        `staff:\n  - { name: Mia, accounts: [{ channel: slack, workspace: "T1", id: "U1" }] }\n`,
    );
    expect(read().tenants).toEqual([
      {
        slug: "acme",
        name: "Acme",
        tier: "enterprise",
        persona: "You help.",
        isDefault: true,
        mode: "hybrid",
        brain: new Map(),
        knowledge: [],
        installations: [{ channel: "slack", id: "T1" }],
        sites: [],
        staff: [
          { name: "Mia", roles: ["staff"], accounts: [{ channel: "slack", workspace: "T1", id: "U1" }] },
        ],
        staffFrom: [],
        drafts: [],
        staffIdentity: "named",
        waitChain: [
          { afterMinutes: 10, tell: "next" },
          { afterMinutes: 20, tell: "everybody" },
          { afterMinutes: 40, tell: "everybody" },
        ],
        snippets: new Map(),
        approveOwn: false,
        askSatisfaction: true,
        reviewedDays: 180,
        webhooks: [],
      },
    ]);
  });

  test("its documents' sources are what it names, beside its own folder", () => {
    write("config/knowledge/acme/a.md", "# A");
    write(
      "config/tenants/acme.yaml",
      "name: Acme\nknowledge:\n  - { folder: handbook, audience: [colleagues], everyHours: 6 }\n  - { git: 'https://git.example/docs.git', path: help }\n",
    );
    expect(read().tenants[0]?.knowledge).toMatchObject([
      { name: "config/knowledge/acme", kind: "folder", audience: ["public"] },
      { name: "handbook", kind: "folder", audience: ["colleagues"], everyHours: 6 },
      { name: "https://git.example/docs.git help", kind: "git", folder: "help", most: 500 },
    ]);
    write(
      "config/tenants/acme.yaml",
      "name: Acme\nknowledge:\n  - { site: nowhere }\n  - { folder: a, audience: [everyone] }\n",
    );
    expect(problemsOf()).toMatch(/must be an address[^]*must be public/);
  });

  test("says what its day may cost and who reads its messages, and nothing else (R242, R243)", () => {
    write("config/tenants/acme.yaml", "name: Acme\nunderstanding: model\nmaxCostPerDay: 20\n");
    expect(read().tenants).toMatchObject([{ understanding: "model", maxCostPerDay: 20 }]);
    const tokens = { AI_MAX_TOKENS_PER_CUSTOMER_DAY: "100000", AI_MAX_TOKENS_PER_CONVERSATION: "50000" };
    expect(read(tokens).ai.cost).toMatchObject({
      tokensPerCustomerDay: 100_000,
      tokensPerConversation: 50_000,
    });
    expect(read().ai.cost).toMatchObject({
      tokensPerCustomerDay: undefined,
      tokensPerConversation: undefined,
    });
    write("config/tenants/acme.yaml", "name: Acme\nunderstanding: magic\nmaxCostPerDay: -1\n");
    expect(problemsOf({ AI_MAX_TOKENS_PER_CONVERSATION: "0" })).toMatch(/must be offline or model/);
  });

  test("without a file there is one default tenant", () => {
    expect(read().tenants).toMatchObject([{ slug: "default", isDefault: true }]);
  });

  test("a workspace belongs to one tenant, and one tenant is the default", () => {
    write("config/tenants/a.yaml", `name: A\ndefault: true\ninstallations: [{ channel: slack, id: "T1" }]\n`);
    write("config/tenants/b.yaml", `name: B\ndefault: true\ninstallations: [{ channel: slack, id: "T1" }]\n`);
    write("config/tenants/Not_A_Slug.yaml", "name: C\n");
    const group = '{ channel: slack, workspace: "T1", id: "S1" }';
    write("config/tenants/d.yaml", `name: D\nstaffFrom: [${group}]\n`);
    const problems = problemsOf();
    expect(problems).toContain("slack T1 belongs to a and to b");
    expect(problems).toContain("a and b both say default: true");
    expect(problems).toContain("d.yaml: staffFrom: the group S1 is in slack T1, which belongs to a");
    expect(problems).toContain("Not_A_Slug.yaml: the file's name becomes the tenant's");
  });

  test("a web site is the tenant's own, and its secret comes from the environment", () => {
    write(
      "config/tenants/acme.yaml",
      `name: Acme\nsites:\n  - { key: acme-web, origins: ["https://acme.example", self], userTokenSecret: ACME_SECRET }\n`,
    );
    expect(problemsOf()).toContain("ACME_SECRET: config/tenants/acme.yaml names it");
    const settings = read({ ACME_SECRET: "canary".repeat(8) });
    expect(settings.channels.web?.sites).toEqual([
      {
        key: "acme-web",
        name: "acme-web",
        origins: ["https://acme.example", "self"],
        userTokenSecret: "canary".repeat(8),
        allowApps: false,
      },
    ]);
    expect(settings.tenants[0]?.installations).toEqual([{ channel: "web", id: "acme-web" }]);
    expect(JSON.stringify(settings)).not.toContain("canary");
    expect(settings.http.host).toBe("0.0.0.0");
  });

  test("a web site names origins, not pages", () => {
    write("config/tenants/a.yaml", `name: A\nsites: [{ key: a-web, origins: ["https://a.example/shop"] }]\n`);
    expect(problemsOf()).toContain("must be an origin");
  });

  test("without any site, an embedded Baton can be talked to from its own page alone", () => {
    expect(read().channels.web?.sites).toMatchObject([{ key: "local", origins: ["self"] }]);
  });

  test("a persona that is not there is named, and cannot lead out of its folder", () => {
    write("config/tenants/a.yaml", "name: A\npersona: gone.md\n");
    write("config/tenants/b.yaml", "name: B\npersona: ../../secret.md\n");
    expect(problemsOf()).toMatch(
      /gone.md cannot be read[\s\S]*b.yaml: persona: must be a file name in config\/prompts/,
    );
  });
});

describe("the example settings", () => {
  test("parse", () => {
    const settings = readSettings({}, root);
    expect(settings.tenants.find(({ slug }) => slug === "example")?.persona).toContain(
      "wait for a clear yes",
    );
    expect(settings.ai.prices.find(({ model }) => model === "gpt-4")).toMatchObject({
      inputPer1k: 0.03,
      outputPer1k: 0.06,
    });
    expect(settings.ai.prices.find(({ model }) => model === "gpt-3.5-turbo")).toMatchObject({
      inputPer1k: 0.001,
      outputPer1k: 0.002,
    });
  });
});

describe("the models of the agents", () => {
  const keys = { OPENAI_API_KEY: "sk-open", ANTHROPIC_API_KEY: "sk-ant" };
  const namesOf = (list: readonly { readonly provider: string; readonly model: string }[]) =>
    list.map(({ provider, model }) => `${provider}:${model}`);

  test("are one for all where only the environment speaks; plain questions get shorter answers (C6)", () => {
    const { agents, fallbacks } = read({ OPENAI_API_KEY: "sk-open" }).ai.choices;
    expect(agents.customer.complex).toMatchObject([
      { model: "gpt-4o-mini", maxTokens: 1500, temperature: 0.7 },
    ]);
    expect(agents.customer.simple).toMatchObject([{ model: "gpt-4o-mini", maxTokens: 500 }]);
    expect(namesOf(fallbacks)).toEqual(["openai:gpt-4o-mini"]);
  });

  test("are each agent's own by its name in the environment, and of any provider (R152, R221)", () => {
    const { agents, fallbacks } = read({
      ...keys,
      AI_PROVIDER: "anthropic",
      STAFF_AGENT_MODEL: "openai:gpt-4-turbo",
      AI_SIMPLE_MODEL: "claude-3-haiku-20240307",
    }).ai.choices;
    expect(namesOf(agents.customer.complex)).toEqual(["anthropic:claude-haiku-4-5"]);
    expect(namesOf(agents.customer.simple)).toEqual(["anthropic:claude-3-haiku-20240307"]);
    expect(namesOf(agents.staff.complex)).toEqual(["openai:gpt-4-turbo"]);
    expect(namesOf(fallbacks)).toEqual(["openai:gpt-4o-mini", "anthropic:claude-haiku-4-5"]);
  });

  test("are tiers in order, of APIs by their own names, in config/baton.yaml", () => {
    write(
      "config/baton.yaml",
      `ai:
  model: gpt-4o
  endpoints:
    local: { baseUrl: "http://127.0.0.1:11434/v1", apiKeyEnv: LOCAL_KEY, model: "llama3:8b" }
  agents:
    customer:
      tiers: { simple: [local, "local:qwen:4b"], complex: ["anthropic:claude-sonnet-4-5", gpt-4.1] }
      temperature: 0.2
      maxTokens: 900
`,
    );
    const settings = read({ ...keys, LOCAL_KEY: "canary-key" });
    const { customer, staff } = settings.ai.choices.agents;
    expect(namesOf(customer.simple)).toEqual(["openai:llama3:8b", "openai:qwen:4b"]);
    expect(customer.simple[0]).toMatchObject({
      apiKey: "canary-key",
      baseURL: "http://127.0.0.1:11434/v1",
      temperature: 0.2,
      maxTokens: 500,
    });
    expect(namesOf(customer.complex)).toEqual(["anthropic:claude-sonnet-4-5", "openai:gpt-4.1"]);
    expect(customer.complex[0]).toMatchObject({ maxTokens: 900 });
    expect(namesOf(staff.complex)).toEqual(["openai:gpt-4o"]);
    expect(JSON.stringify(settings)).not.toContain("canary-key");
  });

  test("whose API is not set up are named with the remedy", () => {
    write("config/baton.yaml", `ai:\n  agents:\n    customer: { tiers: { complex: ["azure:gpt-4o"] } }\n`);
    expect(problemsOf({ OPENAI_API_KEY: "sk-open" })).toContain(
      "ai.agents.customer.tiers.complex names azure:gpt-4o, whose API is not set up",
    );
    write(
      "config/baton.yaml",
      `ai:\n  endpoints:\n    local: { baseUrl: "http://127.0.0.1:1", apiKeyEnv: NO_KEY }\n`,
    );
    expect(problemsOf()).toContain("NO_KEY is missing");
    expect(problemsOf({ AI_PROVIDER: "anthropic" })).toContain("ANTHROPIC_API_KEY is missing");
  });

  test("of an Azure resource are its deployment, in a version where one is set", () => {
    const azure = {
      AI_PROVIDER: "azure",
      AZURE_OPENAI_ENDPOINT: "https://acme.openai.azure.com/",
      AZURE_OPENAI_API_KEY: "azure-key",
      AZURE_OPENAI_DEPLOYMENT: "support",
    };
    expect(read(azure).ai.choices.agents.customer.complex).toMatchObject([
      {
        provider: "azure",
        model: "support",
        baseURL: "https://acme.openai.azure.com",
        apiVersion: undefined,
      },
    ]);
    expect(
      read({ ...azure, AZURE_OPENAI_API_VERSION: "2024-10-21" }).ai.choices.agents.customer.complex,
    ).toMatchObject([{ apiVersion: "2024-10-21" }]);
  });

  test("are told how much of the conversation, within bounds (C4, C6)", () => {
    expect(read().ai.memory).toEqual({
      mode: "window",
      messages: 10,
      exchanges: 3,
      tokens: 4000,
      profiles: true,
    });
    expect(problemsOf({ AI_MEMORY_MESSAGES: "21", AI_MEMORY_TOKENS: "9000" })).toMatch(
      /AI_MEMORY_MESSAGES[\s\S]*AI_MEMORY_TOKENS/,
    );
  });

  test("have prompts of their own, whose variables somebody fills in (R66)", () => {
    write("config/prompts/staff.md", "You help {{company}}.\n");
    expect(read().ai.prompts).toEqual({
      customer: "",
      staff: "You help {{company}}.",
      admin: "",
      analytics: "",
    });
    write("config/prompts/admin.md", "Ask {{nobody}}.\n");
    expect(problemsOf()).toContain("config/prompts/admin.md: nobody fills in {{nobody}}");
  });
});
