import { afterAll, beforeAll, expect, it } from "vitest";
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
    pace: { undoMs: 0 },
    files: {
      "config/tenants/acme.yaml": [
        "name: Acme",
        "default: true",
        `staffRoom: { channel: discord, workspace: "${guild}", id: "${discord.state.findChannel("#staff").id}" }`,
        "staff:",
        "  - name: Mia",
        "    accounts:",
        `      - { channel: discord, workspace: "${guild}", id: "${discord.state.findUser("Mia").id}" }`,
      ].join("\n"),
    },
  });
  await discord.connected();
}, 60_000);

afterAll(async () => {
  await house?.stop();
  await discord?.stop();
});

it("a person who takes no direct messages any more is not written to in silence: the room is told why", async () => {
  discord.userSays({ user: "Ana", channel: "dm", text: "human" });
  const card = await discord.waitFor(
    () =>
      discord
        .messages("#staff")
        .find(({ components }) => JSON.stringify(components).includes("baton.deck.claim")),
    20_000,
  );
  const thread = await discord.waitFor(() => discord.threadOf("#staff", card.id), 20_000);
  const lines = () => discord.botReplies(thread.id).map(({ text }) => text);
  await discord.waitFor(() => lines().some((line) => line.includes("stays among colleagues")), 20_000);
  discord.faults.rest({
    route: "POST /channels/:channel/messages",
    text: "see you there",
    do: { kind: "error", status: 403, code: 50007 },
  });
  discord.userSays({ user: "Mia", channel: thread.id, text: "!r see you there" });
  await discord.waitFor(() => lines().some((line) => line.includes("#1** was not delivered")), 20_000);
  expect(lines().join()).toContain("they take no direct messages");
}, 60_000);
