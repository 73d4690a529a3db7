import { PermanentError, TransientError } from "../../src/core/errors.ts";
import { numberAt, parseFields, textAt } from "../kit/fields.ts";
import { WireError, type Incoming, type Transport } from "../kit/transport.ts";
import type { TeamsSettings } from "./settings.ts";

/** The bot's own access token for the connector. */
export interface TeamsTokens {
  /** One that is good for a while. Throws TransientError when none can be had now, PermanentError when refused. */
  current(): Promise<string>;
  /** Forgets a token the connector did not take, unless it was replaced meanwhile. */
  reject(token: string): void;
}

interface TokensParts {
  readonly settings: Pick<TeamsSettings, "appId" | "appSecret" | "tenantId" | "loginUrl">;
  readonly transport: Transport;
  readonly now: () => number;
}

// A turn that starts just before a token's end must still be able to finish.
const renewBeforeMs = 5 * 60_000;
const timeoutMs = 10_000;
/** A multi-tenant app gets its tokens from this tenant. */
const sharedTenant = "botframework.com";
const scope = "https://api.botframework.com/.default";

interface Token {
  readonly value: string;
  readonly renewAt: number;
  readonly goodUntil: number;
}

/** Asks for a token when it is needed, once at a time, and keeps it until shortly before its end. */
export function createTeamsTokens({ settings, transport, now }: TokensParts): TeamsTokens {
  let token: Token | undefined;
  let asking: Promise<Token> | undefined;

  async function current(): Promise<string> {
    if (token !== undefined && token.renewAt > now()) return token.value;
    asking ??= ask().finally(() => (asking = undefined));
    try {
      token = await asking;
    } catch (cause) {
      // An old one that has not ended is better than none while the authority is down.
      if (!(cause instanceof TransientError) || token === undefined || token.goodUntil <= now()) throw cause;
    }
    return token.value;
  }

  async function ask(): Promise<Token> {
    const url = new URL(`${settings.loginUrl}/${settings.tenantId ?? sharedTenant}/oauth2/v2.0/token`);
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: settings.appId,
      client_secret: settings.appSecret,
      scope,
    });
    const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
    let answer: Incoming;
    try {
      answer = await transport({ method: "POST", url, headers, body: form.toString(), timeoutMs });
    } catch (cause) {
      if (!(cause instanceof WireError)) throw cause;
      throw new TransientError("teams: get a token: no answer came", { cause, code: "token_unreachable" });
    }
    return readToken(answer, now());
  }

  return {
    current,
    reject: (value) => {
      if (token?.value === value) token = undefined;
    },
  };
}

function readToken({ status, body }: Incoming, nowMs: number): Token {
  const fields = parseFields(body);
  const value = textAt(fields, "access_token");
  if (status === 200 && value !== undefined) {
    const lifeMs = (numberAt(fields, "expires_in") ?? 3_600) * 1000;
    const renewAt = nowMs + Math.max(lifeMs - renewBeforeMs, lifeMs / 2);
    return { value, renewAt, goodUntil: nowMs + lifeMs };
  }
  const code = textAt(fields, "error") ?? `http_${status}`;
  if (status >= 500 || status === 408 || status === 429 || status === 200)
    throw new TransientError(`teams: get a token: HTTP ${status}`, { code: "token_unavailable" });
  throw new PermanentError(
    `teams: get a token was refused: ${code.slice(0, 60)}; check TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID, and whether the client secret has expired`,
    { code: code.slice(0, 60) },
  );
}
