import { randomUUID } from "node:crypto";
import type { Channel, Installations, Target } from "../../src/core/channel.ts";
import type { Accept, Attachment, Envelope } from "../../src/core/envelope.ts";
import { PermanentError, SettingsError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import { fetchSlackFile } from "./attachments.ts";
import { createBoltTake, type Take } from "./bolt.ts";
import { createBotBudget } from "../kit/bot-budget.ts";
import type { SlackCredentials } from "./credentials.ts";
import { fieldsAt, textAt } from "../kit/fields.ts";
import { readSlackHistory } from "./history.ts";
import { renderHome } from "./home.ts";
import { createSlackOauthRoutes } from "./oauth.ts";
import { createSlackPacer } from "./pace.ts";
import { createSlackRoutes } from "./receive-http.ts";
import { openSlackSockets, type SlackSockets } from "./receive-socket.ts";
import { createSlackSender } from "./send.ts";
import type { SlackSettings } from "./settings.ts";
import { createTake, type Taken } from "./take.ts";
import { createSlackTokens } from "./tokens.ts";
import { createSlackWeb, type SlackWeb } from "./web.ts";

interface SlackChannelParts {
  readonly settings: SlackSettings;
  readonly installations: Installations;
  readonly log: Log;
  /** Whose the workspaces are that install without a ticket; the deployment's default tenant when left out. */
  readonly defaultTenant?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * Slack: events over HTTP or sockets, answers through the Web API. Nothing of Slack's SDK is loaded before `start`.
 * Sending works without `start`, and after `stop`.
 */
export function createSlackChannel(parts: SlackChannelParts): Channel {
  const { settings, installations, defaultTenant } = parts;
  const now = parts.now ?? Date.now;
  const log = parts.log.child({ channel: "slack" });
  const pacer = createSlackPacer({ pace: settings.pace, now });
  const webWith = (token: string | undefined, installation?: string): SlackWeb =>
    createSlackWeb({ token, apiUrl: settings.apiUrl, log, pacer, installation });
  const tokens = createSlackTokens({
    installations,
    oauth: settings.oauth,
    web: webWith(undefined),
    log,
    now,
  });
  const clients = new Map<string, { readonly token: string; readonly web: SlackWeb }>();

  let take: Take<Taken> | undefined;
  let sockets: SlackSockets | undefined;

  async function clientFor(installation: string): Promise<SlackWeb> {
    const { botToken: token } = await tokens.fresh(installation);
    const known = clients.get(installation);
    if (known?.token === token) return known.web;
    const web = webWith(token, installation);
    clients.set(installation, { token, web });
    return web;
  }

  async function publishHome(installation: string, user: string): Promise<void> {
    const { botUserId } = await tokens.fresh(installation);
    const web = await clientFor(installation);
    const view = renderHome(botUserId);
    await web.call("views.publish", { user_id: user, view }, { doing: "show the app home" });
  }

  async function start(accept: Accept): Promise<void> {
    if (take !== undefined) return;
    if (settings.botToken !== undefined) await installOwnWorkspace(settings.botToken);
    const direct = createTake({
      settings,
      tokens,
      installations,
      log,
      now,
      accept: createBotBudget({ most: settings.botBudget, now, log }, accept),
      publishHome,
    });
    const taking = await createBoltTake({ apiUrl: settings.apiUrl, log, take: direct });
    if (settings.mode === "socket" && settings.appToken !== undefined) {
      const { appToken, apiUrl, sockets: count } = settings;
      sockets = await openSlackSockets({ appToken, apiUrl, sockets: count, log, take: taking });
    }
    take = taking;
  }

  async function stop(): Promise<void> {
    take = undefined;
    const open = sockets;
    sockets = undefined;
    await open?.stop();
  }

  /** With one token in the settings there is one workspace, and the settings are the truth about it. */
  async function installOwnWorkspace(token: string): Promise<void> {
    const web = webWith(token);
    let who: Readonly<Record<string, unknown>>;
    try {
      who = await web.call("auth.test", {}, { doing: "check the bot token" });
    } catch (cause) {
      if (cause instanceof PermanentError) {
        throw new SettingsError(`SLACK_BOT_TOKEN was refused: ${cause.message}`, { cause });
      }
      if (await isInstalledWith(token)) {
        log.warn({ err: cause }, "slack could not be asked about the bot token; going on with what is known");
        return;
      }
      throw cause;
    }
    const team = textAt(who, "team_id");
    const botUserId = textAt(who, "user_id");
    if (team === undefined || botUserId === undefined) {
      throw new SettingsError("SLACK_BOT_TOKEN is not a bot's token: use the Bot User OAuth Token (xoxb-…)");
    }
    const botId = textAt(who, "bot_id");
    const appId = settings.appId ?? (await findAppId(web, botId));
    const externalId = who["is_enterprise_install"] === true ? (textAt(who, "enterprise_id") ?? team) : team;
    const credentials: SlackCredentials = {
      botToken: token,
      botUserId,
      botId,
      appId,
      scopes: [],
      enterpriseId: textAt(who, "enterprise_id"),
    };
    await installations.save({ externalId, name: textAt(who, "team") ?? team, credentials }, defaultTenant);
  }

  /** Knowing the app lets a delivery signed by another one be refused; without `users:read` it stays unknown. */
  async function findAppId(web: SlackWeb, botId: string | undefined): Promise<string | undefined> {
    if (botId === undefined) return undefined;
    try {
      const answer = await web.call("bots.info", { bot: botId }, { doing: "look up the app" });
      return textAt(fieldsAt(answer, "bot"), "app_id");
    } catch (cause) {
      log.info({ err: cause }, "slack app id not known; SLACK_APP_ID sets it");
      return undefined;
    }
  }

  async function isInstalledWith(token: string): Promise<boolean> {
    for (const { externalId } of await installations.list()) {
      if ((await tokens.known(externalId))?.botToken === token) return true;
    }
    return false;
  }

  async function history(
    target: Target,
    query: { readonly after: string | undefined; readonly limit: number },
  ): Promise<Envelope[]> {
    const { installation } = target;
    const { botUserId, botId, appId } = await tokens.fresh(installation);
    return readSlackHistory(await clientFor(installation), target, query, {
      installation,
      botUserId,
      botId,
      appId: appId ?? settings.appId,
      allowedBots: settings.allowedBots,
      receivedAt: new Date(now()),
      correlationId: randomUUID(),
    });
  }

  async function fetchAttachment(
    installation: string,
    attachment: Attachment,
    maxBytes: number,
  ): Promise<Buffer> {
    const { botToken: token } = await tokens.fresh(installation);
    const web = await clientFor(installation);
    return fetchSlackFile(attachment, { web, token, apiUrl: settings.apiUrl, maxBytes });
  }

  const secrets = {
    main: settings.signingSecret,
    appId: settings.appId,
    others: settings.otherSigningSecrets,
  };
  const { oauth, apiUrl } = settings;
  return {
    name: "slack",
    routes: [
      ...(settings.mode === "http" ? createSlackRoutes({ secrets, log, now, take: () => take }) : []),
      ...(oauth === undefined
        ? []
        : createSlackOauthRoutes({ oauth, apiUrl, installations, webWith, defaultTenant, log, now })),
    ],
    start,
    ...createSlackSender({ clientFor, apiUrl: settings.apiUrl, log, now }),
    history,
    fetchAttachment,
    stop,
  };
}
