import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askForApproval } from "../../../src/agent/tools/ask-for-approval.ts";
import type { KeylessBrain } from "../../../src/agent/keyless/keyless-brain.ts";
import type { KeptCall } from "../../../src/core/kept-call.ts";
import { noon, openBusinessStand, timeZone, type BusinessStand } from "../../tools/business-stand.ts";
import { aRequest } from "../agent-stand.ts";
import { aBrainOf, aTalkWith } from "./example-company.ts";

let stand: BusinessStand;
const brains = new Map<string, KeylessBrain>();
const asked: KeptCall[] = [];

beforeAll(async () => {
  stand = await openBusinessStand();
  const desk = {
    request: async (request: KeptCall) => {
      asked.push(request);
      return { expiresAt: new Date(noon.getTime() + 60_000) };
    },
  };
  const offered = stand.tools.map((tool) => (tool.approval === "staff" ? askForApproval(tool, desk) : tool));
  for (const slug of ["catering", "support"]) {
    const brain = aBrainOf(slug, offered);
    brains.set(slug, brain);
    await aTalkWith(brain).say("Hello!");
  }
}, 300_000);
afterAll(() => stand.stop());

async function aGuestOf(kind: "catering" | "support") {
  const brain = brains.get(kind);
  if (brain === undefined) throw new Error(`there is no brain for ${kind}`);
  const caller = await stand.aCaller(await stand.aCompany(kind));
  const context = { ...aRequest("").request.context, ...caller, now: noon, timeZone };
  return { caller, talk: aTalkWith(brain, { context }), brain, context };
}

describe("the caterer without a model", () => {
  it("takes an inquiry for 30 people, confirms it and tells the staff once (R146, R372, R78)", async () => {
    const { talk, caller } = await aGuestOf("catering");
    const [name, phone] = await talk.tell("I want to book for June 15th, 30 people", "Ana Lima");
    expect(name).toContain("Tuesday, June 15 is free for 30 guests");
    expect(name).toContain("May I have your name?");
    expect(phone).toContain("Thank you, Ana Lima.");
    const [wrong, confirm] = await talk.tell("555 123", "555 123 4567");
    expect(wrong).toBe("Please enter a valid phone number");
    expect(confirm).toContain("30 guests on Tuesday, June 15, Ana Lima, (555) 123-4567");
    expect(await stand.announced(caller.tenantId)).toEqual([]);
    const [done] = await talk.tell("yes");
    expect(done).toContain("Your inquiry for 30 guests");
    const announced = await stand.announced(caller.tenantId);
    expect(announced).toMatchObject([{ audience: "staff", topic: "new lead" }]);
  });

  it("tells the price for 25 people from the menu, and never from memory (R149, R77)", async () => {
    const { talk } = await aGuestOf("catering");
    const [price] = await talk.tell("What's the price for 25 people?");
    expect(price).toContain("$25–$35 per person, so for 25 people $625–$875");
    expect(price).toContain("deposit of 50%");
  });

  it("refuses Mondays and groups that are too small, in words (R149, C10)", async () => {
    const { talk } = await aGuestOf("catering");
    const [monday, again] = await talk.tell("I want to book for June 14th, 30 people", "June 16th");
    expect(monday).toContain("closed on Mondays");
    expect(again).toContain("Wednesday, June 16 is free for 30 guests");
    const other = await aGuestOf("catering");
    const [small] = await other.talk.tell("I want to book for June 15th, 4 people");
    expect(small).toContain("groups of 10 to 500 guests");
    expect(small).toContain("For how many guests?");
  });

  it("asks for a name after two answers, keeps what it is told and never insists (R176, R182)", async () => {
    const { talk } = await aGuestOf("catering");
    const [first, second] = await talk.tell("Do you bring your own grill?", "Are you open on Mondays?");
    expect(first).not.toContain("your name");
    expect(second).toContain("On Mondays we are closed.");
    expect(second).toContain("may I ask your name?");
    const [ignored, later] = await talk.tell("How much is the deposit?", "Which days are you open?");
    expect(ignored).toContain("50% confirms your date");
    expect(ignored).not.toContain("your name");
    expect(later).not.toContain("your name");

    const other = await aGuestOf("catering");
    await other.talk.tell("Do you bring your own grill?", "Are you open on Mondays?");
    const [phone, confirm, kept] = await other.talk.tell("I'm Bo Li", "555 123 4567", "yes");
    expect(phone).toContain("Nice to meet you, Bo Li!");
    expect(confirm).toContain("Bo Li, (555) 123-4567");
    expect(kept).toContain("Thank you, Bo Li.");
    const [known] = await other.talk.tell("I want to book for June 15th, 30 people");
    expect(known).toContain("30 guests on Tuesday, June 15, Bo Li, (555) 123-4567");
  });
});

describe("the support desk without a model", () => {
  it("finds an order by its name out of the person's own", async () => {
    const { talk } = await aGuestOf("support");
    const [list, status] = await talk.tell("Where is my order?", "the office chair");
    expect(list).toContain("Which order do you mean?");
    expect(status).toMatch(
      /Order \d+ \(Office chair, \$189\) is shipped, with FedEx, tracking number 748912345678/,
    );
  });

  it("finds an order by its suggestion, which says the number and the name", async () => {
    const { talk } = await aGuestOf("support");
    const { suggestions = [] } = await talk.say("Where is my order?");
    const [status] = await talk.tell(suggestions.find((text) => text.includes("Desk lamp")) ?? "");
    expect(status).toMatch(/Order \d+ \(Desk lamp, \$49\) is delivered/);
  });

  it("asks colleagues for a refund and tells what became of it (R114)", async () => {
    const { talk, brain, context } = await aGuestOf("support");
    const [list, status] = await talk.tell("Where is my order?", "the desk lamp");
    expect(list).toContain("Desk lamp");
    expect(status).toContain("is delivered");
    const [reason, confirm] = await talk.tell("I want a refund", "It flickers");
    expect(reason).toContain("What is wrong with it?");
    expect(confirm).toContain("A refund of $49");
    expect(asked).toEqual([]);
    const [waiting] = await talk.tell("yes");
    expect(waiting).toContain("asked a colleague to approve it");
    expect(asked).toMatchObject([{ tool: "request_refund" }]);
    const message = "Order 1001 is refunded: $49.00 come back within 3–5 days.";
    const done = [{ tool: "request_refund", arguments: "{}", ok: true, text: JSON.stringify({ message }) }];
    const news = await brain.answer(aRequest("", { context, questions: [], done }).request);
    expect(news).toMatchObject({ kind: "answered", body: message });
  });

  it("tells an order as it is at that moment, from what the tool says and nothing else of its row (R92)", async () => {
    const { talk, caller, brain, context } = await aGuestOf("support");
    const ask = async (one: typeof talk) => (await one.tell("Where is my order?", "the office chair"))[1];
    const before = await ask(talk);
    expect(before).toContain("is shipped");
    const { orders } = await stand.call(caller, "list_orders", {});
    const fields = (orders as object[]).flatMap((order) => Object.keys(order));
    const declared =
      "order_id status placed_on expected_on delivered_on carrier tracking items total refunded".split(" ");
    expect(fields.filter((name) => !declared.includes(name))).toEqual([]);
    await stand.database.statement(caller.tenantId, {
      text: "UPDATE orders SET status = 'processing' WHERE company_id = $1 AND status = 'shipped'",
      values: [caller.tenantId],
    });
    const after = await ask(aTalkWith(brain, { context }));
    expect(after).toContain("is processing");
    expect(`${before} ${after}`).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}|company_id|account_id/u);
  });
});
