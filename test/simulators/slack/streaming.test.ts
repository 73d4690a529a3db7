import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SlackSimulator } from "../../../simulators/slack/simulator.ts";
import { startSlackSimulator } from "../../../simulators/slack/start-slack-simulator.ts";

let slack: SlackSimulator;
let client: WebClient;
let thread: { channel: string; thread_ts: string; recipient_team_id: string; recipient_user_id: string };

beforeEach(async () => {
  slack = await startSlackSimulator();
  client = new WebClient(slack.installation.botToken, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
  });
  const { ts } = slack.userSays({ user: "Ana", channel: "#support", text: "hi", mention: true });
  thread = {
    channel: "C0SUPPORT01",
    thread_ts: ts,
    recipient_team_id: "T0BATON0001",
    recipient_user_id: "U0ANA000001",
  };
});
afterEach(() => slack.stop());

test("a stream grows piece by piece, ends once, and its timeline is kept", async () => {
  const { ts = "" } = await client.chat.startStream({ ...thread, markdown_text: "one " });
  await client.chat.appendStream({
    channel: thread.channel,
    ts,
    chunks: [{ type: "markdown_text", text: "two " } as never],
  });
  expect(slack.botReplies("#support", thread.thread_ts)).toMatchObject([
    { text: "one two ", streaming: true },
  ]);
  await client.chat.stopStream({
    channel: thread.channel,
    ts,
    markdown_text: "three",
    metadata: { event_type: "d", event_payload: { id: 1 } },
  });
  const [message] = slack.botReplies("#support", thread.thread_ts);
  expect(message).toMatchObject({ text: "one two three", streaming: false, metadata: { event_type: "d" } });
  expect(message?.stream?.appends.map((append) => append.text)).toEqual(["one ", "two ", "three"]);
  await expect(
    client.chat.appendStream({ channel: thread.channel, ts, markdown_text: "late" }),
  ).rejects.toMatchObject({ data: { error: "message_not_in_streaming_state" } });
});

test("the client's own streamer works against it", async () => {
  const streamer = client.chatStream({ ...thread, buffer_size: 4 });
  await streamer.append({ markdown_text: "hello " });
  await streamer.append({ markdown_text: "world" });
  await streamer.stop();
  expect(slack.botReplies("#support", thread.thread_ts)).toMatchObject([
    { text: "hello world", streaming: false },
  ]);
});

test("a stream left alone dies, and what it said stays", async () => {
  slack.configure({ streamLifeMs: 100 });
  const { ts = "" } = await client.chat.startStream({ ...thread, markdown_text: "half an ans" });
  await slack.waitFor(() => slack.botReplies("#support", thread.thread_ts)[0]?.stream?.state === "expired");
  await expect(client.chat.stopStream({ channel: thread.channel, ts })).rejects.toMatchObject({
    data: { error: "message_not_in_streaming_state" },
  });
  expect(slack.botReplies("#support", thread.thread_ts)).toMatchObject([
    { text: "half an ans", streaming: false },
  ]);
});

test("an open stream cannot be edited by other means, and nobody else's message can be streamed to", async () => {
  const { ts = "" } = await client.chat.startStream(thread);
  await expect(client.chat.update({ channel: thread.channel, ts, text: "x" })).rejects.toMatchObject({
    data: { error: "streaming_state_conflict" },
  });
  await expect(
    client.chat.appendStream({ channel: thread.channel, ts: thread.thread_ts, markdown_text: "x" }),
  ).rejects.toMatchObject({ data: { error: "message_not_owned_by_app" } });
});

test("a stream to a channel names its recipient, and a malformed chunk is refused", async () => {
  const { recipient_team_id: _team, ...without } = thread;
  await expect(client.chat.startStream(without)).rejects.toMatchObject({
    data: { error: "missing_recipient_team_id" },
  });
  await expect(
    client.chat.startStream({ ...thread, chunks: [{ type: "markdown" } as never] }),
  ).rejects.toMatchObject({
    data: { error: "invalid_chunks" },
  });
  await expect(
    client.chat.startStream({ ...thread, markdown_text: "x".repeat(12_001) }),
  ).rejects.toMatchObject({ data: { error: "msg_too_long" } });
  expect(slack.botReplies("#support", thread.thread_ts)).toEqual([]);
});

test("a reset forgets open streams and pending retries for good", async () => {
  slack.configure({ requestUrl: "http://127.0.0.1:9/", retryDelaysMs: [60_000] });
  const said = slack.userSays({ user: "Ana", channel: "#support", text: "hi" });
  await client.chat.startStream(thread);
  await slack.waitFor(() => slack.history().deliveries.length >= 2);
  slack.reset();
  expect(await said.delivered).toMatchObject([{ acked: false }]);
  await slack.settled();
  expect(slack.state.openStreams).toBe(0);
});
