import { createId, createSecret } from "./ids.ts";
import { ApiError } from "./api-error.ts";
import type { Installation } from "./model.ts";
import type { Settings } from "./settings.ts";
import type { State } from "./state.ts";

interface Code {
  readonly teamId: string;
  readonly userId: string;
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  readonly until: number;
  used: boolean;
}

const codeLifeMs = 600_000;
const rotatingTokenLifeSeconds = 43_200;

/** Installing the app in a workspace: the authorize page, codes, tokens and their rotation. */
export class OAuth {
  readonly #state: State;
  readonly #settings: Settings;
  readonly #codes = new Map<string, Code>();
  readonly #refreshTokens = new Map<string, string>();

  constructor(state: State, settings: Settings) {
    this.#state = state;
    this.#settings = settings;
  }

  /**
   * Where `/oauth/v2/authorize` sends the browser: back to the app with a code and the state it gave,
   * as when the person pressed Allow at once; with `deny=1`, as when they pressed Cancel.
   */
  authorize(query: URLSearchParams): { redirect: string } | { error: string } {
    const { app } = this.#state;
    if (query.get("client_id") !== app.clientId) return { error: "invalid_client_id" };
    const redirectUri = query.get("redirect_uri") ?? this.#settings.redirectUrl ?? "";
    if (!URL.canParse(redirectUri)) return { error: "bad_redirect_uri" };
    const scopes = (query.get("scope") ?? "").split(/[ ,]+/).filter((scope) => scope !== "");
    if (scopes.length === 0 && (query.get("user_scope") ?? "") === "") return { error: "invalid_scope" };
    const target = new URL(redirectUri);
    if (query.get("deny") === "1") target.searchParams.set("error", "access_denied");
    else
      target.searchParams.set(
        "code",
        this.createCode({
          scopes,
          redirectUri,
          ...(query.get("team") === null ? {} : { teamId: query.get("team") ?? "" }),
        }),
      );
    target.searchParams.set("state", query.get("state") ?? "");
    return { redirect: target.href };
  }

  /** A code as the authorize page gives it, for the team named or the first without the app. */
  createCode(options: { scopes: readonly string[]; redirectUri: string; teamId?: string }): string {
    const teams = [...this.#state.teams.keys()];
    const teamId =
      options.teamId ??
      teams.find((id) => this.#state.installations.get(id)?.active !== true) ??
      teams[0] ??
      "";
    if (!this.#state.teams.has(teamId)) throw new Error(`slack simulator: no team ${teamId}`);
    const installer = [...this.#state.users.values()].find((user) => user.teamId === teamId && !user.isBot);
    const code = `${teamId}.${createSecret()}`;
    this.#codes.set(code, {
      teamId,
      userId: installer?.id ?? "",
      scopes: options.scopes,
      redirectUri: options.redirectUri,
      until: Date.now() + codeLifeMs,
      used: false,
    });
    return code;
  }

  /** `oauth.v2.access`: a code or a refresh token against an access token. */
  access(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const { app } = this.#state;
    if (args["client_id"] !== app.clientId) throw new ApiError("invalid_client_id");
    if (args["client_secret"] !== app.clientSecret) throw new ApiError("bad_client_secret");
    if (args["grant_type"] === "refresh_token") return this.#refresh(String(args["refresh_token"] ?? ""));
    const code = this.#codes.get(String(args["code"] ?? ""));
    if (code === undefined || Date.now() > code.until) throw new ApiError("invalid_code");
    if (code.used) throw new ApiError("code_already_used");
    if (args["redirect_uri"] !== undefined && args["redirect_uri"] !== code.redirectUri)
      throw new ApiError("bad_redirect_uri");
    code.used = true;
    return this.#grant(this.#install(code), code.userId);
  }

  clear(): void {
    this.#codes.clear();
    this.#refreshTokens.clear();
  }

  #install(code: Code): Installation {
    const known = this.#state.installations.get(code.teamId);
    const token = this.#settings.tokenRotation
      ? `xoxe.xoxb-1-${createSecret()}`
      : known?.active === true
        ? known.botToken
        : `xoxb-${code.teamId}-${createSecret(8)}`;
    return this.#state.install(code.teamId, {
      userId: known?.botUserId ?? createId("U"),
      botId: known?.botId ?? createId("B"),
      token,
      name: known?.botName ?? this.#state.app.name,
      scopes: code.scopes,
    });
  }

  #refresh(refreshToken: string): Record<string, unknown> {
    const teamId = this.#refreshTokens.get(refreshToken);
    const installation = teamId === undefined ? undefined : this.#state.installations.get(teamId);
    if (installation === undefined || !installation.active) throw new ApiError("invalid_refresh_token");
    this.#refreshTokens.delete(refreshToken);
    const renewed = this.#state.install(installation.teamId, {
      userId: installation.botUserId,
      botId: installation.botId,
      token: `xoxe.xoxb-1-${createSecret()}`,
      name: installation.botName,
      scopes: installation.scopes,
    });
    return this.#grant(renewed, "");
  }

  #grant(installation: Installation, userId: string): Record<string, unknown> {
    const { app, teams } = this.#state;
    return {
      app_id: app.appId,
      authed_user: { id: userId },
      scope: installation.scopes.join(","),
      token_type: "bot",
      access_token: installation.botToken,
      bot_user_id: installation.botUserId,
      team: { id: installation.teamId, name: teams.get(installation.teamId)?.name ?? "" },
      enterprise: null,
      is_enterprise_install: false,
      ...this.#rotation(installation),
    };
  }

  #rotation(installation: Installation): Record<string, unknown> {
    if (!this.#settings.tokenRotation) return {};
    const refreshToken = `xoxe-1-${createSecret()}`;
    this.#refreshTokens.set(refreshToken, installation.teamId);
    const record = this.#state.tokens.get(installation.botToken);
    if (record !== undefined) record.expiresAt = Date.now() + rotatingTokenLifeSeconds * 1000;
    return { expires_in: rotatingTokenLifeSeconds, refresh_token: refreshToken };
  }
}
