import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openReceiver, type Receiver } from "../handoff/outside/receiver.ts";
import { signWebhook } from "../../src/handoff/outside/signed-webhook.ts";
import { addStaff, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

const key = Buffer.alloc(32, 3);
const company = (url: string) => `name: Acme
default: true
webhooks:
  - url: ${url}/tickets
    secret: ACME_HOOK
  - url: ${url}/pager
    secret: ACME_HOOK
    events: [handoff.requested]
`;

describe("systems outside that a company named", () => {
  let receiver: Receiver;
  let talk: Talk;
  beforeAll(async () => {
    receiver = await openReceiver(key);
    talk = await openTalk({
      files: {
        "config/tenants/acme.yaml": company(receiver.url),
        "config/tools.yaml": `allowedOrigins: ["${receiver.url}"]`,
      },
      env: { ACME_HOOK: `whsec_${key.toString("base64")}` },
      pace: { outsideMs: Array.from({ length: 60 }, () => 300) },
    });
    await addStaff(talk, "U0MIA000001", "Mia");
  }, 120_000);
  afterAll(async () => {
    await talk?.stop();
    await receiver?.stop();
  });

  const told = (type: string) => receiver.received.filter((one) => one.type === type);

  it("hear of each change of hands, signed and without a word of what was said (R167, R173)", async () => {
    const said = await talk.say("@baton my order A-77 is missing, call 555-0100 [[id:w1]]");
    await talk.answers(said);
    await talk.say("@baton human", { thread: said.ts });
    await until(async () => told("handoff.requested").length === 2, 30_000);
    const [one, other] = told("handoff.requested");
    expect(one?.id).toBe(other?.id);
    expect(one).toMatchObject({
      isSigned: true,
      data: { owner: "queue", queue: "general_support", channel: "slack", ticket: { priority: "normal" } },
    });
    const recorded = await talk.rows<{ data: object }>(
      "SELECT data FROM events WHERE event_type = 'handoff'",
    );
    expect(recorded.map(({ data }) => data)).toMatchObject([
      { action: "escalate", from: "bot", to: "queue" },
    ]);

    await talk.say("!transfer billing", { user: "Mia", thread: said.ts });
    const moved = () => told("handoff.requested").filter(({ data }) => data["queue"] === "billing");
    await until(async () => moved().length === 2, 30_000);
    expect(JSON.stringify(receiver.received)).not.toMatch(/A-77|555-0100|asked for/);
  }, 60_000);

  it("tell what became of it there, signed; twice, late and out of order it is done once (H4)", async () => {
    const said = await talk.say("@baton my chair is broken [[id:w3]]");
    await talk.answers(said);
    await talk.say("@baton human", { thread: said.ts });
    const requested = () =>
      told("handoff.requested").find(({ data }) => data["channel"] === "slack" && isOf(data));
    const [row] = await talk.rows<{ id: string }>("SELECT id FROM conversations WHERE thread = $1", [
      said.ts,
    ]);
    const isOf = (data: Readonly<Record<string, unknown>>) => data["conversation_id"] === row?.id;
    await until(async () => requested() !== undefined, 30_000);
    const ticket = requested()?.data["ticket"] as { id: string };
    const start = Date.now();
    const at = (ms: number) => new Date(start + ms).toISOString();
    await until(async () => Date.now() > start + 300); // what it tells has happened
    const url = `${talk.house.service.url()}/api/v1/companies/acme/tickets`;
    const tells = async (
      type: string,
      timestamp: string,
      data: object,
      more: Record<string, string> = {},
    ) => {
      const body = JSON.stringify({ type, timestamp, data });
      const signed = signWebhook(`whsec_${key.toString("base64")}`, {
        id: `m-${type}`,
        at: new Date(),
        body,
      });
      const headers = { "content-type": "application/json", ...signed, ...more };
      const response = await fetch(url, { method: "POST", headers, body });
      return [response.status, ((await response.json()) as { result?: string }).result];
    };
    const audited = async () => {
      const rows = await talk.rows<{ action: string }>(
        "SELECT action FROM audit WHERE conversation_id = $1 ORDER BY id",
        [row?.id],
      );
      return rows.map(({ action }) => action);
    };
    const mia = { staff: "Mia" };
    const about = { ...mia, ticket_id: ticket.id };

    const forged = { "webhook-signature": `v1,${Buffer.alloc(32, 1).toString("base64")}` };
    expect(await tells("ticket.assigned", at(10), about, forged)).toEqual([401, undefined]);
    const old = { "webhook-timestamp": String(Math.floor(start / 1_000) - 400) };
    expect(await tells("ticket.assigned", at(10), about, old)).toEqual([401, undefined]);
    expect(await tells("ticket.assigned", at(10), { ...mia, ticket_id: crypto.randomUUID() })).toEqual([
      404,
      undefined,
    ]);
    expect(await tells("ticket.assigned", at(10), { staff: "Nobody", ticket_id: ticket.id })).toEqual([
      404,
      undefined,
    ]);
    expect(await tells("ticket.exploded", at(10), about)).toEqual([400, undefined]);
    expect(await audited()).toEqual(["escalate"]);

    expect(await tells("ticket.assigned", at(100), about)).toEqual([200, "changed"]);
    expect(await tells("ticket.assigned", at(100), about)).toEqual([200, "stale"]);
    expect(await tells("ticket.resolved", at(300), about)).toEqual([200, "changed"]);
    // What was said before it comes behind it.
    expect(await tells("ticket.assigned", at(200), about)).toEqual([200, "stale"]);
    expect(await tells("ticket.resolved", at(300), { ...mia, conversation_id: row?.id })).toEqual([
      200,
      "stale",
    ]);
    await talk.slack.waitFor(() =>
      talk.heard(said).some((message) => wordsOf(message).includes("is resolved")),
    );
    await talk.settled();
    expect(await audited()).toEqual(["escalate", "assign", "resolve"]);
    const [state] = await talk.rows("SELECT status FROM tickets WHERE id = $1", [ticket.id]);
    expect(state).toEqual({ status: "solved" });
    const untold = () => talk.rows("SELECT 1 FROM outside_events WHERE state <> 'delivered'");
    await until(async () => (await untold()).length === 0, 30_000);
  }, 60_000);

  it("are told later what they did not take, also by a Baton that was started anew, under the same id", async () => {
    receiver.received.length = 0;
    receiver.answer(500, "hang", 503, 500, 500, 500);
    const said = await talk.say("@baton one more thing [[id:w2]]");
    await talk.answers(said);
    await talk.say("@baton human", { thread: said.ts });
    await until(async () => told("handoff.requested").length >= 1, 30_000);
    await talk.house.restart();
    const left = () =>
      talk.rows<{ state: string }>("SELECT state FROM outside_events WHERE state <> 'delivered'");
    await until(async () => told("handoff.requested").length >= 8 && (await left()).length === 0, 45_000);
    expect(new Set(told("handoff.requested").map(({ id }) => id)).size).toBe(1);
    expect(told("handoff.requested").every(({ isSigned }) => isSigned)).toBe(true);
  }, 120_000);
});
