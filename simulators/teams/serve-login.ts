import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "./api-error.ts";
import type { Platform } from "./platform.ts";
import { serveCall } from "./serve-call.ts";
import type { Exchange } from "./serve-call.ts";
import { connectorIssuer } from "./tokens.ts";

/** Hands the bot a token, or says in the login service's words why not. */
export async function serveToken(platform: Platform, exchange: Exchange, tenant: string): Promise<void> {
  const form = new URLSearchParams(exchange.body.toString("utf8"));
  await serveCall(platform, exchange, {
    operation: "token",
    faultTarget: { conversation: undefined, text: undefined },
    body: { ...Object.fromEntries(form), ...(form.has("client_secret") ? { client_secret: "***" } : {}) },
    run: () => {
      const { status, body, error } = platform.accessTokens.issue(tenant, form);
      if (error === undefined) return { status, body };
      // The login service words its refusals in its own way.
      throw new ApiError(status, error, String(body["error_description"]), undefined, body);
    },
  });
}

/** A published document, by the operation its faults go by. */
interface OpenIdDocument {
  readonly operation: "openid.metadata" | "openid.keys" | "openid.emulator";
  body(): Record<string, unknown>;
}

/** The OpenID document at a path; undefined where there is none. */
export function documentOf(platform: Platform, path: string): OpenIdDocument | undefined {
  const { url, identity } = platform;
  const metadata = (issuer: string, keys: string): Record<string, unknown> => ({
    issuer,
    authorization_endpoint: "https://invalid.botframework.com",
    jwks_uri: `${url}${keys}`,
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["private_key_jwt"],
  });
  switch (path) {
    case "/v1/.well-known/openidconfiguration":
      return {
        operation: "openid.metadata",
        body: () => metadata(connectorIssuer, "/v1/.well-known/keys"),
      };
    case "/v1/.well-known/keys":
      return { operation: "openid.keys", body: () => identity.published() };
    case "/common/v2.0/.well-known/openid-configuration":
      return {
        operation: "openid.emulator",
        body: () =>
          metadata("https://login.microsoftonline.com/{tenantid}/v2.0", "/common/discovery/v2.0/keys"),
      };
    case "/common/discovery/v2.0/keys":
      return { operation: "openid.emulator", body: () => identity.publishedLogin() };
    default:
      return undefined;
  }
}

/** Counts the fetch and serves the document, late or not at all where told so. */
export async function serveDocument(
  platform: Platform,
  exchange: Exchange,
  document: OpenIdDocument,
): Promise<void> {
  const { identity } = platform;
  if (document.operation === "openid.metadata") identity.metadataFetches += 1;
  else if (document.operation === "openid.keys") identity.keysFetches += 1;
  else identity.emulatorFetches += 1;
  if (identity.delayMs > 0) await sleep(identity.delayMs);
  await serveCall(platform, exchange, {
    operation: document.operation,
    faultTarget: { conversation: undefined, text: undefined },
    run: () => {
      if (identity.status === "down") throw new ApiError(503, "ServiceUnavailable", "Service unavailable.");
      return { status: 200, body: document.body(), effect: "none" };
    },
  });
}
