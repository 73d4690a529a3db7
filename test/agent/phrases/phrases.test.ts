import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { formatPhone } from "../../../src/agent/phrases/format-phone.ts";
import { createPhrases, phraseFile } from "../../../src/agent/phrases/phrases.ts";
import { evaluateTemplate, parseTemplate, renderTemplate } from "../../../src/agent/phrases/template.ts";
import { isValidResponse } from "../../../src/agent/phrases/valid-response.ts";

const render = (source: string, scope: Record<string, unknown>) =>
  renderTemplate(parseTemplate(source), scope);

describe("phrases", () => {
  const english = createPhrases(undefined, "en");

  it.each([
    ["greeting", "Hello! How can I help you today?"],
    ["goodbye", "Thank you for contacting us. Have a great day!"],
    ["unknown", "I'm not sure how to help with that. Could you please rephrase?"],
    ["error", "I'm having trouble right now. Please try again later."],
    ["lowConfidence", "I'm not sure about that. Let me connect you with a human agent."],
    ["escalation", "I'll connect you with a human agent who can better assist you."],
    ["limited", "Chat temporarily limited, showing FAQ."],
    ["shortName", "Name must be at least 2 characters"],
    ["noPhone", "Please enter a valid phone number"],
  ] as const)("%s is said word for word (R70–R75, R177, R178, R223)", (name, words) => {
    expect(english.say(name)).toBe(words);
  });

  test("a company's values stand in the templates (R70)", () => {
    const own = createPhrases(phraseFile.parse({ values: { service: "table", issue: "your order" } }), "en");
    expect(own.say("booking")).toBe("I can help you book a table. What date would you like?");
    expect(own.say("support")).toBe("I understand you need help with your order. Let me assist you.");
  });

  test("starting over says so (R34)", () => {
    expect(english.say("startOver").toLowerCase()).toContain("something went wrong. let's start over");
  });

  test("the company's own words come first, then the language's, then English", () => {
    const file = phraseFile.parse({
      phrases: { greeting: "Welcome!" },
      languages: { de: { greeting: "Servus!" } },
    });
    expect(createPhrases(file, "en").say("greeting")).toBe("Welcome!");
    expect(createPhrases(file, "de").say("greeting")).toBe("Servus!");
    expect(createPhrases(file, "de").say("goodbye")).toContain("Danke");
    expect(createPhrases(file, "fr").say("greeting")).toContain("Bonjour");
    expect(createPhrases(file, "sv").say("greeting")).toBe("Welcome!");
  });

  test("a phrase that does not exist is refused when the file is read", () => {
    expect(phraseFile.safeParse({ phrases: { greting: "Hi" } }).success).toBe(false);
    expect(phraseFile.safeParse({ phrases: { greeting: "Hi {{name" } }).success).toBe(true);
    expect(phraseFile.safeParse({ phrases: { greeting: "Hi {{#name}}" } }).success).toBe(false);
  });
});

describe("templates", () => {
  it("fills in values, products, money, times and days", () => {
    const scope = { price: 14, tickets: 2, at: "19:30", day: "2026-01-25", half: 13.5, seats: ["A5", "A6"] };
    expect(render("{{price * tickets | money}}, {{half | money}}", scope)).toBe("$28, $13.50");
    expect(render("{{at | time}} on {{day | date}}", scope)).toBe("7:30 PM on Sunday, January 25");
    expect(render("{{seats}} and {{seats | and}}", scope)).toBe("A5, A6 and A5 and A6");
    expect(render("{{tickets | plural ticket tickets}}", scope)).toBe("tickets");
  });

  it("repeats a section for each item and leaves it out where there is none", () => {
    const shows = [{ title: "Barbie" }, { title: "Dune" }];
    expect(render("{{#shows}}{{n}}. {{title}} {{/shows}}{{^none}}end{{/none}}", { shows })).toBe(
      "1. Barbie 2. Dune end",
    );
    expect(render("{{#shows}}x{{/shows}}", { shows: [] })).toBe("");
  });

  it("keeps numbers and lists what they are where a template is one value", () => {
    const scope = { show: { id: 7 }, seats: [{ id: 105 }, { id: 106 }] };
    expect(evaluateTemplate(parseTemplate("{{show.id}}"), scope)).toBe(7);
    expect(evaluateTemplate(parseTemplate("{{seats.id}}"), scope)).toEqual([105, 106]);
    expect(evaluateTemplate(parseTemplate("{{nobody}}"), scope)).toBeUndefined();
  });

  it.each(["{{#a}}x", "{{/a}}", "{{a b}}", "{{a | nofilter}}", "{{a..b}}", "{{__proto__}}"])(
    "refuses %j",
    (source) => {
      expect(() => parseTemplate(source)).toThrow(/"/);
    },
  );

  it("never reads what is not the value's own", () => {
    expect(render("{{a.constructor}}{{a.toString}}", { a: {} })).toBe("");
  });

  it("shows what people wrote as they wrote it, whatever marks are in it", () => {
    fc.assert(
      fc.property(fc.string(), (said) => {
        const shown = render("{{said}}", { said });
        expect(shown.replaceAll(/\\([\\`*_[\]<>|~])/g, "$1")).toBe(said);
        expect(shown).not.toMatch(/(?<!\\)(?:\\\\)*[`*_[\]<>]/);
      }),
    );
  });
});

describe("small rules", () => {
  it.each([
    ["", ""],
    ["555", "555"],
    ["5551", "(555) 1"],
    ["555123", "(555) 123"],
    ["5551234", "(555) 123-4"],
    ["5551234567", "(555) 123-4567"],
    ["55512345678", "(555) 123-4567"],
    ["(555) 12a3", "(555) 123"],
  ])("%j is shown as %j while it is typed (R179)", (typed, shown) => {
    expect(formatPhone(typed)).toBe(shown);
  });

  it("an answer is longer than ten characters and more than not sure (R69)", () => {
    expect(isValidResponse("1234567890")).toBe(false);
    expect(isValidResponse("12345678901")).toBe(true);
    expect(isValidResponse("I'm not sure about the price of that")).toBe(false);
    expect(isValidResponse("It costs $22; I'm not sure about parking")).toBe(true);
  });
});
