import type { Interaction } from "discord.js";
import { MessageFlags } from "discord.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";
import { startDiscordSimulator } from "../../../simulators/discord/start-discord-simulator.ts";
import { connect } from "./gateway-client.ts";
import type { GatewayClient } from "./gateway-client.ts";
import { login } from "./bot.ts";
import { createRest } from "./rest-client.ts";
import type { Answer, Rest } from "./rest-client.ts";

const buttons = [
  {
    type: 1,
    components: [
      { type: 2, style: 1, label: "Go", custom_id: "go" },
      { type: 2, style: 2, label: "Off", custom_id: "off", disabled: true },
    ],
  },
];

const commands = [
  {
    name: "ask",
    description: "Asks the bot",
    options: [
      { name: "question", description: "What", type: 3, required: true },
      { name: "who", description: "Whom", type: 6 },
    ],
  },
  { name: "Explain", type: 3 },
];

const form = {
  custom_id: "form",
  title: "Tell us",
  components: [
    { type: 1, components: [{ type: 4, custom_id: "why", label: "Why?", style: 2 }] },
    { type: 18, label: "How much?", component: { type: 4, custom_id: "much", style: 1, required: false } },
  ],
};

let discord: DiscordSimulator;

beforeEach(async () => {
  discord = await startDiscordSimulator({ embedResolveMs: false, rateLimits: false });
});

afterEach(async () => {
  await discord.stop();
});

describe("on the wire", () => {
  let rest: Rest;
  let gateway: GatewayClient;

  beforeEach(async () => {
    rest = createRest(discord);
    gateway = await connect(discord);
    await gateway.identified();
    await rest("PUT", `/applications/${discord.app.applicationId}/commands`, commands);
  });

  afterEach(() => gateway.socket.terminate());

  function ask(question = "why?") {
    return discord.slash({ user: "Ana", channel: "#support", name: "ask", options: { question } });
  }

  /** Without authorization: the token in the path is the right to answer. */
  function answer(of: { id: string; token: string }, body: unknown, query = ""): Promise<Answer> {
    return rest("POST", `/interactions/${of.id}/${of.token}/callback${query}`, body, { authorization: "" });
  }

  function webhook(of: { token: string }, method: string, path = "", body?: unknown): Promise<Answer> {
    const { applicationId } = discord.app;
    return rest(method, `/webhooks/${applicationId}/${of.token}${path}`, body, { authorization: "" });
  }

  test("a command travels with its options, and people with their accounts", async () => {
    discord.slash({
      user: "Ben",
      channel: "#support",
      name: "ask",
      options: { question: "why?", who: "Mia" },
    });
    const mia = discord.state.findUser("Mia").id;
    expect(await gateway.event("INTERACTION_CREATE")).toMatchObject({
      type: 2,
      application_id: discord.app.applicationId,
      locale: "de",
      member: { user: { username: "ben" } },
      data: {
        name: "ask",
        type: 1,
        options: [
          { name: "question", type: 3, value: "why?" },
          { name: "who", type: 6, value: mia },
        ],
        resolved: { users: { [mia]: { username: "mia" } }, members: { [mia]: {} } },
      },
    });
  });

  test("is acknowledged once, in time, and the person is told", async () => {
    const asked = ask();
    expect((await answer(asked, { type: 4, data: { content: "because" } })).status).toBe(204);
    const outcome = await asked.done;
    expect(outcome).toMatchObject({ acknowledged: true, callbackType: 4, message: { text: "because" } });
    expect(outcome.ms).toBeLessThan(3_000);
    expect((await answer(asked, { type: 4, data: { content: "again" } })).body).toEqual({
      message: "Interaction has already been acknowledged.",
      code: 40060,
    });
    expect(discord.botReplies("#support").map(({ text }) => text)).toEqual(["because"]);
    expect(await gateway.event("MESSAGE_CREATE")).toMatchObject({
      content: "because",
      type: 20,
      interaction_metadata: { id: asked.id },
    });
  });

  test("that is answered too late is unknown, and the person saw it fail", async () => {
    discord.configure({ interactionAckMs: 20 });
    const asked = ask();
    expect(await asked.done).toMatchObject({ acknowledged: false });
    const late = await answer(asked, { type: 5 });
    expect([late.status, late.body]).toEqual([404, { message: "Unknown interaction", code: 10062 }]);
    expect((await answer({ ...asked, token: "x" }, { type: 5 })).body["code"]).toBe(10062);
    expect(discord.history().interactions).toMatchObject([{ name: "ask", acknowledged: false }]);
  });

  test("a deferral shows that the bot thinks until the answer comes, as an edit or as the first follow-up", async () => {
    for (const [method, path] of [
      ["PATCH", "/messages/@original"],
      ["POST", ""],
    ] as const) {
      const asked = ask();
      const deferred = await answer(asked, { type: 5 }, "?with_response=true");
      expect(deferred.body).toMatchObject({
        interaction: { id: asked.id, type: 2, response_message_loading: true },
        resource: { type: 5, message: { flags: 128 } },
      });
      const { message } = await asked.done;
      expect(message).toMatchObject({ thinking: true, text: "" });
      expect(discord.botReplies("#support", message?.id)).toEqual([]);
      const given = await webhook(asked, method, path, { content: "because" });
      expect(given.body).toMatchObject({ id: message?.id, content: "because", flags: 0 });
      const seen = discord.message("#support", message?.id ?? "");
      expect(seen).toMatchObject({ thinking: false, text: "because", edited: false });
    }
  });

  test("follow-ups come after, can be changed and taken away, and only with the right token", async () => {
    const asked = ask();
    expect((await webhook(asked, "POST", "", { content: "early" })).body["code"]).toBe(10015);
    await answer(asked, { type: 4, data: { content: "one" } });
    const second = await webhook(asked, "POST", "", { content: "two" });
    const path = `/messages/${String(second.body["id"])}`;
    expect((await webhook(asked, "PATCH", path, { content: "2" })).body["content"]).toBe("2");
    expect((await webhook(asked, "GET", "/messages/@original")).body["content"]).toBe("one");
    expect((await webhook(asked, "DELETE", path)).status).toBe(204);
    expect((await webhook(asked, "DELETE", path)).body["code"]).toBe(10008);
    expect((await webhook({ token: "x" }, "GET", "/messages/@original")).status).toBe(401);
    discord.configure({ interactionTokenMs: 0 });
    expect((await webhook(asked, "POST", "", { content: "late" })).body).toEqual({
      message: "Invalid Webhook Token",
      code: 50027,
    });
  });

  test("what is said to one person alone stands in no channel and comes over no gateway", async () => {
    const asked = ask();
    await answer(asked, { type: 4, data: { content: "psst", flags: 64, components: buttons } });
    const { message } = await asked.done;
    expect(discord.ephemerals("Ana")).toMatchObject([
      { id: message?.id, text: "psst", ephemeralTo: message?.ephemeralTo },
    ]);
    expect(discord.ephemerals("Ben")).toEqual([]);
    expect(discord.messages("#support")).toEqual([]);
    expect((await rest("GET", `/channels/${message?.channelId}/messages/${message?.id}`)).body["code"]).toBe(
      10008,
    );
    const press = { channel: "#support", messageId: message?.id ?? "", customId: "go" };
    expect(() => discord.clicks({ ...press, user: "Ben" })).toThrow("ben sees no message");
    discord.clicks({ ...press, user: "Ana" });
    await gateway.event("INTERACTION_CREATE", (event) => event["type"] === 3);
    expect(gateway.events("MESSAGE_CREATE")).toEqual([]);
  });

  test("a click can be answered by changing its message, and cannot be made on what is not there", async () => {
    const { body } = await rest("POST", `/channels/${discord.state.findChannel("#support").id}/messages`, {
      content: "choose",
      components: buttons,
    });
    const press = { user: "Ana", channel: "#support", messageId: String(body["id"]) };
    expect(() => discord.clicks({ ...press, customId: "nothing" })).toThrow("has no component nothing");
    expect(() => discord.clicks({ ...press, customId: "off" })).toThrow("disabled");
    const changed = discord.clicks({ ...press, customId: "go" });
    await answer(changed, { type: 7, data: { content: "chosen", components: [] } });
    expect(await changed.done).toMatchObject({
      callbackType: 7,
      message: { id: body["id"], text: "chosen" },
    });
    expect((await webhook(changed, "GET", "/messages/@original")).body["id"]).toBe(body["id"]);
    expect((await webhook(changed, "POST", "", { content: "and more" })).body["id"]).not.toBe(body["id"]);
  });

  test("a form is shown, filled in and answered; it cannot be answered by another form", async () => {
    const asked = ask();
    await answer(asked, { type: 9, data: form });
    expect(await asked.done).toMatchObject({
      callbackType: 9,
      modal: { customId: "form", title: "Tell us" },
    });
    expect(() => discord.submitsModal({ user: "Ana", values: { nonsense: "x" } })).toThrow("has no field");
    expect(() => discord.submitsModal({ user: "Ben", values: {} })).toThrow("no form is shown to Ben");
    await answer(ask(), { type: 9, data: form });
    const sent = discord.submitsModal({ user: "Ana", values: { why: "so", much: "42" } });
    expect(await gateway.event("INTERACTION_CREATE", (event) => event["type"] === 5)).toMatchObject({
      data: {
        custom_id: "form",
        components: [
          { type: 1, components: [{ type: 4, custom_id: "why", value: "so" }] },
          { type: 18, component: { type: 4, custom_id: "much", value: "42" } },
        ],
      },
    });
    const refused = await answer(sent, { type: 9, data: form });
    expect(refused.body).toMatchObject({
      code: 50035,
      errors: { type: { _errors: [{ code: "BASE_TYPE_CHOICES" }] } },
    });
    expect((await answer(sent, { type: 4, data: { content: "thanks" } })).status).toBe(204);
  });

  test("a menu brings its message, an option asks for choices, a missing one is noticed", async () => {
    const said = discord.userSays({ user: "Ana", channel: "#support", text: "jargon" });
    discord.contextMenu({ user: "Ben", channel: "#support", messageId: said.messageId, name: "Explain" });
    expect(await gateway.event("INTERACTION_CREATE")).toMatchObject({
      data: {
        type: 3,
        target_id: said.messageId,
        resolved: { messages: { [said.messageId]: { content: "jargon" } } },
      },
    });
    const typing = discord.slash({
      user: "Ana",
      channel: "#support",
      name: "ask",
      options: { question: "wh" },
      focused: "question",
    });
    await answer(typing, { type: 8, data: { choices: [{ name: "why", value: "why" }] } });
    expect(await typing.done).toMatchObject({ choices: [{ name: "why" }] });
    expect(() => discord.slash({ user: "Ana", channel: "#support", name: "ask" })).toThrow(
      "needs the option question",
    );
    expect(() => discord.slash({ user: "Ana", channel: "#support", name: "nope" })).toThrow(
      "no command nope",
    );
  });

  test("commands are replaced as a whole, keep their ids, and are checked", async () => {
    const path = `/applications/${discord.app.applicationId}/commands`;
    const before = (await rest("GET", path)).list;
    expect(before.map(({ name }) => name)).toEqual(["ask", "Explain"]);
    const after = await rest("PUT", path, [{ ...commands[0], description: "New" }]);
    expect(after.list).toMatchObject([{ id: before[0]?.["id"], description: "New" }]);
    const wrong = await rest("PUT", path, [{ name: "Not Good", description: "" }]);
    expect(wrong.body).toMatchObject({
      code: 50035,
      errors: {
        "0": {
          name: { _errors: [{ code: "APPLICATION_COMMAND_INVALID_NAME" }] },
          description: { _errors: [{ code: "BASE_TYPE_BAD_LENGTH" }] },
        },
      },
    });
    expect((await rest("GET", path)).list).toHaveLength(1);
    const ofGuild = `/applications/${discord.app.applicationId}/guilds/${discord.guild.id}/commands`;
    await rest("POST", ofGuild, { name: "local", description: "Here" });
    expect(() => discord.slash({ user: "Ana", channel: "dm", name: "local" })).toThrow("no command local");
  });
});

test("the real client defers, answers, follows up, whispers, shows a form and reads it", async () => {
  const client = await login(discord);
  try {
    await client.application.commands.set([{ name: "report", description: "Reports" }]);
    client.on("interactionCreate", (interaction) => void respond(interaction));
    const asked = discord.slash({ user: "Ana", channel: "#support", name: "report" });
    const { message } = await asked.done;
    const shown = await discord.waitFor(() =>
      discord.messages("#support").find(({ components }) => components.length > 0),
    );
    expect(shown).toMatchObject({ id: message?.id, text: "ready" });
    await discord.waitFor(() => discord.ephemerals("Ana").length > 0);
    expect(discord.ephemerals("Ana")).toMatchObject([{ text: "only you" }]);

    const clicked = discord.clicks({ user: "Ana", channel: "#support", messageId: shown.id, customId: "go" });
    expect(await clicked.done).toMatchObject({ callbackType: 9 });
    const sent = discord.submitsModal({ user: "Ana", values: { why: "just because" } });
    expect(await sent.done).toMatchObject({
      callbackType: 7,
      message: { id: shown.id, text: "just because" },
    });
  } finally {
    await client.destroy();
  }
});

async function respond(interaction: Interaction): Promise<void> {
  if (interaction.isChatInputCommand()) {
    await interaction.deferReply();
    await interaction.editReply({ content: "ready", components: buttons });
    await interaction.followUp({ content: "only you", flags: MessageFlags.Ephemeral });
  } else if (interaction.isButton())
    await interaction.showModal({ ...form, components: [...form.components] });
  else if (interaction.isModalSubmit() && interaction.isFromMessage())
    await interaction.update({ content: interaction.fields.getTextInputValue("why"), components: [] });
}
