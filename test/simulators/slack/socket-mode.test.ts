import { SocketModeClient } from "@slack/socket-mode";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SlackSimulator } from "../../../simulators/slack/simulator.ts";
import { startSlackSimulator } from "../../../simulators/slack/start-slack-simulator.ts";

interface Heard {
  readonly socket: number;
  readonly type: string;
  readonly text: string;
  readonly retry: number | undefined;
}

// The client waits one ping timeout before it reconnects, and takes a slow pong for a dead server:
// shorter than a second it drops sockets on a busy machine.
vi.setConfig({ testTimeout: 20_000 });

let slack: SlackSimulator;
const clients: SocketModeClient[] = [];
const heard: Heard[] = [];

async function connect(options: { acks: () => boolean } = { acks: () => true }): Promise<SocketModeClient> {
  const client = new SocketModeClient({
    appToken: slack.app.appToken,
    clientOptions: { slackApiUrl: slack.apiUrl },
    clientPingTimeout: 1_000,
  });
  const socket = clients.push(client);
  client.on(
    "slack_event",
    ({
      ack,
      type,
      body,
      retry_num,
    }: {
      ack: (response?: object) => Promise<void>;
      type: string;
      body: { event?: { text?: string } };
      retry_num?: number;
    }) => {
      heard.push({ socket, type, text: body.event?.text ?? "", retry: retry_num });
      if (options.acks()) void ack(type === "slash_commands" ? { text: "on it" } : undefined);
    },
  );
  await client.start();
  return client;
}

beforeEach(async () => {
  slack = await startSlackSimulator({
    socketMode: true,
    timeScale: 0.002,
    ackTimeoutMs: 1_000,
    retryDelaysMs: [0, 1_500, 1_500],
    ownMessages: false,
  });
});
afterEach(async () => {
  heard.length = 0;
  for (const client of clients.splice(0)) await client.disconnect();
  await slack.stop();
});

test("events arrive over the socket and are acknowledged by envelope", async () => {
  await connect();
  const records = await slack.userSays({ user: "Ana", channel: "#support", text: "hi", mention: true })
    .delivered;
  expect(records.map((record) => [record.via, record.acked])).toEqual([
    ["socket", true],
    ["socket", true],
  ]);
  expect(heard.map((one) => one.type)).toEqual(["events_api", "events_api"]);
});

test("S11: an event that one socket leaves unacknowledged is delivered on another", async () => {
  await connect({ acks: () => false });
  await connect();
  await slack.userSays({ user: "Ana", channel: "#support", text: "one" }).delivered;
  await slack.userSays({ user: "Ana", channel: "#support", text: "two" }).delivered;
  const ones = heard.filter((one) => one.text === "one");
  const twos = heard.filter((one) => one.text === "two");
  expect([ones.at(-1)?.socket, twos.at(-1)?.socket]).toEqual([2, 2]);
  expect([...ones, ...twos].some((one) => one.socket === 1)).toBe(true);
});

test("S11: an acknowledgement lost on the way makes it come again, counted", async () => {
  await connect();
  await connect();
  slack.sockets.loseAcks(1);
  const records = await slack.userSays({ user: "Ana", channel: "#support", text: "again" }).delivered;
  expect(heard.slice(0, 2).map((one) => one.retry)).toEqual([0, 1]);
  expect(new Set(heard.slice(0, 2).map((one) => one.socket)).size).toBe(2);
  expect(records).toMatchObject([{ acked: true }]);
  expect(records[0]?.attempt).toBeGreaterThanOrEqual(1);
});

test.each(["warning", "refresh_requested", "link_disabled"] as const)(
  "S11: a %s makes the client come back on a new socket",
  async (reason) => {
    const client = await connect();
    const back = new Promise((resolve) => client.once("connected", resolve));
    slack.sockets.disconnect(reason);
    await back;
    await slack.waitFor(() => slack.sockets.count === 1);
    await slack.userSays({ user: "Ana", channel: "#support", text: "after" }).delivered;
    expect(heard.at(-1)).toMatchObject({ text: "after" });
  },
);

test("a socket cut without a word is replaced, and the event in hand comes again", async () => {
  await connect({ acks: () => heard.length > 1 });
  const said = slack.userSays({ user: "Ana", channel: "#support", text: "still here" });
  await slack.waitFor(() => heard.length === 1);
  slack.sockets.close();
  const records = await said.delivered;
  expect(heard.map((one) => one.text)).toEqual(["still here", "still here"]);
  expect(records).toMatchObject([{ acked: true }]);
});

test("a command's answer travels in the acknowledgement", async () => {
  await connect();
  await slack.slash({ user: "Ana", channel: "#support", command: "/baton", text: "status" }).done;
  expect(slack.ephemerals("#support")).toMatchObject([{ text: "on it", ephemeralTo: "U0ANA000001" }]);
});
