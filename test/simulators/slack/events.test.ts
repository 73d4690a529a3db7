import { readFileSync } from "node:fs";
import { App } from "@slack/bolt";
import { afterEach, expect, test } from "vitest";
import { seedTeams } from "../../../simulators/slack/seed.ts";
import type { SlackSimulatorOptions } from "../../../simulators/slack/settings.ts";
import type { SlackSimulator } from "../../../simulators/slack/simulator.ts";
import { startSlackSimulator } from "../../../simulators/slack/start-slack-simulator.ts";
import { eventOf, isSigned, startReceiver } from "./receiver.ts";

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function start(answer?: Parameters<typeof startReceiver>[0], options: SlackSimulatorOptions = {}) {
  const receiver = await startReceiver(answer);
  stops.push(receiver.stop);
  const slack: SlackSimulator = await startSlackSimulator({
    requestUrl: receiver.url,
    timeScale: 0.001,
    ...options,
  });
  stops.push(slack.stop);
  return { slack, receiver };
}

test("one mention arrives as a signed pair: same ts, different event ids, in either order and any time apart", async () => {
  const { slack, receiver } = await start();
  const first = slack.userSays({ user: "Ana", channel: "#support", text: "@baton where is my badge?" });
  await first.delivered;
  const [message, mention] = receiver.received;
  expect(receiver.received.map((one) => String(eventOf(one)["type"])).toSorted()).toEqual([
    "app_mention",
    "message",
  ]);
  expect(new Set(receiver.received.map((one) => one.json["event_id"])).size).toBe(2);
  expect(new Set(receiver.received.map((one) => eventOf(one)["ts"]))).toEqual(new Set([first.ts]));
  expect([message, mention].every((one) => one !== undefined && isSigned(one, slack.app.signingSecret))).toBe(
    true,
  );
  receiver.received.length = 0;
  slack.configure({ mentionPair: { order: "mention-first", delayMs: 60 } });
  const records = await slack.userSays({ user: "Ana", channel: "#support", text: "again", mention: true })
    .delivered;
  expect(records.map((record) => record.type)).toEqual(["app_mention", "message"]);
  expect((records[1]?.at ?? 0) - (records[0]?.at ?? 0)).toBeGreaterThanOrEqual(55);
});

test("the envelopes have the fields of recorded ones", async () => {
  const recorded = JSON.parse(
    readFileSync(
      new URL("../../../../shared/data/recorded/slack/raw-mention-pair.json", import.meta.url),
      "utf8",
    ),
  ) as Record<string, unknown>[];
  const { slack, receiver } = await start();
  const root = slack.userSays({ user: "Ana", channel: "#support", text: "@baton 1" });
  await root.delivered;
  await slack.userSays({ user: "Ana", channel: "#support", text: "2", threadTs: root.ts }).delivered;
  const post = await fetch(`${slack.apiUrl}chat.postMessage`, {
    method: "POST",
    headers: { authorization: `Bearer ${slack.installation.botToken}`, "content-type": "application/json" },
    body: JSON.stringify({
      channel: "C0SUPPORT01",
      thread_ts: root.ts,
      text: "Processing...",
      blocks: [{ type: "divider" }],
    }),
  });
  expect(await post.json()).toMatchObject({ ok: true });
  await slack.settled();
  const byKind = (kind: string, list: readonly Record<string, unknown>[]) =>
    list.find((envelope) => kindOf(envelope) === kind);
  for (const wanted of recorded) {
    const ours = byKind(
      kindOf(wanted),
      receiver.received.map((one) => one.json),
    );
    expect([kindOf(wanted), ...Object.keys(ours ?? {}).toSorted()]).toEqual([
      kindOf(wanted),
      ...Object.keys(wanted).toSorted(),
    ]);
    const fields = Object.keys((ours?.["event"] ?? {}) as object).filter(
      (key) => !summaryFields.includes(key),
    );
    expect([kindOf(wanted), ...fields.toSorted()]).toEqual([
      kindOf(wanted),
      ...Object.keys(wanted["event"] as object).toSorted(),
    ]);
  }
});

const summaryFields = [
  "reply_count",
  "reply_users",
  "reply_users_count",
  "latest_reply",
  "is_locked",
  "subscribed",
];

function kindOf(envelope: Record<string, unknown>): string {
  const event = envelope["event"] as Record<string, unknown>;
  return `${String(event["type"])} ${"bot_id" in event ? "bot" : "user"} ${"thread_ts" in event ? "reply" : "root"}`;
}

test("an unanswered event is retried three times, with its number and the reason, then given up", async () => {
  const { slack, receiver } = await start(() => ({ status: 500 }));
  const records = await slack.userSays({ user: "Ana", channel: "#support", text: "no mention" }).delivered;
  expect(
    receiver.received.map((one) => [one.headers["x-slack-retry-num"], one.headers["x-slack-retry-reason"]]),
  ).toEqual([
    [undefined, undefined],
    ["1", "http_error"],
    ["2", "http_error"],
    ["3", "http_error"],
  ]);
  expect(new Set(receiver.received.map((one) => one.json["event_id"])).size).toBe(1);
  expect(records).toMatchObject([{ attempt: 3, acked: false, status: 500 }]);
});

test("a slow answer is a timeout, and the retry that is answered ends it", async () => {
  const { slack, receiver } = await start((_, nth) => ({ status: 200, afterMs: nth === 1 ? 3_000 : 0 }), {
    ackTimeoutMs: 800,
  });
  const records = await slack.userSays({ user: "Ana", channel: "#support", text: "slow" }).delivered;
  expect(receiver.received[1]?.headers["x-slack-retry-reason"]).toBe("http_timeout");
  expect(records).toMatchObject([{ acked: true }]);
  const acked = slack.history().deliveries.map((record) => record.acked);
  expect([acked[0], acked.at(-1)]).toEqual([false, true]);
});

test("edits, deletes, reactions, files, broadcasts, joins, home and removal arrive as the platform's events", async () => {
  const { slack, receiver } = await start();
  const { ts } = slack.userSays({ user: "Ana", channel: "#support", text: "first" });
  slack.userEdits({ channel: "#support", ts, text: "second" });
  slack.reacts({ user: "Ben", channel: "#support", ts, name: "+1" });
  slack.reacts({ user: "Ben", channel: "#support", ts, name: "+1", remove: true });
  slack.userSays({
    user: "Ana",
    channel: "#support",
    text: "file",
    files: [{ name: "a.txt", content: "x" }],
  });
  slack.userSays({ user: "Ana", channel: "#support", text: "aloud", threadTs: ts, broadcast: true });
  slack.userSays({ user: "Ana", channel: "#support", text: "waves", subtype: "me_message" });
  slack.botSays({ name: "otherbot", channel: "#support", text: "beep" });
  slack.userDeletes({
    channel: "#support",
    ts: slack.userSays({ user: "Ana", channel: "#support", text: "gone" }).ts,
  });
  slack.joins({ user: "Ben", channel: "#support" });
  slack.opensHome({ user: "Ana" });
  slack.rateLimitsApp();
  await slack.settled();
  slack.uninstalls();
  await slack.settled();
  const kinds = new Set(
    receiver.received.map((one) =>
      String(eventOf(one)["subtype"] ?? eventOf(one)["type"] ?? one.json["type"]),
    ),
  );
  expect([...kinds].toSorted()).toEqual([
    "app_home_opened",
    "app_rate_limited",
    "app_uninstalled",
    "bot_message",
    "file_share",
    "me_message",
    "member_joined_channel",
    "message",
    "message_changed",
    "message_deleted",
    "reaction_added",
    "reaction_removed",
    "thread_broadcast",
    "tokens_revoked",
  ]);
  const changed = receiver.received.map(eventOf).find((event) => event["subtype"] === "message_changed");
  expect(changed).toMatchObject({
    hidden: true,
    message: { text: "second", ts },
    previous_message: { text: "first" },
  });
});

test("a direct message is an im message without a mention event", async () => {
  const { slack, receiver } = await start();
  await slack.userSays({ user: "Ana", channel: "dm", text: "@baton hello" }).delivered;
  expect(receiver.received.map(eventOf)).toMatchObject([{ type: "message", channel_type: "im" }]);
});

test("in a Slack Connect channel the event names the author's team and the team it is heard in", async () => {
  const guest = {
    id: "T0GUEST0001",
    name: "Guest",
    users: [{ id: "U0GUS000001", name: "Gus" }],
    channels: [],
  };
  const { slack, receiver } = await start(undefined, {
    teams: [...seedTeams, guest],
    shared: [{ id: "C0SHARED001", name: "joint", teamIds: ["T0BATON0001", "T0GUEST0001"] }],
  });
  await slack.userSays({ user: "Gus", channel: "#joint", text: "hello", mention: true }).delivered;
  expect(receiver.received.map((one) => one.json)).toMatchObject([
    {
      team_id: "T0GUEST0001",
      context_team_id: "T0BATON0001",
      is_ext_shared_channel: true,
      event: { user_team: "T0GUEST0001" },
    },
    {
      team_id: "T0GUEST0001",
      context_team_id: "T0BATON0001",
      is_ext_shared_channel: true,
      event: { user_team: "T0GUEST0001" },
    },
  ]);
});

test("a real Bolt app verifies the handshake, hears the mention and answers in the thread", async () => {
  const slack = await startSlackSimulator();
  stops.push(slack.stop);
  const app = new App({
    token: slack.installation.botToken,
    signingSecret: slack.app.signingSecret,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  app.event("app_mention", async ({ event, say }) => {
    await say({ text: `hello <@${event.user ?? ""}>`, thread_ts: event.ts });
  });
  const server = await app.start({ port: 0, host: "127.0.0.1" });
  stops.push(() => app.stop());
  const address = "address" in server ? server.address() : null;
  if (address === null || typeof address === "string") throw new Error("Bolt gave no port");
  slack.configure({ requestUrl: `http://127.0.0.1:${address.port}/slack/events` });
  expect((await slack.verifiesUrl()).ok).toBe(true);
  const { ts } = slack.userSays({ user: "Ana", channel: "#support", text: "@baton hi" });
  const reply = await slack.waitFor(() => slack.botReplies("#support", ts)[0]);
  expect(reply.text).toBe("hello <@U0ANA000001>");
});
