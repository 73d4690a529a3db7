import { z } from "zod";
import { SettingsError } from "../../src/core/errors.ts";

/** Everything an operator can set about Slack, parsed and frozen. */
export interface SlackSettings {
  /** How Slack's events reach us: posted to `/slack/events`, or over a socket we open. */
  readonly mode: "http" | "socket";
  /** The single workspace's bot token; undefined where workspaces install the app themselves. */
  readonly botToken: string | undefined;
  readonly signingSecret: string | undefined;
  /** Signing secrets of further Slack apps that share this deployment, by app id. */
  readonly otherSigningSecrets: ReadonlyMap<string, string>;
  readonly appId: string | undefined;
  /** The app-level token for Socket Mode. */
  readonly appToken: string | undefined;
  /** Open sockets in Socket Mode: with two, one can be refreshed while the other listens. */
  readonly sockets: number;
  readonly oauth: SlackOauthSettings | undefined;
  /** Ends in `/`. */
  readonly apiUrl: string;
  /** Bots that may talk to us, by bot id, app id or user id. */
  readonly allowedBots: ReadonlySet<string>;
  /** How many messages of other bots one thread may have answered within ten minutes. */
  readonly botBudget: number;
  /** Whether calls keep to Slack's published pace. */
  readonly pace: "platform" | "off";
}

/** What installing by OAuth needs. */
export interface SlackOauthSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly stateSecret: string;
  /** Where Slack sends the browser back to; the app's first configured address when left out. */
  readonly redirectUrl: string | undefined;
  /** Workspaces that may install the app; all when empty. */
  readonly allowedTeams: ReadonlySet<string>;
}

type Env = Readonly<Record<string, string | undefined>>;

const slackApi = "https://slack.com/api/";

const names = z.object({
  SLACK_BOT_TOKEN: z
    .string()
    .regex(
      /^xoxb-|^xoxe\.xoxb-/,
      "must begin with xoxb-: copy the Bot User OAuth Token from OAuth & Permissions",
    )
    .optional(),
  SLACK_SIGNING_SECRET: z
    .string()
    .min(16, "is too short: copy the Signing Secret from Basic Information")
    .optional(),
  SLACK_SIGNING_SECRETS: z
    .string()
    .regex(
      /^\s*A[A-Z0-9]+:[^\s,]{16,}(?:\s*,\s*A[A-Z0-9]+:[^\s,]{16,})*\s*$/,
      "must be appId:secret pairs separated by commas",
    )
    .optional(),
  SLACK_APP_ID: z
    .string()
    .regex(/^A[A-Z0-9]+$/, "must look like A0123456789: copy the App ID from Basic Information")
    .optional(),
  SLACK_APP_TOKEN: z
    .string()
    .startsWith("xapp-", "must begin with xapp-: create an App-Level Token with connections:write")
    .optional(),
  SLACK_MODE: z.enum(["http", "socket"], "must be http or socket").optional(),
  SLACK_SOCKETS: z.coerce
    .number("must be a number")
    .int()
    .min(1, "must be 1 to 10")
    .max(10, "must be 1 to 10")
    .default(2),
  SLACK_CLIENT_ID: z.string().optional(),
  SLACK_CLIENT_SECRET: z.string().optional(),
  SLACK_STATE_SECRET: z
    .string()
    .min(16, "is too short: take 32 random characters, e.g. from openssl rand -hex 16")
    .optional(),
  SLACK_REDIRECT_URL: z.url("must be the full address of /slack/oauth_redirect").optional(),
  SLACK_ALLOWED_TEAMS: z.string().optional(),
  SLACK_API_URL: z.url("must be an address such as https://slack.com/api/").default(slackApi),
  SLACK_ALLOWED_BOTS: z.string().optional(),
  SLACK_BOT_BUDGET: z.coerce.number("must be a number").int().min(0, "must not be negative").default(5),
  SLACK_PACE: z.enum(["platform", "off"], "must be platform or off").default("platform"),
});

/** True when anything says that Slack is meant to be served. */
export function isSlackConfigured(env: Env): boolean {
  return ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "SLACK_CLIENT_ID"].some(
    (name) => (env[name] ?? "").trim() !== "",
  );
}

/** Reads the settings by their names. Throws one SettingsError that lists every problem with its remedy. */
export function readSlackSettings(env: Env): SlackSettings {
  const given = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith("SLACK_") && value !== undefined && value.trim() !== "" ? [[name, value.trim()]] : [],
    ),
  );
  const parsed = names.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  const mode = given["SLACK_MODE"] ?? defaultMode(given);
  problems.push(...problemsTogether(given, mode));
  if (!parsed.success || problems.length > 0) {
    throw new SettingsError(`Slack is not set up:\n${problems.map((problem) => `- ${problem}`).join("\n")}`);
  }
  const set = parsed.data;
  return Object.freeze({
    mode: set.SLACK_MODE ?? defaultMode(given),
    botToken: set.SLACK_BOT_TOKEN,
    signingSecret: set.SLACK_SIGNING_SECRET,
    otherSigningSecrets: readPairs(set.SLACK_SIGNING_SECRETS),
    appId: set.SLACK_APP_ID,
    appToken: set.SLACK_APP_TOKEN,
    sockets: set.SLACK_SOCKETS,
    oauth: readOauth(set),
    apiUrl: set.SLACK_API_URL.endsWith("/") ? set.SLACK_API_URL : `${set.SLACK_API_URL}/`,
    allowedBots: new Set(readList(set.SLACK_ALLOWED_BOTS)),
    botBudget: set.SLACK_BOT_BUDGET,
    pace: set.SLACK_PACE,
  });
}

function defaultMode(given: Env): "http" | "socket" {
  const hasSecret = given["SLACK_SIGNING_SECRET"] ?? given["SLACK_SIGNING_SECRETS"];
  return given["SLACK_APP_TOKEN"] !== undefined && hasSecret === undefined ? "socket" : "http";
}

function problemsTogether(given: Env, mode: string): readonly string[] {
  const problems: string[] = [];
  const has = (name: string): boolean => given[name] !== undefined;
  if (!has("SLACK_BOT_TOKEN") && !has("SLACK_CLIENT_ID")) {
    problems.push(
      "SLACK_BOT_TOKEN is missing: set the Bot User OAuth Token, or SLACK_CLIENT_ID and its fellows to let workspaces install the app",
    );
  }
  if (mode === "http" && !has("SLACK_SIGNING_SECRET") && !has("SLACK_SIGNING_SECRETS")) {
    problems.push(
      "SLACK_SIGNING_SECRET is missing: copy it from Basic Information, or set SLACK_APP_TOKEN to use Socket Mode",
    );
  }
  if (mode === "socket" && !has("SLACK_APP_TOKEN")) {
    problems.push(
      "SLACK_APP_TOKEN is missing: create an App-Level Token with connections:write, or set SLACK_MODE=http",
    );
  }
  const oauth = ["SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_STATE_SECRET"];
  const missing = oauth.filter((name) => !has(name));
  if (has("SLACK_CLIENT_ID") && missing.length > 0) {
    problems.push(`${missing.join(" and ")} missing: installing by OAuth needs ${oauth.join(", ")}`);
  }
  return problems;
}

function readOauth(set: z.infer<typeof names>): SlackOauthSettings | undefined {
  const {
    SLACK_CLIENT_ID: clientId,
    SLACK_CLIENT_SECRET: clientSecret,
    SLACK_STATE_SECRET: stateSecret,
  } = set;
  if (clientId === undefined || clientSecret === undefined || stateSecret === undefined) return undefined;
  return {
    clientId,
    clientSecret,
    stateSecret,
    redirectUrl: set.SLACK_REDIRECT_URL,
    allowedTeams: new Set(readList(set.SLACK_ALLOWED_TEAMS)),
  };
}

function readPairs(text: string | undefined): ReadonlyMap<string, string> {
  return new Map(
    readList(text).map((pair): [string, string] => {
      const colon = pair.indexOf(":");
      return [pair.slice(0, colon), pair.slice(colon + 1)];
    }),
  );
}

function readList(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
