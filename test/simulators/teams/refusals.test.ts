import { afterEach, beforeEach, expect, test } from "vitest";
import type { TeamsSimulator } from "../../../simulators/teams/simulator.ts";
import { startTeamsSimulator } from "../../../simulators/teams/start-teams-simulator.ts";
import { createBotClient } from "./bot-client.ts";

type Fields = Record<string, unknown>;

let teams: TeamsSimulator;
let bot: Awaited<ReturnType<typeof createBotClient>>;
let helpdesk: string;

beforeEach(async () => {
  teams = await startTeamsSimulator({ timeScale: 0.01 });
  bot = await createBotClient(teams);
  helpdesk = teams.state.findConversation("#Helpdesk").id;
});
afterEach(() => teams.stop());

const message = (more: Fields = {}): Fields => ({ type: "message", text: "hello", ...more });
const withCard = (content: unknown): Fields =>
  message({ attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content }] });
const card = { type: "AdaptiveCard", version: "1.5", body: [{ type: "TextBlock", text: "Hi" }] };

test("a message nobody could show is refused, and nothing is posted", async () => {
  const refused: unknown[] = [
    "{",
    "[]",
    { type: "message" },
    { type: "message", text: " " },
    { type: "event", name: "x" },
    message({ text: 5 }),
    message({ textFormat: "html" }),
    message({ textFormat: "xml", text: "<b>bold" }),
    message({ textFormat: "xml", text: "a < b" }),
    message({ attachments: {} }),
    message({ attachments: [{ content: {} }] }),
    message({ attachments: [{ contentType: "application/pdf", contentUrl: "https://example.com/a.pdf" }] }),
    withCard(null),
    withCard({ ...card, type: "Card" }),
    withCard({ ...card, version: "1.6" }),
    withCard({ ...card, body: [{ type: "TextBlock" }] }),
    withCard({ ...card, body: [{ type: "Input.Text" }] }),
    withCard({ ...card, body: [{ type: "Container", items: [{ type: "Nope" }] }] }),
    withCard({ ...card, actions: [{ type: "Action.Http", title: "Go" }] }),
    withCard({ ...card, actions: [{ type: "Action.OpenUrl", title: "Go" }] }),
    withCard({ ...card, actions: Array.from({ length: 7 }, () => ({ type: "Action.Submit", title: "x" })) }),
  ];
  for (const activity of refused)
    await expect(bot.post(helpdesk, activity), JSON.stringify(activity)).resolves.toMatchObject({
      status: 400,
      code: "BadSyntax",
    });
  expect(teams.messages("#Helpdesk")).toEqual([]);
  expect((await bot.post(helpdesk, withCard(card))).status).toBe(201);
  expect(
    (await bot.post(helpdesk, message({ textFormat: "xml", text: "<b>a</b> &lt; b<br/>" }))).status,
  ).toBe(201);
});

test("a mention needs its mark in the text and somebody who is there", async () => {
  const ana = teams.state.findPerson("Ana");
  const zoe = teams.state.findPerson("Zoe");
  const mention = (id: string, text: string, mark = "<at>X</at>"): Fields =>
    message({ text, entities: [{ type: "mention", mentioned: { id, name: "X" }, text: mark }] });
  expect((await bot.post(helpdesk, mention(ana.id, "hi <at>X</at>"))).status).toBe(201);
  expect((await bot.post(helpdesk, mention(ana.id, "hi X"))).status).toBe(400);
  expect((await bot.post(helpdesk, mention(ana.id, "hi X", "X"))).status).toBe(400);
  expect((await bot.post(helpdesk, mention(zoe.id, "hi <at>X</at>"))).status).toBe(400);
  expect((await bot.post(helpdesk, mention(helpdesk, "hi <at>X</at>"))).status).toBe(400);
  expect((await bot.post(helpdesk, message({ text: "<at>everyone</at>" }))).status).toBe(201);
  expect(teams.complaints()).toMatchObject([{ error: "MentionWithoutEntity" }]);
  expect(teams.messages("#Helpdesk").map(({ mentions }) => mentions.length)).toEqual([1, 0]);
});

test("beyond 40 KB a message is refused, beyond 28 KB it is remarked on", async () => {
  await expect(bot.post(helpdesk, message({ text: "x".repeat(41_000) }))).resolves.toMatchObject({
    status: 413,
    code: "MessageSizeTooBig",
  });
  expect((await bot.post(helpdesk, message({ text: "x".repeat(29_000) }))).status).toBe(201);
  expect(teams.complaints()).toMatchObject([{ error: "NearSizeLimit" }]);
});

test("a bot acts only where it is, on what is there and its own", async () => {
  const text = message();
  await expect(bot.post("19:none@thread.tacv2", text)).resolves.toMatchObject({
    code: "ConversationNotFound",
  });
  await expect(bot.post(`${helpdesk};messageid=1`, text)).resolves.toMatchObject({ status: 404 });
  const elsewhere = teams.state.findPerson("Zoe");
  const other = teams.state.personalChat(elsewhere).id;
  await expect(bot.post(other, text)).resolves.toMatchObject({ status: 404 });
  teams.blocksBot({ user: "Ana" });
  const chat = teams.state.personalChat(teams.state.findPerson("Ana")).id;
  await expect(bot.post(chat, text)).resolves.toMatchObject({
    status: 403,
    code: "ConversationBlockedByUser",
  });
  const said = teams.userSays({ user: "Ana", conversation: "#Helpdesk", text: "hi" });
  const activity = (id: string): string => `conversations/${encodeURIComponent(helpdesk)}/activities/${id}`;
  await expect(bot.call("PUT", activity(said.id), text)).resolves.toMatchObject({ status: 403 });
  await expect(bot.call("DELETE", activity("1"))).resolves.toMatchObject({ status: 404 });
  await expect(bot.call("GET", `conversations/${helpdesk}/activities`)).resolves.toMatchObject({
    status: 405,
  });
});

test("answers stand in the thread of what they answer", async () => {
  const root = teams.userSays({ user: "Ana", conversation: "#Helpdesk", text: "one" });
  const reply = teams.userSays({ user: "Ben", conversation: "#Helpdesk", text: "two", thread: root.id });
  expect(reply.conversation).toBe(root.conversation);
  await bot.post(root.conversation, message({ text: "three" }));
  await bot.post(helpdesk, message({ text: "four" }), reply.id);
  await bot.post(helpdesk, message({ text: "a thread of its own" }));
  expect(teams.thread("#Helpdesk", root.id).map(({ text }) => text)).toEqual(["one", "two", "three", "four"]);
});

test("conversations are opened with a member of the same tenant, and threads in channels", async () => {
  const ana = teams.state.findPerson("Ana");
  const open = (body: Fields) => bot.call("POST", "conversations", body);
  const member = { members: [{ id: ana.id }], channelData: { tenant: { id: ana.tenantId } } };
  const chat = teams.state.personalChat(ana).id;
  await expect(open(member)).resolves.toMatchObject({ status: 201, body: { id: chat } });
  await expect(open({ members: [{ id: ana.id }] })).resolves.toMatchObject({ status: 400 });
  await expect(open({ ...member, tenantId: "other" })).resolves.toMatchObject({ status: 400 });
  await expect(open({ ...member, members: [{ id: "29:none" }] })).resolves.toMatchObject({
    code: "BadArgument",
  });
  const zoe = teams.state.findPerson("Zoe");
  await expect(open({ ...member, members: [{ id: zoe.id }] })).resolves.toMatchObject({
    code: "BadArgument",
  });
  const thread = await open({
    isGroup: true,
    channelData: { channel: { id: helpdesk } },
    activity: message({ text: "relay" }),
  });
  const [root] = teams.messages("#Helpdesk");
  expect(thread.body).toMatchObject({ id: `${helpdesk};messageid=${root?.id}`, activityId: root?.id });
});

test("faults strike before or after the effect, and the history tells which", async () => {
  const { faults } = teams;
  const create = (text: string) => bot.post(helpdesk, message({ text }));
  faults.api({ operation: "message.create", times: 1, do: { kind: "status", status: 502, when: "before" } });
  faults.api({ operation: "message.create", times: 1, do: { kind: "status", status: 504 } });
  faults.api({ operation: "message.*", times: 1, do: { kind: "cut" } });
  faults.api({ text: "five", times: 1, do: { kind: "error", error: "PreconditionFailed" } });
  expect((await create("one")).status).toBe(502);
  expect((await create("two")).status).toBe(504);
  await expect(create("three")).rejects.toThrow("fetch failed");
  expect((await create("four")).status).toBe(201);
  expect((await create("five")).status).toBe(412);
  expect(teams.messages("#Helpdesk").map(({ text }) => text)).toEqual(["two", "three", "four"]);
  const calls = teams.history().calls.filter(({ operation }) => operation === "message.create");
  expect(calls.map(({ status, effect }) => `${status} ${effect}`)).toEqual([
    "502 none",
    "504 applied",
    "0 applied",
    "201 applied",
    "412 none",
  ]);
});

test("a rate limit holds for its time and its conversation", async () => {
  teams.faults.api({ conversation: "#Helpdesk", do: { kind: "rate_limit", retryAfterSeconds: 30 } });
  const limited = await bot.post(helpdesk, message());
  expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "30"]);
  expect((await bot.post(teams.state.findConversation("Launch").id, message())).status).toBe(201);
  teams.faults.clear();
  teams.configure({ rateLimits: { "message.create": [{ calls: 2, seconds: 600 }] } });
  const statuses = [];
  for (let nth = 0; nth < 3; nth += 1) statuses.push((await bot.post(helpdesk, message())).status);
  expect(statuses).toEqual([201, 201, 429]);
});

test("an answer can be late, empty or broken although the message is there", async () => {
  const { faults } = teams;
  faults.api({ text: "one", do: { kind: "delay", ms: 50 } });
  faults.api({ text: "two", do: { kind: "empty" } });
  faults.api({ text: "three", do: { kind: "malformed" } });
  await expect(bot.post(helpdesk, message({ text: "one" }))).resolves.toMatchObject({ status: 201 });
  await expect(bot.post(helpdesk, message({ text: "two" }))).resolves.toMatchObject({
    status: 200,
    body: {},
  });
  await expect(bot.post(helpdesk, message({ text: "three" }))).rejects.toThrow(SyntaxError);
  expect(teams.messages("#Helpdesk").map(({ text }) => text)).toEqual(["one", "two", "three"]);
});
