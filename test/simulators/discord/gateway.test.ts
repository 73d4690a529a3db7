import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";
import { startDiscordSimulator } from "../../../simulators/discord/start-discord-simulator.ts";
import { connect } from "./gateway-client.ts";
import type { GatewayClient } from "./gateway-client.ts";
import { createRest } from "./rest-client.ts";

let discord: DiscordSimulator;
const opened: GatewayClient[] = [];

beforeEach(async () => {
  discord = await startDiscordSimulator({ identifyWindowMs: 0 });
});

afterEach(async () => {
  for (const { socket } of opened.splice(0)) socket.terminate();
  await discord.stop();
});

async function open(options: Parameters<typeof connect>[1] = {}): Promise<GatewayClient> {
  const client = await connect(discord, options);
  opened.push(client);
  return client;
}

function says(text: string, channel = "#support"): string {
  return discord.userSays({ user: "Ana", channel, text }).messageId;
}

function contents(client: GatewayClient): unknown[] {
  return client.events("MESSAGE_CREATE").map((event) => event["content"]);
}

describe("identifying", () => {
  test("says hello first, then READY with the session and a GUILD_CREATE of each guild", async () => {
    const client = await open();
    expect(await client.frame(({ op }) => op === 10)).toMatchObject({ d: { heartbeat_interval: 41_250 } });
    const ready = await client.identified();
    expect(ready).toMatchObject({
      v: 10,
      user: { id: discord.app.botUserId, bot: true },
      guilds: [{ id: discord.guild.id, unavailable: true }],
      resume_gateway_url: `${discord.gatewayUrl}/resume`,
    });
    const guild = await client.event("GUILD_CREATE");
    expect(guild).toMatchObject({ id: discord.guild.id, name: "Acme", member_count: 5 });
    expect(client.frames.filter(({ s }) => s !== null).map(({ s }) => s)).toEqual([1, 2]);
  });

  test.each([
    ["a wrong token", 2, { token: "x", intents: 1 }, 4004],
    ["unknown intents", 2, { intents: 1 << 19 }, 4013],
    ["privileged intents that are switched off", 2, { intents: 1 << 8 }, 4014],
    ["a shard beyond its count", 2, { intents: 1, shard: [2, 2] }, 4010],
    ["a resume with a wrong token", 6, { token: "x", session_id: "1", seq: 0 }, 4004],
    ["anything but an identify first", 3, {}, 4003],
  ])("%s is closed with the platform's code", async (_what, op, data, code) => {
    const client = await open();
    client.send(op, { token: discord.app.botToken, properties: {}, ...data });
    expect(await client.closed).toBe(code);
    expect(discord.history().gateway.at(-1)).toMatchObject({ what: "closed", code, by: "platform" });
  });

  test("a second identify, an unknown opcode, what is no JSON, too big a frame and too many are closed for", async () => {
    const spoil: [(client: GatewayClient) => void, number][] = [
      [(client) => client.send(2, { token: discord.app.botToken, intents: 1 }), 4005],
      [(client) => client.send(77, {}), 4001],
      [(client) => client.socket.send("{"), 4002],
      [(client) => client.send(3, { filler: "x".repeat(5_000) }), 4002],
      [(client) => Array.from({ length: 125 }, () => client.send(3, {})), 4008],
    ];
    for (const [act, code] of spoil) {
      const client = await open();
      await client.identified();
      act(client);
      expect(await client.closed).toBe(code);
    }
  });

  test("another API version or encoding is turned away", async () => {
    expect(await (await open({ query: "v=6&encoding=json" })).closed).toBe(4012);
  });

  test("more identifies at once than allowed are an invalid session", async () => {
    discord.configure({ identifyWindowMs: 60_000 });
    await (await open()).identified();
    const second = await open();
    second.send(2, { token: discord.app.botToken, intents: 1, properties: {} });
    expect(await second.frame(({ op }) => op === 9)).toMatchObject({ d: false });
  });

  test("the day's identifies are counted down, and one too many resets the token", async () => {
    discord.configure({ identifyBudget: 1 });
    const rest = createRest(discord);
    const first = await open();
    await first.identified();
    const { body } = await rest("GET", "/gateway/bot");
    expect(body["session_start_limit"]).toMatchObject({ total: 1, remaining: 0, max_concurrency: 1 });
    const second = await open();
    second.send(2, { token: discord.app.botToken, intents: 1, properties: {} });
    expect(await second.closed).toBe(4004);
    expect(await first.closed).toBe(4004);
    expect(discord.complaints()).toMatchObject([{ about: "identify" }]);
  });
});

describe("events", () => {
  test("only what the intents ask for arrives", async () => {
    const client = await open();
    await client.identified({ intents: 1 | 4096 });
    says("in the guild");
    says("directly", "dm");
    await client.event("MESSAGE_CREATE");
    expect(contents(client)).toEqual(["directly"]);
  });

  test("without the content intent a message is empty unless it is direct, the bot's own or mentions the bot", async () => {
    const client = await open();
    await client.identified({ intents: 1 | 512 | 4096 });
    discord.userSays({
      user: "Ana",
      channel: "#support",
      text: "secret",
      files: [{ name: "a.txt", content: "a" }],
    });
    says("@baton hello");
    says("directly", "dm");
    await createRest(discord)("POST", `/channels/${discord.state.findChannel("#support").id}/messages`, {
      content: "mine",
    });
    await client.event("MESSAGE_CREATE", (event) => event["content"] === "mine");
    expect(contents(client)).toEqual(["", `<@${discord.app.botUserId}> hello`, "directly", "mine"]);
    expect(client.events("MESSAGE_CREATE")[0]).toMatchObject({ attachments: [], embeds: [] });
  });

  test("a direct message says so by its channel type and has no guild", async () => {
    const client = await open();
    await client.identified();
    says("psst", "dm");
    const event = await client.event("MESSAGE_CREATE");
    expect(event).toMatchObject({ channel_type: 1, content: "psst" });
    expect(event).not.toHaveProperty("guild_id");
    expect(event).not.toHaveProperty("member");
  });

  test("what the bot may not see does not reach it", async () => {
    const client = await open();
    await client.identified();
    await discord.permit({ channel: "#general", deny: ["ViewChannel"] }).delivered;
    says("hidden", "#general");
    says("seen");
    await client.event("MESSAGE_CREATE");
    expect(contents(client)).toEqual(["seen"]);
  });

  test("each guild belongs to one shard, direct messages to the first", async () => {
    const other = discord.addGuild({
      // Its timestamp part is odd, the seeded guild's is even.
      id: ((BigInt(discord.guild.id) >> 22n) * 4_194_304n + 4_194_304n).toString(),
      name: "Other",
      people: [{ name: "Ana" }],
      channels: [{ name: "elsewhere" }],
    });
    const shards = [await open(), await open()] as const;
    await shards[0].identified({ shard: [0, 2] });
    await shards[1].identified({ shard: [1, 2] });
    const of = (id: string): number => Number((BigInt(id) >> 22n) % 2n);
    expect(of(other.id)).not.toBe(of(discord.guild.id));
    says("here");
    says("there", "#elsewhere");
    says("direct", "dm");
    await discord.settled();
    const expected = (shard: number): string[] => [
      ...(of(discord.guild.id) === shard ? ["here"] : []),
      ...(of(other.id) === shard ? ["there"] : []),
      ...(shard === 0 ? ["direct"] : []),
    ];
    for (const shard of [0, 1] as const) {
      const last = expected(shard).at(-1);
      await shards[shard].event("MESSAGE_CREATE", (event) => event["content"] === last);
      expect(contents(shards[shard])).toEqual(expected(shard));
    }
  });

  test("edits, deletions, bulk deletions, typing, channels and guilds coming and going are told", async () => {
    const client = await open();
    await client.identified();
    const [first, second, third] = [says("one"), says("two"), says("three")];
    discord.userEdits({ channel: "#support", messageId: first, text: "uno" });
    discord.userDeletes({ channel: "#support", messageId: first });
    discord.bulkDeletes({ channel: "#support", messageIds: [second, third] });
    discord.types({ user: "Ana", channel: "#support" });
    discord.addChannel({ name: "new" });
    discord.removeChannel("#new");
    discord.guildOutage(discord.guild.id, true);
    discord.guildOutage(discord.guild.id, false);
    discord.removeGuild(discord.guild.id);
    const removal = await client.event("GUILD_DELETE", (event) => event["unavailable"] === undefined);
    expect(removal["id"]).toBeDefined();
    expect(await client.event("MESSAGE_UPDATE")).toMatchObject({ id: first, content: "uno" });
    expect((await client.event("MESSAGE_UPDATE"))["edited_timestamp"]).toEqual(expect.any(String));
    expect(await client.event("MESSAGE_DELETE")).toMatchObject({ id: first });
    expect(await client.event("MESSAGE_DELETE_BULK")).toMatchObject({ ids: [second, third] });
    expect(await client.event("TYPING_START")).toMatchObject({ member: { user: { username: "ana" } } });
    expect(client.events("CHANNEL_CREATE")).toMatchObject([{ name: "new" }]);
    expect(client.events("CHANNEL_DELETE")).toMatchObject([{ name: "new" }]);
    expect(client.events("GUILD_DELETE")[0]).toMatchObject({ unavailable: true });
    expect(client.events("GUILD_CREATE")).toHaveLength(2);
  });

  test("a link becomes an embed a moment later, by an update that is no edit", async () => {
    const client = await open();
    await client.identified();
    const id = says("see https://example.com/page");
    expect(await client.event("MESSAGE_CREATE")).toMatchObject({ embeds: [] });
    const update = await client.event("MESSAGE_UPDATE");
    expect(update).toMatchObject({
      id,
      content: "see https://example.com/page",
      edited_timestamp: null,
      embeds: [{ type: "link", url: "https://example.com/page" }],
    });
  });

  test("zlib-stream compresses the whole connection", async () => {
    const client = await open({ query: "v=10&encoding=json&compress=zlib-stream" });
    await client.identified();
    for (let n = 0; n < 20; n += 1) says(`message ${n}`);
    await client.event("MESSAGE_CREATE", (event) => event["content"] === "message 19");
    expect(contents(client)).toEqual(Array.from({ length: 20 }, (_, n) => `message ${n}`));
  });
});

describe("resuming", () => {
  async function dropped(): Promise<{ session: string; s: number; url: string }> {
    const client = await open();
    const ready = await client.identified();
    await client.event("GUILD_CREATE");
    says("before");
    await client.event("MESSAGE_CREATE");
    discord.gateway.drop();
    await client.closed;
    return {
      session: String(ready["session_id"]),
      s: Math.max(...client.frames.map(({ s }) => s ?? 0)),
      url: String(ready["resume_gateway_url"]),
    };
  }

  function resume(client: GatewayClient, session: string, seq: number): void {
    client.send(6, { token: discord.app.botToken, session_id: session, seq });
  }

  test("replays what was missed, in order, then says RESUMED", async () => {
    const { session, s, url } = await dropped();
    says("missed 1");
    says("missed 2");
    const client = await open({ url });
    resume(client, session, s);
    const resumed = await client.frame(({ t }) => t === "RESUMED");
    expect(contents(client)).toEqual(["missed 1", "missed 2"]);
    expect(resumed.s).toBe(s + 3);
    says("after");
    await client.event("MESSAGE_CREATE", (event) => event["content"] === "after");
    const outcomes = discord
      .history()
      .dispatches.filter(({ type }) => type === "MESSAGE_CREATE")
      .map(({ outcome }) => outcome);
    expect(outcomes).toEqual(["sent", "buffered", "buffered", "replayed", "replayed", "sent"]);
    expect(discord.complaints()).toEqual([]);
  });

  test("a replay may begin earlier than asked, so that events come twice with their old numbers", async () => {
    const { session, s, url } = await dropped();
    discord.gateway.overlapResume(1);
    const client = await open({ url });
    resume(client, session, s);
    await client.frame(({ t }) => t === "RESUMED");
    expect(contents(client)).toEqual(["before"]);
    expect(client.frames.find(({ t }) => t === "MESSAGE_CREATE")?.s).toBe(s);
  });

  test("is refused for a forgotten session, one that ran out, and events that are not kept any more", async () => {
    const first = await dropped();
    discord.gateway.forgetSessions();
    const second = await dropped();
    discord.configure({ sessionLifeMs: 0 });
    const clients = [await open({ url: first.url }), await open({ url: first.url })] as const;
    resume(clients[0], first.session, first.s);
    resume(clients[1], second.session, second.s);
    for (const client of clients)
      expect(await client.frame(({ op }) => op === 9)).toMatchObject({ d: false });

    discord.configure({ sessionLifeMs: 60_000, replayLimit: 1 });
    const third = await dropped();
    says("lost");
    says("kept");
    const client = await open({ url: third.url });
    resume(client, third.session, third.s);
    expect(await client.frame(({ op }) => op === 9)).toMatchObject({ d: false });
  });

  test("with a number from the future is closed with 4007", async () => {
    const { session, s, url } = await dropped();
    const client = await open({ url });
    resume(client, session, s + 10);
    expect(await client.closed).toBe(4007);
  });

  test("a session that the app closed with 1000 is over, one closed with another code is not", async () => {
    for (const [code, isOver] of [
      [1000, true],
      [4200, false],
    ] as const) {
      const client = await open();
      const ready = await client.identified();
      await client.event("GUILD_CREATE");
      client.socket.close(code);
      await client.closed;
      await discord.waitFor(() => discord.gateway.count === 0);
      const again = await open({ url: String(ready["resume_gateway_url"]) });
      resume(again, String(ready["session_id"]), 2);
      const answer = await again.frame(({ op, t }) => op === 9 || t === "RESUMED");
      expect(answer.op === 9).toBe(isOver);
    }
  });

  test("a second process that resumes the session takes it over", async () => {
    const client = await open();
    const ready = await client.identified();
    await client.event("GUILD_CREATE");
    const thief = await open({ url: String(ready["resume_gateway_url"]) });
    resume(thief, String(ready["session_id"]), 2);
    await thief.frame(({ t }) => t === "RESUMED");
    expect(await client.closed).toBe(4009);
    says("to the thief");
    await thief.event("MESSAGE_CREATE");
    expect(contents(client)).toEqual([]);
  });
});

describe("heartbeats", () => {
  test("are answered; a lost answer, a mute connection and a demand are all on command", async () => {
    const client = await open();
    await client.identified();
    client.send(1, 1);
    const firstAck = await client.frame(({ op }) => op === 11);
    discord.gateway.askHeartbeat();
    await client.frame(({ op }) => op === 1);
    discord.gateway.loseAcks(1);
    client.send(1, 2);
    await discord.waitFor(() => discord.history().counts["gateway heartbeat unanswered"] === 1);
    client.send(1, 2);
    await discord.waitFor(() => discord.history().counts["gateway heartbeat"] === 2);
    await client.frame((frame) => frame.op === 11 && frame !== firstAck);
    discord.gateway.silence();
    says("into the void");
    client.send(1, 2);
    await discord.waitFor(() => discord.history().counts["gateway heartbeat unanswered"] === 2);
    expect(client.frames.filter(({ op }) => op === 11)).toHaveLength(2);
    expect(contents(client)).toEqual([]);
  });

  test("whoever sends none is closed", async () => {
    discord.configure({ heartbeatIntervalMs: 40 });
    const client = await open();
    await client.identified();
    expect(await client.closed).toBe(4009);
  });
});

describe("trouble on command", () => {
  test("close codes, a demand to reconnect, an invalid session and a closed door", async () => {
    const client = await open();
    await client.identified();
    discord.gateway.askReconnect();
    await client.frame(({ op }) => op === 7);
    discord.gateway.invalidateSessions(true);
    expect(await client.frame(({ op }) => op === 9)).toMatchObject({ d: true });
    discord.gateway.close(4014);
    expect(await client.closed).toBe(4014);
    discord.gateway.refuseConnections(1);
    await expect(open()).rejects.toThrow("503");
    await (await open()).identified();
  });

  test("events can be doubled, delayed past others, and lost", async () => {
    const client = await open();
    await client.identified();
    discord.faults.events({ text: "twice", do: { kind: "duplicate", copies: 2 } });
    discord.faults.events({ text: "late", do: { kind: "delay", ms: 30 } });
    discord.faults.events({ text: "never", types: ["MESSAGE_CREATE"], do: { kind: "drop" } });
    for (const text of ["twice", "late", "never", "last"]) says(text);
    await discord.settled();
    await client.event("MESSAGE_CREATE", (event) => event["content"] === "late");
    expect(contents(client)).toEqual(["twice", "twice", "last", "late"]);
    const { dispatches, messages } = discord.history();
    expect(dispatches.filter(({ outcome }) => outcome === "dropped")).toHaveLength(1);
    expect(messages.map(({ text }) => text)).toContain("never");
  });
});
