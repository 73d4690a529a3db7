import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TeamsSimulator } from "../../../simulators/teams/simulator.ts";
import { startTeamsSimulator } from "../../../simulators/teams/start-teams-simulator.ts";
import { createBotClient } from "./bot-client.ts";
import { startReceiver } from "./receiver.ts";

type Fields = Record<string, unknown>;

let teams: TeamsSimulator;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

beforeEach(async () => {
  receiver = await startReceiver();
  teams = await startTeamsSimulator({ endpoint: receiver.url, timeScale: 0.01 });
});
afterEach(async () => {
  await teams.stop();
  await receiver.stop();
});

function recorded(file: string): Record<string, Fields> {
  const url = new URL(`../../../../shared/data/recorded/teams/${file}`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as Record<string, Fields>;
}

/** Every path in a value, with the kind of what stands there; what is in a list counts once. */
function shapeOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((one) => shapeOf(one, `${path}[]`)))].toSorted();
  if (typeof value !== "object" || value === null) return [`${path}: ${typeof value}`];
  return Object.entries(value)
    .flatMap(([key, one]) => shapeOf(one, `${path}.${key}`))
    .toSorted();
}

async function botPost(conversation: string, activity: Fields): Promise<string> {
  const bot = await createBotClient(teams);
  const { body } = await bot.post(teams.state.findConversation(conversation).id, activity);
  return String(body["id"]);
}

const card = {
  type: "AdaptiveCard",
  version: "1.4",
  body: [{ type: "Input.Text", id: "why" }],
  actions: [
    { type: "Action.Submit", id: "post", title: "Post", data: { actionId: "channel-post" } },
    { type: "Action.Execute", title: "Run", verb: "run", data: { n: 1 } },
  ],
};
const cardMessage = {
  type: "message",
  attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content: card }],
};

test("a mention, a click and a reaction have the shape of the recorded ones", async () => {
  const said = teams.userSays({ user: "Ana", conversation: "#Helpdesk", text: "Hey", mentionsBot: true });
  expect(shapeOf(said.activity)).toEqual(shapeOf(recorded("channel.json")["mention"]));
  expect(said.activity["text"]).toBe("<at>Baton</at> Hey");

  const id = await botPost("#Helpdesk", cardMessage);
  await teams.clicks({ user: "Ana", conversation: "#Helpdesk", messageId: id, action: "post" }).delivered;
  expect(shapeOf(receiver.received.at(-1)?.json)).toEqual(
    shapeOf(recorded("channel.json")["channel_post_action"]),
  );

  await teams.reacts({ user: "Ana", conversation: "#Helpdesk", id, type: "like" }).delivered;
  expect(shapeOf(receiver.received.at(-1)?.json)).toEqual(
    shapeOf(recorded("actions-reactions.json")["reaction"]),
  );
});

test("ids grow within a conversation and repeat across conversations", () => {
  const ids = (conversation: string): string[] =>
    ["one", "two", "three"].map((text) => teams.userSays({ user: "Ana", conversation, text }).id);
  const helpdesk = ids("#Helpdesk");
  const launch = ids("Launch");
  expect(helpdesk.map(Number)).toEqual(helpdesk.map(Number).toSorted((a, b) => a - b));
  expect(new Set(helpdesk).size).toBe(3);
  expect(helpdesk.some((id) => launch.includes(id))).toBe(true);
});

test("a bot hears in channels and group chats only what mentions it, unless it may hear all", async () => {
  const says = (conversation: string, mentionsBot = false) =>
    teams.userSays({ user: "Ana", conversation, text: "hello", mentionsBot }).delivered;
  for (const place of ["#Helpdesk", "Launch"]) {
    await expect(says(place)).resolves.toEqual([]);
    await expect(says(place, true)).resolves.toMatchObject([{ acked: true }]);
  }
  await expect(says("personal")).resolves.toMatchObject([{ acked: true }]);
  teams.configure({ hearsAll: true });
  await expect(says("#Helpdesk")).resolves.toMatchObject([{ acked: true }]);
  expect(receiver.received.map(({ json }) => (json["conversation"] as Fields)["conversationType"])).toEqual([
    "channel",
    "groupChat",
    "personal",
    "channel",
  ]);
});

test("an edit, a deletion and its undoing come with their event types and the message's id", async () => {
  const said = teams.userSays({ user: "Ben", conversation: "personal", text: "helo" });
  const spot = { user: "Ben", conversation: "personal", id: said.id };
  await teams.userEdits({ ...spot, text: "hello" }).delivered;
  await teams.userDeletes(spot).delivered;
  expect(teams.messages("personal", "Ben")[0]).toMatchObject({ deleted: true, edited: true });
  await teams.userUndeletes(spot).delivered;
  const got = receiver.received.slice(-3).map(({ json }) => json);
  expect(got.map(({ type, id, text, channelData }) => ({ type, id, text, channelData }))).toMatchObject([
    { type: "messageUpdate", id: said.id, text: "hello", channelData: { eventType: "editMessage" } },
    { type: "messageDelete", id: said.id, channelData: { eventType: "softDeleteMessage" } },
    { type: "messageUpdate", id: said.id, text: "hello", channelData: { eventType: "undeleteMessage" } },
  ]);
  expect(teams.messages("personal", "Ben")[0]).toMatchObject({ deleted: false, text: "hello" });
});

test("a mention of somebody else notifies them, and a quote carries what it quotes", async () => {
  const first = teams.userSays({ user: "Ana", conversation: "Launch", text: "is a < b?" });
  const said = teams.userSays({
    user: "Ben",
    conversation: "Launch",
    text: "yes @Ana",
    mentionsBot: true,
    quotes: first.id,
  });
  expect(said.activity["text"]).toBe("<at>Baton</at> yes <at>Ana Costa</at>");
  const [message] = teams.messages("Launch").slice(-1);
  expect(message?.mentions.map(({ name }) => name)).toEqual(["Baton", "Ana Costa"]);
  const html = (said.activity["attachments"] as Fields[]).at(-1)?.["content"];
  expect(html).toContain(`itemtype="http://schema.skype.com/Reply" itemid="${first.id}"`);
  expect(html).toContain('<p itemprop="preview">is a &lt; b?</p>');
});

test("an executed action is an invoke whose answer is handed back", async () => {
  await receiver.stop();
  receiver = await startReceiver(() => ({
    status: 200,
    body: JSON.stringify({
      statusCode: 200,
      type: "application/vnd.microsoft.activity.message",
      value: "done",
    }),
  }));
  teams.configure({ endpoint: receiver.url });
  const id = await botPost("#Helpdesk", cardMessage);
  const { done } = teams.executes({
    user: "Ana",
    conversation: "#Helpdesk",
    messageId: id,
    action: "Run",
    inputs: { why: "because" },
  });
  await expect(done).resolves.toMatchObject({ status: 200, body: { value: "done" } });
  expect(receiver.received[0]?.json).toMatchObject({
    type: "invoke",
    name: "adaptiveCard/action",
    value: { action: { type: "Action.Execute", verb: "run", data: { n: 1, why: "because" } } },
  });
});

test("the bot's coming and going is told, and outside the roster it may do nothing", async () => {
  await teams.installs({ conversation: "#Helpdesk", action: "remove" }).delivered;
  expect(receiver.received.map(({ json }) => String(json["type"])).toSorted()).toEqual([
    "conversationUpdate",
    "installationUpdate",
  ]);
  const bot = await createBotClient(teams);
  const { id } = teams.state.findConversation("#Helpdesk");
  await expect(bot.post(id, { type: "message", text: "hi" })).resolves.toMatchObject({
    status: 403,
    code: "BotNotInConversationRoster",
  });
  await teams.installs({ conversation: "#Helpdesk" }).delivered;
  await expect(bot.post(id, { type: "message", text: "hi" })).resolves.toMatchObject({ status: 201 });
});

test("members and names change with an event of their own", async () => {
  await teams.memberRemoved({ conversation: "Launch", user: "Ben" }).delivered;
  await teams.memberAdded({ conversation: "Launch", user: "Mia" }).delivered;
  await teams.teamEvent({ type: "teamRenamed", user: "Mia", channel: "#Helpdesk", name: "Care" }).delivered;
  const mia = teams.state.findPerson("Mia");
  expect(receiver.received.map(({ json }) => json)).toMatchObject([
    { type: "conversationUpdate", membersRemoved: [{ id: teams.state.findPerson("Ben").id }] },
    { type: "conversationUpdate", membersAdded: [{ id: mia.id, aadObjectId: mia.aadObjectId }] },
    { type: "conversationUpdate", channelData: { eventType: "teamRenamed", team: { name: "Care" } } },
  ]);
  expect(() => teams.userSays({ user: "Ben", conversation: "Launch", text: "hi" })).toThrow(
    "Ben Okafor is not in",
  );
});
