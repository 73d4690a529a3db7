import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RestFaultAction } from "../../../simulators/discord/faults.ts";
import type { SeenMessage } from "../../../simulators/discord/model.ts";
import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";
import { startDiscordSimulator } from "../../../simulators/discord/start-discord-simulator.ts";
import { numberedWords, openTalk, type Talk } from "../../support/talk.ts";

const posting = "POST /channels/:channel/messages";
const nonceWindowMs = 300_000;
let discord: DiscordSimulator;
let talk: Talk;

beforeAll(async () => {
  discord = await startDiscordSimulator({ identifyWindowMs: 20, rateLimits: false, embedResolveMs: false });
  talk = await openTalk({
    env: {
      DISCORD_BOT_TOKEN: discord.app.botToken,
      DISCORD_API_URL: discord.apiUrl,
      DISCORD_PACE: "off",
      OPENAI_MAX_TOKENS: "16000",
    },
  });
  await discord.connected(20_000);
}, 90_000);

afterAll(async () => {
  await talk?.stop();
  await discord?.stop();
});

beforeEach(() => {
  discord.faults.clear();
  discord.configure({ nonceWindowMs });
  talk.model.clearFixtures();
  talk.model.setPace({ tokensPerSecond: 0 });
});

let asked = 0;
/** A question that nobody asked before, and what the model says to it. */
function aQuestion(answer: string): string {
  const id = `[[q:${(asked += 1)}]]`;
  talk.model.addFixtures([{ match: { user: id }, answer: { text: answer } }]);
  return `tell me about badges ${id}`;
}

/** Waits until the bot has spoken there and nothing of it is still on its way. */
async function answersAt(place: () => string | undefined, after?: string): Promise<readonly SeenMessage[]> {
  const said = (): readonly SeenMessage[] => {
    const channel = place();
    return channel === undefined ? [] : discord.botReplies(channel, after);
  };
  await discord.waitFor(() => said().length > 0, 40_000);
  await talk.settled(40_000);
  await discord.settled();
  return said();
}

/** Ana asks in #support; where the answer belongs. */
function asksInRoom(text: string) {
  const said = discord.userSays({ user: "Ana", channel: "#support", text: `@baton ${text}` });
  return { ...said, thread: () => discord.threadOf("#support", said.messageId)?.id };
}

/** Posts that Discord took, those included that a nonce made one message of. */
const postsWith = (text: string) =>
  discord
    .history()
    .calls.filter(
      ({ method, route, effect, body }) =>
        `${method} ${route}` === posting && effect === "applied" && JSON.stringify(body ?? "").includes(text),
    );

describe("Baton in Discord", () => {
  it("answers what follows in the thread of a mention there, once each", async () => {
    const question = asksInRoom(aQuestion("Badges are at the desk."));
    const answers = await answersAt(question.thread);
    expect(answers).toHaveLength(1);
    expect(answers[0]?.text).toContain("Badges are at the desk.");
    expect(discord.botReplies("#support")).toEqual([]);

    discord.userSays({
      user: "Ana",
      channel: question.thread() ?? "",
      text: aQuestion("From nine to five."),
    });
    await discord.waitFor(() => discord.botReplies(question.thread() ?? "").length > 1, 40_000);
    const all = await answersAt(question.thread);
    expect(all).toHaveLength(2);
    expect(all[1]?.text).toContain("From nine to five.");
    expect(discord.complaints()).toEqual([]);
  }, 120_000);

  it("answers /ask in time, shows the question, and answers in a thread on it", async () => {
    const question = aQuestion("Asked and answered.");
    const done = await discord.slash({
      user: "Mia",
      channel: "#general",
      name: "ask",
      options: { question },
    }).done;
    expect(done.acknowledged).toBe(true);
    const echo = await discord.waitFor(() => discord.botReplies("#general")[0], 40_000);
    expect(echo.text).toContain("tell me about badges");
    const answers = await answersAt(() => discord.threadOf("#general", echo.id)?.id);
    expect(answers).toHaveLength(1);
    expect(answers[0]?.text).toContain("Asked and answered.");
    expect(discord.botReplies("#general")).toHaveLength(1);
    expect(discord.complaints()).toEqual([]);
  }, 120_000);
});

describe("an answer Discord took without saying so", () => {
  it.each<[string, number, RestFaultAction]>([
    ["P1: the line was cut", nonceWindowMs, { kind: "cut" }],
    ["P2: it was told 502", nonceWindowMs, { kind: "status", status: 502 }],
    ["P4: the line was cut and its nonce is forgotten", 0, { kind: "cut" }],
  ])(
    "stands there exactly once (%s)",
    async (name, window, fault) => {
      discord.configure({ nonceWindowMs: window });
      discord.faults.rest({ route: posting, times: 1, do: fault });
      const text = `Only once, ${name.slice(0, 2)}.`;
      const answers = await answersAt(asksInRoom(aQuestion(text)).thread);
      expect(discord.faults.list().rest[0]?.struck).toBe(1);
      expect(answers.map((answer) => answer.text)).toEqual([expect.stringContaining(text)]);
      // It was looked for and found: neither posted again on the strength of its nonce, nor given up.
      expect(postsWith(text)).toHaveLength(1);
      expect(await talk.rows("SELECT id FROM deliveries WHERE state IN ('unknown', 'failed')")).toEqual([]);
    },
    120_000,
  );
});

describe("an answer whose beginning Discord took without saying so", () => {
  it.each<[string, RestFaultAction]>([
    ["P1: the line was cut", { kind: "cut" }],
    ["P2: it was told 502", { kind: "status", status: 502 }],
  ])(
    "ends whole, in one message, though it was to be streamed (%s)",
    async (_, fault) => {
      talk.model.setPace({ tokensPerSecond: 120 });
      discord.faults.rest({ route: posting, times: 1, do: fault });
      const text = numberedWords(100);
      const answers = await answersAt(asksInRoom(aQuestion(text)).thread);
      expect(discord.faults.list().rest[0]?.struck).toBe(1);
      expect(answers).toHaveLength(1);
      expect(answers[0]?.text.match(/word\d+/g)).toEqual(text.split(" "));
    },
    120_000,
  );
});

describe("an answer of 30 000 characters", () => {
  it.each([
    ["at once", 0],
    ["streamed", 4_000],
  ])(
    "arrives whole and in order when the model gives it %s (G11)",
    async (_, tokensPerSecond) => {
      talk.model.setPace({ tokensPerSecond });
      const text = numberedWords(3_600);
      expect(text.length).toBeGreaterThan(30_000);
      const answers = await answersAt(asksInRoom(aQuestion(text)).thread);
      expect(answers.flatMap((answer) => answer.text.match(/word\d+/g) ?? [])).toEqual(text.split(" "));
      expect(discord.complaints()).toEqual([]);
    },
    120_000,
  );
});
