import { randomBytes } from "node:crypto";
import type { ChannelRequest, ChannelResponse, ChannelRoute, Installations } from "../../src/core/channel.ts";
import { PermanentError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import type { SlackCredentials } from "./credentials.ts";
import { fieldsAt, numberAt, textAt, type Fields } from "../kit/fields.ts";
import { botScopes } from "./manifest.ts";
import { fingerprint, openOauthState, sealOauthState, type OauthState } from "./oauth-state.ts";
import type { SlackOauthSettings } from "./settings.ts";
import type { SlackWeb } from "./web.ts";

interface OauthParts {
  readonly oauth: SlackOauthSettings;
  readonly apiUrl: string;
  readonly installations: Installations;
  /** The Web API with the given token, or without one. */
  readonly webWith: (token: string | undefined) => SlackWeb;
  readonly defaultTenant: string | undefined;
  readonly log: Log;
  readonly now: () => number;
}

const stateLifeMs = 10 * 60_000;
// The prefix makes browsers refuse the cookie from anyone but this host, over https or on localhost.
const cookieName = "__Host-baton-slack-install";

/**
 * A link that installs the app for `tenant`, for as long as `lifeMs` (milliseconds): `/slack/install?ticket=…`.
 * Without a ticket an installation goes to the deployment's default tenant.
 */
export function createInstallTicket(
  tenant: string,
  {
    stateSecret,
    nowMs,
    lifeMs,
  }: { readonly stateSecret: string; readonly nowMs: number; readonly lifeMs: number },
): string {
  return sealOauthState({ use: "ticket", until: nowMs + lifeMs, tenant }, stateSecret);
}

/** Installing by OAuth v2: the way to Slack and the way back. */
export function createSlackOauthRoutes(parts: OauthParts): readonly ChannelRoute[] {
  const maxBodyBytes = 0;
  return [
    { method: "GET", path: "/slack/install", maxBodyBytes, handle: async (request) => begin(request, parts) },
    {
      method: "GET",
      path: "/slack/oauth_redirect",
      maxBodyBytes,
      handle: (request) => finish(request, parts),
    },
  ];
}

function begin(request: ChannelRequest, { oauth, apiUrl, now, defaultTenant }: OauthParts): ChannelResponse {
  const given = request.query["ticket"];
  const ticket = given === undefined ? undefined : open(given, "ticket", { oauth, now });
  if (given !== undefined && ticket === undefined) {
    return page(403, "This link has ended", "Ask whoever gave it to you for a new one.");
  }
  const tenant = ticket?.tenant ?? defaultTenant;
  const cookie = randomBytes(24).toString("base64url");
  const state: OauthState = { use: "install", until: now() + stateLifeMs, browser: fingerprint(cookie) };
  const sealed = sealOauthState(tenant === undefined ? state : { ...state, tenant }, oauth.stateSecret);
  return {
    status: 302,
    headers: {
      location: toAuthorizeUrl(oauth, apiUrl, sealed),
      "set-cookie": `${cookieName}=${cookie}; Path=/; Max-Age=${stateLifeMs / 1000}; HttpOnly; Secure; SameSite=Lax`,
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    },
  };
}

function toAuthorizeUrl(oauth: SlackOauthSettings, apiUrl: string, state: string): string {
  const url = new URL("/oauth/v2/authorize", apiUrl);
  url.searchParams.set("client_id", oauth.clientId);
  url.searchParams.set("scope", Object.keys(botScopes).join(","));
  url.searchParams.set("state", state);
  if (oauth.redirectUrl !== undefined) url.searchParams.set("redirect_uri", oauth.redirectUrl);
  return url.href;
}

async function finish(request: ChannelRequest, parts: OauthParts): Promise<ChannelResponse> {
  const { oauth, now, log } = parts;
  const cookie = readCookie(request.headers["cookie"]);
  const state = open(request.query["state"] ?? "", "install", { oauth, now });
  if (state === undefined || cookie === undefined || state.browser !== fingerprint(cookie)) {
    log.warn(
      { correlationId: request.correlationId },
      "slack installation refused: it was not begun in this browser",
    );
    return page(403, "That did not begin here", "Open /slack/install again, in the same browser.");
  }
  if (request.query["error"] !== undefined) {
    return page(400, "Not installed", "The installation was cancelled in Slack. Nothing was changed.");
  }
  const code = request.query["code"];
  if (code === undefined || code === "")
    return page(400, "Not installed", "Slack sent no code. Please try again.");
  try {
    const name = await install(code, state.tenant, parts);
    return page(
      200,
      "Baton is installed",
      `Baton now answers in ${name}. Mention it in a channel, or send it a message.`,
    );
  } catch (cause) {
    log.error({ correlationId: request.correlationId, err: cause }, "slack installation failed");
    if (cause instanceof NotAllowedError) {
      return page(403, "Not installed", "This workspace is not among those that may use this deployment.");
    }
    // A code Slack does not take has ended or was used; everything else may pass.
    return cause instanceof PermanentError
      ? page(
          400,
          "Not installed",
          "Slack did not confirm the installation. Please begin again at /slack/install.",
        )
      : page(503, "Not installed yet", "Something did not answer. Please begin again at /slack/install.");
  }
}

class NotAllowedError extends PermanentError {}

async function install(code: string, tenant: string | undefined, parts: OauthParts): Promise<string> {
  const { oauth, webWith, installations, log, now } = parts;
  const answer = await webWith(undefined).call(
    "oauth.v2.access",
    {
      client_id: oauth.clientId,
      client_secret: oauth.clientSecret,
      code,
      ...(oauth.redirectUrl === undefined ? {} : { redirect_uri: oauth.redirectUrl }),
    },
    { doing: "install the app" },
  );
  const token = textAt(answer, "access_token");
  const team = fieldsAt(answer, answer["is_enterprise_install"] === true ? "enterprise" : "team");
  const externalId = textAt(team, "id");
  if (token === undefined || externalId === undefined) {
    throw new PermanentError("slack: install the app: the answer has no token or no team", {
      code: "bad_answer",
    });
  }
  const web = webWith(token);
  if (oauth.allowedTeams.size > 0 && !oauth.allowedTeams.has(externalId)) {
    await web.call("auth.revoke", {}, { doing: "give a token back" }).catch((cause: unknown) => {
      log.warn({ err: cause }, "slack token of a refused workspace not given back");
    });
    throw new NotAllowedError("slack: install the app: SLACK_ALLOWED_TEAMS does not list the workspace", {
      code: "team_not_allowed",
    });
  }
  const who = await web.call("auth.test", {}, { doing: "check the new token" });
  const name = textAt(team, "name") ?? externalId;
  await installations.save(
    { externalId, name, credentials: toCredentials(answer, who, token, now()) },
    tenant,
  );
  log.info({ installation: externalId }, "slack workspace installed");
  return name;
}

function toCredentials(answer: Fields, who: Fields, botToken: string, nowMs: number): SlackCredentials {
  const lifeSeconds = numberAt(answer, "expires_in");
  const botUserId = textAt(answer, "bot_user_id") ?? textAt(who, "user_id");
  if (botUserId === undefined) {
    throw new PermanentError("slack: install the app: the answer names no bot user", { code: "bad_answer" });
  }
  return {
    botToken,
    botUserId,
    botId: textAt(who, "bot_id"),
    appId: textAt(answer, "app_id"),
    scopes: (textAt(answer, "scope") ?? "").split(",").filter((scope) => scope !== ""),
    enterpriseId: textAt(fieldsAt(answer, "enterprise"), "id"),
    refreshToken: textAt(answer, "refresh_token"),
    expiresAt: lifeSeconds === undefined ? undefined : nowMs + lifeSeconds * 1000,
  };
}

function open(
  sealed: string,
  use: OauthState["use"],
  { oauth, now }: Pick<OauthParts, "oauth" | "now">,
): OauthState | undefined {
  return openOauthState(sealed, { secret: oauth.stateSecret, use, nowMs: now() });
}

function readCookie(header: string | readonly string[] | undefined): string | undefined {
  const pairs = (typeof header === "string" ? header : "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
}

function page(status: number, title: string, words: string): ChannelResponse {
  return {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      // The state is spent either way.
      "set-cookie": `${cookieName}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax`,
    },
    body: `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><body style="font:16px system-ui;max-width:32rem;margin:15vh auto;padding:0 1rem"><h1>${escapeHtml(title)}</h1><p>${escapeHtml(words)}</p></body></html>`,
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
