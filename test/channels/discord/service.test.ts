import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { SeenMessage } from "../../../simulators/discord/model.ts";
import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";
import { startDiscordSimulator } from "../../../simulators/discord/start-discord-simulator.ts";
import { openHouse, type House } from "../../support/house.ts";

let discord: DiscordSimulator;
let house: House;

beforeAll(async () => {
  discord = await startDiscordSimulator({ identifyWindowMs: 20 });
  house = await openHouse({
    model: { firstTokenMs: 300, tokensPerSecond: 40 },
    env: {
      DISCORD_BOT_TOKEN: discord.app.botToken,
      DISCORD_API_URL: discord.apiUrl,
      DISCORD_PACE: "off",
    },
  });
  await discord.connected();
}, 60_000);

afterAll(async () => {
  await house?.stop();
  await discord?.stop();
});

/** Resolves with the bot's messages in the thread on that message, once one of them carries its buttons: it is whole. */
function answersIn(room: string, messageId: string): Promise<SeenMessage[]> {
  return discord.waitFor(() => {
    const thread = discord.threadOf(room, messageId);
    const said = thread === undefined ? [] : discord.botReplies(thread.id);
    return said.some(({ components }) => components.length > 0) && said;
  }, 30_000);
}

const ask = (user: string, text: string) =>
  discord.userSays({ user, channel: "#support", text: `@baton ${text}` });

describe("Baton in Discord, from the question to the answer", () => {
  it("answers a mention once, in a thread on it", async () => {
    const said = ask("Ana", "How do I get a badge?");
    const answers = await answersIn("#support", said.messageId);
    expect(answers).toHaveLength(1);
    expect(answers[0]?.text).toMatch(/\S/);
    expect(discord.botReplies("#support")).toEqual([]);
    expect(discord.complaints()).toEqual([]);
  }, 60_000);

  it("marks the message as seen while the answer takes its time, and takes the mark away again", async () => {
    house.model.setPace({ firstTokenMs: 1_500 });
    const said = ask("Ben", "How do I get a second badge?");
    const marks = () => discord.message("#support", said.messageId)?.reactions.map(({ emoji }) => emoji);
    await discord.waitFor(() => marks()?.includes("👀"));
    await answersIn("#support", said.messageId);
    await discord.waitFor(() => marks()?.length === 0);
    house.model.setPace({ firstTokenMs: 300 });
    expect(discord.complaints()).toEqual([]);
  }, 60_000);

  it("answers a direct message in front of the reader's eyes, and ends on the whole of it", async () => {
    const said = discord.userSays({ user: "Ben", channel: "dm", text: "How do I get a badge?" });
    const [answer] = await discord.waitFor(() => {
      const replies = discord.botReplies("dm", said.messageId, "Ben");
      return replies.some(({ components }) => components.length > 0) && replies;
    }, 30_000);
    expect(answer?.text).toMatch(/\S/);
    expect(discord.complaints()).toEqual([]);
  }, 60_000);

  it("P1: says an answer once whose delivery was cut", async () => {
    discord.faults.rest({ route: "POST /channels/:channel/messages", times: 1, do: { kind: "cut" } });
    const said = ask("Mia", "How do I get a badge, please?");
    expect(await answersIn("#support", said.messageId)).toHaveLength(1);
    await discord.settled();
    expect(await answersIn("#support", said.messageId)).toHaveLength(1);
  }, 60_000);

  it("G4: answers what was asked while its session was lost", async () => {
    discord.gateway.drop();
    discord.gateway.forgetSessions();
    const said = ask("Ana", "How do I lose a badge?");
    expect(await answersIn("#support", said.messageId)).toHaveLength(1);
  }, 60_000);

  it("holds one connection for two of it, and goes on answering when the one that had it ends", async () => {
    await house.join();
    expect(discord.gateway.count).toBe(1);
    await house.restart();
    await vi.waitUntil(() => discord.gateway.count === 1, { timeout: 20_000, interval: 50 });
    const said = ask("Ben", "How do I find a badge?");
    expect(await answersIn("#support", said.messageId)).toHaveLength(1);
    expect(discord.gateway.sessions.filter(({ connected }) => connected)).toHaveLength(1);
    expect(discord.complaints()).toEqual([]);
  }, 60_000);
});
