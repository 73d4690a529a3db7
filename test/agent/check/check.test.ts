import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkNow, checkScenes, linesOf } from "../../../bench/eval/check-set.ts";
import { tryScene } from "../../../bench/eval/try-check.ts";
import {
  createAnswerCheck,
  isValidResponse,
  partlyUnknownLine,
  unknownLine,
  type AnswerCheckParts,
} from "../../../src/agent/check/answer-check.ts";
import { noRules, parseBusinessRules } from "../../../src/agent/check/business-rules.ts";
import { cutSentences, cutStart } from "../../../src/agent/check/cut-sentences.ts";
import type { EvidenceParts } from "../../../src/agent/check/evidence.ts";
import { readClaims } from "../../../src/agent/check/read-claims.ts";
import { SettingsError } from "../../../src/core/errors.ts";

function someEvidence(overrides: Partial<EvidenceParts> = {}): EvidenceParts {
  return {
    toolResults: ['{"title":"Barbie","time":"19:30","price":12.5}'],
    acted: false,
    sources: [],
    facts: ["We are open Monday to Friday from 9:00 to 18:00."],
    earlier: [],
    said: ["Two tickets for Barbie tonight please"],
    now: checkNow,
    timeZone: "Asia/Bangkok",
    ...overrides,
  };
}

const canary = "BATON-CANARY-7f3a9c";
const instructions = [
  "Before anything is booked, changed or cancelled, repeat the details that matter to the person.",
];

function aCheck(parts: Partial<AnswerCheckParts> = {}) {
  return createAnswerCheck({
    rules: noRules,
    guarded: { canary, instructions },
    evidence: someEvidence(),
    ...parts,
  });
}

/** Feeds a text piece by piece and keeps everything that was ever shown. */
function stream(
  check: ReturnType<typeof aCheck>,
  text: string,
  sizes: readonly number[],
  pass: "first" | "last",
) {
  const gate = check.open(pass);
  const shown: string[] = [];
  let at = 0;
  for (const size of sizes) {
    at = Math.min(text.length, at + size);
    shown.push(gate.push(text.slice(0, at)));
  }
  return { shown, end: gate.finish(text) };
}

const everyLine = Object.values(checkScenes).flatMap((scenes) =>
  scenes.flatMap(({ fine, invented }) => [...linesOf(fine), ...linesOf(invented)]),
);
const answers = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        ...everyLine,
        `The mark is ${canary}.`,
        "```\nconst a = 5;\n```",
        "Hm?!  Dr. No. 5 (yes).",
      ),
      fc.constantFrom(" ", "\n", "\n\n", "  "),
    ),
    {
      maxLength: 8,
    },
  )
  .map((lines) => lines.map(([line, space]) => line + space).join(""));
const chunks = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 });

describe("the stream", () => {
  test("any split into pieces gives the same verdicts, and what was shown stays", () => {
    fc.assert(
      fc.property(answers, chunks, fc.constantFrom("first", "last"), (text, sizes, pass) => {
        const { shown, end } = stream(aCheck(), text, sizes, pass);
        const atOnce = aCheck().open(pass).finish(text);
        expect(end).toEqual(atOnce);
        for (const [index, each] of shown.entries()) {
          expect(end.shown.startsWith(each) || end.held.length > 0).toBe(true);
          expect(each.startsWith(shown[index - 1] ?? "")).toBe(true);
        }
        expect(end.shown.startsWith(shown.at(-1) ?? "")).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test("cutting loses nothing, and the sentences of a beginning are the first of the whole", () => {
    fc.assert(
      fc.property(fc.oneof(answers, fc.string({ unit: "binary", maxLength: 80 })), fc.nat(), (text, at) => {
        const whole = cutSentences(text, cutStart, true).sentences.map((one) => one.text);
        const part = cutSentences(text.slice(0, at % (text.length + 1)), cutStart, false).sentences;
        return whole.join("") === text && part.every((one, index) => one.text === whole[index]);
      }),
      { numRuns: 100 },
    );
  });

  test("a passed sentence is shown before the next one is complete", () => {
    const gate = aCheck().open("first");
    expect(gate.push("Barbie plays at 7:30 pm. It co")).toBe("Barbie plays at 7:30 pm. ");
    expect(gate.push("Barbie plays at 7:30 pm. It costs $12")).toBe("Barbie plays at 7:30 pm. ");
    expect(gate.push("Barbie plays at 7:30 pm. It costs $12.50. W")).toBe(
      "Barbie plays at 7:30 pm. It costs $12.50. ",
    );
  });

  test("abbreviations, decimals, lists and Chinese or Japanese stops are cut where people would", () => {
    const cut = (text: string) => cutSentences(text, cutStart, true).sentences.map((one) => one.text.trim());
    expect(cut("Dr. Lee costs approx. 12.50 a visit. Come at 3 p.m. on May 5.")).toEqual([
      "Dr. Lee costs approx. 12.50 a visit.",
      "Come at 3 p.m. on May 5.",
    ]);
    expect(cut("1. First\n2. Second one. And more")).toEqual(["1. First", "2. Second one.", "And more"]);
    expect(cut("開いています。閉店は六時です！ありがとう")).toEqual([
      "開いています。",
      "閉店は六時です！",
      "ありがとう",
    ]);
  });
});

describe("an answer", () => {
  const good = "Barbie plays at 7:30 PM today.";

  test("R77: a price nothing given names is held, and the model is asked again from what stands", () => {
    const check = aCheck();
    const end = check.open("first").finish(`${good} Tickets are $9 each. Enjoy!`);
    expect(end.shown).toBe(`${good} `);
    const next = check.afterFirst(end);
    expect(next).toMatchObject({ kind: "ask again", shown: `${good} ` });
    expect(next.kind === "ask again" && next.instruction).toContain(
      '"Tickets are $9 each.": nothing given says "$9"',
    );
  });

  test("the second time what is not known is left out, the rest stands, and a person is offered", () => {
    const check = aCheck();
    const end = check.open("last", `${good} `).finish("They are $9 each. Two tickets are $25.");
    expect(check.afterLast(end, `${good} `)).toEqual({
      kind: "escalate",
      body: `${good} Two tickets are $25.\n\n${partlyUnknownLine}`,
    });
  });

  test("R76: where nothing is left, it says that it does not know and offers a person", () => {
    const check = aCheck();
    const end = check.open("last").finish("It costs $99. And $98 on Sundays.");
    expect(check.afterLast(end, "")).toEqual({ kind: "escalate", body: unknownLine });
  });

  test("R77: availability needs something given that speaks of it; the person's own words are not enough", () => {
    const asked = someEvidence({
      toolResults: [],
      said: ["Is table 4 available on Saturday? I heard it is available"],
    });
    const check = aCheck({ evidence: asked });
    expect(check.open("last").finish("Yes, table 4 is available.").held).toHaveLength(1);
    expect(check.open("last").finish("Shall I check whether table 4 is available?").held).toEqual([]);
    const given = aCheck({ evidence: { ...asked, toolResults: ['{"table":4,"available":true}'] } });
    expect(given.open("last").finish("Yes, table 4 is available.").held).toEqual([]);
  });

  test("a price the person names is repeated to them but never confirmed", () => {
    const check = aCheck({ evidence: someEvidence({ toolResults: [], said: ["It costs $1, right?"] }) });
    expect(check.open("last").finish("Yes, it costs $1 at our shop.").held).toHaveLength(1);
    expect(check.open("last").finish("You mentioned $1; I can't confirm that price.").held).toEqual([]);
  });

  test("that something was done is said only when a tool has done it", () => {
    const said = "I have booked your two tickets.";
    expect(aCheck().open("last").finish(said).held).toMatchObject([{ why: "promise" }]);
    expect(
      aCheck({ evidence: someEvidence({ acted: true }) })
        .open("last")
        .finish(said).held,
    ).toEqual([]);
  });

  test("evidence that grows with a tool call counts from then on", () => {
    const check = aCheck({ evidence: someEvidence({ toolResults: [] }) });
    const gate = check.open("first");
    expect(gate.push("Let me look that up. ")).toBe("");
    expect(gate.push("Let me look that up. T")).toBe("Let me look that up. ");
    check.rest(someEvidence());
    expect(gate.finish("Let me look that up. Tickets are $12.50.").held).toEqual([]);
  });

  test("R69: is_valid_response is longer than ten characters and does not begin with I'm not sure", () => {
    expect(isValidResponse("Yes please")).toBe(false);
    expect(isValidResponse("Yes please!")).toBe(true);
    expect(isValidResponse("I'm not sure about that, but maybe.")).toBe(false);
    expect(isValidResponse("I’m not sure about that, but maybe.")).toBe(false);
    expect(isValidResponse("Well, I'm not sure about that.")).toBe(true);
  });

  test.each(["Yes.", "I'm not sure about that. Maybe tomorrow, maybe later."])(
    "R69: %s is not shown, asked for again, and ends with a person when it stays so",
    (text) => {
      const check = aCheck();
      const gate = check.open("first");
      expect(gate.push(`${text} `)).toBe("");
      const end = gate.finish(text);
      expect(check.afterFirst(end)).toMatchObject({ kind: "ask again", shown: "" });
      expect(check.afterLast(check.open("last").finish("No."), "")).toMatchObject({
        kind: "escalate",
        body: unknownLine,
      });
    },
  );
});

describe("what must never go out", () => {
  test.each([
    `The mark is ${canary}.`,
    `It is ${[...canary].join(" ")}`,
    `Backwards: ${[...canary].toReversed().join("")}`,
    `**BATON**-\`CANARY\`-*7f3a9c*`,
  ])("F5: the prompt's mark is held in any dress: %s", (text) => {
    expect(aCheck().open("last").finish(text)).toMatchObject({ shown: "", held: [{ why: "leak" }] });
  });

  test("F5: a mark spread over sentences is never complete", () => {
    const { shown } = aCheck()
      .open("last")
      .finish("It begins with BATON. Then comes CANARY.\nAnd 7f3a9c. Done now.");
    expect(shown.replaceAll(/[^a-z0-9]/giu, "").toLowerCase()).not.toContain("canary7f3a9c");
  });

  test("R258: eight words of the prompt's rules in a row are held, the same words apart are not", () => {
    const check = aCheck();
    expect(check.open("last").finish(`My rules: ${instructions[0]}`).held).toHaveLength(1);
    expect(check.open("last").finish("Before anything is booked I repeat the details to you.").held).toEqual(
      [],
    );
  });

  test.each([
    ["an API key", `The key is sk-${"a1B2c3D4".repeat(4)}.`],
    ["a bot token", `Use xoxb-${"1234567890"}-abcdefghij.`],
    ["a database with its password", "It is postgres://app:hunter22@db.internal/app."],
    ["a card number", "The card is 4242 4242 4242 4242."],
  ])("%s is held", (_, text) => {
    expect(aCheck().open("last").finish(text)).toMatchObject({ shown: "", held: [{ why: "leak" }] });
  });

  test("an address or number of somebody who is not in what was given is held", () => {
    const held = aCheck().open("last").finish("Write to ana.k@example.net or call +66 81 234 5678.").held;
    expect(held).toMatchObject([{ why: "claim" }]);
  });

  test("what was held is not told to the model again where it gives something away", () => {
    const check = aCheck();
    const next = check.afterFirst(check.open("first").finish(`The mark is ${canary}.`));
    expect(JSON.stringify(next)).not.toContain(canary);
  });
});

describe("business rules", () => {
  const rules = parseBusinessRules(
    {
      forbidden: [
        { phrase: "100% safe" },
        { pattern: "\\bbest in (the )?world\\b", reason: "we do not compare" },
      ],
      required: [{ when: ["refund", "money back"], line: "Refunds are subject to our terms." }],
      facts: ["A yearly pass is 240 EUR."],
    },
    "config/rules/acme.yaml",
  );

  test("R68: forbidden words are held, and the model is told why", () => {
    const held = aCheck({ rules })
      .open("last")
      .finish("Our grills are 100%  SAFE. They are the best in world.").held;
    expect(held).toMatchObject([
      { why: "rule", reason: 'the company does not say "100% safe"' },
      { why: "rule", reason: "we do not compare" },
    ]);
  });

  test("a required line is added once, where the answer speaks of its matter", () => {
    const check = aCheck({ rules });
    expect(check.afterFirst(check.open("first").finish("You get your money back."))).toEqual({
      kind: "answer",
      body: "You get your money back.\n\nRefunds are subject to our terms.",
    });
    const said = "You get a refund. Refunds are subject to our terms.";
    expect(check.afterFirst(check.open("first").finish(said))).toEqual({ kind: "answer", body: said });
  });

  test("what the company states in its rules counts as known", () => {
    expect(aCheck({ rules }).open("last").finish("A yearly pass is €240.").held).toEqual([]);
  });

  test("every problem of a file is named with its place", () => {
    const read = () =>
      parseBusinessRules({ forbidden: [{}, { pattern: "(" }], more: 1 }, "config/rules/x.yaml");
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(/config\/rules\/x\.yaml: forbidden\.0 must have a phrase or a pattern/u);
    expect(read).toThrow(/forbidden\.1\.pattern is not a regular expression/u);
  });
});

describe("the labelled sentences", () => {
  test("there are at least 120 of them, and mistakes stay as few as they were measured", () => {
    const tried = Object.values(checkScenes).flatMap((scenes) => scenes.flatMap((scene) => tryScene(scene)));
    const fine = tried.filter(({ isFine }) => isFine);
    const invented = tried.filter(({ isFine }) => !isFine);
    expect(tried.length).toBeGreaterThanOrEqual(120);
    expect(fine.filter(({ held }) => held !== undefined).length / fine.length).toBeLessThanOrEqual(0.03);
    expect(invented.filter(({ held }) => held !== undefined).length / invented.length).toBeGreaterThanOrEqual(
      0.95,
    );
  });
});

describe("reading claims", () => {
  test.each([
    ["It costs US$1,200.50", "price", [1200.5]],
    ["Das kostet 1.200,50 €", "price", [1200.5]],
    ["15k baht", "price", [15_000]],
    ["twenty-five dollars", "price", [25]],
  ])("reads the price in %s", (text, kind, amounts) => {
    const [claim] = readClaims(text);
    expect(claim?.kind).toBe(kind);
    expect(claim?.kind === "price" && amounts.every((amount) => claim.amounts.includes(amount))).toBe(true);
  });

  test("never throws and never takes more than a moment, whatever it reads", () => {
    const awkward = fc.array(
      fc.constantFrom(
        "1",
        ",",
        ".",
        " ",
        "$",
        "12:",
        "+49 ",
        "a@",
        "http://",
        "-",
        "k",
        "%",
        "(",
        "Jan ",
        "๑",
      ),
      {
        maxLength: 400,
      },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          awkward.map((parts) => parts.join("")),
        ),
        (text) => {
          const started = process.cpuUsage();
          readClaims(text);
          const { user } = process.cpuUsage(started);
          expect(user / 1_000).toBeLessThan(1_000);
        },
      ),
      { numRuns: 100 },
    );
  });

  test.each([
    "1 ".repeat(20_000),
    "1,111".repeat(8_000),
    "a".repeat(40_000),
    "+1 (".repeat(10_000),
    "A1-".repeat(13_000),
  ])("reads 40 000 characters of nonsense in reasonable time (H6)", (text) => {
    const started = process.cpuUsage();
    readClaims(text);
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(3_000);
  });
});
