import { afterEach, describe, expect, test } from "vitest";
import { startDiscordSimulator } from "../../simulators/discord/start-discord-simulator.ts";
import { createDiscordPage } from "../../simulators/discord-page.ts";
import type { PageChange, PageWorkspace } from "../../simulators/page-workspace.ts";
import { startTeamsSimulator } from "../../simulators/teams/start-teams-simulator.ts";
import { createTeamsPage } from "../../simulators/teams-page.ts";

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()));
});

function personIn(page: PageWorkspace, name: string) {
  const person = page.describe().people.find((one) => one.name === name);
  if (person === undefined) throw new Error(`no ${name}`);
  return person;
}

const firstChannel = (page: PageWorkspace): string => page.describe().channels[0]?.id ?? "";

describe("Discord as its page sees it", () => {
  async function open() {
    const discord = await startDiscordSimulator();
    running.push(discord);
    const page = createDiscordPage(discord, "stand-in");
    const bot = async (method: string, path: string, body?: object): Promise<{ id: string }> => {
      const response = await fetch(`${discord.apiUrl}/v10${path}`, {
        method,
        headers: { authorization: `Bot ${discord.app.botToken}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return text === "" ? { id: "" } : (JSON.parse(text) as { id: string });
    };
    return { discord, page, bot, ana: personIn(page, "Ana"), support: firstChannel(page) };
  }

  test("knows who is of the staff, and shows no channel that not everyone may see", async () => {
    const { page } = await open();
    const { people, channels, commands } = page.describe();
    expect(people.map(({ name, isStaff }) => [name, isStaff])).toEqual([
      ["Ana", false],
      ["Ben", false],
      ["Mia", true],
    ]);
    expect(channels.map(({ name }) => name)).toEqual(["support", "general"]);
    expect(commands).toEqual([]);
  });

  test("what is said in a thread stands under the message the thread was opened on, and can be changed there", async () => {
    const { page, bot, ana, support } = await open();
    const { ts: root } = page.says({ user: ana.id, channel: support, text: "hi @baton" });
    const thread = await bot("POST", `/channels/${support}/messages/${root}/threads`, { name: "hi" });
    const { id } = await bot("POST", `/channels/${thread.id}/messages`, {
      content: "**hello**",
      components: [{ type: 1, components: [{ type: 2, style: 2, custom_id: "a", label: "A" }] }],
    });
    expect(page.message(support, id)).toMatchObject({
      channel: support,
      threadTs: root,
      isBot: true,
      text: "**hello**",
      components: [{ components: [{ custom_id: "a" }] }],
    });
    const { ts: reply } = page.says({ user: ana.id, channel: support, text: "thanks", threadTs: root });
    page.edits({ user: ana.id, channel: support, ts: reply, text: "thank you" });
    page.reacts({ user: ana.id, channel: support, ts: id, name: "👍", remove: false });
    expect(page.message(support, reply)).toMatchObject({ threadTs: root, text: "thank you", edited: true });
    expect(page.message(support, id)?.reactions).toEqual([{ name: "👍", users: [ana.id] }]);
    page.deletes({ user: ana.id, channel: support, ts: reply });
    const { messages } = page.messages(support);
    expect(messages.map(({ ts, deleted }) => [ts, deleted])).toEqual([
      [root, false],
      [id, false],
      [reply, true],
    ]);
  });

  test("whoever answers first opens the thread", async () => {
    const { discord, page, ana, support } = await open();
    const { ts: root } = page.says({ user: ana.id, channel: support, text: "is anybody here?" });
    const mia = personIn(page, "Mia");
    const { ts } = page.says({ user: mia.id, channel: support, text: "I am", threadTs: root });
    expect(discord.threadOf(support, root)?.name).toBe("is anybody here?");
    expect(page.message(support, ts)).toMatchObject({ threadTs: root, user: mia.id });
  });

  test("the bot's typing is shown until it speaks", async () => {
    const { page, bot, ana } = await open();
    const changes: PageChange[] = [];
    page.onChange((change) => changes.push(change));
    const { directChannel } = ana;
    await bot("POST", `/channels/${directChannel}/typing`);
    await bot("POST", `/channels/${directChannel}/messages`, { content: "here I am" });
    const statuses = changes.flatMap((change) => (change.kind === "status" ? [change] : []));
    expect(statuses.map(({ channel, threadTs, status }) => [channel, threadTs, status])).toEqual([
      [directChannel, "", "is typing..."],
      [directChannel, "", ""],
    ]);
  });

  test("lists the bot's commands and sends what stands behind one as its first option", async () => {
    const { discord, page, bot, ana, support } = await open();
    await bot("PUT", `/applications/${discord.app.applicationId}/commands`, [
      { name: "ask", description: "Ask", options: [{ name: "question", type: 3, description: "What?" }] },
    ] as unknown as object);
    expect(page.describe().commands).toEqual([{ name: "/ask", about: "Ask" }]);
    const place = { user: ana.id, channel: support };
    expect(await page.commands({ ...place, command: "/nothing", text: "" })).toEqual({
      problem: "Baton did not take it: there is no command /nothing",
    });
    discord.configure({ interactionAckMs: 50 });
    expect(await page.commands({ ...place, command: "/ask", text: "when?" })).toEqual({
      problem: "Baton did not take it: this interaction failed",
    });
  });

  test("a file comes back as it was sent", async () => {
    const { page, ana, support } = await open();
    const content = Buffer.from("line one");
    const { ts } = page.says({
      user: ana.id,
      channel: support,
      text: "",
      files: [{ name: "a.txt", mimetype: "text/plain", content }],
    });
    const [file] = page.message(support, ts)?.files ?? [];
    expect(file).toMatchObject({ name: "a.txt", mimetype: "text/plain", size: 8 });
    expect(page.file(file?.id ?? "")?.content).toEqual(content);
  });
});

describe("Teams as its page sees it", () => {
  async function open() {
    const teams = await startTeamsSimulator();
    running.push(teams);
    const page = createTeamsPage(teams, "stand-in");
    return { teams, page, ana: personIn(page, "Ana"), helpdesk: firstChannel(page) };
  }

  test("shows one tenant: its people, the helpdesk first", async () => {
    const { page } = await open();
    const { workspace, people, channels } = page.describe();
    expect(workspace).toBe("Contoso");
    expect(people.map(({ name, isStaff }) => [name, isStaff])).toEqual([
      ["Ana", false],
      ["Ben", false],
      ["Mia", true],
    ]);
    expect(channels.map(({ name }) => name)).toEqual(["Helpdesk", "General"]);
  });

  test("a reply stands under its root, a mention is one once, also after an edit", async () => {
    const { page, ana, helpdesk } = await open();
    const { ts: root } = page.says({ user: ana.id, channel: helpdesk, text: "@Baton help" });
    const { ts: reply } = page.says({ user: ana.id, channel: helpdesk, text: "please", threadTs: root });
    expect(page.message(helpdesk, reply)).toMatchObject({ threadTs: root, format: "plain", text: "please" });
    page.edits({ user: ana.id, channel: helpdesk, ts: root, text: "@Baton help me" });
    expect(page.message(helpdesk, root)).toMatchObject({ text: "<at>Baton</at> help me", edited: true });
  });

  test("reactions, deletions and files come through", async () => {
    const { page, ana } = await open();
    const content = Buffer.from("line one");
    const channel = ana.directChannel;
    const { ts } = page.says({
      user: ana.id,
      channel,
      text: "look",
      files: [{ name: "a.txt", mimetype: "text/plain", content }],
    });
    page.reacts({ user: ana.id, channel, ts, name: "like", remove: false });
    const seen = page.message(channel, ts);
    expect(seen?.reactions).toEqual([{ name: "like", users: [ana.id] }]);
    expect(page.file(seen?.files?.[0]?.id ?? "")?.content).toEqual(content);
    page.deletes({ user: ana.id, channel, ts });
    expect(page.message(channel, ts)?.deleted).toBe(true);
  });

  test("a click on a card that is not there is told, not thrown", async () => {
    const { page, ana } = await open();
    const channel = ana.directChannel;
    const { ts } = page.says({ user: ana.id, channel, text: "hi" });
    const { problem } = await page.clicks({ user: ana.id, channel, ts, actionId: "x" });
    expect(problem).toContain("has no Action.Submit");
  });
});
