import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";
import { startDiscordSimulator } from "../../../simulators/discord/start-discord-simulator.ts";
import { createRest } from "./rest-client.ts";
import type { Answer, Rest } from "./rest-client.ts";

let discord: DiscordSimulator;
let rest: Rest;
let support: string;

beforeEach(async () => {
  discord = await startDiscordSimulator({ rateLimits: false, embedResolveMs: false });
  rest = createRest(discord);
  support = discord.state.findChannel("#support").id;
});

afterEach(async () => {
  await discord.stop();
});

function post(body: unknown, channel = support): Promise<Answer> {
  return rest("POST", `/channels/${channel}/messages`, body);
}

async function posted(body: unknown = { content: "hello" }): Promise<string> {
  const { status, body: message } = await post(body);
  expect(status).toBe(200);
  return String(message["id"]);
}

function button(customId: string): unknown {
  return { type: 2, style: 1, label: customId.slice(0, 80) || "x", custom_id: customId };
}

function row(...components: unknown[]): unknown {
  return { type: 1, components };
}

describe("the door", () => {
  test("a wrong token is 401, an unknown route 404, another version refused", async () => {
    const wrong = await rest("GET", "/users/@me", undefined, { authorization: "Bot x" });
    expect([wrong.status, wrong.body]).toEqual([401, { message: "401: Unauthorized", code: 0 }]);
    const unknown = await rest("GET", "/nothing");
    expect([unknown.status, unknown.body]).toEqual([404, { message: "404: Not Found", code: 0 }]);
    const old = await fetch(`${discord.apiUrl}/v6/users/@me`);
    expect(await old.json()).toMatchObject({ code: 50041 });
  });

  test("the bot learns who it is, where its gateway is and what it may read", async () => {
    expect((await rest("GET", "/users/@me")).body).toMatchObject({ id: discord.app.botUserId, bot: true });
    expect((await rest("GET", "/gateway/bot")).body).toMatchObject({ url: discord.gatewayUrl, shards: 1 });
    for (const path of ["/applications/@me", "/oauth2/applications/@me"])
      expect((await rest("GET", path)).body).toMatchObject({
        id: discord.app.applicationId,
        flags: (1 << 18) | (1 << 14),
      });
  });

  test("guilds, roles, members and channels are there, and strangers are not", async () => {
    const guild = `/guilds/${discord.guild.id}`;
    expect((await rest("GET", guild)).body).toMatchObject({ name: "Acme" });
    const roles = (await rest("GET", `${guild}/roles`)).list;
    expect(roles.map(({ name }) => name)).toEqual(["@everyone", "baton", "Staff", "Members"]);
    expect((await rest("GET", `${guild}/channels`)).list).toHaveLength(4);
    expect((await rest("GET", `${guild}/members?limit=10`)).list).toHaveLength(5);
    const mia = discord.state.findUser("Mia").id;
    const staff = discord.state.roleNamed(discord.guild, "Staff")?.id;
    expect((await rest("GET", `${guild}/members/${mia}`)).body).toMatchObject({ roles: [staff] });
    expect((await rest("GET", "/guilds/1")).body).toMatchObject({ code: 10004 });
    expect((await rest("GET", `${guild}/members/1`)).body).toMatchObject({ code: 10013 });
    expect((await rest("GET", "/channels/1")).body).toMatchObject({ code: 10003 });
  });

  test("an answer without a body has no content type", async () => {
    const { status, headers, text } = await rest("POST", `/channels/${support}/typing`);
    expect([status, headers.get("content-type"), text]).toEqual([204, null, ""]);
  });

  test("what is no JSON is refused", async () => {
    const response = await fetch(`${discord.apiUrl}/v10/channels/${support}/messages`, {
      method: "POST",
      headers: { authorization: `Bot ${discord.app.botToken}`, "content-type": "application/json" },
      body: "{",
    });
    expect([response.status, await response.json()]).toMatchObject([400, { code: 50109 }]);
  });
});

describe("writing", () => {
  test("nothing at all, or only blanks, is 50006", async () => {
    for (const body of [{}, { content: "" }, { content: " \n\t" }, { embeds: [] }])
      expect((await post(body)).body).toEqual({ message: "Cannot send an empty message", code: 50006 });
    expect(discord.messages("#support")).toEqual([]);
  });

  test("what is too long or too much is 50035 with the place of each fault", async () => {
    const cases: [unknown, readonly (string | number)[], string][] = [
      [{ content: "x".repeat(2_001) }, ["content"], "BASE_TYPE_MAX_LENGTH"],
      [{ embeds: Array.from({ length: 11 }, () => ({ title: "t" })) }, ["embeds"], "BASE_TYPE_BAD_LENGTH"],
      [{ embeds: [{ title: "t".repeat(257) }] }, ["embeds", 0, "title"], "BASE_TYPE_MAX_LENGTH"],
      [
        { embeds: [{ description: "d".repeat(4_000) }, { description: "d".repeat(2_001) }] },
        ["embeds"],
        "MAX_EMBED_SIZE_EXCEEDED",
      ],
      [
        { content: "x", components: Array.from({ length: 6 }, (_, n) => row(button(`b${n}`))) },
        ["components"],
        "BASE_TYPE_BAD_LENGTH",
      ],
      [
        { content: "x", components: [row(...Array.from({ length: 6 }, (_, n) => button(`b${n}`)))] },
        ["components", 0, "components"],
        "BASE_TYPE_BAD_LENGTH",
      ],
      [
        { content: "x", components: [row(button("c".repeat(101)))] },
        ["components", 0, "components", 0, "custom_id"],
        "BASE_TYPE_BAD_LENGTH",
      ],
      [
        { content: "x", components: [row(button("same"), button("same"))] },
        ["components"],
        "COMPONENT_CUSTOM_ID_DUPLICATED",
      ],
      [{ content: "x", nonce: "n".repeat(26) }, ["nonce"], "NONCE_TYPE_TOO_LONG"],
      [
        { content: "x", message_reference: { message_id: "123" } },
        ["message_reference"],
        "REPLIES_UNKNOWN_MESSAGE",
      ],
      [
        { content: "x", allowed_mentions: { parse: ["users"], users: ["1"] } },
        ["allowed_mentions"],
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
      ],
      [
        { content: "x", allowed_mentions: { parse: ["all"] } },
        ["allowed_mentions", "parse", 0],
        "BASE_TYPE_CHOICES",
      ],
      [{ content: 5 }, ["content"], "STRING_TYPE_CONVERT"],
    ];
    for (const [body, path, code] of cases) {
      const answer = await post(body);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ message: "Invalid Form Body", code: 50035 });
      const place = path.reduce<unknown>(
        (node, step) => (node as Record<string, unknown>)[step],
        answer.body["errors"],
      );
      expect(place).toMatchObject({ _errors: [{ code }] });
    }
    expect(discord.messages("#support")).toEqual([]);
  });

  test("the length is counted in characters, and 2000 of them are let through whole", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom("a", "é", "😀", "\n", "`"), minLength: 1_990, maxLength: 2_010 }),
        async (content) => {
          const answer = await post({ content });
          const isFit = [...content].length <= 2_000;
          expect(answer.status).toBe(content.trim() === "" || !isFit ? 400 : 200);
          if (answer.status === 200) expect(answer.body["content"]).toBe(content.trim());
        },
      ),
      { numRuns: 25 },
    );
  });

  test("whom a message notifies is what its text says, as far as allowed_mentions lets it", async () => {
    const ana = discord.state.findUser("Ana").id;
    const staff = discord.state.roleNamed(discord.guild, "Staff")?.id ?? "";
    const content = `<@${ana}> <@&${staff}> @everyone \`<@${discord.app.ownerId}>\``;
    const cases: [unknown, { users: string[]; roles: string[]; everyone: boolean }][] = [
      [undefined, { users: [ana], roles: [staff], everyone: true }],
      [{ parse: [] }, { users: [], roles: [], everyone: false }],
      [
        { parse: ["everyone"], users: [ana] },
        { users: [ana], roles: [], everyone: true },
      ],
      [{ roles: [staff] }, { users: [], roles: [staff], everyone: false }],
    ];
    for (const [allowed, expected] of cases) {
      const id = await posted({ content, ...(allowed === undefined ? {} : { allowed_mentions: allowed }) });
      expect(discord.message("#support", id)?.pings).toEqual(expected);
    }
  });

  test("a reply notifies whom it answers only when told so", async () => {
    const said = discord.userSays({ user: "Ana", channel: "#support", text: "hi" });
    const reply = { content: "yes", message_reference: { message_id: said.messageId } };
    const ana = discord.state.findUser("Ana").id;
    const quiet = await posted({ ...reply, allowed_mentions: { parse: [] } });
    const loud = await posted({ ...reply, allowed_mentions: { parse: [], replied_user: true } });
    expect(discord.message("#support", quiet)).toMatchObject({
      replyTo: said.messageId,
      pings: { users: [] },
    });
    expect(discord.message("#support", loud)?.pings.users).toEqual([ana]);
  });

  test("a reply to what is gone is refused, or posted as no reply when that is allowed", async () => {
    const said = discord.userSays({ user: "Ana", channel: "#support", text: "hi" });
    discord.userDeletes({ channel: "#support", messageId: said.messageId });
    const message_reference = { message_id: said.messageId };
    expect((await post({ content: "x", message_reference })).status).toBe(400);
    const loose = { ...message_reference, fail_if_not_exists: false };
    expect((await post({ content: "x", message_reference: loose })).body["type"]).toBe(0);
  });

  test("an enforced nonce is posted once, whatever the channel, until its time is over", async () => {
    const body = { content: "once", nonce: "delivery-1", enforce_nonce: true };
    const first = await post(body);
    const again = await post({ ...body, content: "twice" });
    expect(again.body).toMatchObject({ id: first.body["id"], content: "once", nonce: "delivery-1" });
    const elsewhere = await post(body, discord.state.findChannel("#general").id);
    expect(elsewhere.body["id"]).toBe(first.body["id"]);
    expect(discord.messages("#support")).toHaveLength(1);
    expect((await post({ ...body, enforce_nonce: false })).body["id"]).not.toBe(first.body["id"]);
    discord.configure({ nonceWindowMs: -1 });
    expect((await post(body)).body["id"]).not.toBe(first.body["id"]);
    expect(discord.messages("#support")).toHaveLength(3);
  });

  test("an edit keeps what it does not name, is remembered, and is the author's alone", async () => {
    const id = await posted({ content: "one", components: [row(button("go"))] });
    const path = `/channels/${support}/messages/${id}`;
    const edited = await rest("PATCH", path, { content: "two" });
    expect(edited.body).toMatchObject({ content: "two", components: [{ type: 1 }] });
    expect(edited.body["edited_timestamp"]).toEqual(expect.any(String));
    expect((await rest("PATCH", path, { components: [] })).body).toMatchObject({ components: [] });
    expect(discord.message("#support", id)?.edits.map(({ text }) => text)).toEqual(["one", "two"]);
    expect((await rest("PATCH", path, { content: "" })).body["code"]).toBe(50006);
    const { messageId } = discord.userSays({ user: "Ana", channel: "#support", text: "mine" });
    const foreign = await rest("PATCH", `/channels/${support}/messages/${messageId}`, { content: "yours" });
    expect([foreign.status, foreign.body["code"]]).toEqual([403, 50005]);
  });

  test("an old message is edited only so often", async () => {
    discord.configure({ oldEdits: { ageMs: -1, max: 2 } });
    const id = await posted();
    const path = `/channels/${support}/messages/${id}`;
    expect((await rest("PATCH", path, { content: "1" })).status).toBe(200);
    expect((await rest("PATCH", path, { content: "2" })).status).toBe(200);
    expect((await rest("PATCH", path, { content: "3" })).body["code"]).toBe(30046);
  });

  test("a deletion happens once; the second finds nothing", async () => {
    const path = `/channels/${support}/messages/${await posted()}`;
    expect((await rest("DELETE", path)).status).toBe(204);
    expect((await rest("DELETE", path)).body).toEqual({ message: "Unknown Message", code: 10008 });
    expect((await rest("PATCH", path, { content: "x" })).body["code"]).toBe(10008);
  });
});

describe("permissions", () => {
  test("an unseen channel is 50001, a missing permission 50013", async () => {
    const id = await posted();
    discord.permit({ channel: "#support", deny: ["SendMessages", "AddReactions", "ManageMessages"] });
    expect((await post({ content: "x" })).body).toEqual({ message: "Missing Permissions", code: 50013 });
    const reaction = `/channels/${support}/messages/${id}/reactions/${encodeURIComponent("👍")}/@me`;
    expect((await rest("PUT", reaction)).body["code"]).toBe(50013);
    const { messageId } = discord.userSays({ user: "Ana", channel: "#support", text: "mine" });
    expect((await rest("DELETE", `/channels/${support}/messages/${messageId}`)).body["code"]).toBe(50013);
    discord.permit({ channel: "#support", deny: ["ViewChannel"] });
    expect((await post({ content: "x" })).body).toEqual({ message: "Missing Access", code: 50001 });
    discord.permit({ channel: "#support", allow: ["ViewChannel", "SendMessages"] });
    expect((await post({ content: "x" })).status).toBe(200);
  });

  test("a person's message in a direct channel cannot be deleted", async () => {
    const { messageId, channelId } = discord.userSays({ user: "Ana", channel: "dm", text: "mine" });
    expect((await rest("DELETE", `/channels/${channelId}/messages/${messageId}`)).body["code"]).toBe(50003);
  });
});

describe("reading", () => {
  test("pages walk through a channel in either direction and miss nothing", async () => {
    const said = Array.from({ length: 23 }, (_, n) =>
      discord.userSays({ user: "Ana", channel: "#support", text: `message ${n}` }),
    ).map(({ messageId }) => messageId);
    const page = async (query: string): Promise<string[]> =>
      (await rest("GET", `/channels/${support}/messages?${query}`)).list.map(({ id }) => String(id));
    expect(await page("limit=5")).toEqual(said.slice(-5).toReversed());
    const forward: string[] = [];
    for (let after = "0"; ; after = forward.at(-1) ?? "0") {
      const found = await page(`limit=10&after=${after}`);
      if (found.length === 0) break;
      forward.push(...found.toReversed());
    }
    expect(forward).toEqual(said);
    expect(await page(`limit=3&before=${said[10]}`)).toEqual([said[9], said[8], said[7]]);
    expect(await page(`limit=4&around=${said[10]}`)).toEqual([said[11], said[10], said[9], said[8]]);
    expect((await rest("GET", `/channels/${support}/messages?limit=101`)).body["code"]).toBe(50035);
  });

  test("contents are hidden from REST too when the operator did not switch them on", async () => {
    discord.configure({ privilegedIntents: { members: true, presences: false, messageContent: false } });
    discord.userSays({ user: "Ana", channel: "#support", text: "secret" });
    const { list } = await rest("GET", `/channels/${support}/messages`);
    expect(list).toMatchObject([{ content: "", author: { username: "ana" } }]);
  });
});

describe("files", () => {
  function form(payload: unknown, ...names: string[]): FormData {
    const data = new FormData();
    data.set("payload_json", JSON.stringify(payload));
    for (const [index, name] of names.entries())
      data.set(`files[${index}]`, new Blob([`content of ${name}`], { type: "text/plain" }), name);
    return data;
  }

  test("go up in a form and come down from a signed address", async () => {
    const { body } = await post(
      form({ content: "see", attachments: [{ id: 0, description: "a list" }] }, "a list.txt", "b.txt"),
    );
    const attachments = body["attachments"] as Record<string, unknown>[];
    expect(attachments).toMatchObject([
      { filename: "a_list.txt", size: 21, content_type: "text/plain", description: "a list" },
      { filename: "b.txt" },
    ]);
    const url = String(attachments[0]?.["url"]);
    expect(url).toMatch(/\/attachments\/\d+\/\d+\/a_list\.txt\?ex=[0-9a-f]+&is=[0-9a-f]+&hm=[0-9a-f]{64}&$/);
    expect(await (await fetch(url)).text()).toBe("content of a list.txt");
    expect((await fetch(url.replace("hm=", "hm=0"))).status).toBe(404);
    expect((await fetch(url.slice(0, url.indexOf("?")))).status).toBe(404);
  });

  test("an address runs out and can be renewed, and every reading of the message renews it too", async () => {
    const said = discord.userSays({
      user: "Ana",
      channel: "#support",
      text: "",
      files: [{ name: "log.txt", content: "lines" }],
    });
    const read = async (): Promise<string> => {
      const { body } = await rest("GET", `/channels/${support}/messages/${said.messageId}`);
      return String((body["attachments"] as Record<string, unknown>[])[0]?.["url"]);
    };
    discord.configure({ attachmentLifeMs: -1_000 });
    const expired = await read();
    const gone = await fetch(expired);
    expect([gone.status, await gone.text()]).toEqual([404, "This content is no longer available."]);
    discord.configure({ attachmentLifeMs: 60_000 });
    const { body } = await rest("POST", "/attachments/refresh-urls", { attachment_urls: [expired] });
    const [renewed] = body["refreshed_urls"] as { original: string; refreshed: string }[];
    expect(renewed?.original).toBe(expired);
    for (const url of [renewed?.refreshed ?? "", await read()])
      expect(await (await fetch(url)).text()).toBe("lines");
  });

  test("too big a file is 40005, and an edit keeps the files it names", async () => {
    const { body } = await post(form({}, "a.txt", "b.txt"));
    const [first] = body["attachments"] as Record<string, unknown>[];
    const path = `/channels/${support}/messages/${String(body["id"])}`;
    const edited = await rest("PATCH", path, { attachments: [{ id: first?.["id"] }] });
    expect(edited.body["attachments"]).toMatchObject([{ filename: "a.txt" }]);
    discord.configure({ maxFileBytes: 4 });
    const refused = await post(form({}, "c.txt"));
    expect([refused.status, refused.body["code"]]).toEqual([413, 40005]);
  });
});

describe("reactions and threads", () => {
  test("a reaction is set and cleared any number of times and told once", async () => {
    const said = discord.userSays({ user: "Ana", channel: "#support", text: "hi" });
    const path = (emoji: string): string =>
      `/channels/${support}/messages/${said.messageId}/reactions/${encodeURIComponent(emoji)}`;
    for (let n = 0; n < 2; n += 1) expect((await rest("PUT", `${path("👀")}/@me`)).status).toBe(204);
    expect((await rest("GET", path("👀"))).list).toMatchObject([{ id: discord.app.botUserId }]);
    for (let n = 0; n < 2; n += 1) expect((await rest("DELETE", `${path("👀")}/@me`)).status).toBe(204);
    expect(discord.message("#support", said.messageId)?.reactions).toEqual([]);
    const kinds = discord.history().dispatches.map(({ type }) => type);
    expect(kinds).toEqual(["MESSAGE_CREATE", "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE"]);
    expect((await rest("PUT", `${path("nonsense")}/@me`)).body["code"]).toBe(10014);
  });

  test("a thread takes its message's id, is opened once, and can be closed, locked and written to", async () => {
    const said = discord.userSays({ user: "Ana", channel: "#support", text: "hi" });
    const path = `/channels/${support}/messages/${said.messageId}/threads`;
    const opened = await rest("POST", path, { name: "Badge", auto_archive_duration: 60 });
    expect([opened.status, opened.body]).toMatchObject([
      201,
      { id: said.messageId, type: 11, parent_id: support },
    ]);
    expect((await rest("POST", path, { name: "Again" })).body).toEqual({
      message: "A thread has already been created for this message",
      code: 160004,
    });
    const thread = said.messageId;
    expect((await post({ content: "in here" }, thread)).status).toBe(200);
    discord.archives({ thread });
    const inside = discord.botReplies(thread)[0]?.id ?? "";
    expect(
      (await rest("PATCH", `/channels/${thread}/messages/${inside}`, { content: "x" })).body["code"],
    ).toBe(50083);
    expect((await post({ content: "wakes it" }, thread)).status).toBe(200);
    expect(discord.threadOf("#support", said.messageId)).toMatchObject({ name: "Badge", archived: false });
    expect((await rest("PATCH", `/channels/${thread}`, { archived: true })).status).toBe(200);
    const active = await rest("GET", `/guilds/${discord.guild.id}/threads/active`);
    expect(active.body["threads"]).toEqual([]);
    discord.permit({ channel: "#support", deny: ["SendMessagesInThreads"] });
    expect((await post({ content: "x" }, thread)).body["code"]).toBe(50013);
  });

  test("a locked thread takes no more from a bot that may not manage threads", async () => {
    const { threadId } = discord.userOpensThread({ user: "Ana", channel: "#support", name: "Closed" });
    discord.archives({ thread: threadId, locked: true });
    expect((await post({ content: "may manage" }, threadId)).status).toBe(200);
    discord.permit({ channel: "#support", deny: ["ManageThreads"] });
    expect((await post({ content: "may not" }, threadId)).body["code"]).toBe(160005);
  });

  test("a forum takes posts, by people and by the bot, and no plain messages", async () => {
    const forum = discord.state.findChannel("#help-forum").id;
    const post1 = discord.forumPost({ user: "Ana", channel: "#help-forum", title: "Help", text: "Please" });
    expect(post1.threadId).toBe(post1.messageId);
    expect((await post({ content: "x" }, forum)).body["code"]).toBe(50008);
    const made = await rest("POST", `/channels/${forum}/threads`, {
      name: "FAQ",
      message: { content: "Read" },
    });
    expect(made.body).toMatchObject({ name: "FAQ", parent_id: forum, message: { content: "Read" } });
    expect((made.body["message"] as Record<string, unknown>)["id"]).toBe(made.body["id"]);
    expect(discord.threads("#help-forum").map(({ name }) => name)).toEqual(["Help", "FAQ"]);
  });

  test("a direct channel is opened once per person", async () => {
    const recipient_id = discord.state.findUser("Ana").id;
    const first = await rest("POST", "/users/@me/channels", { recipient_id });
    expect(first.body).toMatchObject({ type: 1, recipients: [{ id: recipient_id }] });
    expect((await rest("POST", "/users/@me/channels", { recipient_id })).body["id"]).toBe(first.body["id"]);
    expect(discord.directChannel("Ana")).toBe(first.body["id"]);
    const parrot = discord.state.findUser("Parrot").id;
    expect((await rest("POST", "/users/@me/channels", { recipient_id: parrot })).body["code"]).toBe(50007);
  });
});

describe("who is in a guild", () => {
  const idsIn = ({ list }: Answer): unknown[] =>
    list.map((member) => (member["user"] as Record<string, unknown>)["id"]);

  test("members come by id, a page at a time, one where no limit is named", async () => {
    const path = `/guilds/${discord.guild.id}/members`;
    const everybody = idsIn(await rest("GET", `${path}?limit=1000`));
    expect(everybody).toEqual([...discord.guild.members.keys()].toSorted());
    expect(idsIn(await rest("GET", path))).toEqual(everybody.slice(0, 1));
    const behind = await rest("GET", `${path}?limit=2&after=${String(everybody[1])}`);
    expect(idsIn(behind)).toEqual(everybody.slice(2, 4));
    for (const query of ["limit=0", "limit=1001", "limit=x", "after=x"])
      expect((await rest("GET", `${path}?${query}`)).body).toMatchObject({ code: 50035 });
  });

  test("nobody is listed to an application without the members intent", async () => {
    discord.configure({ privilegedIntents: { members: false, presences: false, messageContent: true } });
    const refused = await rest("GET", `/guilds/${discord.guild.id}/members?limit=1000`);
    expect([refused.status, refused.body]).toEqual([403, { message: "Missing Access", code: 50001 }]);
    const one = await rest("GET", `/guilds/${discord.guild.id}/members/${discord.state.findUser("Ana").id}`);
    expect(one.status).toBe(200);
  });

  test("a role can be given and taken", async () => {
    const [ana, staff] = [
      discord.state.findUser("Ana").id,
      discord.state.roleNamed(discord.guild, "Staff")?.id,
    ];
    const rolesOfAna = async (): Promise<unknown> =>
      (await rest("GET", `/guilds/${discord.guild.id}/members/${ana}`)).body["roles"];
    discord.givesRole({ user: "Ana", role: "Staff" });
    discord.givesRole({ user: "Ana", role: "Staff" });
    expect(await rolesOfAna()).toEqual(["1300000000000000012", staff]);
    discord.givesRole({ user: "Ana", role: "Staff", remove: true });
    expect(await rolesOfAna()).toEqual(["1300000000000000012"]);
    expect(() => discord.givesRole({ user: "Ana", role: "@everyone" })).toThrow(/no role @everyone to give/);
  });
});
