import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSlackChannel } from "../../../channels/slack/index.ts";
import type { Channel } from "../../../src/core/channel.ts";
import { silentLog } from "../../../src/core/log.ts";
import {
  aMessage,
  anEvent,
  anInstallation,
  createInbox,
  createInstallations,
  form,
  nowMs,
  payloadForm,
  post,
  recorded,
  sign,
  signingSecret,
  someSettings,
} from "./slack-harness.ts";

const otherSecret = "another-app-signing-secret-000001";
const event = anEvent(aMessage({ text: "<@U00FAKEBOT01> hi" }));

let channel: Channel;
let inbox: ReturnType<typeof createInbox>;
let installations: ReturnType<typeof createInstallations>;

function aChannel(env: Record<string, string> = {}): Channel {
  const settings = someSettings(env);
  return createSlackChannel({ settings, installations, log: silentLog, now: () => nowMs });
}

beforeEach(async () => {
  inbox = createInbox();
  installations = createInstallations(anInstallation());
  channel = aChannel();
  await channel.start(inbox.accept);
});

afterEach(() => channel.stop());

const statusOf = async (...args: Parameters<typeof post>) => (await post(...args)).status;

describe("the Slack doors and forged requests", () => {
  it("A1: refuses a request without a signature", async () => {
    const bare = { "x-slack-signature": undefined, "x-slack-request-timestamp": undefined };
    expect(await statusOf(channel, event, { headers: bare })).toBe(401);
    expect(await statusOf(channel, event, { headers: { "x-slack-signature": undefined } })).toBe(401);
    expect(inbox.state.calls).toBe(0);
  });

  it("A2: refuses a body of which any one byte was changed", async () => {
    const body = Buffer.from(JSON.stringify(event));
    const timestamp = String(nowMs / 1000);
    const headers = { "x-slack-signature": sign(signingSecret, timestamp, body) };
    await fc.assert(
      fc.asyncProperty(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(body);
        changed[at] = (changed[at] ?? 0) ^ change;
        expect(await statusOf(channel, changed, { headers })).toBe(401);
      }),
      { numRuns: 100 },
    );
    expect(inbox.state.calls).toBe(0);
  });

  it("A3: refuses a timestamp that is old, early or none", async () => {
    expect(await statusOf(channel, event, { atMs: nowMs - 301_000 })).toBe(401);
    expect(await statusOf(channel, event, { atMs: nowMs + 301_000 })).toBe(401);
    for (const timestamp of ["abc", "", "1e10", "0x6980d480", " 1770000000", "17700000000", ["1770000000"]]) {
      const signature = sign(signingSecret, String(timestamp), JSON.stringify(event));
      const headers = { "x-slack-request-timestamp": timestamp, "x-slack-signature": signature };
      expect(await statusOf(channel, event, { headers })).toBe(401);
    }
    expect(await statusOf(channel, event, { atMs: nowMs - 299_000 })).toBe(200);
  });

  it("A4: refuses a signature that is not exactly Slack's", async () => {
    const good = sign(signingSecret, String(nowMs / 1000), JSON.stringify(event));
    const bad = [
      good.replace("v0=", "v1="),
      good.toUpperCase().replace("V0", "v0"),
      `${good}=x`,
      good.slice(0, -1),
      good.slice(3),
      `${good}\n`,
      "",
      [good],
    ];
    for (const signature of bad) {
      expect(await statusOf(channel, event, { headers: { "x-slack-signature": signature } })).toBe(401);
    }
    expect(await statusOf(channel, event, { headers: { "x-slack-signature": good } })).toBe(200);
  });

  it("A5: refuses another app's signature, whichever app or workspace the body names", async () => {
    await channel.stop();
    channel = aChannel({ SLACK_SIGNING_SECRETS: `A00OTHER001:${otherSecret}`, SLACK_APP_ID: "A00FAKEAPP01" });
    await channel.start(inbox.accept);
    const asOther = { secret: otherSecret };
    expect(await statusOf(channel, event, asOther)).toBe(401);
    expect(await statusOf(channel, { ...event, api_app_id: "A00OTHER001" }, asOther)).toBe(401);
    expect(await statusOf(channel, { ...event, api_app_id: undefined }, asOther)).toBe(401);
    const twice = JSON.stringify(event).replace("{", '{"api_app_id":"A00OTHER001",');
    expect(await statusOf(channel, twice, asOther)).toBe(401);
    const hidden = JSON.stringify(event).replace('"api_app_id"', '"api\\u005fapp_id"');
    expect(await statusOf(channel, hidden, asOther)).toBe(401);
    expect(inbox.state.calls).toBe(0);
    expect(await statusOf(channel, event)).toBe(200);
  });

  it("A6: takes the same request replayed ten seconds later once", async () => {
    expect(await statusOf(channel, event)).toBe(200);
    expect(await statusOf(channel, event, { atMs: nowMs - 10_000 })).toBe(200);
    expect(inbox.envelopes).toHaveLength(1);
  });

  it("A7: bounds the body, and unpacks nothing", async () => {
    const huge = Buffer.alloc(5 * 1024 * 1024, "a");
    expect(await statusOf(channel, huge)).toBe(413);
    for (const route of channel.routes) expect(route.maxBodyBytes).toBeLessThanOrEqual(1024 * 1024);
    const bomb = gzipSync(Buffer.alloc(10 * 1024 * 1024));
    expect(await statusOf(channel, bomb, { headers: { "content-encoding": "gzip" } })).toBe(415);
  });

  it("A8: answers the address check only when it is signed", async () => {
    const check = { type: "url_verification", challenge: "abc", token: "t" };
    expect(await statusOf(channel, check, { headers: { "x-slack-signature": undefined } })).toBe(401);
    const answer = await post(channel, check);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body ?? "")).toEqual({ challenge: "abc" });
  });

  it("A9: answers the certificate check and takes nothing from it", async () => {
    expect(await statusOf(channel, "ssl_check=1&token=t", { contentType: form })).toBe(200);
    expect(inbox.state.calls).toBe(0);
  });
});

describe("the Slack doors and hostile payloads", () => {
  it("A10: survives duplicate keys, prototypes, depth, lone surrogates and NUL", async () => {
    const text = JSON.stringify(event);
    const duplicate = text.replace('"text":', '"text":"first","text":');
    expect(await statusOf(channel, duplicate)).toBe(200);
    const proto = text.replace(
      "{",
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":1}},',
    );
    expect(await statusOf(channel, proto)).toBe(200);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
    for (const deep of [
      "[".repeat(10_000) + "]".repeat(10_000),
      '{"a":'.repeat(10_000) + "1" + "}".repeat(10_000),
    ]) {
      expect(await statusOf(channel, text.replace("{", `{"deep":${deep},`))).toBe(400);
    }
    const odd = anEvent(aMessage({ ts: "1770000000.000200" }));
    const spoiled = JSON.stringify(odd).replace('"hello"', '"a\\u0000b\\ud800c\\udc00"');
    expect(await statusOf(channel, spoiled)).toBe(200);
    expect(inbox.envelopes.at(-1)).toMatchObject({ kind: "message", text: "ab\uFFFDc\uFFFD" });
    expect(JSON.stringify(inbox.envelopes.at(-1))).not.toMatch(/\\u0000|\\ud800/);
  });

  it("A10: answers any signed bytes with 200 or 400", async () => {
    const piece = fc.oneof(
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.string({ unit: "binary" }),
    );
    const types = fc.constantFrom("application/json", form, "text/plain", "");
    const shaped = fc
      .record({
        type: fc.constantFrom("event_callback", "block_actions", "view_submission", "x"),
        event: fc.jsonValue(),
        view: fc.jsonValue(),
        user: fc.jsonValue(),
        actions: fc.jsonValue(),
        authorizations: fc.jsonValue(),
        team: fc.constantFrom({ id: "T00FAKE00AA" }, null, "T"),
      })
      .map((body) => JSON.stringify({ ...body, team_id: "T00FAKE00AA", api_app_id: "A00FAKEAPP01" }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(piece, shaped), types, async (body, contentType) => {
        expect([200, 400, 401]).toContain(await statusOf(channel, body, { contentType }));
      }),
      { numRuns: 300 },
    );
  });

  it("A11: ignores a workspace that is not installed, and says so to who reads the log", async () => {
    const warnings: object[] = [];
    const log = { ...silentLog, warn: (fields: object) => void warnings.push(fields), child: () => log };
    await channel.stop();
    channel = createSlackChannel({ settings: someSettings(), installations, log, now: () => nowMs });
    await channel.start(inbox.accept);
    const elsewhere = { ...event, team_id: "T0UNKNOWN01", context_team_id: "T0UNKNOWN01" };
    expect(await statusOf(channel, elsewhere)).toBe(200);
    expect(inbox.state.calls).toBe(0);
    expect(warnings).toContainEqual(expect.objectContaining({ teams: ["T0UNKNOWN01"] }));
  });

  it("A12: refuses a body that is not what its type says, or says two things", async () => {
    const action = recorded("channel")["channel_post_action"] ?? {};
    expect(await statusOf(channel, payloadForm(action), { contentType: "application/json" })).toBe(400);
    expect(await statusOf(channel, JSON.stringify(action), { contentType: "text/plain" })).toBe(400);
    const both = `${payloadForm(action)}&command=%2Fbaton&trigger_id=1`;
    expect(await statusOf(channel, both, { contentType: form })).toBe(400);
    const twice = `${payloadForm(action)}&${payloadForm(action)}`;
    expect(await statusOf(channel, twice, { contentType: form })).toBe(400);
    expect(inbox.state.calls).toBe(0);
    expect(await statusOf(channel, payloadForm(action), { contentType: form })).toBe(200);
    expect(inbox.envelopes).toHaveLength(1);
  });

  it("A13: never fetches a response_url", async () => {
    let fetched = 0;
    const server = createServer((_, response) => {
      fetched += 1;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const response_url = `http://127.0.0.1:${port}/steal`;
    const action = { ...recorded("channel")["channel_post_action"], response_url };
    expect(await statusOf(channel, payloadForm(action), { contentType: form })).toBe(200);
    const command = {
      ...recorded("slash-commands")["slashCommand"],
      response_url,
      api_app_id: "A00FAKEAPP01",
      team_id: "T00FAKE00AA",
    };
    const fields = new URLSearchParams(command).toString();
    expect(await statusOf(channel, fields, { contentType: form })).toBe(200);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(inbox.envelopes).toHaveLength(2);
    expect(fetched).toBe(0);
  });
});

describe("telling Slack that it was received", () => {
  it("says so only when it was kept, and asks for it again otherwise", async () => {
    inbox.state.failing = true;
    const refused = await post(channel, event);
    expect(refused.status).toBe(503);
    expect(refused.headers).toMatchObject({ "retry-after": expect.stringMatching(/^\d+$/) });
    expect(refused.headers).not.toHaveProperty("x-slack-no-retry");
    inbox.state.failing = false;
    expect(await statusOf(channel, event, { headers: { "x-slack-retry-num": "1" } })).toBe(200);
    expect(inbox.envelopes).toHaveLength(1);
  });

  it("waits for the inbox before it answers", async () => {
    await channel.stop();
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let isKept = false;
    await channel.start(async () => {
      await gate;
      isKept = true;
      return { kind: "accepted" };
    });
    const answering = post(channel, event).then(() => isKept);
    await new Promise((resolve) => setImmediate(resolve));
    open();
    expect(await answering).toBe(true);
  });

  it("asks Slack to send again before it is started and after it is stopped", async () => {
    await channel.stop();
    expect(await statusOf(channel, event)).toBe(503);
    expect(await statusOf(aChannel(), event)).toBe(503);
  });

  it("closes a form, offers no options and whispers to a command", async () => {
    const submission = recorded("slash-commands")["viewSubmission"];
    const ours = {
      ...submission,
      api_app_id: "A00FAKEAPP01",
      view: { ...Object(submission?.["view"]), app_installed_team_id: "T00FAKE00AA" },
    };
    const closed = await post(channel, payloadForm(ours), { contentType: form, path: "/slack/interactions" });
    expect(JSON.parse(closed.body ?? "")).toEqual({ response_action: "clear" });
    const command = new URLSearchParams({
      command: "/baton",
      text: "hello",
      trigger_id: "1.2.3",
      channel_id: "C1",
      channel_name: "general",
      user_id: "U1",
      team_id: "T00FAKE00AA",
      api_app_id: "A00FAKEAPP01",
    }).toString();
    const heard = await post(channel, command, { contentType: form, path: "/slack/commands" });
    expect(JSON.parse(heard.body ?? "")).toMatchObject({ response_type: "ephemeral" });
  });

  it("forgets the workspace that uninstalled, and takes the notice again if that failed", async () => {
    const end = anEvent({ type: "app_uninstalled" });
    const remove = installations.remove;
    Object.assign(installations, { remove: () => Promise.reject(new Error("database down")) });
    expect(await statusOf(channel, end)).toBe(503);
    Object.assign(installations, { remove });
    expect(await statusOf(channel, end)).toBe(200);
    expect(await installations.list()).toEqual([]);
    expect(inbox.envelopes).toHaveLength(1);
  });

  it("ends a conversation between bots", async () => {
    await channel.stop();
    channel = aChannel({ SLACK_ALLOWED_BOTS: "BOTHER", SLACK_BOT_BUDGET: "3" });
    await channel.start(inbox.accept);
    for (let count = 0; count < 10; count++) {
      const said = aMessage({
        bot_id: "BOTHER",
        ts: `1770000001.00000${count}`,
        thread_ts: "1770000000.000100",
      });
      expect(await statusOf(channel, anEvent(said))).toBe(200);
    }
    expect(inbox.envelopes).toHaveLength(3);
  });
});
