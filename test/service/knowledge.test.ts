import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTalk, until, type Talk } from "../support/talk.ts";

/** Loading the vocabulary and what understands messages takes a while on a busy machine, milliseconds. */
const slowlyMs = 90_000;

const files = {
  "config/tenants/acme.yaml": "name: Acme\ndefault: true\n",
  "config/faq/acme.yaml":
    "faq:\n  - questions: [What are your opening hours?]\n    answer: We are open from nine to five on weekdays.\n",
  "config/knowledge/acme/returns.md":
    "# Returns policy\n\n## Damaged parcels\n\nPhotograph a damaged parcel and send the picture within 14 days. We replace the goods at no charge.\n",
  "config/knowledge/acme/passes.md":
    "# Passes\n\n## Monthly pass\n\nThe monthly pass is 49 euros.\n\n## Students\n\nFor students the monthly pass is 29 euros.\n",
  "config/knowledge/acme/goods.md": "# Goods\n\nYou can return unopened goods within 14 days.\n",
  "config/knowledge/acme/shop.md": "# Shop\n\nYou can return unopened goods within 30 days.\n",
};

/** Documents are read in the background, once Baton has started. */
function takenIn({ lines }: Talk): Promise<true> {
  return until(async () => lines.some((line) => line.includes("are taken in")) || undefined, slowlyMs);
}

describe("a company's documents", () => {
  let talk: Talk;
  beforeAll(async () => {
    talk = await openTalk({ model: "none", files });
    await takenIn(talk);
  }, 120_000);
  afterAll(() => talk?.stop());

  it("answer without a model, with their title under the answer", async () => {
    const asked = await talk.say("@baton what do I do about a damaged parcel?");
    const [words] = await talk.answers(asked, 1, slowlyMs);
    expect(words).toContain("Photograph a damaged parcel");
    expect(words).toContain("Returns policy");
  }, 120_000);

  it("do not answer what they do not tell", async () => {
    const asked = await talk.say("@baton which helicopter licence do I need in Norway?");
    const [words] = await talk.answers(asked, 1, slowlyMs);
    expect(words).not.toContain("parcel");
    const rows = await until(async () => {
      const kept = await talk.rows("SELECT reason, content FROM knowledge_questions");
      return kept.length > 0 && kept;
    });
    expect(rows[0]?.["reason"]).toMatch(/^un/);
    expect(String(rows[0]?.["content"])).not.toContain("helicopter");
  }, 120_000);

  it("are understood from what was asked before, say their date, and openly that they disagree", async () => {
    const asked = await talk.say("@baton how much is the monthly pass");
    const [first] = await talk.answers(asked, 1, slowlyMs);
    expect(first).toContain("49 euros");
    expect(first).toMatch(/as of \d{4}-\d\d-\d\d/);
    await talk.say("@baton and for students?", { thread: asked.ts });
    const [, second] = await talk.answers(asked, 2, slowlyMs);
    expect(second).toContain("29 euros");
    const other = await talk.say("@baton within how many days can I return unopened goods");
    const [both] = await talk.answers(other, 1, slowlyMs);
    expect(both).toMatch(/do not agree/);
    expect(both).toContain("14 days");
    expect(both).toContain("30 days");
  }, 120_000);
});

describe("a company's documents, with a model", () => {
  let talk: Talk;
  beforeAll(async () => {
    talk = await openTalk({ files });
    await takenIn(talk);
  }, 120_000);
  afterAll(() => talk?.stop());

  it("are searched by the model and cited under its answer", async () => {
    const call = { name: "search_knowledge", arguments: { question: "What about a damaged parcel?" } };
    talk.model.addFixtures([
      { match: { user: "my parcel", hasToolResult: false }, answer: { toolCalls: [call] }, times: 1 },
      { match: { user: "my parcel", toolResult: "within 14 days" }, answer: { text: "Send us a picture." } },
    ]);
    const asked = await talk.say("@baton my parcel is broken");
    const [words] = await talk.answers(asked, 1, slowlyMs);
    expect(words).toContain("Send us a picture.");
    expect(words).toContain("Returns policy");
    expect(words).toContain("Damaged parcels");
  }, 120_000);
});
