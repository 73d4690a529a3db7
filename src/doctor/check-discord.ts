import type { DiscordSettings } from "../../channels/discord/settings.ts";
import { checkClock } from "./check-clock.ts";
import { failure, ok, reasonOf, warning, type Finding } from "./finding.ts";

const check = "discord";
const timeoutMs = 5_000;
/** Flags of an application that may read messages: with the intent approved, or switched on for a small bot. */
const messageContent = (1 << 18) | (1 << 19);

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly date: Date | undefined;
}

/** Tries the token, the Message Content intent and the day's budget of sessions, and compares the clocks. */
export async function checkDiscord(discord: DiscordSettings | undefined): Promise<Finding[]> {
  if (discord === undefined) return [];
  const sent = Date.now();
  try {
    const application = await ask(discord, "/applications/@me");
    if (application.status === 401) return [refused()];
    if (application.status !== 200) return [unexpected(application)];
    const clock =
      application.date === undefined
        ? []
        : [
            checkClock("clock of Discord", {
              theirs: application.date,
              ours: new Date((sent + Date.now()) / 2),
            }),
          ];
    return [
      ok(check, `connected as ${String(application.body["name"] ?? "an application")}`),
      checkIntent(application.body),
      checkBudget(await ask(discord, "/gateway/bot")),
      ...checkNames(discord, application.body),
      ...clock,
    ];
  } catch (error) {
    const { host } = new URL(discord.apiUrl);
    return [
      failure(
        check,
        `${host} cannot be reached (${reasonOf(error)})`,
        `Let this machine open https and wss connections to ${host}`,
      ),
    ];
  }
}

function refused(): Finding {
  return failure(
    check,
    "DISCORD_BOT_TOKEN was refused",
    "Reset the token under Bot in the Developer Portal and copy it again",
  );
}

function unexpected({ status }: Answer): Finding {
  return failure(
    check,
    `Discord answered HTTP ${status}`,
    "Look at discordstatus.com, and at DISCORD_API_URL",
  );
}

function checkIntent({ flags }: Answer["body"]): Finding {
  const name = "discord intents";
  if (typeof flags !== "number") return warning(name, "Discord did not say which are on", portal);
  if ((flags & messageContent) !== 0) return ok(name, "messages come with their text");
  return failure(name, "MESSAGE CONTENT is off: the gateway refuses the bot", portal);
}

const portal =
  "Developer Portal → your application → Bot → Privileged Gateway Intents → MESSAGE CONTENT INTENT";

function checkBudget({ status, body }: Answer): Finding {
  const name = "discord sessions";
  const limit = Object(body["session_start_limit"]) as Record<string, unknown>;
  const { remaining, total } = limit;
  if (status !== 200 || typeof remaining !== "number")
    return warning(
      name,
      "Discord did not say how many are left today",
      "Run npm run doctor again in a minute",
    );
  const detail = `${remaining} of ${String(total)} left today`;
  if (remaining > 0) return ok(name, detail);
  return failure(
    name,
    detail,
    "Look for what makes the bot reconnect so often; the day's budget comes back by itself",
  );
}

function* checkNames(
  { applicationId, publicKey }: DiscordSettings,
  body: Answer["body"],
): Generator<Finding> {
  if (applicationId !== undefined && applicationId !== body["id"])
    yield failure(
      "discord application",
      "DISCORD_APPLICATION_ID is another application's than the token's",
      "Leave it out, or copy the Application ID from General Information",
    );
  if (publicKey !== undefined && body["verify_key"] !== undefined && publicKey !== body["verify_key"])
    yield failure(
      "discord public key",
      "DISCORD_PUBLIC_KEY is not this application's: every interaction would be refused",
      "Copy the Public Key from General Information",
    );
}

async function ask({ apiUrl, botToken }: DiscordSettings, path: string): Promise<Answer> {
  const response = await fetch(`${apiUrl}/v10${path}`, {
    headers: { authorization: `Bot ${botToken}` },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const body: unknown = await response.json().catch(() => ({}));
  const date = new Date(response.headers.get("date") ?? Number.NaN);
  return {
    status: response.status,
    body: Object(body) as Record<string, unknown>,
    date: Number.isNaN(date.getTime()) ? undefined : date,
  };
}
