import { readdirSync, readFileSync } from "node:fs";
import { createEmulator, type Emulator } from "emulate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSlackChannel } from "../../../channels/slack/index.ts";
import { readSlackSettings } from "../../../channels/slack/settings.ts";
import type { Channel } from "../../../src/core/channel.ts";
import { silentLog } from "../../../src/core/log.ts";
import { createInbox, createInstallations, signingSecret } from "./slack-harness.ts";
import { serveChannel } from "./serve-channel.ts";

/** What is used of the emulator's inside: it has no way to subscribe an address to Slack's events from outside. */
interface SlackPlugin {
  register(app: unknown, store: unknown, webhooks: Webhooks, ...rest: unknown[]): void;
}
interface Webhooks {
  register(subscription: { owner: string; url: string; events: string[]; active: boolean }): void;
}

async function subscribe(url: string): Promise<() => void> {
  const folder = new URL(".", import.meta.resolve("emulate"));
  const file = readdirSync(folder).find(
    (name) => name.endsWith(".js") && /\bslackPlugin\n?\}/.test(readFileSync(new URL(name, folder), "utf8")),
  );
  if (file === undefined) throw new Error("emulate has changed: no slackPlugin");
  const { slackPlugin }: { slackPlugin: SlackPlugin } = await import(new URL(file, folder).href);
  const { register } = slackPlugin;
  slackPlugin.register = (app, store, webhooks, ...rest) => {
    webhooks.register({ owner: "slack", url, events: ["*"], active: true });
    register.call(slackPlugin, app, store, webhooks, ...rest);
  };
  return () => {
    slackPlugin.register = register;
  };
}

const inbox = createInbox();
const installations = createInstallations();
let channel: Channel;
let server: Awaited<ReturnType<typeof serveChannel>>;
let slack: Emulator;
let unsubscribe: () => void;

beforeAll(async () => {
  server = await serveChannel(() => channel);
  unsubscribe = await subscribe(`${server.url}/slack/events`);
  const redirect = `${server.url}/slack/oauth_redirect`;
  slack = await createEmulator({
    service: "slack",
    port: 0,
    seed: {
      slack: {
        signing_secret: signingSecret,
        users: [{ name: "ana", real_name: "Ana" }],
        tokens: [
          {
            token: "xoxp-ana",
            user: "ana",
            type: "user",
            scopes: ["chat:write", "channels:join", "im:write"],
          },
        ],
        oauth_apps: [
          { client_id: "100.200", client_secret: "client-secret", name: "Baton", redirect_uris: [redirect] },
        ],
      },
    },
  });
  const settings = readSlackSettings({
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_CLIENT_ID: "100.200",
    SLACK_CLIENT_SECRET: "client-secret",
    SLACK_STATE_SECRET: "state-secret-0123456789",
    SLACK_REDIRECT_URL: redirect,
    SLACK_API_URL: `${slack.url}/api/`,
  });
  channel = createSlackChannel({ settings, installations, log: silentLog });
  await channel.start(inbox.accept);
});

afterAll(async () => {
  unsubscribe();
  await channel.stop();
  await slack.close();
  await server.close();
});

async function call(method: string, args: Record<string, string>, token = "xoxp-ana") {
  const response = await fetch(`${slack.url}/api/${method}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(args),
  });
  const answer: Record<string, unknown> = Object(await response.json());
  expect(answer).toMatchObject({ ok: true });
  return answer;
}

/** What a browser does: to the install page, to Slack's consent, back with the cookie. */
async function install(): Promise<Response> {
  const begun = await fetch(`${server.url}/slack/install`, { redirect: "manual" });
  const consent = await fetch(begun.headers.get("location") ?? "");
  const page = await consent.text();
  const fields = [...page.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name = "", value = ""]) => [
    name,
    value.replaceAll("&amp;", "&"),
  ]);
  const form = new URLSearchParams(Object.fromEntries(fields));
  const allowed = await fetch(`${slack.url}/oauth/v2/authorize/callback`, {
    method: "POST",
    body: form,
    redirect: "manual",
  });
  const cookie = begun.headers.get("set-cookie")?.split(";")[0] ?? "";
  return fetch(allowed.headers.get("location") ?? "", { headers: { cookie } });
}

describe("an independent Slack", () => {
  it("installs the app, then delivers signed events that are heard", async () => {
    expect((await install()).status).toBe(200);
    const [record] = await installations.list();
    expect(record).toMatchObject({
      externalId: "T000000001",
      credentials: { botToken: expect.stringMatching(/^xoxb-/), botUserId: expect.stringMatching(/^U/) },
    });
    const botUserId = String(Object(record?.credentials).botUserId);

    const text = `<@${botUserId}> where is *my* badge?`;
    const root = await call("chat.postMessage", { channel: "C000000001", text });
    await call("chat.postMessage", { channel: "C000000001", text: "anyone?", thread_ts: String(root["ts"]) });
    expect(inbox.envelopes).toMatchObject([
      { kind: "message", id: root["ts"], text: "where is **my** badge?", addressed: "mention" },
      { kind: "message", text: "anyone?", inThread: true, place: { thread: root["ts"] } },
    ]);
  });

  it("does not hear what the bot itself posts there, and finds the thread in the history", async () => {
    const [record] = await installations.list();
    const [root] = inbox.envelopes;
    if (record === undefined || root === undefined) throw new Error("nothing was installed or heard");
    const heard = inbox.envelopes.length;
    const token = String(Object(record.credentials).botToken);
    await call(
      "chat.postMessage",
      { channel: "C000000001", text: "At the desk.", thread_ts: root.id },
      token,
    );
    expect(inbox.envelopes).toHaveLength(heard);
    const target = { installation: record.externalId, place: root.place };
    const said = await channel.history(target, { after: undefined, limit: 10 });
    expect(said.map((envelope) => envelope.id)).toEqual(inbox.envelopes.map((envelope) => envelope.id));
  });
});
