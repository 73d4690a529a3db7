import { botScopes } from "../../channels/slack/manifest.ts";
import type { SlackSettings } from "../../channels/slack/settings.ts";
import { checkClock } from "./check-clock.ts";
import { failure, ok, reasonOf, warning, type Finding } from "./finding.ts";

interface Answer {
  readonly ok: boolean;
  readonly error: string | undefined;
  readonly team: string | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly date: Date | undefined;
}

const check = "slack";
const fixes: Readonly<Record<string, string>> = {
  invalid_auth: "Copy the token again from the app's OAuth & Permissions page",
  not_authed: "Copy the token again from the app's OAuth & Permissions page",
  token_revoked: "Install the app to the workspace again and copy the new token",
  token_expired: "Install the app to the workspace again and copy the new token",
  account_inactive: "The app was removed from the workspace: install it again",
};

/** What Baton only needs where colleagues are those of a user group. */
const forGroups = "usergroups:read";

/** Tries the tokens, compares the scopes they carry with those Baton needs, and this clock with Slack's. */
export async function checkSlack(
  slack: SlackSettings | undefined,
  publicUrl: string | undefined,
  { readsGroups }: { readonly readsGroups: boolean },
): Promise<Finding[]> {
  if (slack === undefined) {
    return [
      warning(
        check,
        "not set up: the playground stands in for it",
        "Follow channels/slack/README.md to connect a workspace",
      ),
    ];
  }
  const findings = [...checkDoor(slack, publicUrl)];
  if (slack.botToken !== undefined) findings.push(...(await checkToken(slack, slack.botToken, readsGroups)));
  else findings.push(ok(check, "workspaces install the app themselves at /slack/install"));
  if (slack.mode === "socket" && slack.appToken !== undefined)
    findings.push(await checkSocket(slack, slack.appToken));
  return findings;
}

function* checkDoor({ mode, oauth }: SlackSettings, publicUrl: string | undefined): Generator<Finding> {
  if (publicUrl !== undefined || (mode === "socket" && oauth === undefined)) return;
  yield warning(
    "slack door",
    "Slack has to reach Baton, and its public address is not known",
    "Set BATON_PUBLIC_URL to the https address that leads here, or use Socket Mode (SLACK_APP_TOKEN)",
  );
}

async function checkToken(slack: SlackSettings, token: string, readsGroups: boolean): Promise<Finding[]> {
  const sent = Date.now();
  const answer = await ask(slack, "auth.test", token).catch((error: unknown) => toUnreachable(slack, error));
  if ("check" in answer) return [answer];
  if (!answer.ok) return [refused("SLACK_BOT_TOKEN", answer.error)];
  const clock =
    answer.date === undefined
      ? []
      : [checkClock("clock of Slack", { theirs: answer.date, ours: new Date((sent + Date.now()) / 2) })];
  return [
    ok(check, `connected to ${answer.team ?? "a workspace"}`),
    checkScopes(answer.scopes, readsGroups),
    ...clock,
  ];
}

function checkScopes(granted: readonly string[] | undefined, readsGroups: boolean): Finding {
  const name = "slack scopes";
  if (granted === undefined)
    return warning(
      name,
      "Slack did not say which it granted",
      "Compare the app with `npm run slack:manifest`",
    );
  const needed = Object.entries(botScopes).filter(([scope]) => scope !== forGroups || readsGroups);
  const missing = needed.filter(([scope]) => !granted.includes(scope));
  if (missing.length === 0) return ok(name, `all ${needed.length} granted`);
  const list = missing.map(([scope, reason]) => `${scope} (${reason})`).join(", ");
  return failure(
    name,
    `missing: ${list}`,
    "Add them under OAuth & Permissions, or paste `npm run slack:manifest`, then reinstall the app",
  );
}

async function checkSocket(slack: SlackSettings, appToken: string): Promise<Finding> {
  const answer = await ask(slack, "apps.connections.open", appToken).catch((error: unknown) =>
    toUnreachable(slack, error),
  );
  if ("check" in answer) return answer;
  return answer.ok ? ok("slack socket", "Socket Mode opens") : refused("SLACK_APP_TOKEN", answer.error);
}

function refused(name: string, error = "unknown_error"): Finding {
  const appFix = "Create an App-Level Token with connections:write and turn Socket Mode on";
  const fix =
    name === "SLACK_APP_TOKEN"
      ? appFix
      : (fixes[error] ?? "Look the code up at api.slack.com/methods/auth.test");
  return failure(check, `${name} was refused: ${error}`, fix);
}

function toUnreachable({ apiUrl }: SlackSettings, error: unknown): Finding {
  const { host } = new URL(apiUrl);
  return failure(
    check,
    `${host} cannot be reached (${reasonOf(error)})`,
    `Let this machine open https connections to ${host}`,
  );
}

async function ask({ apiUrl }: SlackSettings, method: string, token: string): Promise<Answer> {
  const response = await fetch(new URL(method, apiUrl), {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/x-www-form-urlencoded" },
    signal: AbortSignal.timeout(5_000),
  });
  const body: unknown = await response.json().catch(() => ({}));
  const {
    ok: isOk,
    error,
    team,
  } = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const date = new Date(response.headers.get("date") ?? Number.NaN);
  return {
    ok: isOk === true,
    error: typeof error === "string" ? error : undefined,
    team: typeof team === "string" ? team : undefined,
    scopes: response.headers
      .get("x-oauth-scopes")
      ?.split(",")
      .map((scope) => scope.trim()),
    date: Number.isNaN(date.getTime()) ? undefined : date,
  };
}
