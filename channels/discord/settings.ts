import { z } from "zod";
import { SettingsError } from "../../src/core/errors.ts";

/** Everything an operator can set about Discord, parsed and frozen. */
export interface DiscordSettings {
  readonly botToken: string;
  /** Looked up with the token when left out. */
  readonly applicationId: string | undefined;
  /** Hex; with it the app's interactions endpoint may be `/discord/interactions`. */
  readonly publicKey: string | undefined;
  /** Without a slash at the end and without the version. */
  readonly apiUrl: string;
  /** Bots that may talk to us, by user id or application id. */
  readonly allowedBots: ReadonlySet<string>;
  /** How many messages of other bots one place may have answered within ten minutes. */
  readonly botBudget: number;
  /** Whether calls keep to Discord's pace before Discord says so. */
  readonly pace: "platform" | "off";
  /** The shards this process runs; undefined for all of them. */
  readonly shards: ShardRange | undefined;
  /** Of all processes together; undefined for as many as Discord recommends. */
  readonly shardCount: number | undefined;
}

/** Both ends are included. */
export interface ShardRange {
  readonly start: number;
  readonly end: number;
}

type Env = Readonly<Record<string, string | undefined>>;

const snowflake = /^\d{15,21}$/;

const names = z.object({
  DISCORD_BOT_TOKEN: z
    .string("is missing: copy the token from Bot in the Discord Developer Portal")
    .regex(
      /^[\w-]{8,}\.[\w-]{4,}\.[\w-]{8,}$/,
      "does not look like a bot token (three parts joined by dots): reset and copy it under Bot in the Developer Portal",
    ),
  DISCORD_APPLICATION_ID: z
    .string()
    .regex(snowflake, "must be digits: copy the Application ID from General Information")
    .optional(),
  DISCORD_PUBLIC_KEY: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, "must be 64 hex digits: copy the Public Key from General Information")
    .optional(),
  DISCORD_API_URL: z
    .url("must be an address such as https://discord.com/api")
    .default("https://discord.com/api"),
  DISCORD_ALLOWED_BOTS: z.string().optional(),
  DISCORD_BOT_BUDGET: z.coerce.number("must be a number").int().min(0, "must not be negative").default(5),
  DISCORD_PACE: z.enum(["platform", "off"], "must be platform or off").default("platform"),
  DISCORD_SHARDS: z
    .string()
    .regex(/^\d{1,5}(?:-\d{1,5})?$/, "must be a shard such as 0, or a range such as 0-3")
    .optional(),
  DISCORD_SHARD_COUNT: z.coerce.number("must be a number").int().min(1, "must be at least 1").optional(),
});

/** True when anything says that Discord is meant to be served. */
export function isDiscordConfigured(env: Env): boolean {
  return ["DISCORD_BOT_TOKEN", "DISCORD_APPLICATION_ID", "DISCORD_PUBLIC_KEY"].some(
    (name) => (env[name] ?? "").trim() !== "",
  );
}

/** Reads the settings by their names. Throws one SettingsError that lists every problem with its remedy. */
export function readDiscordSettings(env: Env): DiscordSettings {
  const given = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith("DISCORD_") && value !== undefined && value.trim() !== "" ? [[name, value.trim()]] : [],
    ),
  );
  // A copied header has the word in it; discord.js adds its own and Discord then refuses both together.
  if (given["DISCORD_BOT_TOKEN"] !== undefined)
    given["DISCORD_BOT_TOKEN"] = given["DISCORD_BOT_TOKEN"].replace(/^Bot\s+/i, "");
  const parsed = names.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  problems.push(...problemsTogether(given));
  if (!parsed.success || problems.length > 0) {
    throw new SettingsError(
      `Discord is not set up:\n${problems.map((problem) => `- ${problem}`).join("\n")}`,
    );
  }
  const set = parsed.data;
  return Object.freeze({
    botToken: set.DISCORD_BOT_TOKEN,
    applicationId: set.DISCORD_APPLICATION_ID,
    publicKey: set.DISCORD_PUBLIC_KEY?.toLowerCase(),
    apiUrl: set.DISCORD_API_URL.replace(/\/+$/, "").replace(/\/v\d+$/, ""),
    allowedBots: new Set(readList(set.DISCORD_ALLOWED_BOTS)),
    botBudget: set.DISCORD_BOT_BUDGET,
    pace: set.DISCORD_PACE,
    shards: readShards(set.DISCORD_SHARDS),
    shardCount: set.DISCORD_SHARD_COUNT,
  });
}

function problemsTogether(given: Env): readonly string[] {
  const shards = readShards(given["DISCORD_SHARDS"]);
  if (shards === undefined) return [];
  const count = Number(given["DISCORD_SHARD_COUNT"] ?? Number.NaN);
  if (Number.isNaN(count))
    return ["DISCORD_SHARD_COUNT is missing: DISCORD_SHARDS needs the number of all shards"];
  if (shards.start > shards.end)
    return ["DISCORD_SHARDS must not end before it begins: write it as first-last"];
  return shards.end < count
    ? []
    : [`DISCORD_SHARDS must stay below DISCORD_SHARD_COUNT: with ${count} the last one is ${count - 1}`];
}

function readShards(text: string | undefined): ShardRange | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text ?? "");
  if (match === null) return undefined;
  const start = Number(match[1]);
  return { start, end: Number(match[2] ?? match[1]) };
}

function readList(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}
