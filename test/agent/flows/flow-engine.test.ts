import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findFlowProblems } from "../../../src/agent/flows/check-flows.ts";
import { newDialogue, parseDialogue, phases, type Dialogue } from "../../../src/agent/flows/dialogue.ts";
import { createFlowBook } from "../../../src/agent/flows/flow-book.ts";
import { missReply, putAwayStale, takeMessage, takeResult } from "../../../src/agent/flows/flow-engine.ts";
import { flowFile } from "../../../src/agent/flows/flow-file.ts";
import type { FlowHouse, Move } from "../../../src/agent/flows/flow-moves.ts";
import { createPhrases } from "../../../src/agent/phrases/phrases.ts";
import type { Understanding } from "../../../src/core/understanding.ts";
import { readEntities } from "../../../src/guard/understanding/entities.ts";
import { aTool } from "../agent-stand.ts";

const now = new Date("2026-03-02T12:00:00Z");

const { flows } = flowFile.parse({
  flows: [
    {
      name: "book_table",
      title: "your table",
      phrases: ["book a table"],
      slots: {
        date: { type: "date", ask: "Which day?" },
        guests: { type: "number", ask: "How many?", min: 1, max: 8, near: ["people", "guests"] },
        name: { type: "name", ask: "Your name?" },
        phone: { type: "phone", ask: "Your phone number?" },
        place: { type: "item", ask: "Which one?", from: "found.tables", line: "{{title}}", match: ["title"] },
      },
      steps: [
        { ask: "date" },
        { ask: "guests" },
        {
          id: "look",
          call: { tool: "find_tables", with: { date: "{{date}}", guests: "{{guests}}" }, save: "found" },
        },
        { when: { path: "found.tables", is: "empty" }, goto: "full" },
        { ask: "place" },
        { ask: "name" },
        { ask: "phone" },
        {
          call: {
            tool: "book_table",
            with: {
              table: "{{place.id}}",
              name: "{{name}}",
              phone: "{{phone}}",
              date: "{{date}}",
              guests: "{{guests}}",
            },
            save: "booking",
            confirm: "{{place.title}} on {{date | date}} for {{guests}}, {{name}}, {{phone | phone}}?",
            failed: "taken",
          },
        },
        { say: "Booked: {{booking.code}}" },
        { end: true },
        { id: "taken", say: "{{problem}}" },
        { forget: ["place", "found"] },
        { goto: "look" },
        { id: "full", say: "Nothing is free." },
      ],
    },
    {
      name: "ask_hours",
      title: "opening hours",
      phrases: ["opening hours"],
      steps: [{ call: { tool: "get_hours", save: "hours" } }, { say: "We open at {{hours.from}}." }],
    },
  ],
});

const house: FlowHouse = {
  book: createFlowBook(flows),
  phrases: createPhrases(undefined, "en"),
  company: "Acme",
  today: "2026-03-02",
};

function understand(text: string): Understanding {
  return {
    language: "en",
    intent: undefined,
    handling: "question",
    confidence: 0,
    candidates: [],
    entities: readEntities(text, { now, timeZone: "UTC", locale: "en-US" }),
    slots: {},
    sentiment: 0.5,
    conversationSentiment: 0.5,
    route: "simple",
    source: "offline",
    reasons: [],
  };
}

const tables = [
  { id: 1, title: "Window" },
  { id: 2, title: "Garden" },
  { id: 3, title: "Bar" },
];

/** What the tools of the walk say; a tool that is not there has no outcome. */
function resultOf(tool: string, works: boolean) {
  if (!works) return { ok: false, problem: "That table is taken." } as const;
  if (tool === "find_tables") return { ok: true, value: { tables } } as const;
  return { ok: true, value: tool === "get_hours" ? { from: 9 } : { code: "ABC123" } } as const;
}

interface Call {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly confirmed: boolean;
}

/** Says the texts one after the other, with the state stored as JSON in between. */
function walk(texts: readonly string[], works: (call: number) => boolean = () => true) {
  const calls: Call[] = [];
  const confirmations: string[] = [];
  let dialogue: Dialogue = newDialogue(now);
  let words = "";
  for (const text of texts) {
    const stored = parseDialogue(JSON.parse(JSON.stringify(dialogue)), now);
    expect(stored).toEqual(JSON.parse(JSON.stringify(dialogue)));
    const waiting = stored.active?.waiting;
    const message = { text, understood: understand(text) };
    let move: Move | undefined = takeMessage(stored, message, house) ?? missReply(stored, house);
    if (move === undefined) {
      words = "";
      continue;
    }
    let said = [...move.said];
    for (let count = 0; move.next.kind === "call" && count < 20; count += 1) {
      const { tool, input, confirmed } = move.next;
      calls.push({ tool, input, confirmed });
      if (tool === "book_table")
        confirmations.push(waiting?.kind === "confirm" ? JSON.stringify(waiting.input) : "none");
      move = takeResult(move.dialogue, resultOf(tool, works(calls.length)), house);
      said = [...said, ...move.said];
    }
    words = said.map(({ body }) => body).join("\n");
    dialogue = move.dialogue;
    expect(move.next.kind).not.toBe("call");
    expect(move.next.kind).not.toBe("broken");
  }
  return { dialogue, calls, confirmations, words };
}

describe("a flow", () => {
  it("collects what is missing, and nothing that was said already (R36)", () => {
    const { words, dialogue } = walk(["book a table for 4 people on March 7", "the garden", "Ana Lima"]);
    expect(words).toBe("Your phone number?");
    expect(dialogue.phase).toBe("COLLECTING_INFO");
    expect(dialogue.active?.values).toMatchObject({
      date: "2026-03-07",
      guests: 4,
      name: "Ana Lima",
      place: { id: 2 },
    });
  });

  it("says what is wrong with a name and a phone number, and asks on (R177, R178)", () => {
    const upTo = ["book a table for 4 people on March 7", "2"];
    expect(walk([...upTo, "X"]).words).toBe("Name must be at least 2 characters");
    expect(walk([...upTo, "Ana", "555 123"]).words).toBe("Please enter a valid phone number");
    expect(walk([...upTo, "Ana", "555 123", "(555) 123-4567"]).words).toContain("(555) 123-4567?");
  });

  it("calls the write only after a yes, with exactly what was confirmed (R78)", () => {
    const ready = ["book a table for 4 people on March 7", "2", "Ana", "555 123 4567"];
    expect(walk(ready).calls.map(({ tool }) => tool)).toEqual(["find_tables"]);
    const { calls, words, dialogue } = walk([...ready, "yes"]);
    expect(calls.at(-1)).toEqual({
      tool: "book_table",
      input: { table: 2, name: "Ana", phone: "5551234567", date: "2026-03-07", guests: 4 },
      confirmed: true,
    });
    expect(words).toBe("Booked: ABC123");
    expect(dialogue.phase).toBe("COMPLETE");
  });

  it("looks again when what it looked with has changed", () => {
    const { calls, words } = walk([
      "book a table for 4 people on March 7",
      "2",
      "Ana",
      "555 123 4567",
      "no wait, 6 people",
    ]);
    expect(calls.filter(({ tool }) => tool === "find_tables").map(({ input }) => input["guests"])).toEqual([
      4, 6,
    ]);
    expect(words).toContain("Which one?");
  });

  it("goes back to the choice when the tool refuses, in the tool's words", () => {
    const ready = ["book a table for 4 people on March 7", "2", "Ana", "555 123 4567", "yes"];
    const { words, calls } = walk(ready, (call) => call !== 2);
    expect(words).toContain("That table is taken.");
    expect(words).toContain("Which one?");
    expect(calls.map(({ tool }) => tool)).toEqual(["find_tables", "book_table", "find_tables"]);
  });

  it("starts over with the words for it when a tool fails that nothing provides for (R34)", () => {
    const { words, dialogue } = walk(["opening hours"], () => false);
    expect(words).toContain("something went wrong. Let's start over");
    expect(dialogue.phase).toBe("ERROR");
    expect(dialogue.active).toBeUndefined();
  });

  it("comes back to what it was asked in after another subject", () => {
    const { words } = walk(["book a table on March 7", "opening hours"]);
    expect(words).toContain("We open at 9.");
    expect(words).toContain("Back to your table.");
    expect(words).toContain("How many?");
  });

  it("is put away when it was edited since", () => {
    const { dialogue } = walk(["book a table on March 7"]);
    const old = {
      ...dialogue,
      active: dialogue.active && { ...dialogue.active, version: "old" },
    } as Dialogue;
    const { dialogue: kept, said } = putAwayStale(old, house);
    expect(kept.active).toBeUndefined();
    expect(said[0]?.body).toContain("begin your table again");
  });
});

describe("any walk through flows", () => {
  const ready = ["book a table for 4 people on March 7", "2", "Ana", "555 123 4567"];
  const messages = fc.oneof(
    fc.constantFrom(
      "book a table",
      "book a table for 4 people on March 7",
      "opening hours",
      "yes",
      "no",
      "never mind",
      "2",
      "the garden",
      "window",
      "Ana",
      "my name is Bo Li",
      "(555) 123-4567",
      "555",
      "March 9",
      "actually 6 people",
      "instead the bar",
      "cancel",
      "what?",
      "yes but 3 guests",
      "yesterday",
    ),
    fc.string({ maxLength: 40 }),
  );

  it("never throws, never writes unconfirmed or with something missing, and ends in a state it knows", () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(messages, { maxLength: 14 }),
        fc.infiniteStream(fc.boolean()),
        (isReady, more, luck) => {
          const texts = [...(isReady ? ready : []), ...more];
          const outcomes = [...luck.take(60)];
          const { dialogue, calls, confirmations } = walk(texts, (call) => outcomes[call % 60] ?? true);
          expect(phases).toContain(dialogue.phase);
          const writes = calls.filter(({ tool }) => tool === "book_table");
          for (const [index, { input, confirmed }] of writes.entries()) {
            expect(confirmed).toBe(true);
            expect(JSON.stringify(input)).toBe(confirmations[index]);
            expect(Object.keys(input).toSorted()).toEqual(["date", "guests", "name", "phone", "table"]);
          }
          for (const { tool, input } of calls)
            if (tool === "find_tables") expect(Object.keys(input)).toEqual(["date", "guests"]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("gives the same for the same", () => {
    fc.assert(
      fc.property(fc.array(messages, { maxLength: 8 }), (texts) => {
        expect(walk(texts)).toEqual(walk(texts));
      }),
      { numRuns: 20 },
    );
  });
});

describe("a file of flows", () => {
  const parse = (steps: unknown[], more = {}) =>
    flowFile.parse({ flows: [{ name: "f", title: "it", phrases: ["go"], steps, ...more }] }).flows;
  const write = aTool({ name: "change_it", effect: "write" });

  it("is refused with the remedy: a write without a confirmation", () => {
    const steps = [{ call: { tool: "change_it", save: "done" } }];
    expect(findFlowProblems(parse(steps), [write], []).join()).toContain("Add confirm");
  });

  it.each([
    [[{ goto: "nowhere" }], "no step nowhere"],
    [[{ ask: "colour" }], "no question for colour"],
    [[{ call: { tool: "unknown_tool", save: "x" } }], "no tool unknown_tool"],
    [[{ say: "x", when: { path: "ghost", is: "present" } }], "nothing fills ghost"],
  ])("is refused: %j", (steps, problem) => {
    expect(findFlowProblems(parse(steps), [write], []).join()).toContain(problem);
  });

  it("is refused where an intent is not described or nothing starts the flow", () => {
    const steps = [{ say: "x" }];
    expect(findFlowProblems(parse(steps, { intents: ["ghost"] }), [], []).join()).toContain(
      "no intent ghost",
    );
    expect(findFlowProblems(parse(steps, { phrases: [] }), [], []).join()).toContain("nothing starts it");
  });

  it("is refused where a step does two things or none", () => {
    expect(
      flowFile.safeParse({ flows: [{ name: "f", title: "it", steps: [{ say: "x", goto: "y" }] }] }).success,
    ).toBe(false);
    expect(flowFile.safeParse({ flows: [{ name: "f", title: "it", steps: [{}] }] }).success).toBe(false);
  });
});
