import { z } from "zod";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DiscordSimulator } from "../../simulators/discord/simulator.ts";
import { startDiscordSimulator } from "../../simulators/discord/start-discord-simulator.ts";
import type { TeamsSimulator } from "../../simulators/teams/simulator.ts";
import { startTeamsSimulator } from "../../simulators/teams/start-teams-simulator.ts";
import { PermanentError } from "../../src/core/errors.ts";
import { defineTool, type Tool } from "../../src/core/tool.ts";
import { openChatHouse, visit, type Json } from "../http/chat/chat-house.ts";
import { until, wordsOf, type Talk } from "../support/talk.ts";
import { teamsEnvironment } from "../support/teams-environment.ts";

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const csv = Buffer.from("badge;owner\n17;Zoë\n");
const both = [
  { name: "chart.png", content: png },
  { name: "badges.csv", content: csv },
];

/** Makes a picture and a table, and then perhaps fails. */
const report: Tool = defineTool({
  name: "make_report",
  description: "Makes a report about badges as a picture and a table.",
  input: z.strictObject({ breaks: z.boolean().default(false) }),
  output: z.object({ made: z.number() }),
  roles: ["customer", "staff"],
  effect: "read",
  repeatable: true,
  approval: "none",
  timeoutMs: 5_000,
  cost: 0,
  async run({ breaks }, { attach }) {
    await attach({ name: "../reports/chart.png", mimeType: "text/html", bytes: png });
    await attach({ name: "badges.csv", mimeType: "text/csv", bytes: csv });
    if (breaks) throw new PermanentError("The printer is on fire.");
    return { made: 2 };
  },
});

let talk: Talk;
let discord: DiscordSimulator;
let teams: TeamsSimulator;

beforeAll(async () => {
  [discord, teams] = await Promise.all([
    startDiscordSimulator({ identifyWindowMs: 20, rateLimits: false, embedResolveMs: false }),
    startTeamsSimulator({ timeScale: 0.01, streamIntervalMs: 0, deliveryTimeoutMs: 20_000 }),
  ]);
  talk = await openChatHouse({
    tools: [report],
    env: {
      BATON_PUBLIC_URL: "https://baton.example.com",
      BATON_SHUTDOWN_MS: "2000",
      DISCORD_BOT_TOKEN: discord.app.botToken,
      DISCORD_API_URL: discord.apiUrl,
      DISCORD_PACE: "off",
      ...teamsEnvironment(teams),
    },
  });
  teams.configure({ endpoint: `${talk.house.service.url()}/teams/messages` });
  await discord.connected(30_000);
}, 120_000);

afterAll(async () => {
  await talk?.stop();
  await Promise.all([discord?.stop(), teams?.stop()]);
});

beforeEach(() => {
  talk.slack.faults.clear();
  talk.model.clearFixtures();
});

/** A question for which the model calls the tool, and answers once it has its result. */
function aQuestion(id: string, breaks = false): string {
  const user = `[[files:${id}]]`;
  talk.model.addFixtures([
    {
      match: { user, hasToolResult: false },
      answer: { toolCalls: [{ name: "make_report", arguments: { breaks } }] },
    },
    { match: { user, hasToolResult: true }, answer: { text: `The report ${id} is done.` } },
  ]);
  return `make me a report ${user}`;
}

type Root = { ts: string; channel: string };

/** What Slack shows of the bot's files in a thread. */
const slackFiles = (root: Root) =>
  talk
    .heard(root)
    .flatMap(({ files = [] }) =>
      files.map(({ id, name }) => ({ name, content: talk.slack.state.files.get(id)?.content })),
    );

describe("an answer with a picture and a table", () => {
  it("arrives on Slack: the words first, then each file once", async () => {
    const root = await talk.say(`@baton ${aQuestion("slack")}`);
    await talk.answers(root, 3, 30_000);
    await talk.settled(30_000);
    expect(wordsOf(talk.heard(root)[0] ?? never())).toContain("The report slack is done.");
    expect(slackFiles(root)).toEqual(both);
    expect(talk.heard(root)).toHaveLength(3);
    expect(talk.slack.complaints()).toEqual([]);
  }, 60_000);

  it("arrives on Discord", async () => {
    const said = discord.userSays({
      user: "Ana",
      channel: "#support",
      text: `@baton ${aQuestion("discord")}`,
    });
    const replies = () => {
      const thread = discord.threadOf("#support", said.messageId)?.id;
      return thread === undefined ? [] : discord.botReplies(thread);
    };
    await discord.waitFor(() => replies().length === 3, 40_000);
    await talk.settled(30_000);
    expect(replies()[0]?.text).toContain("The report discord is done.");
    const files = replies().flatMap(({ channelId, id }) => {
      const stored = discord.state.channels.get(channelId)?.messages.get(id)?.files ?? [];
      return stored.map(({ name, content }) => ({ name, content }));
    });
    expect(files).toEqual(both);
    expect(discord.complaints()).toEqual([]);
  }, 60_000);

  it("arrives in a personal chat of Teams: the picture at once, the table when it is wanted", async () => {
    const said = teams.userSays({ user: "Ben", conversation: "personal", text: aQuestion("teams") });
    await said.delivered;
    const replies = () => teams.botReplies(said.conversation);
    await teams.waitFor(() => replies().length === 3, 40_000);
    await talk.settled(30_000);
    const [words, picture, offer] = replies();
    expect(words?.text).toContain("The report teams is done.");
    const base64 = png.toString("base64");
    expect(picture?.attachments[0]).toMatchObject({
      name: "chart.png",
      contentUrl: `data:image/png;base64,${base64}`,
    });
    expect(offer?.attachments[0]).toMatchObject({ name: "badges.csv", content: { sizeInBytes: csv.length } });
    const consent = { user: "Ben", messageId: offer?.id ?? "", action: "accept" } as const;
    expect(await teams.consents(consent).done).toMatchObject({ status: 200 });
    expect(teams.files().at(-1)).toMatchObject({ name: "badges.csv", complete: true, content: csv });
    // What was an offer is the file by now.
    expect(replies()).toHaveLength(3);
    expect(replies()[2]?.attachments[0]?.["contentType"]).toBe(
      "application/vnd.microsoft.teams.card.file.info",
    );
    expect(teams.complaints()).toEqual([]);
  }, 60_000);

  it("says in its place that a file was declined in Teams", async () => {
    const said = teams.userSays({ user: "Mia", conversation: "personal", text: aQuestion("declined") });
    await said.delivered;
    const replies = () => teams.botReplies(said.conversation);
    await teams.waitFor(() => replies().length === 3, 40_000);
    const consent = { user: "Mia", messageId: replies()[2]?.id ?? "", action: "decline" } as const;
    expect(await teams.consents(consent).done).toMatchObject({ status: 200 });
    expect(replies()[2]).toMatchObject({ text: expect.stringContaining("you declined it"), attachments: [] });
  }, 60_000);

  it("gives a link in a channel of Teams, where bots send no files, and the link saves the file", async () => {
    const text = aQuestion("room");
    const said = teams.userSays({ user: "Ana", conversation: "#Helpdesk", text, mentionsBot: true });
    await said.delivered;
    const replies = () => teams.botReplies("#Helpdesk", said.id);
    await teams.waitFor(() => replies().length === 3, 40_000);
    expect(replies()[1]?.attachments[0]).toMatchObject({ name: "chart.png", contentType: "image/png" });
    const line = replies()[2]?.text ?? "";
    expect(line).toContain("badges.csv");
    const path = /https:\/\/baton\.example\.com(\/files\/[\w-]+)/.exec(line)?.[1] ?? "";
    const saved = await fetch(talk.house.service.url() + path);
    expect(Buffer.from(await saved.arrayBuffer())).toEqual(csv);
    expect(Object.fromEntries(saved.headers)).toMatchObject({
      "content-disposition": "attachment; filename*=UTF-8''badges.csv",
      "content-type": "application/octet-stream",
      "x-content-type-options": "nosniff",
    });
    expect((await fetch(`${talk.house.service.url()}${path.slice(0, -2)}AA`)).status).toBe(404);
  }, 60_000);

  it("stands in the chat of a web site, for its own visitor and nobody else", async () => {
    const base = talk.house.service.url();
    const [ana, ben] = [await visit(base), await visit(base)];
    await ana.put("m1", aQuestion("web"));
    const attached = await until(async () => {
      const files = (await ana.history()).flatMap((message) =>
        message["role"] === "assistant" ? ((message["attachments"] ?? []) as unknown as Json[]) : [],
      );
      return files.length === 2 && files;
    }, 30_000);
    expect(attached).toMatchObject([
      { name: "chart.png", mime_type: "image/png", bytes: png.length },
      { name: "badges.csv", mime_type: "text/csv", bytes: csv.length },
    ]);
    const urlOf = (file: Json | undefined) =>
      `${base}/api/v1/conversations/${ana.thread}/attachments/${String(file?.["id"])}`;
    const read = (file: Json | undefined, token: string) =>
      fetch(urlOf(file), { headers: { authorization: `Bearer ${token}` } });
    const picture = await read(attached[0], ana.token);
    expect(picture.headers.get("content-type")).toBe("image/png");
    expect(Buffer.from(await picture.arrayBuffer())).toEqual(png);
    const table = await read(attached[1], ana.token);
    expect(table.headers.get("content-disposition")).toMatch(/^attachment/);
    expect(Buffer.from(await table.arrayBuffer())).toEqual(csv);
    expect((await read(attached[0], ben.token)).status).toBe(404);
  }, 60_000);
});

describe("when something goes wrong with a file", () => {
  it("the words stand, and a line with a link takes the place of what Slack does not take", async () => {
    talk.slack.faults.api({
      method: "files.getUploadURLExternal",
      times: 1,
      do: { kind: "error", error: "missing_scope" },
    });
    const root = await talk.say(`@baton ${aQuestion("scope")}`);
    await talk.answers(root, 3, 30_000);
    await talk.settled(30_000);
    const [words, line] = talk.heard(root).map(wordsOf);
    expect(words).toContain("The report scope is done.");
    expect(line).toMatch(/chart.*png.*https:\/\/baton\.example\.com\/files\//s);
    expect(slackFiles(root)).toEqual(both.slice(1));
  }, 60_000);

  it.each(["before", "after"] as const)(
    "a file arrives once though its answer was cut %s Slack took it",
    async (when) => {
      talk.slack.faults.api({ method: "files.completeUploadExternal", times: 1, do: { kind: "cut", when } });
      const root = await talk.say(`@baton ${aQuestion(`cut-${when}`)}`);
      await talk.answers(root, 3, 30_000);
      await talk.settled(30_000);
      expect(slackFiles(root)).toEqual(both);
      expect(talk.heard(root)).toHaveLength(3);
    },
    60_000,
  );

  it("a file arrives once though the process ends between the words and their files", async () => {
    talk.slack.faults.api({
      method: "files.getUploadURLExternal",
      times: 1,
      do: { kind: "rate_limit", retryAfterSeconds: 2 },
    });
    const root = await talk.say(`@baton ${aQuestion("restart")}`);
    await talk.answers(root, 1, 30_000);
    await talk.house.restart();
    teams.configure({ endpoint: `${talk.house.service.url()}/teams/messages` });
    await talk.answers(root, 3, 40_000);
    await talk.settled(30_000);
    expect(wordsOf(talk.heard(root)[0] ?? never())).toContain("The report restart is done.");
    expect(slackFiles(root)).toEqual(both);
    expect(talk.heard(root)).toHaveLength(3);
  }, 120_000);

  it("a tool that failed leaves none of its files on the answer", async () => {
    const root = await talk.say(`@baton ${aQuestion("broken", true)}`);
    await talk.answers(root, 1, 30_000);
    await talk.settled(30_000);
    expect(talk.heard(root).map(wordsOf)).toEqual([expect.stringContaining("The report broken is done.")]);
    const left =
      "SELECT f.id FROM reply_files f JOIN turns t ON t.id = f.turn_id JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1";
    expect(await talk.rows(left, [root.ts])).toEqual([]);
  }, 60_000);
});

function never(): never {
  throw new Error("nothing was said");
}
