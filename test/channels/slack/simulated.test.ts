import { afterEach, describe, expect, it, vi } from "vitest";
import { createSlackChannel } from "../../../channels/slack/index.ts";
import { createInstallTicket } from "../../../channels/slack/oauth.ts";
import { readSlackSettings } from "../../../channels/slack/settings.ts";
import { startSlackSimulator } from "../../../simulators/slack/start-slack-simulator.ts";
import type { Channel, Installations, Target } from "../../../src/core/channel.ts";
import { PermanentError, SettingsError, TransientError, UncertainError } from "../../../src/core/errors.ts";
import { silentLog } from "../../../src/core/log.ts";
import { createInbox, createInstallations } from "./slack-harness.ts";
import { serveChannel } from "./serve-channel.ts";

type Simulator = Awaited<ReturnType<typeof startSlackSimulator>>;

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Stage {
  readonly slack: Simulator;
  readonly channel: Channel;
  readonly inbox: ReturnType<typeof createInbox>;
  readonly installations: Installations;
  readonly url: string;
}

/** A simulated workspace, a channel of ours on it and the HTTP server between them. */
async function setUp(
  env: (slack: Simulator) => Record<string, string>,
  options: object = {},
): Promise<Stage> {
  const slack = await startSlackSimulator({ timeScale: 0.01, ackTimeoutMs: 2_000, ...options });
  closers.push(() => slack.stop());
  const installations = createInstallations();
  const inbox = createInbox();
  let channel: Channel | undefined;
  const server = await serveChannel(() => {
    if (channel === undefined) throw new Error("not created");
    return channel;
  });
  closers.push(() => server.close());
  slack.configure({ requestUrl: `${server.url}/slack/events` });
  const settings = readSlackSettings({
    SLACK_API_URL: slack.apiUrl,
    SLACK_REDIRECT_URL: `${server.url}/slack/oauth_redirect`,
    ...env(slack),
  });
  channel = createSlackChannel({ settings, installations, log: silentLog });
  closers.push(() => channel?.stop() ?? Promise.resolve());
  return { slack, channel, inbox, installations, url: server.url };
}

const overHttp = (slack: Simulator) => ({
  SLACK_BOT_TOKEN: slack.installation.botToken,
  SLACK_SIGNING_SECRET: slack.app.signingSecret,
});

const overSockets = (slack: Simulator) => ({
  SLACK_BOT_TOKEN: slack.installation.botToken,
  SLACK_APP_TOKEN: slack.app.appToken,
});

const byOauth = (slack: Simulator) => ({
  SLACK_SIGNING_SECRET: slack.app.signingSecret,
  SLACK_CLIENT_ID: slack.app.clientId,
  SLACK_CLIENT_SECRET: slack.app.clientSecret,
  SLACK_STATE_SECRET: "state-secret-0123456789",
});

function targetOf({ slack }: Stage, place: Target["place"]): Target {
  return { installation: slack.installation.teamId, place };
}

describe("Slack over HTTP", () => {
  it("hears a mention once, although it comes as two events", async () => {
    const stage = await setUp(overHttp);
    await stage.channel.start(stage.inbox.accept);
    const said = stage.slack.userSays({
      user: "Ana",
      channel: "#support",
      text: "@baton where is my badge?",
    });
    const deliveries = await said.delivered;
    expect(deliveries).toHaveLength(2);
    expect(stage.inbox.envelopes).toMatchObject([
      { kind: "message", id: said.ts, text: "where is my badge?", addressed: "mention" },
    ]);
  });

  it("hears threads, DMs, edits, deletions, reactions, presses, commands and its home", async () => {
    const stage = await setUp(overHttp);
    const { slack, inbox, channel } = stage;
    await channel.start(inbox.accept);
    const root = slack.userSays({ user: "Ana", channel: "#support", text: "@baton hello" });
    await root.delivered;
    await slack.userSays({ user: "Ben", channel: "#support", text: "me too", threadTs: root.ts }).delivered;
    await slack.userSays({ user: "Mia", channel: "dm", text: "psst" }).delivered;
    await slack.userEdits({ channel: "#support", ts: root.ts, text: "@baton hello again" }).delivered;
    await slack.reacts({ user: "Ana", channel: "#support", ts: root.ts, name: "tada" }).delivered;
    await slack.userDeletes({ channel: "#support", ts: root.ts }).delivered;
    await slack.slash({ user: "Ana", channel: "#support", command: "/baton", text: "help me" }).done;
    await slack.opensHome({ user: "Ana" }).delivered;
    expect(inbox.envelopes).toMatchObject([
      { kind: "message", text: "hello" },
      { kind: "message", text: "me too", inThread: true, place: { thread: root.ts } },
      { kind: "message", text: "psst", addressed: "direct", place: { thread: "", audience: "direct" } },
      { kind: "edit", targetId: root.ts, text: "hello again" },
      { kind: "reaction", emoji: "tada", added: true, targetId: root.ts },
      { kind: "delete", targetId: root.ts },
      { kind: "command", command: "baton", text: "help me" },
      { kind: "membership", change: "home opened" },
    ]);
    await slack.waitFor(() => slack.home("Ana") !== undefined);
    expect(slack.complaints()).toEqual([]);
  });

  it("is sent again what it could not keep, and keeps it once", async () => {
    const stage = await setUp(overHttp, { mentionPair: { order: "mention-first", delayMs: 0 } });
    await stage.channel.start(stage.inbox.accept);
    stage.inbox.state.failing = true;
    const said = stage.slack.userSays({ user: "Ana", channel: "#support", text: "@baton hi" });
    await stage.slack.waitFor(() => stage.inbox.state.calls >= 2);
    stage.inbox.state.failing = false;
    await said.delivered;
    expect(stage.inbox.envelopes).toHaveLength(1);
  });

  it("starts while Slack cannot say which workspace is ours, and is sent again what came meanwhile", async () => {
    const stage = await setUp(overHttp);
    const { slack, inbox } = stage;
    slack.faults.api({ method: "auth.test", do: { kind: "status", status: 503 } });
    await stage.channel.start(inbox.accept);
    const said = slack.userSays({ user: "Mia", channel: "dm", text: "psst" });
    await slack.waitFor(() => slack.history().deliveries.length > 0);
    expect(inbox.envelopes).toEqual([]);
    slack.faults.clear();
    await said.delivered;
    expect(inbox.envelopes).toMatchObject([{ id: said.ts, text: "psst" }]);
  });

  it("asks again for its workspace where our own database could not tell whether it keeps it", async () => {
    const stage = await setUp(overHttp);
    const { slack, installations } = stage;
    const save = vi
      .spyOn(installations, "save")
      .mockRejectedValueOnce(new TransientError("postgres: away"))
      .mockRejectedValueOnce(new UncertainError("postgres: cut"));
    await stage.channel.start(stage.inbox.accept);
    await slack.waitFor(() => save.mock.calls.length === 3);
    expect(await installations.list()).toHaveLength(1);
  });

  it("refuses to start on a token that Slack refuses", async () => {
    const stage = await setUp((slack) => ({ ...overHttp(slack), SLACK_BOT_TOKEN: "xoxb-wrong" }));
    await expect(stage.channel.start(stage.inbox.accept)).rejects.toBeInstanceOf(SettingsError);
  });
});

describe("Slack over sockets", () => {
  it("acknowledges only what was kept, and is sent the rest again", async () => {
    const stage = await setUp(overSockets, { socketMode: true });
    const { slack, inbox, channel } = stage;
    await channel.start(inbox.accept);
    expect(slack.sockets.count).toBe(2);
    inbox.state.failing = true;
    const said = slack.userSays({ user: "Ana", channel: "#support", text: "@baton hi" });
    await slack.waitFor(() => inbox.state.calls >= 1);
    inbox.state.failing = false;
    await said.delivered;
    expect(inbox.envelopes).toMatchObject([{ id: said.ts, text: "hi" }]);
  });

  it("keeps a message once whose acknowledgement was lost", async () => {
    const stage = await setUp(overSockets, { socketMode: true });
    const { slack, inbox, channel } = stage;
    await channel.start(inbox.accept);
    slack.sockets.loseAcks(2);
    const said = slack.userSays({ user: "Mia", channel: "dm", text: "hi" });
    await said.delivered;
    expect(inbox.state.calls).toBeGreaterThan(1);
    expect(inbox.envelopes).toHaveLength(1);
  });

  it("comes back after Slack closed its sockets, and answers commands over them", async () => {
    const stage = await setUp(overSockets, { socketMode: true });
    const { slack, inbox, channel } = stage;
    await channel.start(inbox.accept);
    slack.sockets.disconnect("refresh_requested");
    await slack.waitFor(() => slack.sockets.count === 2);
    slack.sockets.close();
    await slack.waitFor(() => slack.sockets.count === 2);
    const heard = await slack.slash({ user: "Ana", channel: "#support", command: "/baton", text: "hi" }).done;
    expect(heard.error).toBeUndefined();
    expect(inbox.envelopes).toMatchObject([{ kind: "command", text: "hi" }]);
    await channel.stop();
    await slack.waitFor(() => slack.sockets.count === 0);
  });

  it("refuses to start on an app token that Slack refuses", async () => {
    const stage = await setUp((slack) => ({ ...overSockets(slack), SLACK_APP_TOKEN: "xapp-wrong" }), {
      socketMode: true,
    });
    await expect(stage.channel.start(stage.inbox.accept)).rejects.toBeInstanceOf(SettingsError);
  });
});

describe("catching up in Slack", () => {
  it("reads what people said in a thread after a message, oldest first, bounded", async () => {
    const stage = await setUp(overHttp);
    const { slack, channel, inbox } = stage;
    await channel.start(inbox.accept);
    const root = slack.userSays({ user: "Ana", channel: "#support", text: "@baton one" });
    for (const text of ["two", "three", "four"]) {
      slack.userSays({ user: "Ana", channel: "#support", text, threadTs: root.ts });
    }
    await slack.settled();
    const place = { space: root.channel, thread: root.ts, audience: "public" } as const;
    const read = async (query: { after: string | undefined; limit: number }) =>
      (await channel.history(targetOf(stage, place), query)).map((said) =>
        said.kind === "message" ? said.text : "",
      );
    expect(await read({ after: undefined, limit: 10 })).toEqual(["one", "two", "three", "four"]);
    expect(await read({ after: root.ts, limit: 2 })).toEqual(["two", "three"]);
    const [live] = inbox.envelopes;
    const [again] = await channel.history(targetOf(stage, place), { after: undefined, limit: 1_000 });
    expect(again).toMatchObject({ id: live?.id, place: live?.place, addressed: "mention", text: "one" });
  });

  it("starts while Slack cannot be reached, and settles its workspace once it can", async () => {
    const stage = await setUp(overHttp);
    const { slack, installations, channel, inbox } = stage;
    slack.faults.api({ method: "auth.test", times: 1, do: { kind: "status", status: 503, when: "before" } });
    await channel.start(inbox.accept);
    expect(await installations.list()).toEqual([]);
    await expect.poll(() => installations.list(), { timeout: 20_000 }).toHaveLength(1);
    await slack.userSays({ user: "Ana", channel: "#support", text: "@baton are you there?" }).delivered;
    expect(inbox.envelopes).toMatchObject([{ kind: "message", text: "are you there?" }]);
  });

  it("says how long to wait when Slack limits it", async () => {
    const stage = await setUp(overHttp);
    await stage.channel.start(stage.inbox.accept);
    const fault = { kind: "rate_limit", retryAfterSeconds: 60 } as const;
    stage.slack.faults.api({ method: "conversations.history", do: fault });
    const said = stage.slack.userSays({ user: "Mia", channel: "dm", text: "hi" });
    await said.delivered;
    const place = { space: said.channel, thread: "", audience: "direct" } as const;
    const reading = stage.channel.history(targetOf(stage, place), { after: undefined, limit: 10 });
    await expect(reading).rejects.toSatisfy(
      (error) => error instanceof TransientError && (error.retryAfterMs ?? 0) > 1_000,
    );
  });
});

describe("files people attach in Slack", () => {
  it("are read with the workspace's token, within bounds, from Slack's own hosts only", async () => {
    const stage = await setUp(overHttp);
    const { slack, channel, inbox } = stage;
    await channel.start(inbox.accept);
    const files = [{ name: "a.txt", mimetype: "text/plain", content: "what it says" }];
    await slack.userSays({ user: "Ana", channel: "dm", text: "see", files }).delivered;
    const [said] = inbox.envelopes;
    const attachment = said?.kind === "message" ? said.attachments[0] : undefined;
    if (said === undefined || attachment === undefined) throw new Error("no attachment came");
    const bytes = await channel.fetchAttachment(said.installation, attachment, 1_000);
    expect(bytes.toString()).toBe("what it says");
    const refusal = async (change: object, maxBytes = 1_000) => {
      const fetching = channel.fetchAttachment(said.installation, { ...attachment, ...change }, maxBytes);
      const error: unknown = await fetching.catch((cause: unknown) => cause);
      return error instanceof PermanentError ? error.code : error;
    };
    expect(await refusal({}, 3)).toBe("file_too_big");
    expect(await refusal({ bytes: 0 }, 3)).toBe("file_too_big");
    for (const url of [
      "http://169.254.169.254/x",
      "https://files.slack.com.evil.example/x",
      "file:///etc/passwd",
      "x",
    ]) {
      expect(await refusal({ handle: JSON.stringify({ id: "F1", url }) })).toBe("file_host");
    }
  });
});

describe("installing Baton in Slack workspaces", () => {
  async function install(stage: Stage, path = "/slack/install") {
    const begun = await fetch(`${stage.url}${path}`, { redirect: "manual" });
    const cookie = begun.headers.get("set-cookie")?.split(";")[0] ?? "";
    const asked = await fetch(begun.headers.get("location") ?? "", { redirect: "manual" });
    const back = asked.headers.get("location") ?? "";
    return { begun, cookie, back };
  }

  it("keeps a workspace's token after its consent, and then hears it", async () => {
    const stage = await setUp(byOauth);
    await stage.channel.start(stage.inbox.accept);
    const { cookie, back } = await install(stage);
    const done = await fetch(back, { headers: { cookie } });
    expect(done.status).toBe(200);
    expect(await done.text()).toContain("Baton is installed");
    const [record] = await stage.installations.list();
    expect(record).toMatchObject({
      credentials: { botToken: expect.stringMatching(/^xox/), appId: stage.slack.app.appId },
    });
    const said = stage.slack.userSays({ user: "Ana", channel: "#support", text: "@baton hi" });
    await said.delivered;
    expect(stage.inbox.envelopes).toHaveLength(1);
    await stage.slack.uninstalls(record?.externalId).delivered;
    expect(await stage.installations.list()).toEqual([]);
    expect(stage.inbox.envelopes.at(-1)).toMatchObject({ kind: "membership", change: "uninstalled" });
  });

  it("refuses an installation that another browser began, that is forged or that was cancelled", async () => {
    const stage = await setUp(byOauth);
    const { cookie, back } = await install(stage);
    expect((await fetch(back)).status).toBe(403);
    expect((await fetch(back, { headers: { cookie: `${cookie}x` } })).status).toBe(403);
    const forged = new URL(back);
    forged.searchParams.set("state", `${forged.searchParams.get("state")}x`);
    expect((await fetch(forged, { headers: { cookie } })).status).toBe(403);
    const cancelled = new URL(back);
    cancelled.searchParams.delete("code");
    cancelled.searchParams.set("error", "access_denied");
    expect((await fetch(cancelled, { headers: { cookie } })).status).toBe(400);
    expect(await stage.installations.list()).toEqual([]);
    expect((await fetch(back, { headers: { cookie } })).status).toBe(200);
    expect((await fetch(back, { headers: { cookie } })).status).toBe(400);
  });

  it("binds the workspace to the ticket's tenant while the ticket lasts", async () => {
    const stage = await setUp(byOauth);
    const made = { stateSecret: "state-secret-0123456789", nowMs: Date.now(), lifeMs: 60_000 };
    const ticket = createInstallTicket("acme", made);
    const { cookie, back } = await install(stage, `/slack/install?ticket=${ticket}`);
    await fetch(back, { headers: { cookie } });
    expect(Reflect.get(stage.installations, "tenants")).toEqual(
      new Map([[stage.slack.installation.teamId, "acme"]]),
    );
    const ended = createInstallTicket("acme", { ...made, lifeMs: -1 });
    const late = await fetch(`${stage.url}/slack/install?ticket=${ended}`, { redirect: "manual" });
    expect(late.status).toBe(403);
  });

  it("lets in only the workspaces that are listed, and gives the token of others back", async () => {
    const stage = await setUp((slack) => ({ ...byOauth(slack), SLACK_ALLOWED_TEAMS: "T0SOMEONE01" }));
    const { cookie, back } = await install(stage);
    expect((await fetch(back, { headers: { cookie } })).status).toBe(403);
    expect(await stage.installations.list()).toEqual([]);
  });

  it("renews a token before it ends, once for all who need it at that moment", async () => {
    const stage = await setUp(byOauth, { tokenRotation: true });
    await stage.channel.start(stage.inbox.accept);
    const { cookie, back } = await install(stage);
    await fetch(back, { headers: { cookie } });
    const [record] = await stage.installations.list();
    if (record === undefined) throw new Error("not installed");
    const credentials = Object(record.credentials);
    expect(credentials).toMatchObject({ refreshToken: expect.any(String), expiresAt: expect.any(Number) });
    await stage.installations.save({
      ...record,
      credentials: { ...credentials, expiresAt: Date.now() + 60_000 },
    });
    const place = { space: "C0SUPPORT01", thread: "", audience: "public" } as const;
    const read = () => stage.channel.history(targetOf(stage, place), { after: undefined, limit: 1 });
    await Promise.all([read(), read(), read()]);
    const renewed = Object((await stage.installations.find(record.externalId))?.credentials);
    expect(renewed.botToken).not.toBe(credentials.botToken);
    const exchanges = stage.slack.history().calls.filter((call) => call.method === "oauth.v2.access");
    expect(exchanges).toHaveLength(2);
  });
});
