import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";
import { startDiscordSimulator } from "../../../simulators/discord/start-discord-simulator.ts";
import { connect } from "./gateway-client.ts";
import type { GatewayClient } from "./gateway-client.ts";
import { createRest } from "./rest-client.ts";
import type { Rest } from "./rest-client.ts";

type Fields = Record<string, unknown>;

// What the platform sent to a real application; the events there stand under `data`.
const recorded = JSON.parse(
  readFileSync(
    new URL("../../../../shared/data/recorded/discord/gateway-and-interactions.json", import.meta.url),
    "utf8",
  ),
) as Record<string, Fields & { readonly data: Fields }>;

let discord: DiscordSimulator;
let gateway: GatewayClient;
let rest: Rest;

beforeEach(async () => {
  discord = await startDiscordSimulator();
  gateway = await connect(discord);
  await gateway.identified();
  rest = createRest(discord);
});

afterEach(async () => {
  gateway.socket.terminate();
  await discord.stop();
});

/** Fields that the recorded event has and ours has not, or of another kind; null stands for any kind. */
function differences(theirs: unknown, ours: unknown, path = ""): string[] {
  if (theirs === null || ours === null) return [];
  if (Array.isArray(theirs)) {
    if (!Array.isArray(ours)) return [`${path} is no list`];
    return theirs.length === 0 || ours.length === 0 ? [] : differences(theirs[0], ours[0], `${path}[]`);
  }
  if (typeof theirs !== typeof ours) return [`${path} is ${typeof ours} instead of ${typeof theirs}`];
  if (typeof theirs !== "object") return [];
  return Object.entries(theirs as Fields).flatMap(([key, value]) =>
    key in (ours as Fields)
      ? differences(value, (ours as Fields)[key], `${path}.${key}`)
      : [`${path}.${key} is missing`],
  );
}

test("a mention in a channel looks as recorded", async () => {
  discord.userSays({ user: "Ana", channel: "#support", text: "@baton Hey" });
  const event = await gateway.event("MESSAGE_CREATE");
  expect(differences(recorded["gatewayMention"]?.data, event)).toEqual([]);
});

test("a thread opened on a message, the bot's words in it and a person's answer look as recorded", async () => {
  const said = discord.userSays({ user: "Ana", channel: "#support", text: "@baton Hey" });
  const path = `/channels/${said.channelId}/messages/${said.messageId}/threads`;
  const opened = await rest("POST", path, { name: "Thread 1/5/2026, 12:49:56 AM" });
  expect(opened.status).toBe(201);
  expect(opened.body["id"]).toBe(said.messageId);
  expect(differences(recorded["gatewayThreadCreate"]?.data, await gateway.event("THREAD_CREATE"))).toEqual(
    [],
  );

  const { data } = recorded["gatewayThreadWelcome"] ?? { data: {} };
  await rest("POST", `/channels/${said.messageId}/messages`, {
    content: data["content"],
    embeds: data["embeds"],
    components: data["components"],
  });
  const isOfBot = (event: Fields): boolean => event["channel_id"] === said.messageId && event["type"] === 0;
  const welcome = await gateway.event("MESSAGE_CREATE", isOfBot);
  expect(differences(data, welcome)).toEqual([]);
  expect(welcome["position"]).toBe(0);

  discord.userSays({ user: "Ana", channel: said.messageId, text: "Hey" });
  const hey = await gateway.event("MESSAGE_CREATE", (event) => event["content"] === "Hey");
  expect(differences(recorded["gatewayThreadUserHey"]?.data, hey)).toEqual([]);
});

test("a reaction looks as recorded", async () => {
  const said = discord.userSays({ user: "Ana", channel: "#support", text: "done" });
  discord.reacts({ user: "Ana", channel: "#support", messageId: said.messageId, emoji: "👍" });
  const event = await gateway.event("MESSAGE_REACTION_ADD");
  const expected = differences(recorded["gatewayReactionAdd"]?.data, event);
  // Recorded by a library that adds these two to the user.
  expect(expected).toEqual([".member.user.display_name is missing", ".member.user.bot is missing"]);
});

test("a click in a thread looks as recorded", async () => {
  const said = discord.userSays({ user: "Ana", channel: "#support", text: "@baton Hey" });
  await rest("POST", `/channels/${said.channelId}/messages/${said.messageId}/threads`, { name: "Hey" });
  discord.userSays({ user: "Ana", channel: said.messageId, text: "Hey" });
  const { message } = recorded["buttonClickHello"] as unknown as { message: Fields };
  const posted = await rest("POST", `/channels/${said.messageId}/messages`, {
    content: message["content"],
    components: message["components"],
  });
  discord.clicks({
    user: "Ana",
    channel: said.messageId,
    messageId: String(posted.body["id"]),
    customId: "hello",
  });
  const click = await gateway.event("INTERACTION_CREATE");
  expect(differences(recorded["buttonClickHello"], click)).toEqual([]);
  expect(click["data"]).toEqual(recorded["buttonClickHello"]?.data);
});

test("a click in a direct message brings a user and no member", async () => {
  const channel = discord.directChannel("Ana");
  const components = [{ type: 1, components: [{ type: 2, style: 1, label: "Go", custom_id: "dm-action" }] }];
  const posted = await rest("POST", `/channels/${channel}/messages`, { content: "DM message", components });
  discord.clicks({ user: "Ana", channel, messageId: String(posted.body["id"]), customId: "dm-action" });
  const click = await gateway.event("INTERACTION_CREATE");
  expect(click).toMatchObject({ context: 1, channel: { type: 1 }, user: { username: "ana" } });
  expect(click).not.toHaveProperty("member");
  expect(click).not.toHaveProperty("guild_id");
});
