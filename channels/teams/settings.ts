import { z } from "zod";
import { SettingsError } from "../../src/core/errors.ts";

/** Everything an operator can set about Teams, parsed and frozen. */
export interface TeamsSettings {
  readonly appId: string;
  readonly appSecret: string;
  /** The tenant the app is registered in; undefined for a multi-tenant app. */
  readonly tenantId: string | undefined;
  /** The tenants whose people may talk to the bot; `any` lets every one in. */
  readonly allowedTenants: ReadonlySet<string> | "any";
  /** Other bots that may talk to us, by their id in Teams (`28:…`). */
  readonly allowedBots: ReadonlySet<string>;
  /** How many messages of other bots one thread may have answered within ten minutes. */
  readonly botBudget: number;
  /** Whether calls keep to Microsoft's published pace. */
  readonly pace: "platform" | "off";
  /** What becomes of an answer of which nobody can tell whether it arrived: it waits for a person, or goes again. */
  readonly onUnknown: "hold" | "resend";
  /** Hosts beside Microsoft's own that activities may come from and tokens go to; for a local stand-in. */
  readonly serviceHosts: ReadonlySet<string>;
  /** Where the keys of incoming tokens are described. */
  readonly openIdUrl: string;
  /** Who must have issued them. */
  readonly issuer: string;
  /** The login authority; `/<tenant>/oauth2/v2.0/token` follows. No slash at the end. */
  readonly loginUrl: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const names = z.object({
  TEAMS_APP_ID: z
    .string()
    .regex(guid, "must be a GUID: copy the Microsoft App ID from the Azure Bot's Configuration")
    .optional(),
  TEAMS_APP_PASSWORD: z
    .string()
    .min(8, "is too short: copy the client secret's Value, not its ID, from Certificates & secrets")
    .optional(),
  TEAMS_TENANT_ID: z
    .string()
    .regex(guid, "must be a GUID: copy the App Tenant ID from the Azure Bot's Configuration")
    .optional(),
  TEAMS_ALLOWED_TENANTS: z
    .string()
    .regex(
      /^\s*(?:\*|[0-9a-f-]{36}(?:\s*,\s*[0-9a-f-]{36})*)\s*$/i,
      "must be tenant ids separated by commas, or *",
    )
    .optional(),
  TEAMS_ALLOWED_BOTS: z.string().optional(),
  TEAMS_BOT_BUDGET: z.coerce.number("must be a number").int().min(0, "must not be negative").default(5),
  TEAMS_PACE: z.enum(["platform", "off"], "must be platform or off").default("platform"),
  TEAMS_ON_UNKNOWN: z.enum(["hold", "resend"], "must be hold or resend").default("hold"),
  TEAMS_SERVICE_HOSTS: z.string().optional(),
  TEAMS_OPENID_URL: z
    .url("must be the full address of the OpenID metadata")
    .default("https://login.botframework.com/v1/.well-known/openidconfiguration"),
  TEAMS_ISSUER: z.string().default("https://api.botframework.com"),
  TEAMS_LOGIN_URL: z
    .url("must be an address such as https://login.microsoftonline.com")
    .default("https://login.microsoftonline.com"),
});

/** True when anything says that Teams is meant to be served. */
export function isTeamsConfigured(env: Env): boolean {
  return ["TEAMS_APP_ID", "TEAMS_APP_PASSWORD"].some((name) => (env[name] ?? "").trim() !== "");
}

/** Reads the settings by their names. Throws one SettingsError that lists every problem with its remedy. */
export function readTeamsSettings(env: Env): TeamsSettings {
  const given = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith("TEAMS_") && value !== undefined && value.trim() !== "" ? [[name, value.trim()]] : [],
    ),
  );
  const parsed = names.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  problems.push(...problemsTogether(given));
  const { TEAMS_APP_ID: appId, TEAMS_APP_PASSWORD: appSecret } = parsed.data ?? {};
  if (!parsed.success || appId === undefined || appSecret === undefined || problems.length > 0) {
    throw new SettingsError(`Teams is not set up:\n${problems.map((problem) => `- ${problem}`).join("\n")}`);
  }
  const set = parsed.data;
  return Object.freeze({
    appId: appId.toLowerCase(),
    appSecret,
    tenantId: set.TEAMS_TENANT_ID?.toLowerCase(),
    allowedTenants: toTenants(set.TEAMS_ALLOWED_TENANTS, set.TEAMS_TENANT_ID),
    allowedBots: new Set(readList(set.TEAMS_ALLOWED_BOTS)),
    botBudget: set.TEAMS_BOT_BUDGET,
    pace: set.TEAMS_PACE,
    onUnknown: set.TEAMS_ON_UNKNOWN,
    serviceHosts: new Set(readList(set.TEAMS_SERVICE_HOSTS).map((host) => host.toLowerCase())),
    openIdUrl: set.TEAMS_OPENID_URL,
    issuer: set.TEAMS_ISSUER,
    loginUrl: set.TEAMS_LOGIN_URL.replace(/\/+$/, ""),
  });
}

/** Without an app id every token in the world would be for us, so there is no starting without one. */
function problemsTogether(given: Env): readonly string[] {
  const problems: string[] = [];
  if (given["TEAMS_APP_ID"] === undefined)
    problems.push(
      "TEAMS_APP_ID is missing: copy the Microsoft App ID from the Azure Bot's Configuration; without it nobody could tell whose requests these are",
    );
  if (given["TEAMS_APP_PASSWORD"] === undefined)
    problems.push(
      "TEAMS_APP_PASSWORD is missing: make a client secret under the app registration's Certificates & secrets and copy its Value",
    );
  if (given["TEAMS_TENANT_ID"] === undefined && given["TEAMS_ALLOWED_TENANTS"] === undefined)
    problems.push(
      "TEAMS_TENANT_ID is missing: copy the App Tenant ID from the Azure Bot's Configuration; a multi-tenant app lists its tenants in TEAMS_ALLOWED_TENANTS instead",
    );
  return problems;
}

function toTenants(listed: string | undefined, own: string | undefined): ReadonlySet<string> | "any" {
  if (listed === "*") return "any";
  const ids = listed === undefined ? (own === undefined ? [] : [own]) : readList(listed);
  return new Set(ids.map((id) => id.toLowerCase()));
}

function readList(list: string | undefined): readonly string[] {
  return (list ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
