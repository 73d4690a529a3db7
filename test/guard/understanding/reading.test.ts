import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { routerSets } from "../../../bench/eval/router-set.ts";
import { readBanking } from "../../../bench/eval/read-banking.ts";
import { readEntities } from "../../../src/guard/understanding/entities.ts";
import { decideLanguage } from "../../../src/guard/understanding/language.ts";
import { blendSentiment } from "../../../src/guard/understanding/blend-sentiment.ts";
import { decideRoute, decideRouteOf } from "../../../src/guard/understanding/route.ts";
import { measureSentiment } from "../../../src/guard/understanding/sentiment.ts";
import { fillSlots } from "../../../src/guard/understanding/slots.ts";

describe("dates (R53)", () => {
  // Half past eleven at night in London is already tomorrow in Bangkok, and still the afternoon in Los Angeles.
  const now = new Date("2026-11-21T23:30:00Z");

  test.each([
    ["today", "Europe/London", { date: "2026-11-21" }],
    ["today", "Asia/Bangkok", { date: "2026-11-22" }],
    ["today", "America/Los_Angeles", { date: "2026-11-21" }],
    ["tonight", "Asia/Bangkok", { date: "2026-11-22", part: "night" }],
    ["tomorrow", "Asia/Bangkok", { date: "2026-11-23" }],
    ["tomorrow morning", "Asia/Bangkok", { date: "2026-11-23", part: "morning" }],
    ["this evening", "Asia/Bangkok", { date: "2026-11-22", part: "evening" }],
    ["2026-12-24", "Asia/Bangkok", { date: "2026-12-24" }],
    ["on January 25th", "Asia/Bangkok", { date: "2027-01-25" }],
    ["tomorrow at 7pm", "Asia/Bangkok", { date: "2026-11-23", time: "19:00" }],
    [
      "next friday 18:30 to 20:00",
      "UTC",
      { date: "2026-11-27", time: "18:30", until: { date: "2026-11-27", time: "20:00" } },
    ],
  ])("“%s” in %s", (text, timeZone, expected) => {
    expect(readEntities(text, { now, timeZone, locale: "en-US" })).toMatchObject([
      { kind: "date", ...expected },
    ]);
  });

  test("a number behind a day counts what follows it, and is no year", () => {
    expect(readEntities("for June 15th, 30 people", { now, locale: "en-US" })).toMatchObject([
      { kind: "date", date: "2027-06-15", text: "June 15th" },
      { kind: "number", value: 30, text: "30" },
    ]);
    expect(readEntities("on June 15th, 2028", { now, locale: "en-US" })).toMatchObject([
      { date: "2028-06-15" },
    ]);
  });

  test("3/4 is in March in the United States and in April in Britain", () => {
    expect(readEntities("on 3/4", { now, locale: "en-US" })).toMatchObject([{ date: "2027-03-04" }]);
    expect(readEntities("on 3/4", { now, locale: "en-GB" })).toMatchObject([{ date: "2027-04-03" }]);
  });

  test("are read in the person's language", () => {
    expect(
      readEntities("morgen um 19 Uhr", { now, locale: "de-DE", timeZone: "Europe/Berlin" }),
    ).toMatchObject([{ date: "2026-11-23", time: "19:00" }]);
  });

  test("an unknown time zone counts as UTC", () => {
    expect(readEntities("today", { now, timeZone: "Mars/Olympus" })).toMatchObject([{ date: "2026-11-21" }]);
  });
});

describe("entities", () => {
  const now = new Date("2026-11-21T10:00:00Z");

  test.each([
    ["mail A.B@Example.co.th", { kind: "email", value: "a.b@example.co.th" }],
    ["call +66 81 234 5678", { kind: "phone", value: "+66812345678" }],
    ["my number is 081-234-5678", { kind: "phone", value: "0812345678" }],
    ["it cost $1,234.50", { kind: "money", amount: 1234.5, currency: "USD" }],
    ["12,50 €", { kind: "money", amount: 12.5, currency: "EUR" }],
    ["for 300 baht", { kind: "money", amount: 300, currency: "THB" }],
    ["order ORD-12345", { kind: "code", value: "ORD-12345" }],
    ["invoice #8841", { kind: "code", value: "8841" }],
    ["booking ABC123", { kind: "code", value: "ABC123" }],
    ["for 4 people", { kind: "number", value: 4 }],
    ["table for two", { kind: "number", value: 2 }],
  ])("%s", (text, expected) => {
    expect(readEntities(text, { now })).toMatchObject([expected]);
  });

  test("stand in the text where they say, in order and without overlaps", () => {
    const pieces = [
      "tomorrow at 7pm",
      "ORD-12345",
      "$12.50",
      "a@b.example",
      "+66 81 234 5678",
      "and",
      "3",
      "2026-12-24",
      "x",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (chosen) => {
        const text = chosen.join(" ");
        let from = 0;
        for (const { text: said, start, end } of readEntities(text, { now })) {
          expect(start).toBeGreaterThanOrEqual(from);
          expect(text.slice(start, end)).toBe(said);
          from = end;
        }
      }),
      { numRuns: 100 },
    );
  });

  test("one amount never fills two slots, and words beside it tell which is meant", () => {
    const text = "3 tickets for 2 kids tomorrow to Chiang Mai from Bangkok";
    const slots = [
      { name: "kids", kind: "number", near: ["kids"] },
      { name: "tickets", kind: "number" },
      { name: "more", kind: "number" },
      { name: "to", kind: "words", after: ["to"] },
      { name: "class", kind: "choice", values: { business: ["first class"] } },
    ] as const;
    expect(fillSlots(text, slots, readEntities(text, { now }))).toEqual({
      kids: 2,
      tickets: 3,
      to: "Chiang Mai",
    });
  });
});

describe("language", () => {
  test("at least 99 of 100 English bank questions are English", () => {
    const some = readBanking("test");
    const english = some.filter(({ text }) => decideLanguage(text, { locale: "de-DE" }).language === "en");
    expect(english.length / some.length).toBeGreaterThanOrEqual(0.99);
  });

  test.each([
    ["Wo ist meine Bestellung?", "de"],
    ["Quiero cancelar mi reserva", "es"],
    ["où est ma commande", "fr"],
    ["ฉันต้องการจองตั๋ว", "th"],
    ["注文はどこですか", "ja"],
    ["أين طلبي", "ar"],
  ])("“%s” is %s, whatever was spoken before", (text, language) => {
    expect(decideLanguage(text, { known: "en" }).language).toBe(language);
  });

  test.each([
    "ok",
    "👍",
    "",
    "ORD-12345",
    "iPhone 15 Pro",
    "hola",
    "https://example.com/de/konto",
    "`const a = 1`",
    "Sushi!",
  ])("“%s” changes nobody's language", (text) => {
    for (const known of ["en", "th", "de"])
      expect(decideLanguage(text, { known })).toEqual({ language: known, reason: "known" });
  });

  test("of a stranger who only greets: the greeting's, else the platform's, else the tenant's", () => {
    expect(decideLanguage("Hola!", { locale: "en-US" }).language).toBe("es");
    expect(decideLanguage("👋", { locale: "th-TH", fallback: "de" }).language).toBe("th");
    expect(decideLanguage("👋", { fallback: "de" }).language).toBe("de");
    expect(decideLanguage("👋").language).toBe("en");
  });
});

describe("sentiment (R54)", () => {
  test.each([
    "This is terrible",
    "I am not happy with this",
    "This is UNACCEPTABLE!!!",
    "Das ist eine Frechheit",
    "esto es inaceptable",
    "I have had enough of this",
    "you are useless",
  ])("“%s” is below 0.3", (text) => expect(measureSentiment(text).score).toBeLessThan(0.3));

  test.each([
    "I lost my card, the payment failed",
    "Please cancel my order, it is the wrong size",
    "there is a problem with my account, I need help urgently",
    "not bad at all",
    "I'm not angry, just asking",
    "it's not a scam, is it?",
    "Where does my lawyer's invoice go? Thanks",
    "",
  ])("“%s” is calm", (text) => expect(measureSentiment(text).score).toBeGreaterThanOrEqual(0.3));

  test("thanks and praise are above the middle", () => {
    expect(measureSentiment("I love it, thank you!").score).toBeGreaterThan(0.7);
  });

  test("fewer than 2 of 100 everyday questions to a bank sound angry", () => {
    const all = readBanking("test");
    expect(all.filter(({ text }) => measureSentiment(text).score < 0.3).length / all.length).toBeLessThan(
      0.02,
    );
  });

  test("a conversation's feeling follows its last message and stays within the scale", () => {
    expect(blendSentiment(undefined, 0.2)).toBe(0.2);
    expect(blendSentiment(0.9, 0.2)).toBeLessThan(0.5);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (scores) => {
        const blended =
          scores.reduce<number | undefined>((before, now) => blendSentiment(before, now), undefined) ?? 0;
        expect(blended).toBeGreaterThanOrEqual(Math.min(...scores) - 1e-9);
        expect(blended).toBeLessThanOrEqual(Math.max(...scores) + 1e-9);
      }),
    );
  });
});

describe("routing (R49)", () => {
  test("agrees with a person on four of five messages it was not made on", () => {
    const agreed = routerSets.unseen.filter(({ text, tier }) => decideRoute(text).tier === tier);
    expect(routerSets.unseen.length + routerSets.chosenOn.length).toBeGreaterThanOrEqual(100);
    expect(agreed.length / routerSets.unseen.length).toBeGreaterThanOrEqual(0.8);
  });

  test("a plain question or greeting never asks for the strong model", () => {
    const simple = [...routerSets.chosenOn, ...routerSets.unseen].filter(({ tier }) => tier === "simple");
    expect(simple.filter(({ text }) => decideRoute(text).tier === "complex")).toEqual([]);
  });

  test("what follows a complex question and says too little by itself is complex, courtesy is not", () => {
    const earlier = ["Compare the two plans for a team of twelve and recommend one"];
    const tierOf = (text: string, before: readonly string[]) => decideRouteOf({ text, earlier: before }).tier;
    expect(tierOf("and for Berlin?", earlier)).toBe("complex");
    expect(tierOf("yes", earlier)).toBe("complex");
    expect(tierOf("thank you!", earlier)).toBe("simple");
    expect(tierOf("What are your opening hours on Sunday in the shop?", earlier)).toBe("simple");
    expect(tierOf("yes", ["Where is my order?"])).toBe("simple");
    expect(tierOf("yes", [])).toBe("simple");
  });

  test("what is said at length in another language is complex, since the signs are English", () => {
    const german = "Welche der beiden Sorten passt besser zu uns, wenn wir nur selten Gäste haben?";
    expect(decideRoute(german).tier).toBe("complex");
    expect(decideRoute("我想知道你们的退款政策是什么，以及如果我在三十天之后取消会怎么样").tier).toBe(
      "complex",
    );
    expect(decideRoute("Wo ist meine Bestellung?").tier).toBe("simple");
    const asked = readBanking("test").map(({ text }) => text);
    const foreign = asked.filter((text) => decideRoute(text).because.includes("long and not in English"));
    expect(foreign.length / asked.length).toBeLessThan(0.005);
  });
});
