import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { roles, type Role } from "../core/tool.ts";
import { promptFileName, readPromptFile } from "./agent-prompts.ts";
import { readYaml } from "./config-files.ts";
import type { SettingValues } from "./names.ts";

/** One model and where it answers. */
export interface ModelChoice {
  readonly provider: "openai" | "azure" | "anthropic";
  readonly apiKey: string;
  readonly baseURL: string | undefined;
  readonly apiVersion: string | undefined;
  readonly model: string;
  readonly maxTokens: number;
  readonly temperature: number;
}

/** What some conversations of an agent try before all of them do. */
export interface CandidateChoice {
  readonly name: string;
  readonly percent: number;
  /** The text of its prompt. */
  readonly prompt: string | undefined;
  /** Slugs of the companies that try it. */
  readonly companies: readonly string[] | undefined;
  readonly models:
    { readonly simple: readonly ModelChoice[]; readonly complex: readonly ModelChoice[] } | undefined;
}

/** Which models answer whom, each list in the order they are asked. All are empty where no model API is set up. */
export interface ModelChoices {
  readonly agents: Readonly<
    Record<Role, { readonly simple: readonly ModelChoice[]; readonly complex: readonly ModelChoice[] }>
  >;
  readonly candidates: Readonly<Partial<Record<Role, CandidateChoice>>>;
  /** Which agents may ask which others for help. */
  readonly delegates: Readonly<Partial<Record<Role, readonly Role[]>>>;
  /** One model of every other API that is set up: asked when those of an agent fail. */
  readonly fallbacks: readonly ModelChoice[];
}

/** An API by the name it has in `config/baton.yaml`. */
type Endpoint = Pick<ModelChoice, "provider" | "apiKey" | "baseURL" | "apiVersion"> & {
  /** Meant when the API is named alone. */
  readonly model: string | undefined;
};

const list = z.array(z.string("must be a model's name").trim().min(1)).min(1, "must name at least one model");
const candidate = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,39}$/, "must be a short name of a-z, 0-9, dots and dashes"),
  percent: z.number("must be a share of 100").min(0).max(100),
  prompt: promptFileName.optional(),
  companies: z.array(z.string("must be the name of a company's file")).min(1).optional(),
  tiers: z.strictObject({ simple: list.optional(), complex: list.optional() }).optional(),
});
const file = z.object({
  ai: z
    .object({
      endpoints: z
        .record(
          z.string().regex(/^[a-z][a-z0-9-]*$/, "must be a name of a-z, 0-9 and dashes"),
          z.strictObject({
            provider: z
              .enum(["openai", "azure", "anthropic"], "must be openai, azure or anthropic")
              .default("openai"),
            baseUrl: z.url({
              protocol: /^https?$/,
              error: "must be an address that begins with https:// or http://",
            }),
            apiKeyEnv: z
              .string()
              .regex(/^[A-Z][A-Z0-9_]*$/, "must be the name of the environment variable that has the key")
              .optional(),
            apiVersion: z.string().optional(),
            model: z.string().min(1).optional(),
          }),
        )
        .default({}),
      agents: z
        .partialRecord(
          z.enum(roles, `must be one of ${roles.join(", ")}`),
          z.strictObject({
            tiers: z.strictObject({ simple: list.optional(), complex: list.optional() }).default({}),
            temperature: z.number().min(0).max(2).optional(),
            maxTokens: z.int().min(1).max(128_000).optional(),
            candidate: candidate.optional(),
            delegates: z.array(z.enum(roles, `must be ${roles.join(", ")}`)).optional(),
          }),
        )
        .default({}),
    })
    .nullish(),
});

const path = "config/baton.yaml";
/** What `config/baton.yaml` says here is read by this file alone. */
export const modelKeys = /^ai\.(?:endpoints|agents)\./;

/**
 * Chooses the models of every agent from its tiers in `config/baton.yaml`, else from the environment. Adds to
 * `problems` each model whose API is not set up.
 */
export function readModelChoices(
  folder: string,
  {
    names,
    values,
    problems,
    slugs,
  }: {
    names: SettingValues;
    values: Readonly<Record<string, string>>;
    problems: string[];
    /** The companies there are. */
    slugs: readonly string[];
  },
): ModelChoices {
  const given = existsSync(join(folder, path)) ? readYaml(folder, path, file, problems) : undefined;
  const endpoints = listEndpoints(names, given?.ai?.endpoints ?? {}, { values, problems });
  const main = endpoints.has(names.AI_PROVIDER) ? names.AI_PROVIDER : [...endpoints.keys()][0];
  if (main === undefined && given?.ai?.agents === undefined) return noModels;
  const delegates = Object.fromEntries(
    Object.entries(given?.ai?.agents ?? {}).map(([role, own]) => [role, own.delegates ?? []]),
  );

  function choose(place: string, wanted: readonly string[], limits: Limits): readonly ModelChoice[] {
    return wanted.flatMap((one) => {
      const found = findModel(one, endpoints, main);
      if (found !== undefined) return [{ ...found, ...limits }];
      problems.push(
        `${path}: ${place} names ${one}, whose API is not set up. Set its key, or remove the model`,
      );
      return [];
    });
  }

  function chooseFor(role: Role): ModelChoices["agents"][Role] {
    const own = given?.ai?.agents[role];
    const tiers = own?.tiers ?? {};
    const temperature = own?.temperature ?? names.OPENAI_TEMPERATURE;
    const maxTokens = own?.maxTokens ?? names.OPENAI_MAX_TOKENS;
    const usual = main === undefined ? [] : [defaultModel(role, names, main)];
    const complex = tiers.complex ?? usual;
    const cheap = names.AI_SIMPLE_MODEL === undefined ? complex : [names.AI_SIMPLE_MODEL];
    return {
      simple: choose(`ai.agents.${role}.tiers.simple`, tiers.simple ?? cheap, {
        temperature,
        maxTokens: Math.min(maxTokens, names.AI_SIMPLE_MAX_TOKENS),
      }),
      complex: choose(`ai.agents.${role}.tiers.complex`, complex, { temperature, maxTokens }),
    };
  }

  function readCandidates(): ModelChoices["candidates"] {
    const all = Object.entries(given?.ai?.agents ?? {}).flatMap(([role, { candidate: one }]) =>
      one === undefined ? [] : [[role, toCandidate(role as Role, one)] as const],
    );
    return Object.fromEntries(all);
  }

  function toCandidate(role: Role, { name, percent, prompt, companies, tiers }: Candidate): CandidateChoice {
    const place = `ai.agents.${role}.candidate`;
    for (const company of companies?.filter((one) => !slugs.includes(one)) ?? [])
      problems.push(`${path}: ${place} names the company ${company}, which has no file in config/tenants`);
    const own = given?.ai?.agents[role];
    const temperature = own?.temperature ?? names.OPENAI_TEMPERATURE;
    const maxTokens = own?.maxTokens ?? names.OPENAI_MAX_TOKENS;
    const { simple = [], complex = [] } = tiers ?? {};
    const models = tiers && {
      simple: choose(`${place}.tiers.simple`, simple.length > 0 ? simple : complex, {
        temperature,
        maxTokens: Math.min(maxTokens, names.AI_SIMPLE_MAX_TOKENS),
      }),
      complex: choose(`${place}.tiers.complex`, complex.length > 0 ? complex : simple, {
        temperature,
        maxTokens,
      }),
    };
    const text = prompt === undefined ? undefined : readPromptFile(folder, prompt, problems);
    return { name, percent, prompt: text, companies, models };
  }

  const limits = { temperature: names.OPENAI_TEMPERATURE, maxTokens: names.OPENAI_MAX_TOKENS };
  return {
    agents: {
      customer: chooseFor("customer"),
      staff: chooseFor("staff"),
      admin: chooseFor("admin"),
      analytics: chooseFor("analytics"),
    },
    candidates: readCandidates(),
    delegates,
    fallbacks: [...endpoints.values()].flatMap(({ model, ...endpoint }) =>
      model === undefined ? [] : [{ ...endpoint, model, ...limits }],
    ),
  };
}

type Candidate = z.output<typeof candidate>;
type Limits = Pick<ModelChoice, "temperature" | "maxTokens">;
const none = { simple: [], complex: [] };
const noModels: ModelChoices = {
  agents: { customer: none, staff: none, admin: none, analytics: none },
  candidates: {},
  delegates: {},
  fallbacks: [],
};

function defaultModel(role: Role, names: SettingValues, main: string): string {
  const own = {
    customer: names.CUSTOMER_AGENT_MODEL,
    staff: names.STAFF_AGENT_MODEL,
    admin: names.ADMIN_AGENT_MODEL,
    analytics: names.ANALYTICS_AGENT_MODEL,
  }[role];
  return own ?? (main === "openai" ? names.OPENAI_MODEL : main);
}

/** `endpoint:model`, an endpoint alone, or a model of the main API; names of models may have colons of their own. */
function findModel(
  wanted: string,
  endpoints: ReadonlyMap<string, Endpoint>,
  main: string | undefined,
): Omit<ModelChoice, keyof Limits> | undefined {
  const alone = endpoints.get(wanted);
  if (alone?.model !== undefined) return { ...alone, model: alone.model };
  const [name = "", ...rest] = wanted.split(":");
  const named = endpoints.get(name);
  if (named !== undefined && rest.length > 0) return { ...named, model: rest.join(":") };
  if (rest.length > 0 && /^(openai|azure|anthropic)$/.test(name)) return undefined;
  const usual = main === undefined ? undefined : endpoints.get(main);
  return usual === undefined ? undefined : { ...usual, model: wanted };
}

type GivenEndpoints = NonNullable<z.output<typeof file>["ai"]>["endpoints"];

function listEndpoints(
  names: SettingValues,
  given: GivenEndpoints,
  { values, problems }: { values: Readonly<Record<string, string>>; problems: string[] },
): ReadonlyMap<string, Endpoint> {
  const endpoints = new Map<string, Endpoint>();
  const { OPENAI_API_KEY: key, OPENAI_BASE_URL: url, AZURE_OPENAI_API_KEY: azureKey } = names;
  if (key !== undefined || url !== undefined) {
    // Local model servers want no key, but the client insists on sending one.
    const model = names.OPENAI_MODEL;
    endpoints.set("openai", {
      provider: "openai",
      apiKey: key ?? "none",
      baseURL: url,
      apiVersion: undefined,
      model,
    });
  }
  if (azureKey !== undefined && names.AZURE_OPENAI_ENDPOINT !== undefined) {
    endpoints.set("azure", {
      provider: "azure",
      apiKey: azureKey,
      baseURL: names.AZURE_OPENAI_ENDPOINT.replace(/\/+$/, ""),
      apiVersion: names.AZURE_OPENAI_API_VERSION,
      model:
        names.AZURE_OPENAI_DEPLOYMENT ?? (names.AI_PROVIDER === "azure" ? names.OPENAI_MODEL : undefined),
    });
  }
  if (names.ANTHROPIC_API_KEY !== undefined) {
    endpoints.set("anthropic", {
      provider: "anthropic",
      apiKey: names.ANTHROPIC_API_KEY,
      baseURL: names.ANTHROPIC_BASE_URL,
      apiVersion: undefined,
      model: names.ANTHROPIC_MODEL,
    });
  }
  for (const [name, { provider, baseUrl, apiKeyEnv, apiVersion, model }] of Object.entries(given)) {
    const secret = apiKeyEnv === undefined ? "none" : values[apiKeyEnv];
    if (secret === undefined)
      problems.push(`${apiKeyEnv} is missing: ${path} names it as the key of ${name}`);
    else endpoints.set(name, { provider, apiKey: secret, baseURL: baseUrl, apiVersion, model });
  }
  return endpoints;
}
