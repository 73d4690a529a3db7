import { randomUUID } from "node:crypto";
import type { Identity } from "./identity.ts";
import type { App } from "./model.ts";
import type { Settings } from "./settings.ts";
import { signToken } from "./tokens.ts";

/** An answer of the token endpoint, in the login service's own shape. */
export interface TokenAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly error?: string;
}

/** Hands out the bot's tokens for client credentials, and knows which are still good. */
export class AccessTokens {
  readonly #identity: Identity;
  readonly #app: App;
  readonly #settings: Settings;
  readonly #expiries = new Map<string, number>();

  constructor(identity: Identity, app: App, settings: Settings) {
    this.#identity = identity;
    this.#app = app;
    this.#settings = settings;
  }

  issue(tenant: string, form: URLSearchParams): TokenAnswer {
    const refusal = this.#refusal(tenant, form);
    if (refusal !== undefined) return refusal;
    const now = Math.floor(Date.now() / 1000);
    const expiresIn = this.#settings.tokenLifeSeconds;
    const token = signToken(this.#identity.login, {
      aud: "https://api.botframework.com",
      iss: `https://sts.windows.net/${tenant}/`,
      iat: now,
      nbf: now,
      exp: now + expiresIn,
      appid: this.#app.appId,
      tid: tenant,
      ver: "1.0",
      uti: randomUUID(),
    });
    this.#expiries.set(token, Date.now() + expiresIn * 1000);
    return {
      status: 200,
      body: { token_type: "Bearer", expires_in: expiresIn, ext_expires_in: expiresIn, access_token: token },
    };
  }

  /** Whether the header carries a token handed out here that still lives. */
  isGood(authorization: string | undefined): boolean {
    const token = /^Bearer ([\w.-]+)$/.exec(authorization ?? "")?.[1];
    return token !== undefined && (this.#expiries.get(token) ?? 0) > Date.now();
  }

  expireAll(): void {
    this.#expiries.clear();
  }

  #refusal(tenant: string, form: URLSearchParams): TokenAnswer | undefined {
    const { appId, secret, tenantId, tenancy } = this.#app;
    if (form.get("grant_type") !== "client_credentials")
      return refuse(
        400,
        "unsupported_grant_type",
        "AADSTS70003: The app requested an unsupported grant type.",
      );
    if (tenant !== tenantId && !(tenancy === "multi" && tenant === "botframework.com"))
      return refuse(
        400,
        "unauthorized_client",
        `AADSTS700016: Application with identifier '${appId}' was not found in the directory '${tenant}'.`,
      );
    if (form.get("client_id") !== appId)
      return refuse(400, "unauthorized_client", "AADSTS700016: Application was not found in the directory.");
    if (form.get("client_secret") !== secret)
      return refuse(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.");
    if (form.get("scope") !== "https://api.botframework.com/.default")
      return refuse(
        400,
        "invalid_scope",
        "AADSTS70011: The provided value for the input parameter 'scope' is not valid.",
      );
    return undefined;
  }
}

function refuse(status: number, error: string, description: string): TokenAnswer {
  return {
    status,
    error,
    body: {
      error,
      error_description: description,
      error_codes: [Number(/\d+/.exec(description)?.[0] ?? 0)],
      timestamp: new Date().toISOString(),
      trace_id: randomUUID(),
      correlation_id: randomUUID(),
    },
  };
}
