import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { generalSet } from "../../../bench/eval/general-set.ts";
import { shouldEscalate } from "../../../src/guard/understanding/escalation.ts";
import { ownIntentsFile } from "../../../src/guard/understanding/own-intents.ts";
import { createUnderstander } from "../../../src/guard/understanding/understand.ts";

const now = new Date("2026-11-21T10:00:00Z");
const file = readFileSync(new URL("../../../config/intents/example.yaml", import.meta.url), "utf8");
const { intents: own } = ownIntentsFile.parse(parse(file));
const general = createUnderstander();
const particular = createUnderstander(own);

describe("what any message can be about (R46, R47, R48)", () => {
  test.each([
    ["Hello!", "greeting", "chitchat"],
    ["I need help", "support", "question"],
    ["Book a flight", "booking", "transaction"],
    ["what's your refund policy?", "information", "question"],
    ["thanks, bye", "goodbye", "chitchat"],
    ["Please cancel my reservation", "transaction", "transaction"],
    ["This is unacceptable, I want to complain", "complaint", "complaint"],
    ["Can I speak to a human please", "human", "human"],
    ["Ich möchte mit einem Menschen sprechen", "human", "human"],
    ["¿Dónde está mi pedido?", "transaction", "transaction"],
    ["สวัสดี", "greeting", "chitchat"],
  ])("%s is a %s and is handled as %s", (text, intent, handling) => {
    expect(general.understand(text, { now })).toMatchObject({ intent, handling });
  });

  test.each([
    "I'm a travel agent",
    "We are insurance agents and want a group rate",
    "my user agent string is wrong",
    "The human resources department moved",
    "I don't need a human, what does it cost?",
    "no need for an agent, thanks",
  ])("“%s” asks for nobody (R156)", (text) =>
    expect(general.understand(text, { now }).handling).not.toBe("human"),
  );

  test.each([
    "talk to a human",
    "agent please",
    "You are a bot, I want to talk to a person",
    "I'm a travel agent and I want to talk to a human agent",
    "connect me with a real person now",
    "Operator",
  ])("“%s” asks for a human (R156)", (text) =>
    expect(general.understand(text, { now }).handling).toBe("human"),
  );

  test("at least 85 of 100 messages nobody trained on are told right where an intent is told", () => {
    const told = generalSet
      .map(({ text, intent }) => ({ intent: general.understand(text, { now }).intent, wanted: intent }))
      .filter(({ intent }) => intent !== undefined);
    expect(told.length).toBeGreaterThan(generalSet.length * 0.8);
    expect(told.filter(({ intent, wanted }) => intent === wanted).length / told.length).toBeGreaterThan(0.85);
  });
});

describe("a tenant's own intents", () => {
  test("the flight to Phuket has its origin, destination and date (R51)", () => {
    const text = "Book a flight from Bangkok to Phuket on January 25th";
    expect(particular.understand(text, { now, timeZone: "Asia/Bangkok" })).toMatchObject({
      intent: "book_flight",
      handling: "transaction",
      slots: { origin: "Bangkok", destination: "Phuket", date: "2027-01-25" },
    });
  });

  test("come before the general ones, and leave small talk to them", () => {
    expect(particular.understand("where's my parcel ORD-12345?", { now })).toMatchObject({
      intent: "order_status",
      slots: { order: "ORD-12345" },
    });
    expect(particular.understand("Hello!", { now }).intent).toBe("greeting");
    expect(particular.understand("I want to talk to a human", { now }).intent).toBe("human");
  });

  test("what belongs to none of them is said to belong to none, with low confidence", () => {
    const { intent, handling, confidence } = particular.understand("quantum entanglement in black holes", {
      now,
    });
    expect(intent).toBeUndefined();
    expect(handling).toBe("question");
    expect(confidence).toBeLessThan(0.7);
  });

  test("a file with a name twice, one phrase or an unknown slot kind is refused", () => {
    const intent = { name: "a", phrases: ["one", "two"] };
    expect(ownIntentsFile.safeParse({ intents: [intent, intent] }).success).toBe(false);
    expect(ownIntentsFile.safeParse({ intents: [{ ...intent, phrases: ["one"] }] }).success).toBe(false);
    expect(
      ownIntentsFile.safeParse({ intents: [{ ...intent, slots: [{ name: "x", kind: "y" }] }] }).success,
    ).toBe(false);
  });
});

describe("every understanding", () => {
  test("can be logged: plain data with confidence and reasons (R55, R57)", () => {
    const understood = particular.understand("This is terrible! Where is order ORD-1 from yesterday?", {
      now,
    });
    expect(JSON.parse(JSON.stringify(understood))).toEqual(understood);
    expect(understood.reasons.join("\n")).toMatch(/language en.*\n.*intent.*\n.*sentiment.*terrible/);
  });

  test("never throws and stays within its bounds, whatever is said", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.string({ unit: "grapheme", maxLength: 300 }),
      fc
        .array(
          fc.constantFrom(
            "مرحبا",
            "‮abc",
            "👩‍👩‍👧‍👦",
            "1/1",
            "$",
            "@",
            "2026-02-31",
            "at 25:99",
            "-",
            "\u0000",
            " ",
          ),
          {
            maxLength: 60,
          },
        )
        .map((all) => all.join("")),
    );
    fc.assert(
      fc.property(hostile, fc.option(fc.string({ maxLength: 8 }), { nil: undefined }), (text, where) => {
        const { confidence, sentiment, language } = particular.understand(text, {
          now,
          timeZone: where,
          locale: where,
        });
        for (const value of [confidence, sentiment]) expect(value >= 0 && value <= 1).toBe(true);
        expect(typeof language).toBe("string");
      }),
      { numRuns: 150 },
    );
  });

  // Quadratic time over 40 000 characters would be minutes; the bound leaves room for a busy machine.
  test.each([
    "a",
    "(",
    " ",
    "@",
    "a@",
    "1-",
    "1 ",
    "#",
    "$1,",
    "1.",
    "+1 (22) ",
    "on monday ",
    "from ",
    "not ",
    "http://",
    "I WANT A REFUND!!! ",
    "สวัสดี",
    "👍",
    "\u202e",
  ])("40 000 characters of %j are read in bounded time (H1, H6)", (piece) => {
    const text = piece.repeat(Math.ceil(40_000 / piece.length));
    const begun = process.cpuUsage();
    particular.understand(text, { now });
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1_000).toBeLessThan(1_500);
  });
});

describe("escalation", () => {
  const calm = { handling: "question", confidence: 0.9, sentiment: 0.5, conversationSentiment: 0.5 } as const;

  test("starts below 0.7 of confidence and not at it (R56)", () => {
    expect(shouldEscalate({ ...calm, confidence: 0.69 })).toBe("confidence");
    expect(shouldEscalate({ ...calm, confidence: 0.7 })).toBeUndefined();
  });

  test("starts below 0.3 of sentiment and not at it, of the message or of the conversation (R54, R158)", () => {
    expect(shouldEscalate({ ...calm, sentiment: 0.29 })).toBe("sentiment");
    expect(shouldEscalate({ ...calm, conversationSentiment: 0.29 })).toBe("sentiment");
    expect(shouldEscalate({ ...calm, sentiment: 0.3, conversationSentiment: 0.3 })).toBeUndefined();
  });

  test("a complaint and a wish for a human go to people, however sure or calm (R160)", () => {
    expect(shouldEscalate({ ...calm, handling: "complaint" })).toBe("complaint");
    expect(shouldEscalate({ ...calm, handling: "human", confidence: 0.1 })).toBe("asked for a human");
  });

  test("a conversation that turns sour escalates before its average does", () => {
    const { sentiment, conversationSentiment } = general.understand(
      "This is the worst service ever, I am fed up!",
      {
        now,
        sentimentBefore: 0.9,
      },
    );
    expect(conversationSentiment).toBeGreaterThan(sentiment);
    expect(shouldEscalate({ ...calm, sentiment, conversationSentiment })).toBe("sentiment");
  });
});
