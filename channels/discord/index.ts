import { randomUUID } from "node:crypto";
import type { Channel, Installations } from "../../src/core/channel.ts";
import { wordForms, type FormDesk } from "../../src/core/deck.ts";
import type { Accept } from "../../src/core/envelope.ts";
import { PermanentError, SettingsError } from "../../src/core/errors.ts";
import type { Leases } from "../../src/core/leases.ts";
import type { Log } from "../../src/core/log.ts";
import { createBotBudget } from "../kit/bot-budget.ts";
import { isFields, textAt } from "../kit/fields.ts";
import { isAway, nowOrLater } from "../kit/now-or-later.ts";
import { fetchDiscordFile } from "./attachments.ts";
import { registerCommands } from "./commands.ts";
import { createDirectory } from "./directory.ts";
import { readDiscordHistory } from "./history.ts";
import { createInstalled, readIdentity, type Identity } from "./installed.ts";
import { createInteractions, type Interactions } from "./interactions.ts";
import { discordLinkTo } from "./link.ts";
import { listen, type Listening } from "./listen.ts";
import { createMembersOf } from "./members.ts";
import { createDiscordPacer } from "./pace.ts";
import { createDiscordRoutes } from "./receive-http.ts";
import { createDiscordSender } from "./send.ts";
import type { DiscordSettings } from "./settings.ts";
import { createTake } from "./take.ts";
import { createDiscordWeb } from "./web.ts";

interface DiscordChannelParts {
  readonly settings: DiscordSettings;
  readonly installations: Installations;
  readonly leases: Leases;
  /** Says which form a press opens; forms of words alone when left out. */
  readonly formOf?: FormDesk | undefined;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

/**
 * Discord: events over the gateway, interactions there or over HTTP, answers through the REST API. Nothing of its SDK
 * is loaded before `start`. Sending works without `start`, and after `stop`.
 */
export function createDiscordChannel(parts: DiscordChannelParts): Channel {
  const { settings, installations, leases, formOf = wordForms, now = Date.now } = parts;
  const log = parts.log.child({ channel: "discord" });
  const { botToken: token, apiUrl } = settings;
  const pacer = createDiscordPacer({ pace: settings.pace, now });
  const web = createDiscordWeb({ token, apiUrl, log, pacer, now });

  let identifying: Promise<Identity> | undefined;
  let interactions: Interactions | undefined;
  let life: AbortController | undefined;
  let listening: Listening | undefined;

  /** Asked once; a failure is not remembered. */
  function identity(): Promise<Identity> {
    identifying ??= whoAmI().catch((cause: unknown) => {
      identifying = undefined;
      throw cause;
    });
    return identifying;
  }

  async function whoAmI(): Promise<Identity> {
    const user = await web.call("GET", "/users/@me", { doing: "check the bot token" });
    const botUserId = isFields(user) ? textAt(user, "id") : undefined;
    const applicationId = settings.applicationId ?? (await askApplication());
    if (botUserId !== undefined && applicationId !== undefined) return { botUserId, applicationId };
    throw new SettingsError("DISCORD_BOT_TOKEN is no bot's: copy the token from Bot in the Developer Portal");
  }

  async function askApplication(): Promise<string | undefined> {
    const application = await web.call("GET", "/applications/@me", { doing: "look up the application" });
    return isFields(application) ? textAt(application, "id") : undefined;
  }

  async function start(accept: Accept): Promise<void> {
    if (life !== undefined) return;
    life = new AbortController();
    const { signal } = life;
    await nowOrLater(() => open(accept, signal), { platform: "discord", signal, log });
  }

  async function open(accept: Accept, signal: AbortSignal): Promise<void> {
    const self = await identityAtStart();
    const { applicationId } = self;
    await installations.save({ externalId: applicationId, name: "Direct messages", credentials: self });
    if (signal.aborted) return;
    const directory = createDirectory(web, self.botUserId);
    const take = createTake({
      allowedBots: settings.allowedBots,
      identity: self,
      directory,
      installed: createInstalled(installations, self),
      log,
      now,
      accept: createBotBudget({ most: settings.botBudget, now, log }, accept),
    });
    const handled = createInteractions({ web, identity: self, take, formOf, log });
    interactions = handled;
    void registerCommands(web, applicationId, log);
    listening = listen({ settings, applicationId, leases, web, directory, take, interactions: handled, log });
    await listening.settled;
  }

  /** Discord being away keeps nobody from starting where it is known who we are. */
  async function identityAtStart(): Promise<Identity> {
    try {
      return await identity();
    } catch (cause) {
      if (cause instanceof PermanentError)
        throw new SettingsError(`DISCORD_BOT_TOKEN was refused: ${cause.message}`, { cause });
      if (!isAway(cause)) throw cause;
      for (const { externalId, credentials } of await installations.list()) {
        const known = readIdentity(credentials);
        if (known === undefined || known.applicationId !== externalId) continue;
        if (settings.applicationId !== undefined && settings.applicationId !== externalId) continue;
        log.warn({ err: cause }, "discord could not be asked who we are; going on with what is known");
        return known;
      }
      throw cause;
    }
  }

  async function stop(): Promise<void> {
    life?.abort();
    life = undefined;
    const line = listening;
    listening = undefined;
    interactions = undefined;
    await line?.stop();
  }

  return {
    name: "discord",
    routes:
      settings.publicKey === undefined
        ? []
        : createDiscordRoutes({ publicKey: settings.publicKey, log, now, interactions: () => interactions }),
    start,
    ...createDiscordSender({ web, log, now }),
    async history(target, query) {
      const self = await identity();
      return readDiscordHistory(web, target, query, {
        installation: target.installation,
        ...self,
        botRoleIds: new Set(),
        channel: undefined,
        allowedBots: settings.allowedBots,
        receivedAt: new Date(now()),
        correlationId: randomUUID(),
      });
    },
    membersOf: createMembersOf(web),
    fetchAttachment: (_installation, attachment, maxBytes) =>
      fetchDiscordFile(attachment, { web, apiUrl, maxBytes }),
    linkTo: discordLinkTo,
    stop,
  };
}
