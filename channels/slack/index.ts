import { randomUUID } from "node:crypto";
import type { ModalView } from "@slack/types";
import type { Channel, Installations, Target } from "../../src/core/channel.ts";
import { wordForms, type FormDesk } from "../../src/core/deck.ts";
import type { Accept, Attachment, Envelope } from "../../src/core/envelope.ts";
import { PermanentError, SettingsError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import { fetchSlackFile } from "./attachments.ts";
import { createBoltTake, type Take } from "./bolt.ts";
import { createBotBudget } from "../kit/bot-budget.ts";
import type { SlackCredentials } from "./credentials.ts";
import { fieldsAt, textAt } from "../kit/fields.ts";
import { isAway, nowOrLater } from "../kit/now-or-later.ts";
import { readSlackHistory } from "./history.ts";
import { renderHome } from "./home.ts";
import { slackLinkTo } from "./link.ts";
import { createMembersOf } from "./members.ts";
import { createSlackOauthRoutes } from "./oauth.ts";
import { createSlackPacer } from "./pace.ts";
import { createPeople } from "./people.ts";
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
  /** Says which form a press opens; forms of words alone when left out. */
  readonly formOf?: FormDesk | undefined;
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
  const { settings, installations, defaultTenant, formOf = wordForms } = parts;
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
  /** Nobody could say yet which workspace is ours. */
  let isUnsettled = false;
  const stopping = new AbortController();

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

  async function openForm(installation: string, trigger: string, view: ModalView): Promise<void> {
    const web = await clientFor(installation);
    await web.call("views.open", { trigger_id: trigger, view }, { doing: "open a form" });
  }

  async function start(accept: Accept): Promise<void> {
    if (take !== undefined) return;
    const { botToken } = settings;
    if (botToken !== undefined)
      await nowOrLater(() => settle(botToken), { platform: "slack", signal: stopping.signal, log });
    const direct = createTake({
      settings,
      tokens,
      installations,
      log,
      now,
      accept: createBotBudget({ most: settings.botBudget, now, log }, accept),
      isUnsettled: () => isUnsettled,
      publishHome,
      formOf,
      openForm,
    });
    const taking = await createBoltTake({ apiUrl: settings.apiUrl, log, take: direct });
    if (settings.mode === "socket" && settings.appToken !== undefined) {
      const { appToken, apiUrl, sockets: count } = settings;
      sockets = await openSlackSockets({ appToken, apiUrl, sockets: count, log, take: taking });
    }
    take = taking;
  }

  async function stop(): Promise<void> {
    stopping.abort();
    take = undefined;
    const open = sockets;
    sockets = undefined;
    await open?.stop();
  }

  async function settle(token: string): Promise<void> {
    try {
      await installOwnWorkspace(token);
      isUnsettled = false;
    } catch (cause) {
      isUnsettled = isAway(cause);
      throw cause;
    }
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
  const people = createPeople(clientFor);
  return {
    name: "slack",
    routes: [
      ...(settings.mode === "http" ? createSlackRoutes({ secrets, log, now, take: () => take }) : []),
      ...(oauth === undefined
        ? []
        : createSlackOauthRoutes({ oauth, apiUrl, installations, webWith, defaultTenant, log, now })),
    ],
    start,
    ...createSlackSender({ clientFor, apiUrl: settings.apiUrl, people, log, now }),
    membersOf: createMembersOf({ clientFor, selfOf: (installation) => tokens.fresh(installation), people }),
    history,
    fetchAttachment,
    linkTo: slackLinkTo,
    stop,
  };
}
