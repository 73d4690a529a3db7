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

test("files, threads, reactions and the history work as the library does them", async () => {
  const coming = nextMessage();
  discord.userSays({
    user: "Ana",
    channel: "#support",
    text: "help",
    files: [{ name: "a.txt", content: "lines" }],
  });
  const message = await coming;
  const url = message.attachments.first()?.url ?? "";
  expect(await (await fetch(url)).text()).toBe("lines");
  const thread = await message.startThread({ name: "Help for Ana" });
  expect(thread.id).toBe(message.id);
  const sent = await thread.send({
    content: "here",
    files: [{ attachment: Buffer.from("x,y"), name: "t.csv" }],
  });
  expect(sent.attachments.first()?.name).toBe("t.csv");
  const reacted = new Promise((resolve) =>
    client.once("messageReactionAdd", (reaction, user) => resolve([reaction.emoji.name, user.username])),
  );
  discord.reacts({ user: "Ben", channel: thread.id, messageId: sent.id, emoji: "👍" });
  expect(await reacted).toEqual(["👍", "ben"]);
  await sent.react("✅");
  expect(discord.message(thread.id, sent.id)?.reactions.map(({ emoji }) => emoji)).toEqual(["👍", "✅"]);
  const history = await thread.messages.fetch({ after: "0" });
  expect(history.map(({ content }) => content)).toEqual(["here", ""]);
});

test("a forum post arrives as a thread and its first message, both under one id", async () => {
  const opened = new Promise<string>((resolve) => client.once("threadCreate", ({ name }) => resolve(name)));
  const coming = nextMessage();
  const post = discord.forumPost({ user: "Ana", channel: "#help-forum", title: "Badge", text: "It is lost" });
  expect(await opened).toBe("Badge");
  expect(await coming).toMatchObject({ id: post.threadId, channelId: post.threadId, content: "It is lost" });
});

test("after a cut line the library resumes, and gets what it missed once and in order", async () => {
  const said: string[] = [];
  client.on("messageCreate", ({ content }) => said.push(content));
  discord.userSays({ user: "Ana", channel: "#support", text: "before" });
  await discord.waitFor(() => said.length === 1);
  discord.gateway.drop();
  for (const text of ["missed 1", "missed 2"]) discord.userSays({ user: "Ana", channel: "#support", text });
  await discord.waitFor(() => discord.history().gateway.some(({ what }) => what === "resumed"));
  discord.userSays({ user: "Ana", channel: "#support", text: "after" });
  await discord.waitFor(() => said.includes("after"));
  expect(said).toEqual(["before", "missed 1", "missed 2", "after"]);
  expect(discord.history().gateway.filter(({ what }) => what === "identified")).toHaveLength(1);
  expect(discord.complaints()).toEqual([]);
});

test("told to reconnect, and left without an answer to its heartbeat, the library resumes as well", async () => {
  const resumes = (): number => discord.history().gateway.filter(({ what }) => what === "resumed").length;
  discord.gateway.askReconnect();
  await discord.waitFor(() => resumes() === 1);
  // From the next connection on heartbeats are due every 300 ms, and the first answer is lost.
  discord.configure({ heartbeatIntervalMs: 300 });
  discord.gateway.loseAcks(1);
  discord.gateway.askReconnect();
  await discord.waitFor(() => resumes() === 3);
  expect(discord.history().gateway.filter(({ by, code }) => by === "app" && code === 4200)).toHaveLength(3);
});

test("a final close code stops the library for good", async () => {
  const failed = new Promise((resolve) => client.once("shardDisconnect", ({ code }) => resolve(code)));
  client.on("shardError", () => {});
  discord.gateway.close(4014);
  expect(await failed).toBe(4014);
});

test("an invalid session that cannot be resumed is begun anew; what was said meanwhile is lost, and still in the history", async () => {
  discord.configure({ identifyWindowMs: 0 });
  const said: string[] = [];
  client.on("messageCreate", ({ content }) => said.push(content));
  discord.gateway.invalidateSessions(false);
  const { channelId } = discord.userSays({ user: "Ana", channel: "#support", text: "missed" });
  // The library itself waits five seconds between two identifies.
  await discord.connected(9_000);
  discord.userSays({ user: "Ana", channel: "#support", text: "after" });
  await discord.waitFor(() => said.includes("after"));
  expect(said).toEqual(["after"]);
  expect(discord.history().dispatches.find(({ outcome }) => outcome === "nobody")).toBeDefined();
  const channel = await client.channels.fetch(channelId);
  if (channel?.isTextBased() !== true) throw new Error("no text channel");
  const history = await channel.messages.fetch({ limit: 10 });
  expect(history.map(({ content }) => content)).toEqual(["after", "missed"]);
}, 15_000);
