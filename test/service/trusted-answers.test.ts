import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTalk, wordsOf, type Talk } from "../support/talk.ts";

const rules = `
forbidden:
  - { phrase: best grill in town, reason: we do not compare }
required:
  - { when: [refund], line: "Refunds follow our terms." }
facts: ["A yearly pass is 240 EUR."]
`;
const tenant = (name: string, more = "") => `name: ${name}\npersona: acme.md\n${more}`;

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk({
    files: {
      "config/tenants/acme.yaml": tenant("Acme", "default: true\n"),
      "config/prompts/acme.md": "We are open from 9 am to 6 pm.",
      "config/rules/acme.yaml": rules,
    },
  });
});
afterAll(() => talk.stop());

/** What a model says to a marked question, in turn: each text once, the last one ever after. */
function script(mark: string, texts: readonly string[]): { readonly asked: string[] } {
  const asked: string[] = [];
  talk.model.addRule(({ unanswered, request }) => {
    if (!JSON.stringify(request.messages).includes(mark)) return undefined;
    const text = texts[Math.min(asked.length, texts.length - 1)] ?? "";
    asked.push(unanswered.join("\n"));
    return { text };
  });
  return { asked };
}

async function answerTo(text: string): Promise<string> {
  const root = await talk.say(`@baton ${text}`);
  await talk.answers(root);
  await talk.settled();
  const heard = talk.heard(root);
  expect(heard).toHaveLength(1);
  return heard[0] === undefined ? "" : wordsOf(heard[0]);
}

describe("an answer that a model made up (R77, R354)", () => {
  it("does not reach the person with its price: the model is asked again, and told why", async () => {
    const { asked } = script("[[pass]]", [
      "A yearly pass is just $99! Enjoy it.",
      "A yearly pass is 240 EUR. Enjoy it.",
    ]);
    const words = await answerTo("what does a yearly pass cost? [[pass]]");
    expect(words).toContain("A yearly pass is 240 EUR.");
    expect(words).not.toContain("$99");
    expect(asked).toHaveLength(2);
    expect(asked[1]).toContain("nothing given says");
  });

  it("that is made up twice is left out, said so, and the way to a person is there (R76)", async () => {
    script("[[seats]]", ["The seats are $45 each.", "Each seat is $44."]);
    const words = await answerTo("what do the seats cost at yours? [[seats]]");
    expect(words).not.toMatch(/\$4/);
    expect(words).toContain("I don't know that for certain");
    expect(words).toContain("Talk to a human");
  });

  it("keeps what stands while it streams, and takes back only the beginning of what was held", async () => {
    talk.model.setPace({ tokensPerSecond: 60 });
    script("[[slowly]]", [
      `We are open from 9 am to 6 pm, which many people find quite handy. ${"It is calm in the morning. ".repeat(6)}The entrance fee is only $7. Bye!`,
      "Ask us about the entrance fee.",
    ]);
    const words = await answerTo("tell me about a visit [[slowly]]");
    talk.model.setPace({ tokensPerSecond: 0 });
    expect(words).toContain("open from 9 am to 6 pm");
    expect(words).toContain("Ask us about the entrance fee.");
    expect(words).not.toMatch(/\$7|is only/);
  });

  it("about something being done without a tool is not said", async () => {
    script("[[done]]", ["I have booked your table for tonight.", "I can't book tables myself."]);
    expect(await answerTo("book us something nice for tonight please [[done]]")).toContain(
      "I can't book tables myself.",
    );
  });

  it("is counted and logged by its reason, never by its words", async () => {
    const page = await (await fetch(`${talk.house.service.url()}/metrics`)).text();
    expect(page).toMatch(/baton_held_sentences_total\{why="claim"\} [1-9]/);
    expect(talk.lines.some((line) => line.includes("answer held back in part"))).toBe(true);
    expect(talk.lines.join("\n")).not.toContain("$45");
  });
});

describe("a company's own rules (R68)", () => {
  it("forbid words, and add the line that has to be there", async () => {
    const { asked } = script("[[grill]]", [
      "We have the best grill in town, and you can get a refund.",
      "We have a fine grill, and you can get a refund.",
    ]);
    const words = await answerTo("why should I eat at your place? [[grill]]");
    expect(words).toContain("We have a fine grill, and you can get a refund.");
    expect(words).toContain("Refunds follow our terms.");
    expect(words).not.toContain("best grill");
    expect(asked[1]).toContain("we do not compare");
  });
});

describe("an answer that claims nothing", () => {
  it("may quote what was asked: the stand-in for a model answers whoever tries the playground", async () => {
    const words = await answerTo("how do I reset my VPN?");
    expect(words).toContain("You wrote “how do I reset my VPN?”.");
    expect(words).toContain("local stand-in");
    expect(words).not.toMatch(/held back|stands up to there|don't know/);
  });

  it.each([
    ["what is 2 + 2? [[sum]]", "[[sum]]", "2 + 2 = 4"],
    ["hello [[hello]]", "[[hello]]", "Hi there! How can I help you today?"],
    ["say something [[id]]", "[[id]]", "word0 word1 (answer:xyz)"],
    ["I paid $36 on March 5 [[quote]]", "[[quote]]", "You said that you paid $36 on March 5. Is that right?"],
  ])("%s is passed on as it is, and the model is asked once", async (question, mark, text) => {
    const { asked } = script(mark, [text]);
    const words = await answerTo(question);
    expect(words).toContain(text);
    expect(asked).toHaveLength(1);
  });
});

describe("a company that switched the check off, or only watches it", () => {
  it.each(["off", "observe"])("%s: gets what the model said", async (mode) => {
    const files = {
      "config/tenants/acme.yaml": tenant("Acme", "default: true\n"),
      "config/prompts/acme.md": "We are open.",
      "config/rules/acme.yaml": `check: ${mode}`,
    };
    const other = await openTalk({ files });
    try {
      other.model.addFixtures([{ match: { user: "[[cost]]" }, answer: { text: "It costs $99 a year." } }]);
      const root = await other.say("@baton what does it cost? [[cost]]");
      const [words] = await other.answers(root);
      expect(words).toContain("It costs $99 a year.");
      const page = await (await fetch(`${other.house.service.url()}/metrics`)).text();
      expect(/held_sentences_total\{why="claim"\} 1/.test(page)).toBe(mode === "observe");
    } finally {
      await other.stop();
    }
  });
});
