import { WebClient } from "@slack/web-api";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ApiFaultAction } from "../../../simulators/slack/faults.ts";
import type { SlackSimulator } from "../../../simulators/slack/simulator.ts";
import { startSlackSimulator } from "../../../simulators/slack/start-slack-simulator.ts";
import { eventOf, startReceiver } from "./receiver.ts";

let slack: SlackSimulator;
let client: WebClient;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
const support = "C0SUPPORT01";

beforeEach(async () => {
  receiver = await startReceiver();
  slack = await startSlackSimulator({ timeScale: 0.001, ackTimeoutMs: 5_000, ownMessages: false });
  client = new WebClient(slack.installation.botToken, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
});
afterEach(async () => {
  await slack.stop();
  await receiver.stop();
});

const broken: readonly [ApiFaultAction, string][] = [
  [{ kind: "cut" }, "slack_webapi_request_error"],
  [{ kind: "status", status: 500 }, "slack_webapi_http_error"],
  [{ kind: "status", status: 502 }, "slack_webapi_http_error"],
  [{ kind: "status", status: 503 }, "slack_webapi_http_error"],
  [{ kind: "status", status: 504 }, "slack_webapi_http_error"],
  [{ kind: "status", status: 408 }, "slack_webapi_http_error"],
  [{ kind: "malformed" }, "slack_webapi_platform_error"],
  [{ kind: "empty" }, "slack_webapi_platform_error"],
];

test.each(broken)(
  "P1, P2: %j happens after the message is posted, or before, as told",
  async (action, code) => {
    slack.faults.api({ method: "chat.postMessage", times: 1, do: action });
    await expect(client.chat.postMessage({ channel: support, text: "after" })).rejects.toMatchObject({
      code,
    });
    slack.faults.api({
      method: "chat.postMessage",
      times: 1,
      do: { ...action, when: "before" } as ApiFaultAction,
    });
    await expect(client.chat.postMessage({ channel: support, text: "before" })).rejects.toMatchObject({
      code,
    });
    await client.chat.postMessage({ channel: support, text: "fine" });
    expect(slack.messages("#support").map((message) => message.text)).toEqual(["after", "fine"]);
    expect(slack.history().calls.map((call) => [call.ok, call.effect])).toEqual([
      [false, "applied"],
      [false, "none"],
      [true, "applied"],
    ]);
  },
);

test("the client's own retry after a cut doubles the message, and the history shows it", async () => {
  const eager = new WebClient(slack.installation.botToken, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 2, minTimeout: 1, maxTimeout: 2 },
  });
  slack.faults.api({ method: "chat.postMessage", times: 1, do: { kind: "cut" } });
  await eager.chat.postMessage({ channel: support, text: "once?" });
  expect(slack.messages("#support").map((message) => message.text)).toEqual(["once?", "once?"]);
});

test("S7, P5: one channel or one method is rate limited for its time while all else goes on", async () => {
  slack.faults.api({
    method: "chat.postMessage",
    channel: "#support",
    do: { kind: "rate_limit", retryAfterSeconds: 30 },
  });
  slack.faults.api({ method: "conversations.replies", do: { kind: "rate_limit", retryAfterSeconds: 60 } });
  const limited = await fetch(`${slack.apiUrl}chat.postMessage`, {
    method: "POST",
    headers: { authorization: `Bearer ${slack.installation.botToken}` },
    body: new URLSearchParams({ channel: support, text: "x" }),
  });
  expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "30"]);
  await expect(client.conversations.replies({ channel: support, ts: "1.1" })).rejects.toMatchObject({
    code: "slack_webapi_rate_limited_error",
    retryAfter: 60,
  });
  await client.chat.postMessage({ channel: "C0GENERAL01", text: "goes on" });
  expect(slack.messages("#support")).toEqual([]);
  slack.faults.clear();
  await client.chat.postMessage({ channel: support, text: "again" });
});

test("S8: any error by name, as often as told, and without effect", async () => {
  slack.faults.api({ method: "chat.*", times: 2, skip: 1, do: { kind: "error", error: "account_inactive" } });
  await client.chat.postMessage({ channel: support, text: "1" });
  for (const text of ["2", "3"])
    await expect(client.chat.postMessage({ channel: support, text })).rejects.toMatchObject({
      data: { error: "account_inactive" },
    });
  await client.chat.postMessage({ channel: support, text: "4" });
  expect(slack.messages("#support").map((message) => message.text)).toEqual(["1", "4"]);
});

test("S1: an event is delivered as often as told, at once or one after the other, with one event id", async () => {
  slack.configure({ requestUrl: receiver.url });
  slack.faults.events({ times: 1, do: { kind: "duplicate", copies: 3, concurrent: true } });
  const records = await slack.userSays({ user: "Ana", channel: "#support", text: "four times" }).delivered;
  expect(records.length).toBe(4);
  expect(receiver.received.length).toBe(4);
  expect(new Set(receiver.received.map((one) => one.json["event_id"])).size).toBe(1);
});

test("S12: a dropped event never arrives, but the history of the channel has the message", async () => {
  slack.configure({ requestUrl: receiver.url });
  slack.faults.events({ types: ["message"], times: 1, do: { kind: "drop" } });
  const said = slack.userSays({ user: "Ana", channel: "#support", text: "unheard" });
  expect(await said.delivered).toMatchObject([{ acked: false, fault: "drop" }]);
  expect(receiver.received).toEqual([]);
  expect((await client.conversations.history({ channel: support })).messages).toMatchObject([
    { text: "unheard", ts: said.ts },
  ]);
});

test("a lost acknowledgement makes the platform deliver again", async () => {
  slack.configure({ requestUrl: receiver.url });
  slack.faults.events({ times: 1, do: { kind: "lose_ack" } });
  await slack.userSays({ user: "Ana", channel: "#support", text: "twice" }).delivered;
  expect(receiver.received.map((one) => one.headers["x-slack-retry-num"])).toEqual([undefined, "1"]);
});

test("S3: whatever the delays, every event arrives exactly once", async () => {
  slack.configure({ requestUrl: receiver.url });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 8 }), async (count) => {
      receiver.received.length = 0;
      slack.faults.clear();
      slack.faults.events({ do: { kind: "delay", ms: [0, 30] } });
      const said = Array.from({ length: count }, (_, n) =>
        slack.userSays({ user: "Ana", channel: "#support", text: `m${n}` }),
      );
      await Promise.all(said.map((one) => one.delivered));
      expect(receiver.received.map((one) => String(eventOf(one)["ts"])).toSorted()).toEqual(
        said.map((one) => one.ts),
      );
    }),
    { numRuns: 8 },
  );
});

test("timestamps of a channel are unique and ascend, however fast messages come", () => {
  const ts = Array.from(
    { length: 2_000 },
    () => slack.userSays({ user: "Ana", channel: "#support", text: "x" }).ts,
  );
  expect(new Set(ts).size).toBe(ts.length);
  expect(ts.toSorted()).toEqual(ts);
  expect(ts.every((one) => /^\d{10}\.\d{6}$/.test(one))).toBe(true);
});
