import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noon, openBusinessStand, timeZone, type BusinessStand } from "../../tools/business-stand.ts";
import { aRequest } from "../agent-stand.ts";
import { aBrainOf, aTalkWith } from "./example-company.ts";
import type { KeylessBrain } from "../../../src/agent/keyless/keyless-brain.ts";

let stand: BusinessStand;
let brain: KeylessBrain;

beforeAll(async () => {
  stand = await openBusinessStand();
  brain = aBrainOf("cinema", stand.tools);
  await aTalkWith(brain).say("Hello!");
}, 300_000);
afterAll(() => stand.stop());

/** A guest of a cinema nobody has booked in yet. */
async function aGuest() {
  const caller = await stand.aCaller(await stand.aCompany("cinema"));
  const context = { ...aRequest("").request.context, ...caller, now: noon, timeZone };
  return { caller, talk: aTalkWith(brain, { context }) };
}

describe("the cinema without a model", () => {
  it("finds Avengers tonight in IMAX near downtown (R132)", async () => {
    const { talk } = await aGuest();
    const answer = await talk.say("I want to watch Avengers tonight in IMAX near downtown");
    expect(answer.body).toContain("2 IMAX showtimes");
    expect(answer.body).toContain("1. **Avengers**: AMC Downtown 7:00 PM $22");
    expect(answer.body).toContain("2. **Avengers**: Regal Center 9:30 PM $24");
    expect(answer.body).toMatch(/Which would you like to book\?$/);
    expect(answer.suggestions).toHaveLength(2);
  });

  it("books Barbie at 7:30 for two, from a mood to the code (R133, R135, R137, R138)", async () => {
    const { talk, caller } = await aGuest();
    const [funny] = await talk.tell("I want to watch something funny tonight");
    expect(funny).toContain("**Barbie**: AMC Downtown 7:30 PM");
    expect(funny).toContain("**Barbie**: AMC Downtown 9:45 PM");
    expect(funny).toContain("**The Hangover**: Regal Center 8:00 PM");
    const [many] = await talk.tell("Barbie at 7:30 sounds good");
    expect(many).toContain("How many tickets would you like?");
    const [total] = await talk.tell("2");
    expect(total).toContain("2 tickets, total $28");
    expect(total).toContain("SCREEN");
    const [confirm] = await talk.tell("A5, A6");
    expect(confirm).toContain("seats A5, A6");
    expect(confirm).toContain("total $28");
    const [pay] = await talk.tell("yes please");
    expect(pay).toContain("Please pay $28 here: <https://baton.example/pay/");
    const paymentId = /pay\/[^/]+\/([\w-]+)/.exec(pay ?? "")?.[1] ?? "";
    await stand.payments.settle(caller.tenantId, paymentId, "paid");
    const [announced] = await stand.announced(caller.tenantId);
    expect(announced?.body).toContain("ABC123");
    const [done] = await talk.tell("I paid");
    expect(done).toContain("Booking confirmed! Your confirmation code is ABC123");
  });

  it("tells tonight's booking and cancels it for a full refund (R134)", async () => {
    const { talk } = await aGuest();
    const [status] = await talk.tell("What's the status of my booking for tonight?");
    for (const words of ["Avengers", "AMC Downtown", "8:00 PM", "B7, B8", "Confirmed", "XYZ789"])
      expect(status).toContain(words);
    const [refund] = await talk.tell("Can I cancel that?");
    expect(refund).toContain("full refund of $36");
    const [done] = await talk.tell("Yes cancel it");
    expect(done).toBe("Your booking is cancelled. You get $36 back within 3–5 days.");
    const [again] = await talk.tell("Cancel that");
    expect(again).toContain("cannot be cancelled any more");
  });

  it.each([
    ["3", "The Hangover"],
    ["the second one", "9:45 PM"],
    ["the hangover please", "The Hangover"],
    ["the one at 9:45", "9:45 PM"],
    ["the cheapest", "The Hangover"],
  ])("knows which show is meant by %j (R137)", async (said, meant) => {
    const { talk } = await aGuest();
    const [list, asked] = await talk.tell("something funny tonight", said);
    expect(list).toContain("Which would you like to book?");
    const expected = said === "3" ? /3\. \*\*(.+?)\*\*/.exec(list ?? "")?.[1] : meant;
    expect(asked).toContain(expected);
    expect(asked).toContain("How many tickets");
  });

  it("asks which one where two fit, and only shows those", async () => {
    const { talk } = await aGuest();
    const [, several, chosen] = await talk.tell("something funny tonight", "Barbie", "the later one");
    expect(several).toContain("More than one fits");
    expect(several).not.toContain("Hangover");
    expect(chosen).toContain("Barbie at 9:45 PM");
  });

  it("takes a correction at the last moment: three tickets instead of two", async () => {
    const { talk } = await aGuest();
    await talk.tell("something funny tonight", "Barbie at 7:30", "2 tickets", "A5 and A6");
    const [again] = await talk.tell("no, make it 3 tickets");
    expect(again).toContain("Which seats would you like?");
    const [confirm] = await talk.tell("A5-A7");
    expect(confirm).toContain("seats A5, A6, A7: 3 tickets, total $42");
  });

  it("does not sell a seat that is taken, or more seats than tickets", async () => {
    const { talk } = await aGuest();
    const [, , , taken, many] = await talk.tell(
      "something funny tonight",
      "Barbie at 7:30",
      "2",
      "A1, A2",
      "A5, A6, A7",
    );
    expect(taken).toBe("A1, A2 can't be chosen. Please pick from the free ones.");
    expect(many).toContain("Please choose 2 of them");
  });

  it("says so when nothing is found, and asks what else", async () => {
    const { talk } = await aGuest();
    const [none] = await talk.tell("I want to watch Casablanca tonight");
    expect(none).toContain("I found no shows for that");
    expect(none).toContain("What would you like to see?");
  });
});
