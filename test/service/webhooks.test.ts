import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openReceiver, type Receiver } from "../handoff/outside/receiver.ts";
import { addStaff, openTalk, until, type Talk } from "../support/talk.ts";

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
