import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openReceiver, type Receiver } from "../handoff/outside/receiver.ts";
import { addStaff, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

const secret = "a secret of thirty-two characters";

/** Open on another day of the week alone, so that nobody is there today. */
function otherDay(): string {
  const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
  return days[(new Date().getUTCDay() + 3) % 7] ?? "mon";
}

let receiver: Receiver;
let talk: Talk;
beforeAll(async () => {
  receiver = await openReceiver(secret);
  const hook = `webhooks: [{ url: "${receiver.url}", secret: ACME_HOOK, events: [sla.breached] }]`;
  const open = `installations: [{ channel: slack, id: T0BATON0001 }]
staffRoom: { channel: slack, workspace: T0BATON0001, id: C0GENERAL01 }
sla: { normal: { firstResponseMinutes: 30, resolutionMinutes: 60 }, urgent: { firstResponseMinutes: 5 } }`;
  talk = await openTalk({
    files: {
      "config/tenants/acme.yaml": `name: Acme\ndefault: true\n${open}\n${hook}`,
      "config/tools.yaml": `allowedOrigins: ["${receiver.url}"]`,
    },
    env: { ACME_HOOK: secret },
  });
  await addStaff(talk, "U0MIA000001", "Mia");
}, 120_000);
afterAll(async () => {
  await talk?.stop();
  await receiver?.stop();
});

type Root = { ts: string; channel: string };
interface TicketRow {
  readonly id: string;
  readonly created_at: Date;
  readonly response_due_at: Date | null;
  readonly resolution_due_at: Date | null;
  readonly response_state: string | null;
  readonly resolution_state: string | null;
}

async function waiting(id: string): Promise<Root> {
  const root = await talk.say(`@baton where is my parcel? [[id:${id}]]`);
  await talk.answers(root);
  await talk.say("@baton human", { thread: root.ts });
  await until(async () => (await ticketOf(root))?.resolution_due_at);
  return root;
}
async function ticketOf(root: Root): Promise<TicketRow | undefined> {
  const [row] = await talk.rows<TicketRow>(
    `SELECT t.id, t.created_at, response_due_at, resolution_due_at, response_state, resolution_state
     FROM tickets t JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1`,
    [root.ts],
  );
  return row;
}
async function clockOf(
  root: Root,
): Promise<{ sla_paused_at: Date | null; sla_shift_ms: string } | undefined> {
  const [row] = await talk.rows<{ sla_paused_at: Date | null; sla_shift_ms: string }>(
    `SELECT sla_paused_at, sla_shift_ms FROM tickets t JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1`,
    [root.ts],
  );
  return row;
}
const minutesTo = (ticket: TicketRow | undefined, at: Date | null | undefined) =>
  ((at?.getTime() ?? 0) - (ticket?.created_at.getTime() ?? 0)) / 60_000;

/** As if its times had come a moment ago. */
const comeDue = (root: Root, what: "response" | "resolution") =>
  talk.rows(
    `UPDATE tickets t SET ${what}_due_at = now() - interval '1 second' FROM conversations c
     WHERE c.id = t.conversation_id AND c.thread = $1`,
    [root.ts],
  );

describe("a ticket of a company that promises times", () => {
  it("has its times by its priority, anew when that changes, and says once when one was not kept", async () => {
    const root = await waiting("p1");
    const ticket = await ticketOf(root);
    expect(minutesTo(ticket, ticket?.response_due_at)).toBeCloseTo(30);
    expect(minutesTo(ticket, ticket?.resolution_due_at)).toBeCloseTo(60);
    await talk.rows("UPDATE tickets SET priority = 'urgent' WHERE id = $1", [ticket?.id]);
    await until(async () => minutesTo(ticket, (await ticketOf(root))?.response_due_at) < 6);
    expect((await ticketOf(root))?.resolution_due_at).toBeNull();

    await comeDue(root, "response");
    await until(async () => (await ticketOf(root))?.response_state === "breached");
    await until(async () => receiver.received.length > 0, 30_000);
    await talk.settled();
    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]).toMatchObject({
      type: "sla.breached",
      isSigned: true,
      data: { what: "first_response", priority: "urgent", ticket_id: ticket?.id },
    });
    const late = talk.slack
      .history()
      .calls.filter(
        ({ method, args }) => method === "chat.postMessage" && JSON.stringify(args).includes("Late:"),
      );
    expect(late).toHaveLength(1);
    const counted = await talk.rows("SELECT 1 FROM events WHERE event_type = 'sla'");
    expect(counted).toHaveLength(1);
  }, 90_000);

  it("is met by a colleague's words to the person, not by a command, and by its end; its clocks stand still while it sleeps", async () => {
    const root = await waiting("p2");
    await talk.say("@baton claim", { user: "Mia", thread: root.ts });
    await talk.settled();
    await talk.say("It comes on Friday.", { user: "Mia", thread: root.ts });
    await talk.say("@baton resolve", { user: "Mia", thread: root.ts });
    await talk.slack.waitFor(() => talk.heard(root).some((said) => wordsOf(said).includes("is resolved")));
    await talk.rows(
      `UPDATE tickets t SET response_due_at = now(), resolution_due_at = now() FROM conversations c
       WHERE c.id = t.conversation_id AND c.thread = $1`,
      [root.ts],
    );
    await until(async () => (await ticketOf(root))?.resolution_state === "met");
    await until(async () => (await ticketOf(root))?.response_state === "met");
    const asleep = await waiting("p4");
    await talk.say("@baton claim", { user: "Mia", thread: asleep.ts });
    await talk.settled();
    await talk.say("!snooze 2h", { user: "Mia", thread: asleep.ts });
    await until(async () => (await clockOf(asleep))?.sla_paused_at);
    await talk.rows(
      `UPDATE tickets t SET response_due_at = now() - interval '1 minute', sla_paused_at = now() - interval '11 minutes'
       FROM conversations c WHERE c.id = t.conversation_id AND c.thread = $1`,
      [asleep.ts],
    );
    const other = await waiting("p3");
    await talk.say("@baton claim", { user: "Mia", thread: other.ts });
    await talk.settled();
    await comeDue(other, "response");
    await until(async () => (await ticketOf(other))?.response_state === "breached");
    expect((await ticketOf(asleep))?.response_state).toBeNull();
    const woken = Date.now();
    await talk.say("are you there?", { thread: asleep.ts });
    const clock = await until(async () => {
      const now = await clockOf(asleep);
      return now?.sla_paused_at === null ? now : undefined;
    });
    const left = ((await ticketOf(asleep))?.response_due_at?.getTime() ?? 0) - woken;
    expect(left / 60_000).toBeGreaterThan(9);
    expect(left / 60_000).toBeLessThan(11);
    expect(Number(clock.sla_shift_ms) / 60_000).toBeGreaterThan(10);
  }, 90_000);

  it("is not late while the bot has the conversation again, and counts on once people have it", async () => {
    const root = await waiting("p5");
    await talk.say("@baton claim", { user: "Mia", thread: root.ts });
    await talk.settled();
    await talk.say("@baton bot", { user: "Mia", thread: root.ts });
    await until(async () => (await clockOf(root))?.sla_paused_at);
    const other = await waiting("p6");
    for (const each of [root, other]) await comeDue(each, "resolution");
    await until(async () => (await ticketOf(other))?.resolution_state === "breached");
    expect((await ticketOf(root))?.resolution_state).toBeNull();
    await talk.say("@baton claim", { user: "Mia", thread: root.ts });
    await until(async () => (await ticketOf(root))?.resolution_state === "breached");
  }, 90_000);

  it("is there for whoever a colleague passes on to a queue, though they asked for nobody", async () => {
    const root = await talk.say("@baton where is my invoice? [[id:p8]]");
    await talk.answers(root);
    await talk.say("@baton transfer billing", { user: "Mia", thread: root.ts });
    await until(async () => (await ticketOf(root))?.resolution_due_at);
    const tickets = await talk.rows(
      "SELECT t.queue, t.status FROM tickets t JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1",
      [root.ts],
    );
    expect(tickets).toEqual([{ queue: "billing", status: "open" }]);
  }, 60_000);

  it("goes on, with its times, when its person asks for somebody again before it is solved, and only then", async () => {
    const root = await waiting("p7");
    const first = await ticketOf(root);
    const all = () =>
      talk.rows<{ id: string; status: string; queue: string }>(
        `SELECT t.id, t.status, t.queue FROM tickets t JOIN conversations c ON c.id = t.conversation_id
         WHERE c.thread = $1 ORDER BY t.number`,
        [root.ts],
      );
    await talk.say("@baton transfer billing", { user: "Mia", thread: root.ts });
    await until(async () => (await all())[0]?.queue === "billing");
    await talk.say("@baton bot", { user: "Mia", thread: root.ts });
    await until(async () => (await clockOf(root))?.sla_paused_at);
    await talk.say("@baton human", { thread: root.ts });
    await until(async () => (await clockOf(root))?.sla_paused_at === null);
    expect(await all()).toEqual([{ id: first?.id, status: "open", queue: "general_support" }]);
    expect((await ticketOf(root))?.response_due_at).not.toBeNull();
    await talk.say("!cancel", { thread: root.ts });
    await until(async () => (await all())[0]?.status === "solved");
    await talk.say("@baton human", { thread: root.ts });
    await until(async () => (await all()).length === 2);
    expect((await all()).map(({ status }) => status)).toEqual(["solved", "open"]);
  }, 90_000);
});

describe("who asks for somebody while nobody is there", () => {
  it("is told from when on somebody is, once, and nobody else is told so", async () => {
    expect(
      talk.slack.history().calls.some((call) => JSON.stringify(call).includes("Nobody of the team")),
    ).toBe(false);
    const closed = await openTalk({
      files: {
        "config/tenants/acme.yaml": `name: Acme\ndefault: true\nopeningHours: { week: { ${otherDay()}: "10:00-11:00" }, closedText: "Leave us your number." }`,
      },
    });
    try {
      const root = await closed.say("@baton where is my parcel? [[id:c1]]");
      await closed.answers(root);
      await closed.say("@baton human", { thread: root.ts });
      const told = () => closed.heard(root).filter((said) => wordsOf(said).includes("Nobody of the team"));
      await until(async () => told().length > 0);
      await closed.say("@baton human", { thread: root.ts });
      await closed.settled();
      expect(told()).toHaveLength(1);
      expect(told().map(wordsOf).join()).toMatch(/10:00.*Leave us your number/s);
    } finally {
      await closed.stop();
    }
  }, 90_000);
});
