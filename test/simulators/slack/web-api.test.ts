import { WebClient } from "@slack/web-api";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { seedTeams } from "../../../simulators/slack/seed.ts";
import type { SlackSimulator } from "../../../simulators/slack/simulator.ts";
import { startSlackSimulator } from "../../../simulators/slack/start-slack-simulator.ts";

let slack: SlackSimulator;
let client: WebClient;
const [seedTeam] = seedTeams;

function clientOf(token: string): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
}

async function errorOf(call: Promise<unknown>): Promise<string> {
  const outcome = await call.then(
    () => "ok",
    (error: { data?: { error?: string }; code?: string }) => error.data?.error ?? error.code ?? "unknown",
  );
  return outcome;
}

beforeEach(async () => {
  slack = await startSlackSimulator();
  client = clientOf(slack.installation.botToken);
});
afterEach(() => slack.stop());

test("posts, edits, threads and deletes through the real client, and remembers each step", async () => {
  const root = await client.chat.postMessage({ channel: "C0SUPPORT01", text: "one" });
  const reply = await client.chat.postMessage({
    channel: "C0SUPPORT01",
    text: "two",
    thread_ts: root.ts ?? "",
  });
  await client.chat.update({ channel: "C0SUPPORT01", ts: reply.ts ?? "", text: "two and a half" });
  expect(
    slack
      .botReplies("#support", root.ts ?? "")
      .map((message) => [message.text, message.edits.map((edit) => edit.text)]),
  ).toEqual([["two and a half", ["two"]]]);
  await client.chat.delete({ channel: "C0SUPPORT01", ts: reply.ts ?? "" });
  expect(slack.botReplies("#support", root.ts ?? "")).toEqual([]);
  expect(slack.history().calls.map((call) => [call.method, call.effect])).toEqual([
    ["chat.postMessage", "applied"],
    ["chat.postMessage", "applied"],
    ["chat.update", "applied"],
    ["chat.delete", "applied"],
  ]);
});

test("refuses what the platform refuses, by the platform's names, and keeps a complaint", async () => {
  const channel = "C0SUPPORT01";
  const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });
  expect(await errorOf(client.apiCall("chat.postMessage", { channel, text: "x", treadts: "1" }))).toBe(
    "invalid_arguments",
  );
  expect(await errorOf(client.apiCall("chat.postMessage", { text: "x" }))).toBe("invalid_arguments");
  expect(await errorOf(client.chat.postMessage({ channel, text: "x".repeat(40_001) }))).toBe("msg_too_long");
  expect(await errorOf(client.chat.postMessage({ channel, markdown_text: "x".repeat(12_001) }))).toBe(
    "msg_too_long",
  );
  expect(await errorOf(client.chat.postMessage({ channel, text: "   " }))).toBe("no_text");
  expect(
    await errorOf(
      client.chat.postMessage({
        channel,
        text: "x",
        blocks: Array.from({ length: 51 }, () => ({ type: "divider" })),
      }),
    ),
  ).toBe("invalid_blocks");
  expect(
    await errorOf(client.chat.postMessage({ channel, text: "x", blocks: [section("y".repeat(3_001))] })),
  ).toBe("invalid_blocks");
  expect(await errorOf(client.chat.postMessage({ channel, text: "x", blocks: [{ type: "sektion" }] }))).toBe(
    "invalid_blocks",
  );
  expect(await errorOf(client.chat.postMessage({ channel, text: "x", thread_ts: "yesterday" }))).toBe(
    "invalid_thread_ts",
  );
  expect(await errorOf(client.apiCall("chat.poastMessage", {}))).toBe("unknown_method");
  expect(slack.complaints().length).toBe(10);
  expect(slack.messages("#support")).toEqual([]);
});

test("tells where a block is wrong", async () => {
  const blocks = [
    { type: "actions", elements: [{ type: "button", text: { type: "mrkdwn", text: "x" }, action_id: "a" }] },
  ];
  const error = await client.chat
    .postMessage({ channel: "C0SUPPORT01", text: "x", blocks })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    data: {
      error: "invalid_blocks",
      errors: ["unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/text/type]"],
    },
  });
});

test("takes feedback buttons, markdown blocks and selects as they are documented", async () => {
  const button = (text: string, value: string) => ({ text: { type: "plain_text" as const, text }, value });
  await client.chat.postMessage({
    channel: "C0SUPPORT01",
    text: "rate",
    blocks: [
      { type: "markdown", text: "**hi**" },
      {
        type: "context_actions",
        elements: [
          {
            type: "feedback_buttons",
            action_id: "rate",
            positive_button: button("Good", "good"),
            negative_button: button("Bad", "bad"),
          },
        ],
      },
      {
        type: "section",
        text: { type: "mrkdwn", text: "pick" },
        accessory: {
          type: "static_select",
          action_id: "pick",
          options: [{ text: { type: "plain_text", text: "A" }, value: "a" }],
        },
      },
    ],
  });
  expect(slack.complaints()).toEqual([]);
});

test("tells a wrong token, a revoked one, a missing scope, an unknown channel, a stranger and an archive apart", async () => {
  const channel = "C0SUPPORT01";
  expect(await errorOf(clientOf("xoxb-nobody").auth.test())).toBe("invalid_auth");
  expect(await errorOf(client.chat.postMessage({ channel: "C0NOWHERE01", text: "x" }))).toBe(
    "channel_not_found",
  );
  slack.state.findChannel("#general").members.delete(slack.installation.botUserId);
  expect(await errorOf(client.chat.postMessage({ channel: "C0GENERAL01", text: "x" }))).toBe(
    "not_in_channel",
  );
  slack.state.findChannel("#support").archived = true;
  expect(await errorOf(client.chat.postMessage({ channel, text: "x" }))).toBe("is_archived");
  await client.auth.revoke();
  expect(await errorOf(client.auth.test())).toBe("token_revoked");
});

test("names the scope that is missing and the ones the token has", async () => {
  await slack.stop();
  if (seedTeam?.bot === undefined) throw new Error("the seed has a bot");
  slack = await startSlackSimulator({
    teams: [{ ...seedTeam, bot: { ...seedTeam.bot, scopes: ["chat:write"] } }],
  });
  const error = await clientOf(slack.installation.botToken)
    .users.info({ user: "U0ANA000001" })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    data: {
      error: "missing_scope",
      needed: "users:read",
      provided: "chat:write",
      response_metadata: { scopes: ["chat:write"], acceptedScopes: ["users:read"] },
    },
  });
});

test("a reaction is added once and removed once", async () => {
  const { ts } = slack.userSays({ user: "Ana", channel: "#support", text: "hello" });
  const place = { channel: "C0SUPPORT01", timestamp: ts, name: "eyes" };
  await client.reactions.add(place);
  expect(await errorOf(client.reactions.add(place))).toBe("already_reacted");
  expect(slack.thread("#support", ts)[0]?.reactions).toEqual([{ name: "eyes", users: ["U0BATONBOT1"] }]);
  await client.reactions.remove(place);
  expect(await errorOf(client.reactions.remove(place))).toBe("no_reaction");
});

test("shows metadata only to those who ask for it", async () => {
  const metadata = { event_type: "baton_delivery", event_payload: { delivery_id: "d1" } };
  const root = await client.chat.postMessage({ channel: "C0SUPPORT01", text: "x", metadata });
  const [plain] = (await client.conversations.history({ channel: "C0SUPPORT01" })).messages ?? [];
  const [full] =
    (
      await client.conversations.replies({
        channel: "C0SUPPORT01",
        ts: root.ts ?? "",
        include_all_metadata: true,
      })
    ).messages ?? [];
  expect(plain?.metadata).toBeUndefined();
  expect(full?.metadata).toEqual(metadata);
});

test("paging through a history or a thread meets every message once, whatever the page size", async () => {
  const root = slack.userSays({ user: "Ana", channel: "#support", text: "root" });
  const roots = [
    root.ts,
    ...Array.from(
      { length: 12 },
      (_, n) => slack.userSays({ user: "Ben", channel: "#support", text: `m${n}` }).ts,
    ),
  ];
  const replies = Array.from(
    { length: 9 },
    (_, n) => slack.userSays({ user: "Ana", channel: "#support", text: `r${n}`, threadTs: root.ts }).ts,
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 15 }), async (limit) => {
      const history: string[] = [];
      for await (const page of client.paginate("conversations.history", { channel: "C0SUPPORT01", limit }))
        history.push(...(page as unknown as { messages: { ts: string }[] }).messages.map(({ ts }) => ts));
      expect(history).toEqual(roots.toReversed());
      const thread: string[] = [];
      for await (const page of client.paginate("conversations.replies", {
        channel: "C0SUPPORT01",
        ts: root.ts,
        limit,
      }))
        thread.push(...(page as unknown as { messages: { ts: string }[] }).messages.map(({ ts }) => ts));
      expect(thread).toEqual([root.ts, ...replies]);
    }),
    { numRuns: 15 },
  );
});

test("honours oldest, latest and inclusive", async () => {
  const ts = Array.from(
    { length: 5 },
    (_, n) => slack.userSays({ user: "Ana", channel: "#support", text: `m${n}` }).ts,
  );
  const read = async (more: { oldest?: string; latest?: string; inclusive?: boolean }) =>
    (await client.conversations.history({ channel: "C0SUPPORT01", ...more })).messages?.map(
      (message) => message.text,
    );
  expect(await read({ oldest: ts[1] ?? "" })).toEqual(["m4", "m3", "m2"]);
  expect(await read({ oldest: ts[1] ?? "", latest: ts[3] ?? "", inclusive: true })).toEqual([
    "m3",
    "m2",
    "m1",
  ]);
});

test("a deleted root with replies stays as a tombstone, one without is gone", async () => {
  const kept = slack.userSays({ user: "Ana", channel: "#support", text: "root" });
  slack.userSays({ user: "Ben", channel: "#support", text: "reply", threadTs: kept.ts });
  const gone = slack.userSays({ user: "Ana", channel: "#support", text: "alone" });
  slack.userDeletes({ channel: "#support", ts: kept.ts });
  slack.userDeletes({ channel: "#support", ts: gone.ts });
  const messages = (await client.conversations.history({ channel: "C0SUPPORT01" })).messages;
  expect(messages?.map((message) => [message.subtype, message.ts])).toEqual([["tombstone", kept.ts]]);
});

test("a private file is given to the token of its team, and everyone else is sent to sign in", async () => {
  slack.userSays({
    user: "Ana",
    channel: "#support",
    text: "see",
    files: [{ name: "note.txt", content: "secret" }],
  });
  const [message] = (await client.conversations.history({ channel: "C0SUPPORT01" })).messages ?? [];
  const url = message?.files?.[0]?.url_private ?? "";
  const given = await fetch(url, { headers: { authorization: `Bearer ${slack.installation.botToken}` } });
  expect(await given.text()).toBe("secret");
  const refused = await fetch(url, { redirect: "manual" });
  expect(refused.status).toBe(302);
});

test("uploads a file through the client's own three steps", async () => {
  await client.filesUploadV2({
    channel_id: "C0SUPPORT01",
    filename: "a.txt",
    content: "hello file",
    initial_comment: "here",
  });
  const [message] = slack.messages("#support");
  expect(message).toMatchObject({
    text: "here",
    subtype: "file_share",
    files: [{ name: "a.txt", size: 10 }],
  });
});

test("limits a method to the pace it is given, per channel", async () => {
  slack.configure({ rateLimits: { "chat.postMessage": { perMinute: 1, burst: 2, per: "channel" } } });
  await client.chat.postMessage({ channel: "C0SUPPORT01", text: "1" });
  await client.chat.postMessage({ channel: "C0SUPPORT01", text: "2" });
  const limited = await client.chat
    .postMessage({ channel: "C0SUPPORT01", text: "3" })
    .catch((error: unknown) => error);
  expect(limited).toMatchObject({ code: "slack_webapi_rate_limited_error" });
  await client.chat.postMessage({ channel: "C0GENERAL01", text: "elsewhere" });
});
