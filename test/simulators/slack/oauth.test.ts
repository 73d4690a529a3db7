import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { InstallProvider } from "@slack/oauth";
import type { Installation } from "@slack/oauth";
import { WebClient } from "@slack/web-api";
import { afterEach, expect, test } from "vitest";
import { seedTeams } from "../../../simulators/slack/seed.ts";
import type { SlackSimulatorOptions } from "../../../simulators/slack/settings.ts";
import type { SlackSimulator } from "../../../simulators/slack/simulator.ts";
import { startSlackSimulator } from "../../../simulators/slack/start-slack-simulator.ts";

let slack: SlackSimulator;
afterEach(() => slack.stop());

const newcomer = {
  id: "T0NEWCO0001",
  name: "Newco",
  users: [{ id: "U0NIA000001", name: "Nia" }],
  channels: [{ id: "C0NEWCO0001", name: "help" }],
};

async function startWithNewcomer(options: SlackSimulatorOptions = {}): Promise<void> {
  slack = await startSlackSimulator({ teams: [...seedTeams, newcomer], ...options });
}

async function installCode(
  scopes = "chat:write,users:read",
): Promise<{ code: string; state: string | null }> {
  const query = new URLSearchParams({
    client_id: slack.app.clientId,
    scope: scopes,
    redirect_uri: "http://127.0.0.1:9/slack/oauth_redirect",
    state: "s1",
  });
  const response = await fetch(`${slack.authorizeUrl}?${query.toString()}`, { redirect: "manual" });
  const location = new URL(response.headers.get("location") ?? "");
  return { code: location.searchParams.get("code") ?? "", state: location.searchParams.get("state") };
}

const access = (args: object) =>
  new WebClient(undefined, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } }).oauth.v2.access({
    client_id: slack.app.clientId,
    client_secret: slack.app.clientSecret,
    ...args,
  });

test("the authorize page comes back with the state and a code that buys one token for the new workspace", async () => {
  await startWithNewcomer();
  const { code, state } = await installCode();
  expect(state).toBe("s1");
  const granted = await access({ code });
  expect(granted).toMatchObject({
    team: { id: "T0NEWCO0001" },
    scope: "chat:write,users:read",
    token_type: "bot",
    is_enterprise_install: false,
  });
  const identity = await new WebClient(granted.access_token, { slackApiUrl: slack.apiUrl }).auth.test();
  expect(identity).toMatchObject({ team_id: "T0NEWCO0001", user_id: granted.bot_user_id });
  await expect(access({ code })).rejects.toMatchObject({ data: { error: "code_already_used" } });
  await expect(access({ code: "nonsense" })).rejects.toMatchObject({ data: { error: "invalid_code" } });
  await expect(access({ code, client_secret: "wrong" })).rejects.toMatchObject({
    data: { error: "bad_client_secret" },
  });
});

test("rotated tokens expire and are renewed once by their refresh token", async () => {
  await startWithNewcomer({ tokenRotation: true });
  const first = await access({ code: (await installCode()).code });
  expect(first.expires_in).toBe(43_200);
  const record = slack.state.tokens.get(first.access_token ?? "");
  if (record === undefined) throw new Error("the token is known");
  record.expiresAt = Date.now() - 1;
  await expect(
    new WebClient(first.access_token, { slackApiUrl: slack.apiUrl }).auth.test(),
  ).rejects.toMatchObject({ data: { error: "token_expired" } });
  const second = await access({ grant_type: "refresh_token", refresh_token: first.refresh_token });
  expect(second.access_token).not.toBe(first.access_token);
  await new WebClient(second.access_token, { slackApiUrl: slack.apiUrl }).auth.test();
  await expect(
    access({ grant_type: "refresh_token", refresh_token: first.refresh_token }),
  ).rejects.toMatchObject({ data: { error: "invalid_refresh_token" } });
});

test("Slack's own install provider completes an installation against it, state and cookie included", async () => {
  await startWithNewcomer();
  const installations: Installation[] = [];
  const provider = new InstallProvider({
    clientId: slack.app.clientId,
    clientSecret: slack.app.clientSecret,
    stateSecret: "secret",
    directInstall: true,
    authorizationUrl: slack.authorizeUrl,
    clientOptions: { slackApiUrl: slack.apiUrl },
    installationStore: {
      storeInstallation: async (installation) => void installations.push(installation),
      fetchInstallation: () => Promise.reject(new Error("not asked for")),
    },
  });
  const server = createServer((request, response) => {
    const redirectUri = `http://${request.headers.host ?? ""}/callback`;
    if (request.url?.startsWith("/callback") === true) void provider.handleCallback(request, response);
    else void provider.handleInstallPath(request, response, {}, { scopes: ["chat:write"], redirectUri });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const install = await fetch(`http://127.0.0.1:${port}/install`, { redirect: "manual" });
  const allowed = await fetch(install.headers.get("location") ?? "", { redirect: "manual" });
  const cookie = install.headers.get("set-cookie")?.split(";")[0] ?? "";
  const done = await fetch(allowed.headers.get("location") ?? "", { headers: { cookie } });
  server.closeAllConnections();
  server.close();
  expect(done.status).toBe(200);
  expect(installations).toMatchObject([
    { team: { id: "T0NEWCO0001", name: "Newco" }, bot: { scopes: ["chat:write"] }, appId: slack.app.appId },
  ]);
});
