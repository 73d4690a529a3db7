import { createHmac, randomInt, randomUUID } from "node:crypto";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SeenMessage } from "../../simulators/slack/model.ts";
import { defineTool, type Tool, type ToolContext } from "../../src/core/tool.ts";
import { addStaff, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

type Root = { ts: string; channel: string };

/** What the tool did, by its idempotency key: a second run with the same key is no second effect. */
const effects: { readonly key: string; readonly order: string; readonly context: ToolContext }[] = [];
let beforeEffect: () => Promise<void> = async () => {};

const refund: Tool = defineTool({
  name: "refund_order",
  description: "Pays an order back to the customer, in full.",
  input: z.strictObject({ order: z.string(), reason: z.string().default("none given") }),
  output: z.object({ refunded: z.string(), amount: z.string() }),
  roles: ["customer", "staff"],
  effect: "write",
  repeatable: false,
  approval: "staff",
  timeoutMs: 5_000,
  cost: 0.01,
  async run({ order }, context) {
    await beforeEffect();
    effects.push({ key: context.idempotencyKey, order, context });
    return { refunded: order, amount: "28.00" };
  },
});

const openLedger: Tool = { ...refund, name: "open_ledger", roles: ["analytics"], approval: "none" };

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk({ tools: [refund, openLedger], env: { BATON_SHUTDOWN_MS: "2000" } });
  await addColleague("U0MIA000001", "Mia", "staff");
  await addColleague("U0BEN000001", "Ben", "analytics");
});
afterAll(() => talk.stop());

async function addColleague(account: string, name: string, role: string): Promise<void> {
  await addStaff(talk, account, name);
  await talk.rows(
    "INSERT INTO staff_roles (company_id, staff_id, role) SELECT company_id, id, $2 FROM staff WHERE name = $1",
    [name, role],
  );
}

/** Someone asks for a refund of this order; the model calls the tool and passes on what it is told. */
async function asksForRefund(
  order: string,
  more: { channel?: string; reason?: string; user?: string; thread?: string } = {},
): Promise<Root> {
  const call = { name: "refund_order", arguments: { order, ...(more.reason && { reason: more.reason }) } };
  talk.model.addFixtures([
    { match: { user: `refund ${order}`, hasToolResult: false }, answer: { toolCalls: [call] }, times: 1 },
    { match: { user: `refund ${order}`, toolResult: "waiting" }, answer: { text: `asked:${order}` } },
    { match: { user: `refund ${order}`, toolResult: "28.00" }, answer: { text: `refunded:${order}` } },
    { match: { user: `refund ${order}`, hasToolResult: true }, answer: { text: "told: {{toolResult}}" } },
  ]);
  const { reason: _, ...place } = more;
  return talk.say(`@baton please refund ${order}`, place);
}

const buttonsOf = (message: SeenMessage) =>
  [...JSON.stringify(message.blocks ?? []).matchAll(/"value":"([0-9a-f-]{36}\.[\w-]{22})"/g)].map(
    ([, value]) => value ?? "",
  );

/** The request as it stands in the thread, once it does. */
function cardIn(root: Root): Promise<SeenMessage> {
  return talk.slack.waitFor(() => talk.heard(root).find((message) => buttonsOf(message).length > 0));
}

function press(root: Root, card: SeenMessage, what: "approve" | "refuse", user = "Mia") {
  const click = { user, channel: root.channel, messageTs: card.ts, actionId: `baton.${what}` };
  return talk.slack.clicks(click).done;
}

/** A press that Slack would sign, of a button whose value is not the one that was put there. */
async function pressForged(root: Root, card: SeenMessage, value: string): Promise<number> {
  const { app, installation } = talk.slack;
  const payload = {
    type: "block_actions",
    api_app_id: app.appId,
    token: "t",
    trigger_id: `1.2.${randomUUID()}`,
    team: { id: installation.teamId },
    user: { id: "U0MIA000001", team_id: installation.teamId },
    channel: { id: root.channel, name: "support" },
    container: { type: "message", message_ts: card.ts, channel_id: root.channel, thread_ts: root.ts },
    message: { ts: card.ts, thread_ts: root.ts },
    actions: [
      {
        type: "button",
        action_id: "baton.approve",
        block_id: "b",
        value,
        action_ts: `${Date.now()}.${randomInt(1e6)}`,
      },
    ],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const at = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", app.signingSecret).update(`v0:${at}:${body}`).digest("hex");
  const response = await fetch(`${talk.house.service.url()}/slack/events`, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": String(at),
      "x-slack-signature": `v0=${signature}`,
    },
    body,
  });
  return response.status;
}

async function pressesIn(root: Root): Promise<number> {
  const rows = await talk.rows(
    "SELECT FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE c.thread = $1 AND m.kind = 'action' AND m.state = 'settled'",
    [root.ts],
  );
  return rows.length;
}

const says = (root: Root, words: string) =>
  talk.heard(root).filter((reply) => wordsOf(reply).includes(words)).length;
const ran = (order: string) => effects.filter((effect) => effect.order === order);

async function stateOf(root: Root): Promise<string | undefined> {
  const [row] = await talk.rows<{ state: string }>(
    "SELECT a.state FROM approvals a JOIN conversations c ON c.id = a.conversation_id WHERE c.thread = $1",
    [root.ts],
  );
  return row?.state;
}

async function auditOf(root: Root): Promise<string[]> {
  const rows = await talk.rows<{ action: string; actor: string }>(
    "SELECT action, actor FROM audit a JOIN conversations c ON c.id = a.conversation_id WHERE c.thread = $1 ORDER BY a.id",
    [root.ts],
  );
  return rows.map(({ action, actor }) => `${action} by ${actor.split(":")[0]}`);
}

describe("a call that needs a colleague's approval", () => {
  it("waits, is shown in full, runs once when a colleague approves it, and its result comes back (R114, R172)", async () => {
    const root = await asksForRefund("A-100", { reason: "two ‮seats broken" });
    const card = await cardIn(root);
    expect(wordsOf(card)).toContain("A-100");
    expect(wordsOf(card)).toContain("u202e");
    expect(says(root, "asked:A-100")).toBe(1);
    expect(ran("A-100")).toEqual([]);
    await Promise.all([
      press(root, card, "approve"),
      press(root, card, "approve"),
      press(root, card, "refuse"),
    ]);
    await talk.slack.waitFor(() => says(root, "refunded:A-100") === 1);
    await talk.settled();
    expect(ran("A-100")).toHaveLength(1);
    expect(says(root, "A colleague approved")).toBe(1);
    expect(await stateOf(root)).toBe("approved");
    expect(await auditOf(root)).toEqual(["approval asked by contact", "approval approved by staff"]);
    const [step] = await talk.rows(
      "SELECT s.ok FROM steps s JOIN turns t ON t.id = s.turn_id JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1 AND s.key LIKE '%approved:%'",
      [root.ts],
    );
    expect(step).toEqual({ ok: true });
  });

  it("asked for by somebody else in a colleague's thread, is told of without the colleague's tools", async () => {
    const root = await talk.say("@baton hello, I am at work", { user: "Ben" });
    await talk.answers(root);
    await asksForRefund("A-120", { user: "Ana", thread: root.ts });
    await press(root, await cardIn(root), "approve");
    await talk.slack.waitFor(() => says(root, "refunded:A-120") === 1);
    await talk.settled();
    const offered = talk.model.history().map(({ body }) => JSON.stringify(body));
    expect(offered.find((body) => body.includes("I am at work"))).toContain("open_ledger");
    expect(offered.findLast((body) => body.includes("A-120"))).not.toContain("open_ledger");
  });

  it("does not run when a colleague refuses it, and says so", async () => {
    const root = await asksForRefund("A-101");
    await press(root, await cardIn(root), "refuse");
    await talk.slack.waitFor(() => says(root, "Nothing was done") === 1);
    await talk.settled();
    expect(ran("A-101")).toEqual([]);
    expect(await stateOf(root)).toBe("refused");
  });

  it("T6: cannot be approved by the person who asked, nor by a colleague without the authority", async () => {
    const root = await asksForRefund("A-102");
    const card = await cardIn(root);
    await press(root, card, "approve", "Ana");
    await press(root, card, "approve", "Ben");
    await talk.slack.waitFor(
      () =>
        talk.slack.ephemerals(root.channel).filter((told) => wordsOf(told).includes("Only staff")).length ===
        2,
      6_000,
    );
    await talk.settled();
    expect(ran("A-102")).toEqual([]);
    expect(await stateOf(root)).toBe("pending");
  });

  it("F11: is not decided by a button that was tampered with", async () => {
    const [root, other] = [await asksForRefund("A-103"), await asksForRefund("A-104")];
    const [card, foreign] = [await cardIn(root), await cardIn(other)];
    const [value = ""] = buttonsOf(card);
    const [foreignValue = ""] = buttonsOf(foreign);
    const forged = [
      `${value.slice(0, -1)}${value.endsWith("A") ? "B" : "A"}`,
      `${value.slice(0, 37)}${foreignValue.slice(37)}`,
      value.slice(0, 36),
      "",
    ];
    for (const tampered of forged) expect(await pressForged(root, card, tampered)).toBe(200);
    await until(async () => (await pressesIn(root)) === forged.length);
    await talk.settled();
    expect(ran("A-103")).toEqual([]);
    expect([await stateOf(root), await stateOf(other)]).toEqual(["pending", "pending"]);
  });

  it("T6: expires, says so, and cannot be approved afterwards", async () => {
    const root = await asksForRefund("A-105");
    const card = await cardIn(root);
    await talk.rows(
      "UPDATE approvals a SET expires_at = now() FROM conversations c WHERE c.id = a.conversation_id AND c.thread = $1",
      [root.ts],
    );
    await talk.slack.waitFor(() => says(root, "Nobody approved") === 1);
    await press(root, card, "approve");
    await talk.settled();
    expect(ran("A-105")).toEqual([]);
    expect(await stateOf(root)).toBe("expired");
  });

  it("stands down when a colleague takes the conversation over, also if it is handed back", async () => {
    const root = await asksForRefund("A-106");
    const card = await cardIn(root);
    await talk.say("@baton claim", { thread: root.ts, user: "Mia" });
    await talk.say("@baton bot", { thread: root.ts, user: "Mia" });
    await press(root, card, "approve");
    await until(async () => (await stateOf(root)) === "stood down");
    await talk.settled();
    expect(ran("A-106")).toEqual([]);
  });

  it("is carried out after a restart between the approval and the run", async () => {
    const root = await asksForRefund("A-107");
    const card = await cardIn(root);
    await talk.settled();
    await talk.house.restart();
    const asked = Promise.withResolvers<void>();
    const never = talk.model.addRule(async ({ toolResults }) => {
      if (!toolResults.some(({ content }) => content.includes("A-107"))) return undefined;
      asked.resolve();
      return { text: "too late", delayMs: 60_000 };
    });
    await press(root, card, "approve");
    await asked.promise;
    expect(ran("A-107")).toHaveLength(1);
    never();
    await talk.house.restart();
    await talk.slack.waitFor(() => says(root, "refunded:A-107") === 1);
    await talk.settled();
    expect(ran("A-107")).toHaveLength(1);
  });

  it("is asked for once while the same call waits", async () => {
    const root = await asksForRefund("A-108");
    await cardIn(root);
    talk.model.addFixtures([
      {
        match: { user: "refund A-108 now", hasToolResult: false },
        answer: { toolCalls: [{ name: "refund_order", arguments: { order: "A-108" } }] },
        times: 1,
      },
    ]);
    await talk.say("@baton well, refund A-108 now", { thread: root.ts });
    await talk.slack.waitFor(() => says(root, "asked:A-108") === 2);
    await talk.settled();
    expect(talk.heard(root).filter((message) => buttonsOf(message).length > 0)).toHaveLength(1);
  });

  it("runs to its end when a colleague takes over meanwhile, who is told what was done", async () => {
    const root = await asksForRefund("A-109");
    const card = await cardIn(root);
    const [began, taken] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    beforeEffect = () => {
      began.resolve();
      return taken.promise;
    };
    await press(root, card, "approve");
    await began.promise;
    await talk.say("@baton claim", { thread: root.ts, user: "Mia" });
    await until(async () => {
      const [row] = await talk.rows("SELECT FROM conversations WHERE thread = $1 AND owner_kind = 'human'", [
        root.ts,
      ]);
      return row !== undefined;
    });
    taken.resolve();
    beforeEffect = async () => {};
    await talk.slack.waitFor(() => says(root, "approved before, was carried out") === 1);
    await talk.settled();
    expect(ran("A-109")).toHaveLength(1);
    expect(says(root, "refunded:A-109")).toBe(0);
  });

  it("is not asked for where no colleague would see it", async () => {
    const root = await asksForRefund("A-110", { channel: "dm" });
    const answers = () => talk.slack.messages(root.channel).filter((message) => message.isBot);
    await talk.slack.waitFor(
      () => answers().some((told) => wordsOf(told).includes("offer the person a human")),
      6_000,
    );
    await talk.settled();
    expect(
      await talk.rows(
        "SELECT FROM approvals a JOIN conversations c ON c.id = a.conversation_id WHERE c.audience = 'direct'",
      ),
    ).toEqual([]);
  });

  it("T6: is not approved by the colleague who asked for it, wherever they asked, but by another one", async () => {
    await talk.rows(
      "INSERT INTO staff_roles (company_id, staff_id, role) SELECT company_id, id, 'staff' FROM staff WHERE name = 'Ben'",
    );
    const own = await asksForRefund("A-111", { user: "Mia" });
    const elsewhere = await talk.say("@baton hello there");
    await talk.answers(elsewhere);
    await asksForRefund("A-112", { user: "Mia", thread: elsewhere.ts });
    for (const [root, order] of [
      [own, "A-111"],
      [elsewhere, "A-112"],
    ] as const) {
      const card = await cardIn(root);
      const refusals = () =>
        talk.slack.ephemerals(root.channel).filter((told) => wordsOf(told).includes("another colleague"));
      const before = refusals().length;
      await press(root, card, "approve");
      await until(async () => refusals().length === before + 1);
      expect(await stateOf(root)).toBe("pending");
      expect(ran(order)).toEqual([]);
      await press(root, card, "approve", "Ben");
      await until(async () => ran(order).length === 1);
    }
    await talk.settled();
  });

  it("is withdrawn by the colleague who asked for it", async () => {
    const root = await asksForRefund("A-113", { user: "Mia" });
    await press(root, await cardIn(root), "refuse");
    await talk.slack.waitFor(() => says(root, "Nothing was done") === 1);
    expect(await stateOf(root)).toBe("refused");
    await talk.settled();
  });
});
