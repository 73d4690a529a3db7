import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import pg from "pg";
import type { SeenMessage } from "../../../simulators/discord/model.ts";
import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";
import { startDiscordSimulator } from "../../../simulators/discord/start-discord-simulator.ts";
import { defineTool } from "../../../src/core/tool.ts";
import { openHouse, type House } from "../../support/house.ts";

let discord: DiscordSimulator;
let house: House;
const ran: string[] = [];

const refund = defineTool({
  name: "refund_order",
  description: "Pays an order back to the customer, in full.",
  input: z.strictObject({ order: z.string() }),
  output: z.object({ refunded: z.string(), amount: z.string() }),
  roles: ["customer"],
  effect: "write",
  repeatable: false,
  approval: "staff",
  timeoutMs: 5_000,
  cost: 0,
  async run({ order }) {
    ran.push(order);
    return { refunded: order, amount: "28.00" };
  },
});

beforeAll(async () => {
  discord = await startDiscordSimulator({ identifyWindowMs: 20 });
  house = await openHouse({
    tools: [refund],
    env: { DISCORD_BOT_TOKEN: discord.app.botToken, DISCORD_API_URL: discord.apiUrl, DISCORD_PACE: "off" },
    files: {
      "config/tenants/acme.yaml": [
        "name: Acme",
        "default: true",
        "staff:",
        "  - name: Mia",
        "    accounts:",
        `      - { channel: discord, workspace: "${discord.guild.id}", id: "${discord.state.findUser("Mia").id}" }`,
      ].join("\n"),
    },
  });
  house.model.addFixtures([
    {
      match: { user: "refund", hasToolResult: false },
      answer: { toolCalls: [{ name: "refund_order", arguments: { order: "A-1" } }] },
      times: 1,
    },
    { match: { toolResult: "waiting" }, answer: { text: "a colleague was asked" } },
    { match: { toolResult: "28.00" }, answer: { text: "refunded 28.00" } },
  ]);
  await discord.connected();
}, 60_000);

afterAll(async () => {
  await house?.stop();
  await discord?.stop();
});

describe("approval in a Discord thread", () => {
  it("is asked for with buttons, given by a colleague and nobody else, and carried out once", async () => {
    const { messageId } = discord.userSays({
      user: "Ana",
      channel: "#support",
      text: "@baton please refund",
    });
    const heard = (): readonly SeenMessage[] => {
      const thread = discord.threadOf("#support", messageId);
      return thread === undefined ? [] : discord.botReplies(thread.id);
    };
    const card = await discord.waitFor(
      () => heard().find(({ components }) => JSON.stringify(components).includes("baton.approve")),
      20_000,
    );
    expect(card.text).toContain('"order": "A-1"');
    const customId = /"(baton\.approve:[^"]+)"/.exec(JSON.stringify(card.components))?.[1] ?? "";
    const thread = discord.threadOf("#support", messageId)?.id ?? "";
    const press = (user: string) =>
      discord.clicks({ user, channel: thread, messageId: card.id, customId }).done;
    await press("Ana");
    await press("Mia");
    await discord.waitFor(() => heard().some(({ text }) => text.includes("refunded 28.00")), 20_000);
    expect(ran).toEqual(["A-1"]);
    expect(heard().some(({ text }) => text.includes("A colleague approved"))).toBe(true);
    const books = new pg.Client({ connectionString: house.databaseUrl });
    await books.connect();
    const { rows } = await books.query("SELECT state, decided_by IS NOT NULL AS decided FROM approvals");
    await books.end();
    expect(rows).toEqual([{ state: "approved", decided: true }]);
  }, 60_000);
});
