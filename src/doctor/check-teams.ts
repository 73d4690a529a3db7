import type { TeamsSettings } from "../../channels/teams/settings.ts";
import { failure, ok, reasonOf, warning, type Finding } from "./finding.ts";

const check = "teams";
const timeoutMs = 5_000;

/** What the login authority's codes for a refused app mean to an operator. */
const fixes: Readonly<Record<string, string>> = {
  invalid_client:
    "The client secret is wrong or has expired: make a new one under Certificates & secrets and set TEAMS_APP_PASSWORD to its Value",
  unauthorized_client:
    "The app is not known in that tenant: compare TEAMS_APP_ID and TEAMS_TENANT_ID with the Azure Bot's Configuration",
  invalid_request: "Compare TEAMS_TENANT_ID with the App Tenant ID in the Azure Bot's Configuration",
};

/** Asks for the bot's token as the channel does, and for the keys that incoming requests are checked with. */
export async function checkTeams(
  teams: TeamsSettings | undefined,
  publicUrl: string | undefined,
): Promise<Finding[]> {
  if (teams === undefined) return [];
  const findings = await Promise.all([checkToken(teams), checkKeys(teams)]);
  if (publicUrl !== undefined) return findings;
  return [
    ...findings,
    warning(
      "teams door",
      "Teams has to reach Baton, and its public address is not known",
      "Set BATON_PUBLIC_URL to the https address that leads here, and the Azure Bot's messaging endpoint to it with /teams/messages behind it",
    ),
  ];
}

async function checkToken({ appId, appSecret, tenantId, loginUrl }: TeamsSettings): Promise<Finding> {
  const url = `${loginUrl}/${tenantId ?? "botframework.com"}/oauth2/v2.0/token`;
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: appId,
    client_secret: appSecret,
    scope: "https://api.botframework.com/.default",
  });
  try {
    const response = await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(timeoutMs) });
    const answer: unknown = await response.json().catch(() => ({}));
    const { access_token: token, error } = Object(answer) as Record<string, unknown>;
    if (typeof token === "string") return ok(check, "the app gets its token");
    const code = typeof error === "string" ? error : `HTTP ${response.status}`;
    return failure(
      check,
      `the app's credentials were refused: ${code}`,
      fixes[code] ?? "Look the code up at learn.microsoft.com/entra/identity-platform/reference-error-codes",
    );
  } catch (error) {
    return toUnreachable(check, url, error);
  }
}

async function checkKeys({ openIdUrl, issuer }: TeamsSettings): Promise<Finding> {
  const name = "teams keys";
  try {
    const response = await fetch(openIdUrl, { signal: AbortSignal.timeout(timeoutMs) });
    const metadata: unknown = await response.json().catch(() => ({}));
    const { issuer: named, jwks_uri: keys } = Object(metadata) as Record<string, unknown>;
    if (typeof keys !== "string")
      return failure(name, `no key set is named (HTTP ${response.status})`, "Correct TEAMS_OPENID_URL");
    if (named === issuer) return ok(name, "incoming requests can be checked");
    return failure(
      name,
      `they are of ${String(named)}, not of ${issuer}`,
      "Set TEAMS_OPENID_URL and TEAMS_ISSUER of the same cloud",
    );
  } catch (error) {
    return toUnreachable(name, openIdUrl, error);
  }
}

function toUnreachable(name: string, url: string, error: unknown): Finding {
  const { host } = new URL(url);
  return failure(
    name,
    `${host} cannot be reached (${reasonOf(error)})`,
    `Let this machine open https connections to ${host}`,
  );
}
