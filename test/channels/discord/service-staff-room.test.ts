import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";
import { startDiscordSimulator } from "../../../simulators/discord/start-discord-simulator.ts";
import { openHouse, type House } from "../../support/house.ts";

let discord: DiscordSimulator;
let house: House;

beforeAll(async () => {
  discord = await startDiscordSimulator({ identifyWindowMs: 20 });
  const guild = discord.guild.id;
  house = await openHouse({
    env: { DISCORD_BOT_TOKEN: discord.app.botToken, DISCORD_API_URL: discord.apiUrl, DISCORD_PACE: "off" },
    files: {
      "config/tenants/acme.yaml": [
        "name: Acme",
        "default: true",
        `staffRoom: { channel: discord, workspace: "${guild}", id: "${discord.state.findChannel("#staff").id}" }`,
        "drafts: all",
        "staff:",
        "  - name: Mia",
        "    accounts:",
        `      - { channel: discord, workspace: "${guild}", id: "${discord.state.findUser("Mia").id}" }`,
      ].join("\n"),
    },
  });
  house.model.addFixtures([{ match: { user: "badge" }, answer: { text: "zebra answer" } }]);
  await discord.connected();
}, 60_000);

afterAll(async () => {
  await house?.stop();
  await discord?.stop();
});

describe("a draft in a Discord room for staff", () => {
  it("is shown there alone, and goes to the person when a colleague sends it", async () => {
    const { messageId } = discord.userSays({
      user: "Ana",
      channel: "#support",
      text: "@baton how do I get a badge?",
    });
    const heard = () => {
      const thread = discord.threadOf("#support", messageId);
      return thread === undefined ? [] : discord.botReplies(thread.id);
    };
    const answers = () => heard().filter(({ text }) => text.includes("zebra answer")).length;
    const card = await discord.waitFor(
      () =>
        discord
          .messages("#staff")
          .find(({ components }) => JSON.stringify(components).includes("baton.draft-send")),
      20_000,
    );
    expect(card.text).toContain("zebra answer");
    expect(answers()).toBe(0);
    const customId = /"(baton\.draft-send:[^"]+)"/.exec(JSON.stringify(card.components))?.[1] ?? "";
    await discord.clicks({ user: "Mia", channel: "#staff", messageId: card.id, customId }).done;
    await discord.waitFor(() => answers() === 1, 20_000);
  }, 60_000);

  it("is shown whole, in as many messages as it takes, where question and answer are long", async () => {
    const ticks = "`".repeat(60);
    const question = `badge ${ticks} ${"please ".repeat(60)}`;
    house.model.addFixtures([
      { match: { user: ticks }, answer: { text: `first yak ${"word ".repeat(275)}last yak` } },
    ]);
    discord.userSays({ user: "Ana", channel: "#support", text: `@baton ${question}` });
    const shown = () => discord.messages("#staff").filter(({ userId }) => userId === discord.app.botUserId);
    const whole = await discord.waitFor(() => {
      const all = shown().map(({ text, components }) => ({ text, components: JSON.stringify(components) }));
      const end = all.findLast(({ components }) => components.includes("baton.draft-send"));
      return end !== undefined && all.some(({ text }) => text.includes("last yak")) && all;
    }, 20_000);
    const text = whole.map((one) => one.text).join("\n");
    expect(text).toContain("first yak");
    expect(text.match(/\bword\b/g)).toHaveLength(275);
    expect(whole.at(-1)?.components).toContain("baton.draft-send");
    expect(whole.slice(-2).flatMap((one) => [...one.text]).length).toBeGreaterThan(2_000);
    const refused = discord.history().calls.filter(({ status }) => status === 400);
    expect(refused).toEqual([]);
  }, 60_000);
});
