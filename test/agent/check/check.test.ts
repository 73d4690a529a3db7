import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkNow, checkScenes, linesOf } from "../../../bench/eval/check-set.ts";
import { tryScene } from "../../../bench/eval/try-check.ts";
import { createAnswerCheck, type AnswerCheckParts } from "../../../src/agent/check/answer-check.ts";
import { createBusinessRules, noRules } from "../../../src/agent/check/business-rules.ts";
import { cutSentences, cutStart } from "../../../src/agent/check/cut-sentences.ts";
import type { EvidenceParts } from "../../../src/agent/check/evidence.ts";
import { createLeakFinder } from "../../../src/agent/check/find-leak.ts";
import { readClaims } from "../../../src/agent/check/read-claims.ts";
import { isValidResponse } from "../../../src/agent/phrases/valid-response.ts";

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

const unknownLine = "I don't know that for certain, and I'd rather not guess. A person can help you with it.";
const partlyUnknownLine = "I don't have confirmed information on the rest; a person can help you with it.";

function aCheck(parts: Partial<AnswerCheckParts> = {}) {
  return createAnswerCheck({
    rules: noRules,
    leaks: createLeakFinder({ canary, instructions }),
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

test("a name at the beginning of a line of a tool's result may be told", () => {
  const result = JSON.stringify({
    text: "Mount it so:\nfiles.acme.example:/shared\nand see\nhttps://acme.example/nfs",
  });
  const check = aCheck({ evidence: someEvidence({ toolResults: [result] }) });
  const answer = "Mount files.acme.example:/shared, as https://acme.example/nfs says.";
  expect(stream(check, answer, [answer.length], "last").end).toMatchObject({ held: [] });
});

function longestCommon(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
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
  test("any split into pieces gives the same verdicts, and whole sentences that were shown stay", () => {
    fc.assert(
      fc.property(answers, chunks, fc.constantFrom("first", "last"), (text, sizes, pass) => {
        const { shown, end } = stream(aCheck(), text, sizes, pass);
        const atOnce = aCheck().open(pass).finish(text);
        expect(end).toEqual(atOnce);
        for (const each of shown) {
          expect(end.shown.startsWith(each) || end.held.length > 0).toBe(true);
          const kept = longestCommon(each, end.shown);
          expect(each.slice(kept.length)).not.toMatch(/[\d$€%@]|https?:/u);
          expect(each).not.toContain(canary);
        }
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

  test("words that claim nothing are shown as they come; what may be a price waits for its sentence", () => {
    const gate = aCheck().open("first");
    expect(gate.push("Barbie pl")).toBe("Barbie ");
    expect(gate.push("Barbie plays at 7:30 pm")).toBe("Barbie plays at ");
    expect(gate.push("Barbie plays at 7:30 pm. It co")).toBe("Barbie plays at 7:30 pm. It ");
    expect(gate.push("Barbie plays at 7:30 pm. It costs $12")).toBe("Barbie plays at 7:30 pm. It costs ");
    expect(gate.push("Barbie plays at 7:30 pm. It costs $12.50. W")).toBe(
      "Barbie plays at 7:30 pm. It costs $12.50. ",
    );
  });

  test("the beginning of a sentence that is held in the end is taken back", () => {
    const gate = aCheck().open("first");
    expect(gate.push("It costs only $9")).toBe("It costs only ");
    expect(gate.push("It costs only $9. And")).toBe("");
  });

  test("nothing of an answer that begins unsure is shown, and a text that begins anew is shown anew", () => {
    const gate = aCheck().open("first");
    for (const said of ["I", "I'm ", "I'm not ", "I'm not sure, well "]) expect(gate.push(said)).toBe("");
    expect(gate.push("I'm happy to ")).toBe("I'm happy to ");
    expect(gate.push("We open at ")).toBe("We open at ");
  });

  test("a promise, a secret and forbidden words never appear half", () => {
    const rules = createBusinessRules({ forbidden: [{ phrase: "best grill" }], required: [], facts: [] });
    const said = [
      ["I have booked two seats for you", "I have "],
      ["There are tickets left for", "There are "],
      ["The key is sk-abcdefghabcdefghabcdefgh and", "The key is "],
      ["We have the best grill in town", "We have the best "],
      ["We open on Friday at nine", "We open on "],
      ["It takes twenty minutes to", "It takes "],
      ["Write to ana@example.org or", "Write to "],
      ["See acme.example for more", "See "],
    ] as const;
    for (const [text, shown] of said) expect(aCheck({ rules }).open("first").push(`${text} `)).toBe(shown);
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

  test.each([
    "You wrote “how do I reset my VPN?”.",
    'You asked "How do I reset my VPN?", so here is what I found.',
    "You asked: «how do I reset my VPN?»",
    "You wrote „how do I reset my VPN?“ a moment ago.",
    "You wrote “Hi there. I reset my phone yesterday, and how do I reset my VPN?”.",
    "Your question was “how do I reset my VPN?”",
    "How do I reset it, you ask.",
    "Is that how should I reset it?”",
  ])("what the person said and is quoted from them promises nothing: %s", (answer) => {
    const said = ["Hi there. I reset my phone yesterday, and how do I reset my VPN?"];
    const check = aCheck({ evidence: someEvidence({ toolResults: [], said }) });
    expect(check.open("last").finish(answer).held).toEqual([]);
  });

  test.each([
    "I reset your VPN.",
    "You wrote “how do I reset my VPN?”, so I have reset it.",
    "You wrote “how do I reset my VPN?” and we cancelled your plan.",
    // What they did not say is no quotation of theirs.
    "You wrote “I reset your VPN and booked a table”.",
    "As you can see: “I have reset your account”.",
    // What they said, told as the bot's own.
    "“I reset my phone yesterday”.",
    "You wrote “how do I reset my VPN?”.\n\nI reset my phone yesterday.",
    "Here is how I reset it for you.",
  ])("and what is said beside it does: %s", (answer) => {
    const said = ["I reset my phone yesterday, and how do I reset my VPN?"];
    const check = aCheck({ evidence: someEvidence({ toolResults: [], said }) });
    expect(check.open("last").finish(answer).held).toMatchObject([{ why: "promise" }]);
  });

  test("evidence that grows with a tool call counts from then on", () => {
    const check = aCheck({ evidence: someEvidence({ toolResults: [] }) });
    const gate = check.open("first");
    expect(gate.push("Let me look that up. ")).toBe("Let me look that up. ");
    expect(gate.push("Let me look that up. T")).toBe("Let me look that up. ");
    check.rest(someEvidence());
    expect(gate.finish("Let me look that up. Tickets are $12.50.").held).toEqual([]);
  });

  // Looked at once for each of its characters, any of these takes minutes.
  test.each(["1", "price", "total-", "a1."])("a word without an end is read all the same: %s…", (piece) => {
    const long = piece.repeat(300_000 / piece.length);
    const check = aCheck({ evidence: someEvidence({ toolResults: [], said: [`It costs $12.50. ${long}`] }) });
    expect(check.open("last").finish("You wrote that it costs $12.50.").held).toEqual([]);
  });

  test("R69: is_valid_response is longer than ten characters and does not begin with I'm not sure", () => {
    expect(isValidResponse("Yes please")).toBe(false);
    expect(isValidResponse("Yes please!")).toBe(true);
    expect(isValidResponse("I'm not sure about that, but maybe.")).toBe(false);
    expect(isValidResponse("I’m not sure about that, but maybe.")).toBe(false);
    expect(isValidResponse("Well, I'm not sure about that.")).toBe(true);
  });

  test("R69: an answer that begins with I'm not sure is asked for again, and ends with a person when it stays so", () => {
    const check = aCheck();
    const text = "I'm not sure about that. Maybe tomorrow, maybe later.";
    const end = check.open("first").finish(text);
    expect(end.shown).toBe("");
    expect(check.afterFirst(end)).toMatchObject({ kind: "ask again", shown: "" });
    expect(check.afterLast(check.open("last").finish("I'm not sure. Hm."), "")).toMatchObject({
      kind: "escalate",
      body: unknownLine,
    });
  });

  test("R69: one of ten characters or fewer is asked for again; the model that keeps to it means it", () => {
    const done = aCheck().open("first").finish("Done.");
    expect(done).toEqual({ shown: "Done.", held: [] });
    const check = aCheck({ evidence: someEvidence({ toolResults: [] }) });
    const end = check.open("first").finish("Yes.");
    expect(check.afterFirst(end)).toMatchObject({ kind: "ask again", shown: "" });
    expect(check.afterLast(check.open("last").finish("Yes."), "")).toEqual({ kind: "answer", body: "Yes." });
    expect(check.afterLast(check.open("last").finish("…"), "")).toMatchObject({ kind: "escalate" });
  });
});

describe("what is no claim on the company", () => {
  const talks: readonly (readonly [string, string])[] = [
    ["hi", "Hi there!"],
    ["hi", "Hello! 👋 I'm here 24/7 to help you."],
    ["thanks a lot", "You're welcome! Have a great day!"],
    ["What is 2 + 2?", "2 + 2 = 4"],
    ["what's 12 times 11", "The answer is 132."],
    ["what's 15% of 80?", "15% of 80 is 12."],
    ["I have 3 cats and 2 dogs. How many pets do I have?", "You have 5 pets."],
    ["Please count to 10 for me", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10"],
    ["Give me some ideas for the evening", "Here are 5 tips:\n\n1. Drink water.\n2. Sleep well.\n3. Walk."],
    [
      "write me fizzbuzz in js",
      "Here:\n\n```js\nfor (let i = 1; i <= 100; i++) f(i % 15);\n```\n\nIt prints the numbers from 1 to 100.",
    ],
    ["a regex for digits please", "Use `\\d+` or `[0-9]{1,3}` for that."],
    ["which port does postgres listen on", "PostgreSQL listens on port 5432 by default."],
    ["what does HTTP 404 mean", "HTTP 404 means that the page was not found."],
    ["what day is it", "Today is Tuesday, March 10, 2026."],
    ["where is my order", "Please give me your order number, for example A-1042."],
    ["when can I come", "Could you send the date as DD/MM/YYYY, for example 31/12/2026?"],
    [
      "My order is 4711 and I paid $36 on March 5",
      "You said that your order is 4711 and that you paid $36 on March 5. Is that right?",
    ],
    ["Tell me what you need", "I have a few questions: 1) When? 2) Where? 3) How many people?"],
    ["what else", "On a scale from 1 to 10, how happy are you?"],
    ["do you have seats tonight for us", "I don't know whether there are seats left. Shall I ask a person?"],
    ["say anything at all to me", "word0 word1 word2 word3 (answer:xyz)"],
    ["ping", "answer:xyz"],
  ];
  test.each(talks)("%s → %s", (said, text) => {
    const nothing = { toolResults: [], facts: [], said: [said] };
    const check = aCheck({ evidence: someEvidence(nothing) });
    const end = check.open("first").finish(text);
    expect(end).toEqual({ shown: text, held: [] });
    expect(check.afterFirst(end)).toEqual({ kind: "answer", body: text.trim() });
  });

  test.each([
    ["what is 2 + 2 in words", "2 + 2 = 5, surely."],
    ["I have 3 cats and 2 dogs", "The boarding takes 6 days."],
    ["how long does it take to ship", "For example it takes 14 days."],
    ["count", "You have 1, 2, 7 or 12 of them."],
  ])("%s → %s is one", (said, text) => {
    const check = aCheck({ evidence: someEvidence({ toolResults: [], facts: [], said: [said] }) });
    expect(check.open("last").finish(text).held).toHaveLength(1);
  });
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
  const rules = createBusinessRules({
    forbidden: [
      { phrase: "100% safe" },
      { pattern: "\\bbest in (the )?world\\b", reason: "we do not compare" },
    ],
    required: [{ when: ["refund", "money back"], line: "Refunds are subject to our terms." }],
    facts: ["A yearly pass is 240 EUR."],
  });

  test("R68: forbidden words are held, and the model is told why", () => {
    const held = aCheck({ rules })
      .open("last")
      .finish("Our grills are 100%  SAFE. They are the best in world.").held;
    expect(held).toMatchObject([
      { why: "rule", reason: 'the company does not say "100% safe"' },
      { why: "rule", reason: "we do not compare" },
    ]);
  });

  test("a phrase is found as it stands, whatever signs are in it", () => {
    const word = fc.string({ unit: fc.constantFrom(..."ab1-/.*+?()[]{}|^$\\"), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 3 }), (words) => {
        const { findForbidden } = createBusinessRules({
          forbidden: [{ phrase: words.join(" ") }],
          required: [],
          facts: [],
        });
        expect(findForbidden(`Well, ${words.join("  ")} indeed.`)).toBeDefined();
      }),
    );
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
