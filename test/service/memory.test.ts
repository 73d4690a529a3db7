import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Rule } from "../../simulators/openai/exchange.ts";
import type { TeamSeed } from "../../simulators/slack/seed.ts";
import type { Database, Query } from "../../src/store/database.ts";
import { openTalk, until, type Talk } from "../support/talk.ts";

interface Told {
  readonly system: string;
  readonly spoken: readonly string[];
}

type Root = { readonly ts: string; readonly channel: string };

/** What the model was told when it was asked `question`. */
function toldFor(talk: Talk, question: string): Told {
  const request = talk.model.history().findLast(({ text }) => text.includes(question));
  if (request === undefined) throw new Error(`nobody asked a model: ${question}`);
  return toTold(request.body);
}

function toTold(body: unknown): Told {
  const { messages } = body as { messages: readonly { role: string; content: unknown }[] };
  const texts = (role: string) =>
    messages.filter((message) => (message.role === "system") === (role === "system")).map(toText);
  return { system: texts("system").join("\n"), spoken: texts("others") };
}

function toText({ content }: { readonly content?: unknown }): string {
  return typeof content === "string" ? content : JSON.stringify(content);
}

/** A model that repeats nothing of what it is told. */
const forgetful: Rule = ({ request }) =>
  isSummarizing(request) ? "They talk about lamps." : "That is noted down here, thank you.";

function isSummarizing({
  messages,
}: {
  readonly messages: readonly { readonly content?: unknown }[];
}): boolean {
  return messages.some((message) => toText(message).startsWith("Summarize this support conversation"));
}

/** Holds every summary a model is asked for, until it is let go. */
function holdSummaries({ model }: Talk) {
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const remove = model.addRule(async ({ request }) => {
    if (!isSummarizing(request)) return undefined;
    asked.resolve();
    await released.promise;
    return "They talk about lamps.";
  });
  return {
    asked: asked.promise,
    release: () => {
      remove();
      released.resolve();
    },
  };
}

async function exchange(talk: Talk, root: Root | undefined, text: string): Promise<Root> {
  const said = await talk.say(root === undefined ? `@baton ${text}` : text, root && { thread: root.ts });
  const begun = root ?? said;
  const before = talk.heard(begun).length;
  await talk.answers(begun, before + (root === undefined ? 1 : 0));
  await until(async () => talk.model.history().some((request) => request.text.includes(text)));
  await talk.settled();
  return begun;
}

async function converse(talk: Talk, count: number): Promise<Root> {
  let root = await exchange(talk, undefined, "my order is A-1042, for my sister Petra");
  for (let number = 2; number <= count; number += 1)
    root = await exchange(talk, root, `lamp number ${number}?`);
  return root;
}

const summaryOf = async (talk: Talk, { ts }: Root) => {
  const [row] = await talk.rows<{ summary: Buffer | null; through: string }>(
    "SELECT summary, summary_through_seq AS through FROM conversations WHERE thread = $1",
    [ts],
  );
  return row;
};

const isSummarized = (talk: Talk, root: Root, through = 1) =>
  until(async () => Number((await summaryOf(talk, root))?.through) >= through);

describe("a long talk (R22, R26, R27)", () => {
  let talk: Talk;
  beforeAll(async () => {
    talk = await openTalk({
      files: { "config/tenants/acme.yaml": "name: Acme\ndefault: true\nhandoff: { longTalk: offer }\n" },
      env: { AI_CONVERSATION_OFFER_AT: "10" },
    });
  });
  afterAll(() => talk.stop());

  it("is told to the model by its last messages and a summary that keeps the facts of the first", async () => {
    const root = await converse(talk, 14);
    await isSummarized(talk, root, 28 - 10 - 5);
    await exchange(talk, root, "so where is it?");
    const { system, spoken } = toldFor(talk, "so where is it?");
    expect(system).toMatch(/^> .*A-1042, for my sister Petra/m);
    expect(spoken.join("\n")).not.toContain("A-1042");
    expect(spoken.length).toBeLessThanOrEqual(10 + 5 + 1);
    const stored = await talk.rows("SELECT 1 FROM messages WHERE state = 'settled'");
    expect(stored).toHaveLength(30);
  });

  it("has its summary sealed, and the summary's cost in the journal", async () => {
    const rows = await talk.rows<{ summary: Buffer }>(
      "SELECT summary FROM conversations WHERE summary IS NOT NULL",
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.summary.toString("latin1")).not.toContain("A-1042");
    const steps = await talk.rows(
      "SELECT 1 FROM steps WHERE key LIKE 'summary:%' AND finished_at IS NOT NULL",
    );
    expect(steps.length).toBeGreaterThan(0);
  });

  it("names the prompt of each answer, the same words by the same name", async () => {
    const rows = await talk.rows<{ prompt_version: string | null }>(
      "SELECT DISTINCT prompt_version FROM turns WHERE state = 'answered'",
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.prompt_version).toMatch(/^[0-9a-f]{12}$/);
  });

  it("is offered a person in words once it has become long", async () => {
    const offers = talk.slack.history().messages.filter(({ text }) => text.includes("at this for a while"));
    expect(offers).toHaveLength(1);
  });
});

describe("a memory that goes by meaning as well (R33)", () => {
  let talk: Talk;
  beforeAll(async () => {
    talk = await openTalk({
      env: { AI_MEMORY: "hybrid", AI_MEMORY_MESSAGES: "3", AI_MEMORY_EXCHANGES: "1" },
      model: { rules: [forgetful] },
    });
  });
  afterAll(() => talk.stop());

  it("tells the model word for word what was said long ago about the same thing", async () => {
    const root = await exchange(talk, undefined, "my parcel with the blue lamp arrived broken");
    for (const place of ["Berlin", "Hamburg", "Munich", "Cologne", "Bremen", "Dresden"])
      await exchange(talk, root, `which trains go to ${place} on Sundays?`);
    await exchange(talk, root, "will I get a new lamp for the damaged one?");
    const { spoken } = toldFor(talk, "will I get a new lamp");
    expect(spoken.join("\n")).toContain("the blue lamp arrived broken");
    expect(spoken.join("\n")).not.toContain("Berlin");
  });
});

describe("a turn", () => {
  let talk: Talk;
  const claims: { history: unknown; summary: unknown }[] = [];
  const watch = (database: Database): Database => ({
    ...database,
    statement: async <Row>(...given: Parameters<Database["statement"]>) => {
      const rows = await database.statement<Row>(...given);
      if (given[1].text.includes("history_version")) claims.push(...(rows as typeof claims));
      return rows;
    },
  });
  beforeAll(async () => {
    const quiet = { sweepEveryMs: 600_000, receiptDelayMs: 600_000 };
    talk = await openTalk({ pace: quiet, lend: { database: watch, queue: (queue) => queue } });
  });
  afterAll(() => talk.stop());

  async function directly(text: string): Promise<number> {
    const { counters } = talk.house.database;
    const before = counters.statements;
    await talk.say(text, { channel: "dm" });
    await until(async () => talk.model.history().some((request) => request.text.includes(text)));
    await talk.settled();
    return counters.statements - before;
  }

  it("costs four statements, whatever is remembered: claim, intent, commit, give back", async () => {
    await directly("a first one, which reads what all turns share");
    const costs: number[] = [];
    for (let number = 1; number <= 6; number += 1) costs.push(await directly(`question number ${number}?`));
    expect(costs).toEqual([4, 4, 4, 4, 4, 4]);
  });

  it("takes what was said last from what is at hand, unless it was changed (R30)", async () => {
    await directly("is it at hand?");
    expect(claims.at(-1)?.history).toBeNull();
    const { spoken } = toldFor(talk, "is it at hand?");
    expect(spoken.at(-3)).toContain("question number 6?");
    const asked = talk.slack.history().messages.find(({ text }) => text === "question number 6?");
    if (asked === undefined) throw new Error("nobody asked");
    await talk.slack.userEdits({ channel: asked.channel, ts: asked.ts, text: "question in other words?" })
      .delivered;
    await directly("and after a change?");
    expect(claims.at(-1)?.history).not.toBeNull();
    const after = toldFor(talk, "and after a change?").spoken.join("\n");
    expect(after).toContain("question in other words?");
    expect(after).not.toMatch(/^question number 6\?$/m);
  });
});

describe("a summary that is not written yet", () => {
  let talk: Talk;
  afterEach(() => talk.stop());

  it("keeps nobody waiting, and is written later where the process ended in between", async () => {
    talk = await openTalk();
    const held = holdSummaries(talk);
    const root = await converse(talk, 8);
    await held.asked;
    await exchange(talk, root, "nobody waits for it?");
    expect(toldFor(talk, "nobody waits for it?").spoken.join("\n")).toContain("A-1042");
    await talk.house.restart();
    held.release();
    expect((await summaryOf(talk, root))?.summary).toBeNull();
    await exchange(talk, root, "and now?");
    await isSummarized(talk, root);
    await exchange(talk, root, "what was my order?");
    expect(toldFor(talk, "what was my order?").system).toContain("A-1042");
  });

  it("does not cover what is deleted meanwhile", async () => {
    talk = await openTalk({ model: { rules: [forgetful] } });
    const held = holdSummaries(talk);
    const root = await converse(talk, 8);
    await held.asked;
    await talk.slack.userDeletes(root).delivered;
    held.release();
    await exchange(talk, root, "and now?");
    await isSummarized(talk, root);
    await exchange(talk, root, "what was my order?");
    const { system, spoken } = toldFor(talk, "what was my order?");
    expect(`${system}\n${spoken.join("\n")}`).not.toContain("A-1042");
  });

  it("is dropped and written anew where something it covers is deleted", async () => {
    talk = await openTalk({ model: { rules: [forgetful] } });
    const root = await converse(talk, 8);
    await isSummarized(talk, root);
    await exchange(talk, root, "before?");
    expect(toldFor(talk, "before?").system).toContain("> user: my order is A-1042");
    await talk.slack.userDeletes(root).delivered;
    expect((await summaryOf(talk, root))?.summary).toBeNull();
    await exchange(talk, root, "and now?");
    await isSummarized(talk, root);
    await exchange(talk, root, "after?");
    expect(toldFor(talk, "after?").system).not.toContain("A-1042");
  });
});

describe("the end of a long talk (R40)", () => {
  let talk: Talk;
  afterEach(() => talk.stop());

  it("is a hand-over with the question that was too much", async () => {
    talk = await openTalk({ env: { AI_CONVERSATION_END_AT: "2" } });
    const root = await converse(talk, 2);
    await talk.say("and one more?", { thread: root.ts });
    await until(async () => (await talk.rows("SELECT 1 FROM tickets")).length === 1);
    await talk.settled();
    expect(talk.model.history().some(({ text }) => text.includes("one more"))).toBe(false);
    expect(await talk.rows("SELECT 1 FROM conversations WHERE owner_kind = 'queue'")).toHaveLength(1);
  });

  it("or a fresh start, told once, that looks no further back", async () => {
    talk = await openTalk({ env: { AI_CONVERSATION_END_AT: "2", AI_CONVERSATION_END: "start-over" } });
    const root = await converse(talk, 2);
    await exchange(talk, root, "and one more?");
    const { system, spoken } = toldFor(talk, "and one more?");
    expect(`${system}\n${spoken.join("\n")}`).not.toContain("A-1042");
    await exchange(talk, root, "and another?");
    expect(toldFor(talk, "and another?").spoken.join("\n")).toContain("and one more?");
    const told = talk.heard(root).filter(({ text }) => text.includes("start afresh"));
    expect(told).toHaveLength(1);
  });

  it("or neither, where the bot loses the conversation before its fresh start", async () => {
    let isLost = false;
    const loseBefore = async (query: Query) => {
      if (!query.text.includes("SET memory_from_seq")) return;
      await talk.rows(
        "UPDATE conversations SET owner_kind = 'queue', owner_queue = 'general_support', status = 'escalated', epoch = epoch + 1",
      );
      isLost = true;
    };
    talk = await openTalk({
      env: { AI_CONVERSATION_END_AT: "2", AI_CONVERSATION_END: "start-over" },
      lend: {
        queue: (queue) => queue,
        database: (database) => ({
          ...database,
          get counters() {
            return database.counters;
          },
          statement: async (tenantId, query: Query, options) => {
            await loseBefore(query);
            return database.statement(tenantId, query, options);
          },
          withTenant: (tenantId, work, options) =>
            database.withTenant(
              tenantId,
              (sql) =>
                work({
                  ...sql,
                  query: async <Row>(query: Query) => {
                    await loseBefore(query);
                    return sql.query<Row>(query);
                  },
                }),
              options,
            ),
        }),
      },
    });
    const root = await converse(talk, 2);
    await talk.say("and one more?", { thread: root.ts });
    await until(async () => isLost);
    await talk.settled();
    expect(talk.heard(root).filter(({ text }) => text.includes("start afresh"))).toHaveLength(0);
    expect(await talk.rows("SELECT FROM conversations WHERE memory_from_seq > 0")).toHaveLength(0);
  });
});

const acme = workspace("T0BATON0001", "U0BATONBOT1", [
  { id: "U0ANA000001", name: "Ana" },
  { id: "U0BEN000001", name: "Ben" },
]);
const beta = workspace("T0BETA00001", "U0BATONBOT2", [{ id: "U0BEA000001", name: "Bea" }]);

function workspace(id: string, bot: string, users: TeamSeed["users"]): TeamSeed {
  const channel = id === "T0BATON0001" ? "support" : "beta";
  return {
    id,
    name: id,
    bot: { userId: bot, botId: `B${bot.slice(1)}`, token: `xoxb-baton-${id}` },
    users,
    channels: [{ id: `C0${channel.toUpperCase()}01`, name: channel }],
  };
}

const file = (name: string, team: string, isDefault: boolean) =>
  `name: ${name}\ndefault: ${isDefault}\ninstallations:\n  - channel: slack\n    id: "${team}"\n`;

describe("what is remembered of a person (R183–R186)", () => {
  let talk: Talk;
  beforeAll(async () => {
    talk = await openTalk({
      slack: { teams: [acme, beta] },
      files: {
        "config/tenants/acme.yaml": file("Acme", "T0BATON0001", true),
        "config/tenants/beta.yaml": file("Beta", "T0BETA00001", false),
      },
    });
    await inDirect("Ana", "do you deliver to Bern?");
    await talk.settled();
  });
  afterAll(() => talk.stop());

  const asked = new Map<string, Root>();

  /** Says something directly: in a talk that looks back on nothing, or one that goes on. */
  async function inDirect(user: string, text: string, talked: "afresh" | "on" = "afresh"): Promise<Told> {
    if (talked === "afresh")
      await talk.rows("UPDATE conversations SET memory_from_seq = last_seq WHERE audience = 'direct'");
    asked.set(text, await talk.say(text, { user, channel: "dm" }));
    await until(async () => talk.model.history().some((request) => request.text.includes(text)));
    await talk.settled();
    return toldFor(talk, text);
  }

  it("is told where only they read, as data, and grows with each answer", async () => {
    const { system, spoken } = await inDirect("Ana", "what does it cost?");
    expect(system).toMatch(/^> \{"asked_before":\[.*"text":"do you deliver to Bern\?"\}.*\]\}$/m);
    expect(spoken.join("\n")).not.toContain("Bern");
    expect((await inDirect("Ana", "thanks, and how long?")).system).toContain("what does it cost?");
  });

  it("is not told twice: what the talk tells anyway is left out", async () => {
    const { system, spoken } = await inDirect("Ana", "and once more?", "on");
    expect(spoken.join("\n")).toContain("thanks, and how long?");
    expect(system).not.toContain("thanks, and how long?");
    expect(system).toContain("Bern");
  });

  it("has preferences that they told, and a model can note them down in private alone", async () => {
    const remove = talk.model.addRule(({ lastUserText, toolResults }) => {
      if (toolResults.length > 0) return `noted: ${toolResults[0]?.content}`;
      if (!lastUserText.includes("aisle")) return undefined;
      return {
        toolCalls: [{ name: "update_preferences", arguments: { preferences: { seats: "aisle" } } }],
      };
    });
    const root = await exchange(talk, undefined, "everybody, I like aisle seats");
    await inDirect("Ana", "and to you alone: aisle seats");
    remove();
    const heard = talk.heard(root).map(({ text }) => text);
    expect(heard.join("\n")).toContain("others read along");
    expect((await inDirect("Ana", "what do I like?")).system).toContain('"preferences":{"seats":"aisle"}');
  });

  it("is never told in a thread that others read, nor learned there", async () => {
    const root = await exchange(talk, undefined, "a word among many about Zug");
    expect(toldFor(talk, "among many").system).not.toMatch(/Bern|Remembered of the person/);
    await exchange(talk, root, "and here?");
    expect(toldFor(talk, "and here?").system).not.toContain("Bern");
    expect((await inDirect("Ana", "back in private")).system).not.toContain("Zug");
  });

  it("is nobody else's", async () => {
    await inDirect("Ben", "hello, it is me");
    const { system } = await inDirect("Ben", "and what do you know?");
    expect(system).toContain("hello, it is me");
    expect(system).not.toContain("Bern");
  });

  it("is sealed, and forgotten with the message it was asked in", async () => {
    const rows = await talk.rows<{ document: Buffer }>("SELECT document FROM profiles");
    expect(rows).toHaveLength(2);
    for (const { document } of rows) expect(document.toString("latin1")).not.toContain("Bern");
    const hello = asked.get("hello, it is me");
    if (hello === undefined) throw new Error("nobody said hello");
    await talk.slack.userDeletes(hello).delivered;
    const { system } = await inDirect("Ben", "do you still know?");
    expect(system).toContain("and what do you know?");
    expect(system).not.toContain("hello");
  });

  it("is not another company's who has the same person's id", async () => {
    await talk.house.restart({ env: { SLACK_BOT_TOKEN: "xoxb-baton-T0BETA00001" } });
    const dropped = talk.slack.faults.events({ do: { kind: "drop" } });
    const place = talk.slack.userSays({ user: "Bea", team: "T0BETA00001", channel: "dm", text: "hm" });
    talk.slack.faults.clear(dropped);
    const { ts, channel } = place;
    const event = { type: "message", channel_type: "im", user: "U0ANA000001", text: "who am I to you?", ts };
    const given = { ...event, event_ts: ts, channel };
    await talk.slack.sendsEvent(given, { teamId: "T0BETA00001", channel }).delivered;
    await until(async () => talk.model.history().some(({ text }) => text.includes("who am I to you")));
    expect(toldFor(talk, "who am I to you").system).not.toMatch(/Bern|cost|Remembered of the person/);
  });
});
