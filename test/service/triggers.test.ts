import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import { defineTool } from "../../src/core/tool.ts";
import { addStaff, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

type Root = { ts: string; channel: string };

const tenant = `name: Acme
default: true
handoff:
  queue: helpdesk
  country: DE
  longTalk: auto
  longTalkTurns: 3
  rules: [{ phrases: [Rechnung, invoice], queue: billing }]
`;
const hotlines = `asOf: 2025-06-30
countries: { DE: { selfHarm: "TelefonSeelsorge: 0800 111 0 111", source: telefonseelsorge.de } }
`;

function toolThat(name: string, run: () => Promise<unknown>) {
  return defineTool({
    name,
    description: "Looks something up.",
    input: z.strictObject({}),
    output: z.unknown(),
    roles: ["customer"],
    effect: "read",
    repeatable: true,
    approval: "none",
    timeoutMs: 5_000,
    cost: 0,
    run,
  });
}

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk({
    files: { "config/tenants/acme.yaml": tenant, "config/hotlines.yaml": hotlines },
    tools: [
      toolThat("look_up", () => Promise.reject(new PermanentError("the shelf is empty"))),
      toolThat("pay_now", () => Promise.resolve({ kind: "payment failed" })),
    ],
  });
  await addStaff(talk, "U0MIA000001", "Mia");
  for (const [words, name] of [
    ["look that up", "look_up"],
    ["pay that now", "pay_now"],
  ] as const) {
    talk.model.addRule(({ unanswered, toolResults }) =>
      toolResults.length === 0 && unanswered.some((text) => text.includes(words))
        ? { toolCalls: [{ name, arguments: {} }] }
        : undefined,
    );
  }
}, 120_000);
afterAll(() => talk?.stop());

// In the language of whoever is told.
const notice = /asked a teammate|aus dem Team dazugebeten|pedido a alguien del equipo/u;
const heard = (root: Root, words: string | RegExp) =>
  talk.heard(root).filter((message) => wordsOf(message).search(words) !== -1).length;
const audited = (root: Root) =>
  talk.rows<{ action: string; reason: string | null; data: { evidence?: unknown } }>(
    "SELECT a.action, a.reason, a.data FROM audit a JOIN conversations c ON c.id = a.conversation_id WHERE c.thread = $1 ORDER BY a.id",
    [root.ts],
  );
const escalations = async (root: Root) =>
  (await audited(root))
    .filter(({ action }) => action === "escalate")
    .map(({ reason, data }) => ({ reason, evidence: data.evidence }));
const ownerOf = async (root: Root) => {
  const [row] = await talk.rows<{ owner_kind: string; owner_queue: string | null }>(
    "SELECT owner_kind, owner_queue FROM conversations WHERE thread = $1",
    [root.ts],
  );
  return row;
};
const ticketsOf = (root: Root) =>
  talk.rows<{ queue: string; status: string }>(
    "SELECT t.queue, t.status FROM tickets t JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1 ORDER BY number",
    [root.ts],
  );
const answersOf = (root: Root) =>
  talk.rows(
    "SELECT FROM deliveries d JOIN conversations c ON c.id = d.conversation_id WHERE c.thread = $1 AND d.kind = 'answer'",
    [root.ts],
  );

async function ask(text: string): Promise<Root> {
  const root = await talk.say(`@baton ${text}`);
  await talk.slack.waitFor(() => talk.heard(root).length > 0);
  await talk.settled();
  return root;
}

async function goOn(root: Root, text: string): Promise<void> {
  const before = talk.heard(root).length;
  await talk.say(`@baton ${text}`, { thread: root.ts });
  await talk.slack.waitFor(() => talk.heard(root).length > before);
  await talk.settled();
}

describe("a conversation that needs a person", () => {
  it("goes to people before a model is asked when someone asks for one, in Spanish too, and says so once (R156)", async () => {
    const root = await ask("Hola, quiero hablar con una persona");
    expect(heard(root, notice)).toBe(1);
    expect(await answersOf(root)).toHaveLength(0);
    expect(await ownerOf(root)).toEqual({ owner_kind: "queue", owner_queue: "helpdesk" });
    expect(await escalations(root)).toEqual([
      { reason: "asked for a human", evidence: { rule: "asked for a human", value: "es" } },
    ]);
    expect(JSON.stringify(await audited(root))).not.toContain("hablar");
  });

  it("goes to people when someone asks for one in words that no pattern has, and the audit says how sure that is", async () => {
    const root = await ask("kann ich bitte einen echten Menschen haben");
    expect(heard(root, notice)).toBe(1);
    expect(await answersOf(root)).toHaveLength(0);
    const [escalation] = await escalations(root);
    expect(escalation).toMatchObject({
      reason: "asked for a human",
      evidence: { rule: "asked for a human: classifier", threshold: 0.85 },
    });
    expect(JSON.stringify(await audited(root))).not.toContain("echten");
  });

  it("stays with the bot when somebody asks about a travel agent", async () => {
    const root = await ask("which travel agent do you recommend?");
    expect(await ownerOf(root)).toMatchObject({ owner_kind: "bot" });
    expect(await escalations(root)).toEqual([]);
  });

  it("is told whom to call in the company's country at once, in their language, and is urgent (R162)", async () => {
    const root = await ask("Ich will nicht mehr leben");
    expect(heard(root, "TelefonSeelsorge: 0800 111 0 111")).toBe(1);
    expect(heard(root, "Du bist nicht allein")).toBe(1);
    expect(heard(root, notice)).toBe(1);
    expect(await answersOf(root)).toHaveLength(0);
    expect(await escalations(root)).toEqual([
      { reason: "safety: self-harm", evidence: { rule: "safety: self-harm", value: "de" } },
    ]);
    const tickets = await talk.rows<{ priority: string }>(
      "SELECT t.priority FROM tickets t JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1",
      [root.ts],
    );
    expect(tickets).toEqual([{ priority: "urgent" }]);
  });

  it("is told so as well who waits already and asks the bot meanwhile, and nothing answers it", async () => {
    const root = await ask("I want to talk to a human");
    await goOn(root, "Ich will nicht mehr leben");
    expect(heard(root, "TelefonSeelsorge: 0800 111 0 111")).toBe(1);
    expect(heard(root, notice)).toBe(1);
    expect(await answersOf(root)).toHaveLength(0);
    expect(await escalations(root)).toHaveLength(1);
    const tickets = await talk.rows<{ priority: string }>(
      "SELECT t.priority FROM tickets t JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1",
      [root.ts],
    );
    expect(tickets).toEqual([{ priority: "urgent" }]);
  });

  it("goes to the queue that a rule of the company names, and so does its ticket (R167)", async () => {
    const root = await ask("wo ist meine RECHNUNG?");
    expect(await ticketsOf(root)).toEqual([{ queue: "billing", status: "open" }]);
    expect(await ownerOf(root)).toEqual({ owner_kind: "queue", owner_queue: "billing" });
    expect(await escalations(root)).toMatchObject([
      { evidence: { rule: "handoff.rules 1", value: "phrase" } },
    ]);
  });

  it("goes to people with the second failure in a row, and not again after it was given back (R157, R163)", async () => {
    const root = await ask("look that up, first");
    expect(heard(root, notice)).toBe(0);
    await goOn(root, "look that up, second");
    expect(heard(root, notice)).toBe(1);
    expect(await ownerOf(root)).toMatchObject({ owner_kind: "queue" });
    const once = [
      {
        reason: "the bot failed repeatedly",
        evidence: { rule: "repeated failure", value: 2, threshold: 2 },
      },
    ];
    expect(await escalations(root)).toEqual(once);
    await talk.say("@baton bot", { thread: root.ts, user: "Mia" });
    await talk.slack.waitFor(() => heard(root, "I'm back") === 1);
    await talk.settled();
    await goOn(root, "look that up, third");
    expect(await ownerOf(root)).toMatchObject({ owner_kind: "bot" });
    expect(await escalations(root)).toEqual(once);
    expect(heard(root, notice)).toBe(1);
  });

  it("goes to people when a tool tells that a payment failed", async () => {
    const root = await ask("pay that now");
    expect(heard(root, notice)).toBe(1);
    expect(await escalations(root)).toEqual([
      { reason: "a payment failed", evidence: { rule: "payment failed" } },
    ]);
  });

  it("goes to people when two messages are furious, one of them is not enough", async () => {
    const root = await ask("this is terrible, awful and horrible");
    expect(await ownerOf(root)).toMatchObject({ owner_kind: "bot" });
    await goOn(root, "you are a terrible, awful, horrible disgrace");
    expect(await ownerOf(root)).toMatchObject({ owner_kind: "queue" });
    expect(await escalations(root)).toMatchObject([{ evidence: { rule: "sentiment", threshold: 0.3 } }]);
  });

  it("goes to people by itself when it grows long where the company chose that (C5)", async () => {
    const root = await ask("tell me about one");
    await goOn(root, "tell me about two");
    await goOn(root, "tell me about three");
    expect(await ownerOf(root)).toMatchObject({ owner_kind: "bot" });
    await goOn(root, "tell me about four");
    expect(await escalations(root)).toEqual([
      {
        reason: "a long talk without a solution",
        evidence: { rule: "long talk", value: 4, threshold: 3 },
      },
    ]);
    expect(heard(root, notice)).toBe(1);
  });

  it("goes to the company's queue by a button and by a command as well, with that as evidence", async () => {
    const typed = await ask("human");
    const told = await ask("tell me about five");
    const messageTs = talk.heard(told)[0]?.ts ?? "";
    const { channel } = told;
    await talk.slack.clicks({ user: "Ana", channel, messageTs, actionId: "baton.human" }).done;
    await talk.slack.waitFor(() => heard(told, notice) > 0);
    await talk.settled();
    for (const [root, value] of [
      [typed, "command"],
      [told, "button"],
    ] as const) {
      expect(await escalations(root)).toEqual([
        { reason: "the person asked for a human", evidence: { rule: "asked for a human", value } },
      ]);
      expect(await ownerOf(root)).toEqual({ owner_kind: "queue", owner_queue: "helpdesk" });
      expect(await ticketsOf(root)).toEqual([{ queue: "helpdesk", status: "open" }]);
    }
  });

  it("has its ticket again when it is opened again, also by what they write, and the newest of several", async () => {
    const root = await ask("human");
    const says = (text: string, user = "Mia") => talk.say(text, { thread: root.ts, user });
    await says("!claim");
    await says("!resolve");
    await talk.slack.waitFor(() => heard(root, "is resolved") > 0);
    await talk.settled();
    expect(await ticketsOf(root)).toEqual([{ queue: "helpdesk", status: "solved" }]);
    await says("one more thing, where do I park?", "Ana");
    await talk.slack.waitFor(() => heard(root, "is open again") > 0 && heard(root, notice) > 0);
    await talk.settled();
    expect(await ownerOf(root)).toEqual({ owner_kind: "queue", owner_queue: "helpdesk" });
    expect(await ticketsOf(root)).toEqual([{ queue: "helpdesk", status: "open" }]);
    await says("!bot");
    await talk.slack.waitFor(() => heard(root, "I'm back") > 0);
    await talk.settled();
    expect(await ticketsOf(root)).toEqual([{ queue: "helpdesk", status: "open" }]);
    await says("@baton human", "Ana");
    await until(async () => (await ownerOf(root))?.owner_kind === "queue");
    expect(await ticketsOf(root)).toEqual([{ queue: "helpdesk", status: "open" }]);
    await says("!cancel", "Ana");
    await until(async () => (await ticketsOf(root))[0]?.status === "solved");
    await says("@baton human", "Ana");
    await until(async () => (await ticketsOf(root)).length === 2);
    await says("!resolve");
    await says("!reopen");
    await until(async () => (await ticketsOf(root))[1]?.status === "open");
    await talk.settled();
    expect((await ticketsOf(root)).map(({ status }) => status)).toEqual(["solved", "open"]);
  });

  it("tells how long others waited until somebody had them, in the person's language, and no wait that was given up", async () => {
    // Ten who were helped after four minutes, and five who did not wait on and were helped hours later.
    await talk.rows(
      `INSERT INTO audit (company_id, conversation_id, actor, action, data, at)
       SELECT c.company_id, c.id, 'test', what.action, jsonb_build_object('from', what.whose, 'to', what.who),
         now() - interval '20 days' + n * interval '10 hours' + what.after * interval '1 minute'
       FROM (SELECT company_id, id FROM conversations LIMIT 1) c, generate_series(1, 15) n,
         LATERAL (VALUES (1, 'escalate', 'bot', 'queue', 0), (2, CASE WHEN n > 10 THEN 'return to bot' ELSE 'claim' END,
           'queue', CASE WHEN n > 10 THEN 'bot' ELSE 'human' END, 4)) what (place, action, whose, who, after)
       ORDER BY n, what.place`,
    );
    const root = await ask("Ich möchte mit einem Menschen sprechen");
    expect(heard(root, "Meist dauert es etwa 4 Minuten")).toBe(1);
    await talk.rows("UPDATE rooms SET is_card_stale = true");
    await until(async () => (await talk.rows("SELECT 1 FROM rooms WHERE is_card_stale")).length === 0);
    await talk.settled();
    expect(heard(root, "Meist dauert es etwa 4 Minuten")).toBe(1);
  });
});
