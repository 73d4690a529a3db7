import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Envelope } from "../../../src/core/envelope.ts";
import { SettingsError } from "../../../src/core/errors.ts";
import { createListeningLog, createMemoryLeases, setUp, type Stage } from "./discord-harness.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function stageOf(options: Parameters<typeof setUp>[0] = {}): Promise<Stage> {
  const stage = await setUp(options);
  closers.push(() => stage.stop());
  return stage;
}

/** What people did, without the bot's coming and going. */
const said = ({ inbox }: Stage): Envelope[] => inbox.envelopes.filter(({ kind }) => kind !== "membership");

async function heard(stage: Stage, count: number): Promise<Envelope[]> {
  await vi.waitUntil(() => said(stage).length >= count, { timeout: 20_000, interval: 5 });
  return said(stage);
}

describe("Discord over the gateway", () => {
  it("hears rooms, threads, posts, DMs, edits, deletions, reactions and presses", async () => {
    const stage = await stageOf();
    const { discord } = stage;
    await stage.start();
    const root = discord.userSays({ user: "Ana", channel: "#support", text: "@baton where is my badge?" });
    await heard(stage, 1);
    const { threadId } = discord.userOpensThread({
      user: "Ana",
      channel: "#support",
      name: "badge",
      messageId: root.messageId,
    });
    discord.userSays({ user: "Ben", channel: threadId, text: "me too" });
    await heard(stage, 2);
    const post = discord.forumPost({
      user: "Ben",
      channel: "#help-forum",
      title: "Help",
      text: "@baton please",
    });
    await heard(stage, 3);
    discord.userSays({ user: "Mia", channel: "dm", text: "psst" });
    await heard(stage, 4);
    discord.userEdits({ channel: "#support", messageId: root.messageId, text: "@baton where is it?" });
    await heard(stage, 5);
    discord.reacts({ user: "Ana", channel: "#support", messageId: root.messageId, emoji: "🎉" });
    await heard(stage, 6);
    discord.userDeletes({ channel: "#support", messageId: root.messageId });
    const { app, guild } = discord;
    const space = root.channelId;
    expect(await heard(stage, 7)).toMatchObject([
      {
        kind: "message",
        id: root.messageId,
        installation: guild.id,
        text: "where is my badge?",
        addressed: "mention",
        inThread: false,
        place: { space, thread: root.messageId, audience: "public" },
      },
      { kind: "message", text: "me too", inThread: true, place: { space, thread: root.messageId } },
      { kind: "message", inThread: true, place: { thread: post.threadId } },
      {
        kind: "message",
        text: "psst",
        installation: app.applicationId,
        addressed: "direct",
        place: { thread: "", audience: "direct" },
      },
      {
        kind: "edit",
        targetId: root.messageId,
        text: "where is it?",
        place: { space, thread: root.messageId },
      },
      { kind: "reaction", emoji: "🎉", added: true, targetId: root.messageId },
      { kind: "delete", targetId: root.messageId },
    ]);
    expect(stage.installations.all.has(guild.id)).toBe(true);
    expect(discord.complaints()).toEqual([]);
  });

  it("opens a thread on the question and answers there, or in the room where it may not", async () => {
    const stage = await stageOf();
    const { discord, channel } = stage;
    await stage.start();
    const attempt = (id: string) => ({
      deliveryId: id as never,
      correlationId: "c",
      signal: new AbortController().signal,
      checkpoint: () => {},
    });
    discord.userSays({ user: "Ana", channel: "#support", text: "@baton where is my badge?" });
    const [question] = await heard(stage, 1);
    if (question === undefined) throw new Error("nothing heard");
    const target = {
      installation: question.installation,
      place: question.place,
      returnPath: question.returnPath,
    };
    await channel.send(target, { body: "At the desk." }, attempt("00000000-0000-4000-8000-000000000001"));
    const thread = discord.threadOf("#support", question.id);
    expect(thread?.name).toBe("where is my badge?");
    expect(discord.botReplies(thread?.id ?? "").map(({ text }) => text)).toEqual(["At the desk."]);

    discord.permit({ channel: "#general", deny: ["CreatePublicThreads"] });
    const other = discord.userSays({ user: "Ben", channel: "#general", text: "@baton and mine?" });
    const [, second] = await heard(stage, 2);
    const place = second?.place ?? question.place;
    await channel.send(
      { ...target, place },
      { body: "Also." },
      attempt("00000000-0000-4000-8000-000000000002"),
    );
    const [reply] = discord.botReplies("#general");
    expect(reply).toMatchObject({ text: "Also.", replyTo: other.messageId });
    // Whoever answers our reply goes on with the same conversation.
    discord.userSays({ user: "Ben", channel: "#general", text: "thanks", replyTo: reply?.id ?? "" });
    expect((await heard(stage, 3)).at(-1)).toMatchObject({ addressed: "reply", place });
  });

  it("G1, G2, G3: resumes after a lost line, a lost heartbeat, op 7 and closes, and hears everything once", async () => {
    const stage = await stageOf({ simulator: { heartbeatIntervalMs: 300 } });
    const { discord } = stage;
    await stage.start();
    const troubles: readonly (() => void)[] = [
      () => discord.gateway.drop(),
      () => discord.gateway.loseAcks(1),
      () => discord.gateway.askReconnect(),
      () => discord.gateway.close(4000),
      () => discord.gateway.close(4009),
    ];
    let count = 0;
    for (const trouble of troubles) {
      trouble();
      for (let at = 0; at < 3; at++)
        discord.userSays({ user: "Ana", channel: "#support", text: `@baton ${(count += 1)}` });
      await heard(stage, count);
      await discord.connected();
    }
    const texts = said(stage).map((one) => (one.kind === "message" ? Number(one.text) : 0));
    expect(texts).toEqual(Array.from({ length: count }, (_, at) => at + 1));
    expect(discord.complaints()).toEqual([]);
  });

  it("G6: events that come twice are one", async () => {
    const stage = await stageOf();
    const { discord } = stage;
    await stage.start();
    discord.faults.events({ types: ["MESSAGE_CREATE"], do: { kind: "duplicate", copies: 3 } });
    for (const text of ["one", "two"])
      discord.userSays({ user: "Ana", channel: "#support", text: `@baton ${text}` });
    await heard(stage, 2);
    await discord.settled();
    await vi.waitUntil(() => stage.inbox.state.calls > 2, { timeout: 20_000, interval: 5 });
    await sleep(50);
    expect(said(stage)).toHaveLength(2);
  });

  it("G4: says that something was missed where a session cannot be resumed, once per new session", async () => {
    const stage = await stageOf();
    const { discord, inbox } = stage;
    await stage.start();
    const gaps = () =>
      inbox.envelopes.filter((one) => one.kind === "membership" && one.change === "rate limited");
    expect(gaps()).toEqual([]);
    discord.gateway.invalidateSessions(false);
    await vi.waitUntil(() => gaps().length > 0, { timeout: 20_000, interval: 5 });
    expect(gaps()).toMatchObject([{ installation: discord.app.applicationId }]);
  });

  it("reads up what was said in a room and in a thread after a message", async () => {
    const stage = await stageOf();
    const { discord, channel } = stage;
    const root = discord.userSays({ user: "Ana", channel: "#support", text: "@baton one" });
    const texts = Array.from({ length: 130 }, (_, at) => `@baton more ${at}`);
    for (const text of texts) discord.userSays({ user: "Ben", channel: "#support", text });
    const installation = discord.guild.id;
    const place = { space: root.channelId, thread: "", audience: "public" } as const;
    const all = await channel.history({ installation, place }, { after: root.messageId, limit: 200 });
    expect(all.map((one) => (one.kind === "message" ? one.text : ""))).toEqual(
      texts.map((text) => text.replace("@baton ", "")),
    );
    const some = await channel.history({ installation, place }, { after: root.messageId, limit: 10 });
    expect(some).toHaveLength(10);
    expect(some[0]).toEqual({
      ...all[0],
      receivedAt: some[0]?.receivedAt,
      correlationId: some[0]?.correlationId,
    });
    const nobody = { ...place, thread: root.messageId };
    expect(await channel.history({ installation, place: nobody }, { after: undefined, limit: 10 })).toEqual(
      [],
    );
  });

  it("keeps trying what the database did not take, in order, and loses nothing", async () => {
    const stage = await stageOf();
    const { discord, inbox } = stage;
    await stage.start();
    inbox.state.failing = true;
    for (let at = 0; at < 5; at++)
      discord.userSays({ user: "Ana", channel: "#support", text: `@baton ${at}` });
    await vi.waitUntil(() => inbox.state.calls > 0, { timeout: 20_000 });
    inbox.state.failing = false;
    const envelopes = await heard(stage, 5);
    expect(envelopes.map((one) => (one.kind === "message" ? one.text : ""))).toEqual([
      "0",
      "1",
      "2",
      "3",
      "4",
    ]);
  });

  it.each([
    [4004, "Reset Token"],
    [4013, "update Baton"],
    [4014, "MESSAGE CONTENT"],
  ])("G5: stops at close code %i and says what to do", async (code, fix) => {
    const log = createListeningLog();
    const stage = await stageOf({ log });
    await stage.start();
    stage.discord.gateway.close(code);
    await vi.waitUntil(() => log.lines.some((line) => line.includes("for good")), { timeout: 20_000 });
    expect(log.lines.find((line) => line.includes("for good"))).toContain(fix);
    await sleep(800); // the SDK comes back within half a second where it does
    expect(stage.discord.gateway.count).toBe(0);
  });

  it("G12: refuses to be deaf: without the intent switched on it stops and says which", async () => {
    const log = createListeningLog();
    const stage = await stageOf({ log, simulator: { privilegedIntents: { messageContent: false } } });
    await stage.channel.start(stage.inbox.accept);
    await vi.waitUntil(() => log.lines.some((line) => line.includes("MESSAGE CONTENT")), { timeout: 20_000 });
  });

  it("G8: identifies no more often than a day allows, and says so", async () => {
    const log = createListeningLog();
    const stage = await stageOf({ log, simulator: { identifyBudget: 1 } });
    const { discord } = stage;
    await stage.start();
    discord.gateway.invalidateSessions(false);
    await vi.waitUntil(() => log.lines.some((line) => line.includes("no new session today")), {
      timeout: 20_000,
    });
    await sleep(100);
    expect(discord.gateway.identifiesLeft).toBe(0);
    expect(discord.complaints()).toEqual([]);
  });

  it("starts while Discord cannot say who we are, and listens once it can", async () => {
    const stage = await stageOf();
    const { discord, channel, inbox } = stage;
    discord.faults.rest({ route: "GET /users/@me", do: { kind: "status", status: 503 } });
    await channel.start(inbox.accept);
    expect(discord.gateway.count).toBe(0);
    discord.faults.clear();
    await discord.connected();
    discord.userSays({ user: "Ana", channel: "#support", text: "@baton hello" });
    await heard(stage, 1);
  });

  it("does not come back once it is stopped while Discord is away", async () => {
    const stage = await stageOf();
    const { discord, channel, inbox } = stage;
    discord.faults.rest({ route: "GET /users/@me", do: { kind: "status", status: 503 } });
    await channel.start(inbox.accept);
    await channel.stop();
    discord.faults.clear();
    const asked = discord.history().calls.length;
    await sleep(800); // the first try again comes within half a second
    expect(discord.history().calls).toHaveLength(asked);
  });

  it("refuses to start with a token that Discord refuses", async () => {
    const stage = await stageOf({ env: { DISCORD_BOT_TOKEN: "MTMwMDAwMDAw.wrong.0000000000000" } });
    await expect(stage.channel.start(stage.inbox.accept)).rejects.toBeInstanceOf(SettingsError);
  });

  it("ends the installation of a server it is thrown out of, also when that happened meanwhile", async () => {
    const stage = await stageOf();
    const { discord, installations, inbox } = stage;
    const second = discord.addGuild({ name: "Second", channels: [{ name: "lobby" }] });
    await installations.save({
      externalId: "1400000000000000001",
      name: "Long gone",
      credentials: { applicationId: discord.app.applicationId, botUserId: discord.app.botUserId },
    });
    await stage.start();
    await vi.waitUntil(
      () => installations.all.has(second.id) && !installations.all.has("1400000000000000001"),
      {
        timeout: 20_000,
      },
    );
    discord.removeGuild(second.id);
    await vi.waitUntil(() => !installations.all.has(second.id), { timeout: 20_000 });
    const ended = inbox.envelopes.filter((one) => one.kind === "membership" && one.change === "uninstalled");
    expect(ended.map(({ installation }) => installation)).toEqual(["1400000000000000001", second.id]);
  });
});

describe("one connection for many processes", () => {
  it("G7: is held by one of them; the next one resumes its session and hears what came between", async () => {
    const leases = createMemoryLeases();
    const stage = await stageOf({ leases });
    const { discord, inbox } = stage;
    await stage.start();
    const other = stage.another();
    await other.start(inbox.accept);
    expect(discord.gateway.count).toBe(1);
    discord.userSays({ user: "Ana", channel: "#support", text: "@baton one" });
    await heard(stage, 1);
    await stage.channel.stop();
    discord.userSays({ user: "Ana", channel: "#support", text: "@baton two" });
    await heard(stage, 2);
    await discord.connected();
    expect(discord.gateway.sessions).toHaveLength(1);
    expect(said(stage)).toHaveLength(2);
    expect(
      inbox.envelopes.filter((one) => one.kind === "membership" && one.change === "rate limited"),
    ).toEqual([]);
  });

  it("closes at once when the lease is lost, and another one that takes over misses nothing", async () => {
    const leases = createMemoryLeases();
    const stage = await stageOf({ leases });
    const { discord, inbox } = stage;
    await stage.start();
    const other = stage.another();
    await other.start(inbox.accept);
    for (let at = 0; at < 20; at++) {
      discord.userSays({ user: "Ana", channel: "#support", text: `@baton ${at}` });
      if (at === 10) leases.lose();
    }
    const envelopes = await heard(stage, 20);
    await sleep(100);
    expect(discord.gateway.count).toBe(1);
    expect(new Set(envelopes.map(({ id }) => id)).size).toBe(20);
  });

  it("hands on only how far everything was kept", async () => {
    const leases = createMemoryLeases();
    const stage = await stageOf({ leases });
    const { discord, inbox } = stage;
    await stage.start();
    inbox.state.failing = true;
    discord.userSays({ user: "Ana", channel: "#support", text: "@baton not kept yet" });
    await vi.waitUntil(() => inbox.state.calls > 0, { timeout: 20_000 });
    await stage.channel.stop();
    inbox.state.failing = false;
    await stage.another().start(inbox.accept);
    expect(await heard(stage, 1)).toMatchObject([{ text: "not kept yet" }]);
  });
});
