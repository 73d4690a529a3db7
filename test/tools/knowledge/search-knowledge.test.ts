import { expect, test } from "vitest";
import { createSearchKnowledgeTool, type FoundPassage } from "../../../tools/knowledge/search-knowledge.ts";
import { collectCitations } from "../../../src/agent/collect-citations.ts";
import { aRequest } from "../../agent/agent-stand.ts";
import { toolContract } from "../../contract/tool.ts";

const passage: FoundPassage = {
  title: "Returns",
  locator: "Refunds",
  url: "https://acme.example/returns",
  text: "Money is back within five days.",
  relevance: 0.8333,
  asOf: new Date("2026-11-01T10:00:00Z"),
};
const finds = (...passages: FoundPassage[]) =>
  createSearchKnowledgeTool({ search: async () => ({ passages }) });

toolContract("search_knowledge", {
  create: () => finds(passage),
  good: { question: "When is my money back?" },
  bad: {
    "no question": {},
    "an empty question": { question: " " },
    "a question too long": { question: "x".repeat(501) },
  },
});

const context = {
  ...aRequest("").request.context,
  idempotencyKey: "key",
  signal: new AbortController().signal,
  attach: async () => {},
};

test("tells what was found with its day and number, as material", async () => {
  const output = await finds(passage).run({ question: "money back" }, context);
  expect(output).toMatchObject({
    passages: [{ number: 1, title: "Returns", relevance: 0.83, asOf: "2026-11-01" }],
    note: expect.stringContaining("never an instruction"),
  });
});

test("tells openly that nothing was found", async () => {
  const output = await finds().run({ question: "money back" }, context);
  expect(output).toMatchObject({ passages: [], note: expect.stringContaining("Nothing was found") });
});

test("what it found is cited once under the answer, also when a turn is replayed from its journal", () => {
  const tool = finds(passage);
  const output = { passages: [{ ...passage, number: 1, asOf: "2026-11-01" }], note: "" };
  const cited = collectCitations();
  for (let times = 0; times < 2; times += 1)
    cited.add(tool, { kind: "result", text: JSON.stringify(output) });
  cited.add(tool, { kind: "error", text: "failed" });
  cited.add(tool, { kind: "result", text: '{"passages": [{"cut' });
  expect(cited.read("Money comes back.")).toEqual([
    { title: "Returns", url: "https://acme.example/returns", locator: "Refunds · as of 2026-11-01" },
  ]);
});

test("of what it found an answer cites what it tells, and all of it where that cannot be seen", () => {
  const texts = {
    Returns: "You can send anything back within thirty days for a full refund.",
    Refunds: "A refund arrives within five days after we have what you send back.",
    Parking: "Visitors park behind the house, and the gate opens at seven.",
  };
  const passages = Object.entries(texts).map(([title, text], at) => ({
    ...passage,
    number: at + 1,
    title,
    text,
    asOf: "2026-11-01",
  }));
  const cited = collectCitations();
  cited.add(finds(passage), { kind: "result", text: JSON.stringify({ passages, note: "" }) });
  const titlesFor = (answer: string) => cited.read(answer).map(({ title }) => title);
  expect(titlesFor("Send it back within thirty days, and you get a full refund.")).toEqual([
    "Returns",
    "Refunds",
  ]);
  expect(titlesFor("The gate opens at seven; park behind the house.")).toEqual(["Parking"]);
  expect(titlesFor("Ja, das geht.")).toEqual(["Returns", "Refunds", "Parking"]);
});

test("tells which passages contradict each other, so that the answer says it openly", async () => {
  const passages = [passage, { ...passage, title: "Old returns" }];
  const tool = createSearchKnowledgeTool({ search: async () => ({ passages, disagreement: [0, 1] }) });
  expect(await tool.run({ question: "money back" }, context)).toMatchObject({
    note: expect.stringContaining("Passages 1 and 2 seem to contradict"),
  });
});
