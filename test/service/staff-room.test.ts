import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineTool } from "../../src/core/tool.ts";
import { addStaff, openTalk, wordsOf, type Talk } from "../support/talk.ts";

const room = "C0GENERAL01";
const ran: string[] = [];

const refund = defineTool({
  name: "refund_order",
  description: "Pays an order back to the customer, in full.",
  input: z.strictObject({ order: z.string() }),
  output: z.object({ amount: z.string() }),
  roles: ["customer", "staff"],
  effect: "write",
  repeatable: false,
  approval: "staff",
  timeoutMs: 5_000,
  cost: 0,
  async run({ order }) {
    ran.push(order);
    return { amount: "28.00" };
  },
});

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk({
    tools: [refund],
    files: {
      "config/tenants/acme.yaml": [
        "name: Acme",
        "default: true",
        "approveOwn: true",
        `staffRoom: { channel: slack, workspace: "T0BATON0001", id: "${room}" }`,
      ].join("\n"),
    },
  });
  await addStaff(talk, "U0MIA000001", "Mia");
  await talk.rows(
    "INSERT INTO staff_roles (company_id, staff_id, role) SELECT company_id, id, 'staff' FROM staff WHERE name = 'Mia'",
  );
  talk.model.addFixtures([
    {
      match: { user: "refund", hasToolResult: false },
      answer: { toolCalls: [{ name: "refund_order", arguments: { order: "A-1" } }] },
    },
    { match: { toolResult: "waiting" }, answer: { text: "a colleague was asked" } },
    { match: { toolResult: "28.00" }, answer: { text: "refunded 28.00" } },
  ]);
});
afterAll(() => talk.stop());

const cards = () =>
  talk.slack.messages(room).filter(({ blocks }) => JSON.stringify(blocks ?? []).includes("baton.approve"));

describe("a room that colleagues read and the people they help do not", () => {
  it("shows what a direct conversation asks for, once, and the decision comes back there", async () => {
    const said = await talk.say("please refund", { channel: "dm" });
    const card = await talk.slack.waitFor(() => cards()[0]);
    expect(wordsOf(card)).toContain("A-1");
    expect(ran).toEqual([]);
    await talk.slack.clicks({ user: "Ana", channel: room, messageTs: card.ts, actionId: "baton.approve" })
      .done;
    await talk.slack.clicks({ user: "Mia", channel: room, messageTs: card.ts, actionId: "baton.approve" })
      .done;
    const heard = () => talk.slack.messages(said.channel).filter(({ isBot }) => isBot);
    await talk.slack.waitFor(() => heard().some((told) => wordsOf(told).includes("refunded 28.00")));
    await talk.settled();
    expect(ran).toEqual(["A-1"]);
    expect(cards()).toHaveLength(1);
    expect(talk.slack.botReplies(room, card.ts).map(wordsOf).join()).toContain("A colleague approved");
  });

  it("lets a colleague approve what they asked for themselves, where the company's file says so", async () => {
    const root = await talk.say("@baton please refund", { user: "Mia" });
    const card = await talk.slack.waitFor(
      () => talk.heard(root).find(({ blocks }) => JSON.stringify(blocks ?? []).includes("baton.approve")),
      15_000,
    );
    const before = ran.length;
    await talk.slack.clicks({
      user: "Mia",
      channel: root.channel,
      messageTs: card.ts,
      actionId: "baton.approve",
    }).done;
    await talk.slack.waitFor(() => ran.length === before + 1);
    await talk.settled();
  });

  it("shows on the card what the person has ordered or booked that is still on its way, and nothing else", async () => {
    const said = await talk.say("hello [[id:orders]]", { channel: "dm", user: "Ben" });
    await talk.slack.waitFor(() => talk.slack.messages(said.channel).some(({ ts }) => ts > said.ts));
    await talk.settled();
    await talk.rows(
      `WITH who AS (SELECT c.company_id, c.user_id FROM conversations c JOIN contacts u ON u.id = c.user_id
         WHERE u.external_id = 'U0BEN000001' AND c.audience = 'direct'),
       account AS (INSERT INTO accounts (company_id, user_id, plan, status, opened_on)
         SELECT company_id, user_id, 'basic', 'active', '2026-01-01' FROM who RETURNING company_id, id)
       INSERT INTO orders (company_id, number, account_id, status, placed_on, expected_on, items, total_usd)
       SELECT company_id, n, id, status, '2026-01-02', expected::date, '', 10 FROM account,
         (VALUES (7001, 'shipped', '2026-02-03'), (7002, 'processing', NULL), (7003, 'delivered', '2026-01-20'))
           AS o (n, status, expected)`,
    );
    await talk.rows(
      `INSERT INTO bookings (company_id, id, user_id, kind, code, status, event_date, details)
       SELECT c.company_id, gen_random_uuid(), CASE WHEN b.code = 'B-3' THEN NULL ELSE c.user_id END, 'event', b.code, b.status, '2026-03-04', ''
       FROM conversations c JOIN contacts u ON u.id = c.user_id,
         (VALUES ('B-1', 'confirmed'), ('B-2', 'cancelled'), ('B-3', 'confirmed')) AS b (code, status)
       WHERE u.external_id = 'U0BEN000001' AND c.audience = 'direct'`,
    );
    await talk.say("human", { channel: "dm", user: "Ben" });
    const card = await talk.slack.waitFor(() =>
      talk.slack
        .messages(room)
        .map((message) => JSON.stringify(message))
        .find((text) => text.includes("order 7001")),
    );
    for (const line of [
      "Open: order 7001, shipped, 2026-02-03",
      "Open: order 7002, processing",
      "Open: event B-1, confirmed, 2026-03-04",
    ])
      expect(card).toContain(line);
    expect(card).not.toMatch(/7003|B-2|B-3/u);
  });
});
