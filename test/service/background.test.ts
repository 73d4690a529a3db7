import { z } from "zod";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PermanentError } from "../../src/core/errors.ts";
import { defineTool, type Tool } from "../../src/core/tool.ts";
import type { Query } from "../../src/store/database.ts";
import type { HouseOptions } from "../support/house.ts";
import { addStaff, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

type Root = { ts: string; channel: string };

/** What reached the world, by the key it came under: the same key again is the same effect. */
const effects = new Map<string, string>();
const begun: string[] = [];
let work: (report: string) => Promise<string> = async (report) => `ready ${report}`;

const longTool = (overrides: Partial<Tool<{ report: string }, { text: string }>>): Tool =>
  defineTool<{ report: string }, { text: string }>({
    name: "build_report",
    description: "Builds a report of the whole year, which takes minutes.",
    input: z.strictObject({ report: z.string() }),
    output: z.object({ text: z.string() }),
    roles: ["customer", "staff"],
    effect: "write",
    repeatable: true,
    approval: "none",
    background: true,
    timeoutMs: 5_000,
    cost: 0.02,
    async run({ report }, { idempotencyKey, attach }) {
      begun.push(report);
      const text = await work(report);
      effects.set(idempotencyKey, report);
      if (report.includes("file"))
        await attach({ name: "report.txt", mimeType: "text/plain", bytes: Buffer.from(text) });
      return { text };
    },
    ...overrides,
  });

const staffRoom = "C0GENERAL01";
const inRoom = (words: string) =>
  talk.slack.messages(staffRoom).filter((message) => wordsOf(message).includes(words)).length;

let talk: Talk;
let dropped: ReadonlySet<string> = new Set();
let commitsBreak = false;
const lend: NonNullable<HouseOptions["lend"]> = {
  database: (database) => ({
    ...database,
    get counters() {
      return database.counters;
    },
    statement: async (tenantId, query: Query, options) => {
      if (commitsBreak && query.text.includes("'assistant'")) throw new Error("no answer can be kept");
      return database.statement(tenantId, query, options);
    },
  }),
  queue: (queue) => ({
    ...queue,
    // A bell that is lost: nobody hears it, and nobody is told.
    ring: async (name, ids, options) => {
      if (!dropped.has(name)) await queue.ring(name, ids, options);
    },
  }),
};
beforeAll(async () => {
  talk = await openTalk({
    tools: [
      longTool({}),
      longTool({ name: "send_letters", repeatable: false }),
      longTool({ name: "archive_year", approval: "staff" }),
      longTool({ name: "open_vault", roles: ["staff"] }),
    ],
    env: { BATON_SHUTDOWN_MS: "1500" },
    files: {
      "config/tenants/acme.yaml": [
        "name: Acme",
        "default: true",
        `staffRoom: { channel: slack, workspace: "T0BATON0001", id: "${staffRoom}" }`,
      ].join("\n"),
    },
    lend,
  });
  await addStaff(talk, "U0MIA000001", "Mia");
  await talk.rows(
    "INSERT INTO staff_roles (company_id, staff_id, role) SELECT company_id, id, 'staff' FROM staff WHERE name = 'Mia'",
  );
});
afterAll(() => talk.stop());
beforeEach(() => {
  dropped = new Set();
  commitsBreak = false;
  work = async (report) => `ready ${report}`;
});

async function asksFor(
  report: string,
  tool = "build_report",
  more: { user?: string; thread?: string } = {},
): Promise<Root> {
  talk.model.addFixtures([
    {
      match: { user: `report ${report}`, hasToolResult: false },
      answer: { toolCalls: [{ name: tool, arguments: { report } }] },
      times: 1,
    },
    {
      match: { user: `report ${report}`, toolResult: "running" },
      answer: { text: `I have begun and am on it: ${report}.` },
    },
    {
      match: { toolResult: `ready ${report}` },
      answer: { text: `The work is done, here it is: ${report}.` },
    },
    {
      match: { toolResult: `no such ${report}` },
      answer: { text: `I am very sorry, not possible: ${report}.` },
    },
  ]);
  return talk.say(`@baton please make report ${report}`, more);
}

const says = (root: Root, words: string) =>
  talk.heard(root).filter((reply) => wordsOf(reply).includes(words)).length;

async function callsOf(root: Root): Promise<{ state: string; attempts: number }[]> {
  return talk.rows(
    "SELECT b.state, b.attempts FROM background_calls b JOIN conversations c ON c.id = b.conversation_id WHERE c.thread = $1",
    [root.ts],
  );
}

async function ticketsOf(root: Root): Promise<string[]> {
  const rows = await talk.rows<{ idempotency_key: string }>(
    "SELECT idempotency_key FROM tickets t JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1 ORDER BY number",
    [root.ts],
  );
  return rows.map(({ idempotency_key: key }) => key.split(":")[0] ?? "");
}

/** The tools the model was offered by whoever told of a report. */
const offeredFor = (report: string) =>
  talk.model
    .history()
    .filter(({ body }) => JSON.stringify(body).includes(`ready ${report}`))
    .map(({ body }) => JSON.stringify((body as { tools?: unknown }).tools ?? []));

/** Lets the work begin and end when the test says so. */
function holdWork(): { readonly began: Promise<void>; release(): void } {
  const [began, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  work = async (report) => {
    began.resolve();
    await released.promise;
    return `ready ${report}`;
  };
  return { began: began.promise, release: () => released.resolve() };
}

describe("a tool that takes longer than a turn may", () => {
  it("is begun and answered at once, and its result comes back into the same thread, once", async () => {
    const held = holdWork();
    const root = await asksFor("R-1 file");
    await held.began;
    await talk.slack.waitFor(() => says(root, "on it: R-1") === 1);
    await talk.settled();
    const root2 = await talk.say("@baton and hello meanwhile");
    await talk.answers(root2);
    expect(says(root, "here it is")).toBe(0);
    held.release();
    await talk.slack.waitFor(() => says(root, "here it is: R-1") === 1);
    await talk.settled();
    expect(await callsOf(root)).toEqual([{ state: "done", attempts: 1 }]);
    expect(says(root, "here it is")).toBe(1);
    const answer = talk.heard(root).find((message) => wordsOf(message).includes("here it is"));
    expect(JSON.stringify(answer?.blocks)).toContain("baton.human");
    const [file] = await talk.rows(
      "SELECT FROM deliveries d JOIN conversations c ON c.id = d.conversation_id WHERE c.thread = $1 AND d.part = 1 AND d.state = 'sent'",
      [root.ts],
    );
    expect(file).toBeDefined();
    const [step] = await talk.rows(
      "SELECT s.ok, s.cost_usd::float8 AS cost FROM steps s JOIN turns t ON t.id = s.turn_id JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1 AND s.key LIKE '%background:%'",
      [root.ts],
    );
    expect(step).toEqual({ ok: true, cost: 0.02 });
  });

  it("says that it failed, with the way to a person", async () => {
    work = async (report) => {
      throw new PermanentError(`no such ${report}`);
    };
    const root = await asksFor("R-2");
    await talk.slack.waitFor(() => says(root, "sorry, not possible: R-2") === 1);
    await talk.settled();
    expect(await callsOf(root)).toEqual([{ state: "failed", attempts: 1 }]);
    const told = talk.heard(root).find((message) => wordsOf(message).includes("not possible"));
    expect(JSON.stringify(told?.blocks)).toContain("baton.human");
  });

  it("goes on after a restart under the same key, and is told of once", async () => {
    const held = holdWork();
    const root = await asksFor("R-3");
    await held.began;
    await talk.slack.waitFor(() => says(root, "on it: R-3") === 1);
    await talk.house.restart({ lend });
    work = async (report) => `ready ${report}`;
    held.release();
    await talk.slack.waitFor(() => says(root, "here it is: R-3") === 1);
    await talk.settled();
    expect(says(root, "here it is: R-3")).toBe(1);
    expect(begun.filter((report) => report === "R-3")).toHaveLength(2);
    expect([...effects.values()].filter((report) => report === "R-3")).toHaveLength(1);
  });

  it("is told of once when the process dies between the result and its post, and when every bell is lost", async () => {
    const held = holdWork();
    const root = await asksFor("R-4");
    await held.began;
    await talk.slack.waitFor(() => says(root, "on it: R-4") === 1);
    await talk.settled();
    dropped = new Set(["turn"]);
    held.release();
    await until(async () => (await callsOf(root))[0]?.state === "done");
    const asked = Promise.withResolvers<void>();
    const never = talk.model.addRule(async ({ toolResults }) => {
      if (!toolResults.some(({ content }) => content.includes("ready R-4"))) return undefined;
      asked.resolve();
      return { text: "too late", delayMs: 60_000 };
    });
    dropped = new Set();
    await asked.promise; // the sweeper found it
    never();
    await talk.house.restart({ lend });
    await talk.slack.waitFor(() => says(root, "here it is: R-4") === 1);
    await talk.settled();
    expect(says(root, "here it is: R-4")).toBe(1);
    expect(says(root, "too late")).toBe(0);
    expect([...effects.values()].filter((report) => report === "R-4")).toHaveLength(1);
  });

  it("goes to a person when it may have happened and cannot be asked again", async () => {
    const held = holdWork();
    const root = await asksFor("R-5", "send_letters");
    await held.began;
    await talk.slack.waitFor(() => says(root, "on it: R-5") === 1);
    await talk.house.restart({ lend });
    await talk.slack.waitFor(() => says(root, "asked a teammate") === 1);
    await talk.settled();
    held.release();
    expect(await callsOf(root)).toEqual([{ state: "uncertain", attempts: 1 }]);
    expect(begun.filter((report) => report === "R-5")).toHaveLength(1);
    expect(await ticketsOf(root)).toContain("background");
  });

  it("stays away when a person took over while it ran: colleagues find the result in a ticket and in their room", async () => {
    const held = holdWork();
    const root = await asksFor("R-6");
    await held.began;
    await talk.slack.waitFor(() => says(root, "on it: R-6") === 1);
    await talk.say("@baton claim", { thread: root.ts, user: "Mia" });
    await talk.slack.waitFor(() => says(root, "has joined") === 1);
    held.release();
    await until(async () => (await callsOf(root))[0]?.state === "done");
    await talk.settled();
    expect(says(root, "R-6")).toBe(1); // what was said before
    expect(await ticketsOf(root)).toEqual(["background"]);
    expect(inRoom("ready R-6")).toBe(1);
  });

  it("does not begin once a person has the conversation, whoever rings", async () => {
    dropped = new Set(["call"]);
    const root = await asksFor("R-7");
    await talk.slack.waitFor(() => says(root, "on it: R-7") === 1);
    await talk.say("@baton claim", { thread: root.ts, user: "Mia" });
    await talk.slack.waitFor(() => says(root, "has joined") === 1);
    dropped = new Set();
    await until(async () => (await callsOf(root))[0]?.state === "stood down");
    await talk.settled();
    expect(begun).not.toContain("R-7");
    expect(await ticketsOf(root)).toEqual(["background"]);
    expect(inRoom("was not begun")).toBe(1);
  });

  it("is left to colleagues when one takes over before the next turn could tell", async () => {
    const held = holdWork();
    const root = await asksFor("R-8");
    await held.began;
    await talk.slack.waitFor(() => says(root, "on it: R-8") === 1);
    await talk.settled();
    const asked = Promise.withResolvers<void>();
    const never = talk.model.addRule(async ({ toolResults }) => {
      if (!toolResults.some(({ content }) => content.includes("ready R-8"))) return undefined;
      asked.resolve();
      return { text: "too late", delayMs: 60_000 };
    });
    held.release();
    await asked.promise;
    never();
    await talk.say("@baton claim", { thread: root.ts, user: "Mia" });
    await until(async () => (await ticketsOf(root)).includes("background"));
    await talk.settled();
    expect(says(root, "too late") + says(root, "here it is")).toBe(0);
    expect(inRoom("ready R-8")).toBe(1);
  });

  it("is left to colleagues when the turn that is to tell of it breaks too often", async () => {
    const held = holdWork();
    const root = await asksFor("R-12");
    await held.began;
    await talk.slack.waitFor(() => says(root, "on it: R-12") === 1);
    await talk.settled();
    commitsBreak = true;
    held.release();
    await until(async () => {
      await talk.rows(
        "UPDATE conversations SET lease_until = NULL WHERE thread = $1 AND lease_token IS NULL",
        [root.ts],
      );
      const [given] = await talk.rows(
        "SELECT FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE c.thread = $1 AND m.state = 'dead'",
        [root.ts],
      );
      return given !== undefined;
    }, 25_000);
    commitsBreak = false;
    await talk.settled();
    expect(says(root, "here it is")).toBe(0);
    expect(await ticketsOf(root)).toEqual(["background"]);
    expect(inRoom("ready R-12")).toBe(1);
  });

  it("asked for in a colleague's thread by somebody else, is told of without the colleague's tools", async () => {
    const root = await talk.say("@baton hello, I am at work", { user: "Mia" });
    await talk.answers(root);
    await asksFor("R-10", "build_report", { user: "Ana", thread: root.ts });
    await talk.slack.waitFor(() => says(root, "here it is: R-10") === 1);
    await asksFor("R-11", "build_report", { user: "Mia", thread: root.ts });
    await talk.slack.waitFor(() => says(root, "here it is: R-11") === 1);
    await talk.settled();
    expect(offeredFor("R-10").join()).toContain("build_report");
    expect(offeredFor("R-10")[0]).not.toContain("open_vault");
    expect(offeredFor("R-11")[0]).toContain("open_vault");
  });

  it("waits for a colleague's approval where it needs one, and only then begins", async () => {
    const root = await asksFor("R-9", "archive_year");
    const card = await talk.slack.waitFor(
      () =>
        talk.heard(root).find((message) => JSON.stringify(message.blocks ?? []).includes("baton.approve")),
      15_000,
    );
    expect(begun).not.toContain("R-9");
    const click = { user: "Mia", channel: root.channel, messageTs: card.ts, actionId: "baton.approve" };
    await talk.slack.clicks(click).done;
    await talk.slack.waitFor(() => says(root, "here it is: R-9") === 1);
    await talk.settled();
    expect(begun.filter((report) => report === "R-9")).toHaveLength(1);
  });
});
