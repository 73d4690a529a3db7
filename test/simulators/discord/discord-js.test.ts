import type { Client, Message } from "discord.js";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";
import { startDiscordSimulator } from "../../../simulators/discord/start-discord-simulator.ts";
import { login } from "./bot.ts";

let discord: DiscordSimulator;
let client: Client<true>;

beforeEach(async () => {
  discord = await startDiscordSimulator({ embedResolveMs: false });
  client = await login(discord);
});

afterEach(async () => {
  await client.destroy();
  await discord.stop();
});

function nextMessage(): Promise<Message> {
  return new Promise((resolve) => client.once("messageCreate", resolve));
}

test("the real client logs in and knows the guild, its channels and its people", () => {
  expect(client.user.id).toBe(discord.app.botUserId);
  const guild = client.guilds.cache.get(discord.guild.id);
  expect(guild?.name).toBe("Acme");
  expect(guild?.channels.cache.map(({ name }) => name)).toEqual([
    "support",
    "general",
    "staff",
    "help-forum",
  ]);
  expect(guild?.members.cache.map(({ user }) => user.username)).toEqual([
    "ana",
    "ben",
    "mia",
    "parrot",
    "baton",
  ]);
});

test("a mention is read, answered, the answer edited and deleted", async () => {
  const coming = nextMessage();
  const said = discord.userSays({ user: "Ana", channel: "#support", text: "@baton where is my badge?" });
  const message = await coming;
  expect(message.id).toBe(said.messageId);
  expect(message.content).toBe(`<@${discord.app.botUserId}> where is my badge?`);
  expect(message.mentions.has(client.user)).toBe(true);
  expect(message.member?.displayName).toBe("Ana");

  const reply = await message.reply({ content: "Lookin" });
  await reply.edit("Looking");
  const [seen] = discord.botReplies("#support", said.messageId);
  expect(seen).toMatchObject({ id: reply.id, text: "Looking", replyTo: said.messageId, edited: true });
  expect(seen?.edits.map(({ text }) => text)).toEqual(["Lookin"]);
  await reply.delete();
  expect(discord.message("#support", reply.id)?.deleted).toBe(true);
  await expect(reply.delete()).rejects.toMatchObject({ status: 404, code: 10008 });
});

test("a direct message reaches a client that knows no direct channel yet", async () => {
  const coming = nextMessage();
  discord.userSays({ user: "Ben", channel: "dm", text: "psst" });
  const message = await coming;
  expect(message.guildId).toBeNull();
  expect(message.channel.isDMBased()).toBe(true);
  expect(message.content).toBe("psst");
  if (message.channel.isSendable()) await message.channel.send("yes?");
  expect(discord.botReplies("dm", undefined, "Ben").map(({ text }) => text)).toEqual(["yes?"]);
});
