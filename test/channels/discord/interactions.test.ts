import { generateKeyPairSync, sign as signBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fieldsAt, isFields, textAt } from "../../../channels/kit/fields.ts";
import type { ChannelResponse } from "../../../src/core/channel.ts";
import type { Envelope } from "../../../src/core/envelope.ts";
import { deckButton } from "../../../src/core/deck.ts";
import { actions } from "../../../src/core/reply.ts";
import { recorded, recordedIds, setUp, type Stage } from "./discord-harness.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function stageOf(options: Parameters<typeof setUp>[0] = {}): Promise<Stage> {
  const stage = await setUp(options);
  closers.push(() => stage.stop());
  return stage;
}

const said = ({ inbox }: Stage): Envelope[] => inbox.envelopes.filter(({ kind }) => kind !== "membership");

async function only(stage: Stage): Promise<Envelope> {
  await vi.waitUntil(() => said(stage).length > 0, { timeout: 20_000, interval: 5 });
  const [envelope, ...others] = said(stage);
  expect(others).toEqual([]);
  if (envelope === undefined) throw new Error("nothing heard");
  return envelope;
}

let deliveries = 0;

const anAttempt = () => ({
  deliveryId: `00000000-0000-4000-8000-${String((deliveries += 1)).padStart(12, "0")}` as never,
  correlationId: "c",
  signal: new AbortController().signal,
  checkpoint: () => {},
});

const targetOf = ({ installation, place, returnPath }: Envelope) => ({ installation, place, returnPath });

async function commandsOf(stage: Stage): Promise<void> {
  await stage.start();
  await vi.waitUntil(() => stage.discord.history().calls.some(({ method }) => method === "PUT"), {
    timeout: 20_000,
  });
  await stage.discord.settled();
}

describe("a question asked by command", () => {
  it("is shown to the room, taken in as a message on what shows it, and answered in a thread there", async () => {
    const stage = await stageOf();
    const { discord, channel } = stage;
    await commandsOf(stage);
    const asking = discord.slash({
      user: "Ana",
      channel: "#support",
      name: "ask",
      options: { question: "Where is @everyone's *badge*?" },
    });
    await asking.done;
    const envelope = await only(stage);
    const echo = discord.botReplies("#support")[0];
    expect(echo?.text).toContain("**Ana** asked:\n> Where is");
    expect(echo?.pings).toMatchObject({ everyone: false });
    expect(envelope).toMatchObject({
      kind: "message",
      id: echo?.id,
      text: "Where is @everyone's *badge*?",
      addressed: "mention",
      sender: { kind: "user", name: "Ana" },
      place: { thread: echo?.id, audience: "public" },
    });
    await channel.send(targetOf(envelope), { body: "At the desk." }, anAttempt());
    const thread = discord.threadOf("#support", echo?.id ?? "");
    expect(discord.botReplies(thread?.id ?? "").map(({ text }) => text)).toEqual(["At the desk."]);
    expect(discord.complaints()).toEqual([]);
  });

  it("can be about a message, by its menu", async () => {
    const stage = await stageOf();
    const { discord } = stage;
    await commandsOf(stage);
    const { messageId } = discord.userSays({ user: "Ben", channel: "#support", text: "my badge is broken" });
    await discord.contextMenu({ user: "Ana", channel: "#support", messageId, name: "Ask Baton about this" })
      .done;
    await vi.waitUntil(() => said(stage).length >= 2, { timeout: 20_000, interval: 5 });
    expect(said(stage)).toMatchObject([
      { kind: "message", addressed: "none", sender: { name: "Ben" } },
      { kind: "message", addressed: "mention", text: "my badge is broken", sender: { name: "Ana" } },
    ]);
  });
});

it("G10: one that Discord has given up on is taken in and answered once all the same", async () => {
  const stage = await stageOf();
  const { discord } = stage;
  await commandsOf(stage);
  discord.faults.rest({
    route: "POST /interactions/*",
    do: { kind: "error", status: 404, code: 10062, message: "Unknown interaction" },
  });
  discord.slash({ user: "Ana", channel: "#support", name: "ask", options: { question: "late?" } });
  const envelope = await only(stage);
  const replies = discord.botReplies("#support");
  expect(replies.map(({ text }) => text)).toEqual(["**Ana** asked:\n> late?"]);
  expect(envelope).toMatchObject({ kind: "message", id: replies[0]?.id, text: "late?" });
  await stage.channel.send(targetOf(envelope), { body: "Never too late." }, anAttempt());
  expect(discord.botReplies(discord.threadOf("#support", replies[0]?.id ?? "")?.id ?? "")).toHaveLength(1);
});

it("a press whose form cannot be shown is taken in without words", async () => {
  const stage = await stageOf();
  const { discord, channel, inbox } = stage;
  await commandsOf(stage);
  discord.userSays({ user: "Ana", channel: "#support", text: "<@BOT> hello" });
  const place = { space: discord.state.findChannel("#support").id, thread: "", audience: "public" } as const;
  const buttons = [deckButton("note", "Note", { conversationId: "00000000-0000-4000-8000-000000000001" })];
  const target = { installation: discord.guild.id, place };
  await channel.send(target, { body: "The card.", buttons }, anAttempt());
  const card = discord.botReplies("#support").find(({ text }) => text.includes("The card."));
  const customId = `${buttons[0]?.action}:${buttons[0]?.value}`;
  const press = () =>
    discord.clicks({ user: "Mia", channel: "#support", messageId: card?.id ?? "", customId }).done;
  const pressed = () => inbox.envelopes.filter(({ kind }) => kind === "action");
  await press();
  expect(discord.modals("Mia")).toHaveLength(1);
  expect(pressed()).toEqual([]);
  discord.faults.rest({
    route: "POST /interactions/*",
    times: 1,
    do: { kind: "error", status: 400, code: 50035, message: "Invalid Form Body" },
  });
  await press();
  await vi.waitUntil(() => pressed().length > 0, { timeout: 20_000, interval: 5 });
  expect(pressed()).toHaveLength(1);
  expect(pressed()[0]).not.toHaveProperty("fields");
});

it("whoever it is no matter of is told so by the menu that puts an answer right, and alone", async () => {
  const stage = await stageOf();
  const { discord, inbox } = stage;
  await commandsOf(stage);
  const { messageId } = discord.userSays({ user: "Ana", channel: "#support", text: "hello" });
  await discord.contextMenu({ user: "Ben", channel: "#support", messageId, name: "Fix this answer" }).done;
  expect(discord.modals("Ben")).toEqual([]);
  expect(inbox.envelopes.filter(({ kind }) => kind === "action")).toEqual([]);
});

it("says so when it could not be kept", async () => {
  const stage = await stageOf();
  const { discord, inbox } = stage;
  await commandsOf(stage);
  inbox.state.failing = true;
  discord.slash({ user: "Ana", channel: "#support", name: "ask", options: { question: "anybody?" } });
  await vi.waitUntil(() => discord.botReplies("#support").some(({ text }) => text.includes("try again")), {
    timeout: 20_000,
  });
  expect(said(stage)).toEqual([]);
});

it("is acknowledged and shown before it is taken in, however long that takes", async () => {
  const stage = await stageOf();
  const { discord, channel, inbox } = stage;
  const gate = Promise.withResolvers<void>();
  await channel.start(async (envelope) => {
    if (envelope.kind === "message") await gate.promise;
    return inbox.accept(envelope);
  });
  await discord.connected();
  await vi.waitUntil(() => discord.history().calls.some(({ method }) => method === "PUT"), {
    timeout: 20_000,
  });
  await discord.settled();
  discord.slash({ user: "Ana", channel: "#support", name: "ask", options: { question: "now?" } });
  await vi.waitUntil(() => discord.botReplies("#support").some(({ text }) => text.includes("now?")), {
    timeout: 20_000,
    interval: 5,
  });
  expect(said(stage)).toEqual([]);
  gate.resolve();
  expect(await only(stage)).toMatchObject({ text: "now?" });
});

describe("a command", () => {
  it("is answered to one person, in the room to nobody else, and by direct message when that is over", async () => {
    const stage = await stageOf();
    const { discord, channel } = stage;
    await commandsOf(stage);
    await discord.slash({ user: "Ana", channel: "#support", name: "privacy" }).done;
    const envelope = await only(stage);
    expect(envelope).toMatchObject({
      kind: "command",
      command: "privacy",
      text: "privacy",
      place: { thread: "" },
    });
    expect(JSON.stringify(envelope.raw)).not.toContain("token");
    const onlyFor = envelope.sender.id;
    const target = targetOf(envelope);
    await channel.send(target, { body: "We keep little.", onlyFor }, anAttempt());
    expect(discord.ephemerals("Ana").map(({ text }) => text)).toEqual(["On it…", "We keep little."]);
    await channel.send({ ...target, returnPath: undefined }, { body: "By mail.", onlyFor }, anAttempt());
    expect(discord.botReplies(discord.directChannel("Ana")).map(({ text }) => text)).toEqual(["By mail."]);
    expect(discord.botReplies("#support")).toEqual([]);
  });

  it("for a human in a thread is about that thread", async () => {
    const stage = await stageOf();
    const { discord } = stage;
    await commandsOf(stage);
    const root = discord.userSays({ user: "Ana", channel: "#support", text: "help" });
    const { threadId } = discord.userOpensThread({
      user: "Ana",
      channel: "#support",
      name: "t",
      messageId: root.messageId,
    });
    await discord.slash({ user: "Ana", channel: threadId, name: "human" }).done;
    await vi.waitUntil(() => said(stage).some(({ kind }) => kind === "action"), { timeout: 20_000 });
    expect(said(stage).at(-1)).toMatchObject({
      kind: "action",
      action: actions.human,
      place: { space: root.channelId, thread: root.messageId },
    });
  });
});

describe("buttons", () => {
  it("come back with our names, on the conversation they hang on", async () => {
    const stage = await stageOf();
    const { discord, channel } = stage;
    await commandsOf(stage);
    const root = discord.userSays({ user: "Ana", channel: "#support", text: "@baton help" });
    const question = await only(stage);
    const ref = await channel.send(
      targetOf(question),
      {
        body: "Like this?",
        suggestions: ["How much is it?"],
        buttons: [{ action: actions.human, label: "Talk to a human", value: "human" }],
        feedback: "00000000-0000-4000-8000-00000000000f",
      },
      anAttempt(),
    );
    const thread = discord.threadOf("#support", root.messageId)?.id ?? "";
    const press = (customId: string) =>
      discord.clicks({ user: "Ana", channel: thread, messageId: ref.id, customId }).done;
    await press(`${actions.human}:human`);
    await press(`${actions.feedbackDown}:00000000-0000-4000-8000-00000000000f`);
    await press(`${actions.suggestion}:How much is it?`);
    await vi.waitUntil(() => said(stage).length >= 4, { timeout: 20_000 });
    const place = question.place;
    expect(said(stage).slice(1)).toMatchObject([
      { kind: "action", action: actions.human, value: "human", targetId: ref.id, place },
      { kind: "action", action: actions.feedbackDown, value: "00000000-0000-4000-8000-00000000000f", place },
      { kind: "action", action: actions.suggestion, value: "How much is it?", place },
    ]);
    expect(discord.complaints()).toEqual([]);
  });

  it("with values that do not fit are refused, not cut", async () => {
    const stage = await stageOf();
    const value = "x".repeat(200);
    const sending = stage.channel.send(
      { installation: "1", place: { space: "1", thread: "", audience: "direct" } },
      { body: "?", buttons: [{ action: "shop.buy", label: "Buy", value }] },
      anAttempt(),
    );
    await expect(sending).rejects.toMatchObject({ name: "PermanentError", code: "button too long" });
  });
});

describe("bad input at the interactions endpoint", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const der = publicKey.export({ format: "der", type: "spki" });
  const publicHex = der.subarray(-32).toString("hex");

  interface Bend {
    readonly body?: string;
    readonly signed?: string;
    readonly signature?: string;
    readonly atMs?: number;
    readonly timestamp?: string;
    readonly key?: typeof privateKey;
  }

  async function post(stage: Stage, bend: Bend = {}): Promise<ChannelResponse> {
    const [route] = stage.channel.routes;
    if (route === undefined) throw new Error("no route");
    const body = bend.body ?? JSON.stringify({ type: 1 });
    const timestamp = bend.timestamp ?? String(Math.floor((bend.atMs ?? Date.now()) / 1000));
    const signature =
      bend.signature ??
      signBytes(null, Buffer.from(bend.signed ?? timestamp + body), bend.key ?? privateKey).toString("hex");
    return route.handle({
      headers: { "x-signature-ed25519": signature, "x-signature-timestamp": timestamp },
      query: {},
      body: Buffer.from(body),
      correlationId: "c",
    });
  }

  const stageWithKey = () => stageOf({ env: { DISCORD_PUBLIC_KEY: publicHex } });

  it("answers a genuine ping, and has no door without a public key", async () => {
    const stage = await stageWithKey();
    expect(await post(stage)).toMatchObject({ status: 200, body: '{"type":1}' });
    expect((await stageOf()).channel.routes).toEqual([]);
  });

  it.each<[string, Bend]>([
    ["B1: an empty signature", { signature: "" }],
    ["B1: one that is not hex", { signature: "zz".repeat(64) }],
    ["B1: one of 63 bytes", { signature: "ab".repeat(63) }],
    ["B1: another key's", { key: generateKeyPairSync("ed25519").privateKey }],
    ["B2: a year old, rightly signed", { atMs: Date.now() - 365 * 86_400_000 }],
    ["B2: six minutes ahead, rightly signed", { atMs: Date.now() + 360_000 }],
    ["B2: a time in words", { timestamp: "yesterday" }],
    ["B5: a ping with a wrong signature", { signature: "00".repeat(64) }],
  ])("refuses %s", async (_, bend) => {
    expect((await post(await stageWithKey(), bend)).status).toBe(401);
  });

  it("B3: refuses bytes that moved from the body to the time", async () => {
    const stage = await stageWithKey();
    const timestamp = String(Math.floor(Date.now() / 1000));
    const body = JSON.stringify({ type: 1 });
    const shifted = {
      signed: timestamp + body,
      timestamp: timestamp.slice(0, -1),
      body: timestamp.slice(-1) + body,
    };
    expect((await post(stage, shifted)).status).toBe(401);
  });

  it("B4, B6: takes an interaction once, and none of a server or an application that is not ours", async () => {
    const stage = await stageWithKey();
    const { discord } = stage;
    await stage.start();
    const press = fieldsAt(recorded("buttonClickHello"), "d");
    const { guild } = discord;
    const channel = discord.addChannel({ name: "here" });
    const ours = {
      ...press,
      id: "1457536583141163999",
      application_id: discord.app.applicationId,
      guild_id: guild.id,
      channel_id: channel.id,
      channel: { id: channel.id, type: 0 },
      authorizing_integration_owners: { "0": guild.id },
    };
    expect(isFields(press) && textAt(press, "guild_id")).toBe(recordedIds.guild);
    const foreign = { ...ours, id: "1457536583141163998", guild_id: "1400000000000000009" };
    expect((await post(stage, { body: JSON.stringify(press) })).status).toBe(404);
    expect((await post(stage, { body: JSON.stringify(foreign) })).status).toBe(404);
    expect(said(stage)).toEqual([]);
    expect((await post(stage, { body: JSON.stringify(ours) })).status).toBe(202);
    expect((await post(stage, { body: JSON.stringify(ours) })).status).toBe(409);
    await vi.waitUntil(() => said(stage).length > 0, { timeout: 20_000, interval: 5 });
    await sleep(20);
    expect(said(stage)).toMatchObject([{ kind: "action", action: "hello" }]);
    expect(stage.installations.all.has("1400000000000000009")).toBe(false);
  });
});
