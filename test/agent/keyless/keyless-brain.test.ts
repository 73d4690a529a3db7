import { beforeAll, describe, expect, it } from "vitest";
import type { NewTicket } from "../../../tools/support/create-ticket.ts";
import { createTicketTool } from "../../../tools/support/create-ticket.ts";
import { aRequest } from "../agent-stand.ts";
import { aBrainOf, aTalkWith } from "./example-company.ts";

const made: NewTicket[] = [];
const create = async (ticket: NewTicket) => {
  made.push(ticket);
  return { ticketId: "t", number: 17, created: true };
};
const brain = aBrainOf("example", [createTicketTool({ create })]);

function aCompany() {
  made.length = 0;
  return { made, talk: aTalkWith(brain) };
}

// The first message loads and trains what understands it.
beforeAll(() => aTalkWith(brain).say("Hello!"), 60_000);

describe("without a model", () => {
  it("books a flight in three turns: the city, the date, a yes (R36, R371)", async () => {
    const { talk, made } = aCompany();
    const [hello, date, confirm] = await talk.tell("Hello!", "Book a flight to Phuket", "January 25th");
    expect(hello).toBe("Hello! How can I help you today?");
    expect(date).toBe("I can help you book a flight. What date would you like?");
    expect(confirm).toContain("to Phuket on Monday, January 25");
    expect(made).toEqual([]);
    const [done] = await talk.tell("yes");
    expect(done).toContain("confirmed");
    expect(made).toMatchObject([{ subject: "Flight to Phuket on 2027-01-25" }]);
  });

  it("never acts after a no, and does after the change", async () => {
    const { talk, made } = aCompany();
    await talk.tell("Book a flight from Bangkok to Phuket on January 25th", "no");
    expect(made).toEqual([]);
    const [again] = await talk.tell("February 3rd");
    expect(again).toContain("Wednesday, February 3");
    await talk.tell("yes");
    expect(made).toMatchObject([{ subject: "Flight to Phuket on 2027-02-03" }]);
  });

  it("answers a question in between and asks again for what is missing", async () => {
    const { talk } = aCompany();
    await talk.tell("open a ticket");
    const answer = await talk.say("When are you open?");
    expect(answer.body).toContain("Monday to Friday from 9:00 to 18:00");
    expect(answer.body).toContain("What is it about");
    expect(answer.citations).toEqual([{ title: "Opening hours" }]);
  });

  it("leaves one subject for another and comes back to it", async () => {
    const { talk } = aCompany();
    await talk.tell("Book a flight to Phuket", "open a ticket", "Broken chair", "It broke this morning");
    const [back] = await talk.tell("yes");
    expect(back).toContain("ticket number 17");
    expect(back).toContain("Back to your flight.");
    expect(back).toContain("What date would you like?");
  });

  it("drops what was going on when it is told to", async () => {
    const { talk, made } = aCompany();
    await talk.tell("Book a flight to Phuket");
    const [dropped, other] = await talk.tell("never mind", "January 25th");
    expect(dropped).toContain("Nothing was changed");
    expect(other).not.toContain("Phuket");
    expect(made).toEqual([]);
  });

  it("asks back, then admits that it does not know, then hands over (R58, R72, R74, R76)", async () => {
    const { talk } = aCompany();
    const first = await talk.say("blorp frobnicate");
    const second = await talk.say("zzyzx quux");
    const third = await talk.say("wibble wobble");
    expect(first.body).toBe("I'm not sure I understand. Could you please rephrase that?");
    expect(second.body).toContain("I don't know");
    expect(first.handOver ?? second.handOver).toBeUndefined();
    expect(third.body).toBe("I'm not sure about that. Let me connect you with a human agent.");
    expect(third.handOver).toMatchObject({ action: "escalate_to_agent", queue: "general_support" });
  });

  it.each([
    "I want to talk to a human",
    "My payment has failed",
    "This is unacceptable, I am furious, worst service ever!",
  ])("hands %j over at once, whatever is going on (R75, R158, R159)", async (text) => {
    const { talk } = aCompany();
    await talk.tell("Book a flight to Phuket");
    const answer = await talk.say(text);
    expect(answer.body).toBe("I'll connect you with a human agent who can better assist you.");
    expect(answer.handOver).toMatchObject({ action: "escalate_to_agent", queue: "general_support" });
  });

  it("answers in the person's language where the company has that answer, and stays in it", async () => {
    const { talk } = aCompany();
    const [german, thanks] = await talk.tell("Wann haben Sie am Samstag geöffnet?", "danke");
    expect(german).toContain("samstags von 10 bis 14 Uhr");
    expect(thanks).toContain("Gern geschehen");
    expect(talk.kept().language).toBe("de");
  });

  it("takes tonight and tomorrow as they are where the company is, whatever clock the person has", async () => {
    const now = new Date("2026-03-02T01:30:00Z"); // still March 1 in Los Angeles, March 2 in Bangkok
    const context = { ...aRequest("").request.context, now, timeZone: "America/Los_Angeles" };
    const says = async (of: typeof brain) =>
      (await aTalkWith(of, { context }).tell("Book a flight to Phuket", "tomorrow"))[1];
    const inBangkok = aBrainOf("example", [createTicketTool({ create })], { timeZone: "Asia/Bangkok" });
    expect(await says(inBangkok)).toContain("Tuesday, March 3");
    expect(await says(brain)).toContain("Monday, March 2");
  });

  describe("asks back where it is not sure, and takes what comes then as it is meant:", () => {
    const asked = "Just to be sure: is this about your flight?";

    it.each([
      ["yes", "A flight to phuket on Sunday, March 8."],
      ["yes, from Bangkok please", "A flight from Bangkok to phuket on Sunday, March 8."],
      ["yes but on monday", "A flight to phuket on Monday, March 2."],
      ["a flight", "A flight to phuket on Sunday, March 8."],
      ["trip to phuket on sunday", "A flight to phuket on Sunday, March 8."],
    ])("%j begins with all that was said", async (reply, begun) => {
      const [first, second] = await aCompany().talk.tell("trip to phuket on sunday", reply);
      expect(first).toBe(asked);
      expect(second).toContain(begun);
    });

    it.each([
      ["When are you open?", "We are open Monday to Friday"],
      ["ok, when are you open?", "We are open Monday to Friday"],
      ["no, when are you open?", "We are open Monday to Friday"],
      ["open a ticket", "What is it about"],
      ["thanks", "You're welcome!"],
      ["never mind", "No problem."],
      ["no", "Can you provide more details?"],
      ["blorp frobnicate", "Could you please rephrase that?"],
    ])("%j is about something else, and is answered", async (reply, answer) => {
      const { talk } = aCompany();
      const [first, second] = await talk.tell("trip to phuket on sunday", reply);
      expect(first).toBe(asked);
      expect(second).toContain(answer);
      // The question is over: a late yes begins nothing that nobody speaks of any more.
      const [late] = await talk.tell("yes");
      expect(late).not.toContain("A flight");
    });

    it("says it once more to who did not understand it, and only once", async () => {
      const [, again, other] = await aCompany().talk.tell("trip to phuket on sunday", "What?", "what?");
      expect(again).toBe(asked);
      expect(other).not.toBe(asked);
    });

    it("is not asked again what was denied, and nobody is asked in circles", async () => {
      const { talk } = aCompany();
      const said = ["trip to phuket on sunday", "no", "trip to phuket on sunday", "trip to phuket on sunday"];
      const answers = await talk.tell(...said);
      expect(answers.filter((answer) => answer === asked)).toHaveLength(1);
      expect(answers[2]).toContain("Can you ask in a different way?");
      expect(answers[3]).toContain("I don't know");
    });

    it("begins anew after a day in which nobody said anything", async () => {
      const { talk } = aCompany();
      await talk.tell("trip to phuket on sunday", "no", "trip to phuket on sunday");
      const kept = talk.kept().dialogue as { at: number };
      kept.at -= 25 * 60 * 60 * 1000;
      expect(await talk.tell("trip to phuket on sunday")).toEqual([asked]);
      kept.at = (talk.kept().dialogue as { at: number }).at - 25 * 60 * 60 * 1000;
      Object.assign(talk.kept().dialogue as object, { at: kept.at });
      expect((await talk.tell("yes"))[0]).not.toContain("A flight");
    });
  });

  it("says that the chat is limited and what it can answer when the models are down (R223)", async () => {
    const { talk } = aCompany();
    const known = await talk.say("When do you close?", { limited: true });
    expect(known.body).toMatch(/^Chat temporarily limited, showing FAQ\.\n\nWe are open/);
    const unknown = await talk.say("blorp frobnicate", { limited: true });
    expect(unknown.body).toContain("- What are your opening hours?");
  });

  it("begins anew, kindly, when what was stored is from another version of the flow", async () => {
    const { talk } = aCompany();
    await talk.tell("Book a flight to Phuket");
    const kept = talk.kept().dialogue as { active: { version: string } };
    kept.active.version = "older";
    const [answer] = await talk.tell("When do you close?");
    expect(answer).toContain("let's begin your flight again");
    expect(answer).toContain("We are open");
  });

  it.each([null, 7, "x", [], { v: 2 }, { v: 1, active: {} }])(
    "starts from nothing where %j was stored",
    async (stored) => {
      const answer = await aTalkWith(brain, { dialogue: stored }).say("Hello!");
      expect(answer.body).toBe("Hello! How can I help you today?");
    },
  );
});
