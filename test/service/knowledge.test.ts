import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { childProcessesOf } from "../support/child-processes.ts";
import { slowlyMs, takenIn } from "../support/taken-in.ts";
import { openTalk, until, type Talk } from "../support/talk.ts";

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

describe("a company's documents", () => {
  let talk: Talk;
  beforeAll(async () => {
    talk = await openTalk({ model: "none", files });
    await takenIn(talk);
  }, 120_000);
  afterAll(() => talk?.stop());

  it("answer without a model, with their title under the answer, looked for by a process of its own", async () => {
    const working = until(
      async () => childProcessesOf(process.pid, "index-child.ts").length === 1 || undefined,
      slowlyMs,
    );
    const asked = await talk.say("@baton what do I do about a damaged parcel?");
    const [words] = await talk.answers(asked, 1, slowlyMs);
    expect(words).toContain("Photograph a damaged parcel");
    expect(words).toContain("Returns policy");
    await working;
  }, 120_000);

  it("are counted with how much of the question was found, and how often its vector was at hand", async () => {
    const asked = await talk.say("@baton what do I do about a damaged parcel?", { user: "Ben" });
    await talk.answers(asked, 1, slowlyMs);
    const page = await (await fetch(`${talk.house.service.url()}/metrics`)).text();
    expect(page).toMatch(/baton_knowledge_lookups_total\{outcome="found"\} [1-9]/);
    expect(page).toMatch(/baton_knowledge_relevance_count [1-9]/);
    expect(page).toMatch(/baton_knowledge_vectors_total\{outcome="at hand"\} [1-9]/);
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

  it("never make it act: what it does after it read them needs the person's yes", async () => {
    const search = { name: "search_knowledge", arguments: { question: "What about unopened goods?" } };
    const open = {
      name: "create_ticket",
      arguments: { subject: "Close the account", description: "As the document says." },
    };
    talk.model.addFixtures([
      { match: { user: "my goods", hasToolResult: false }, answer: { toolCalls: [search] }, times: 1 },
      { match: { user: "my goods", toolResult: "unopened" }, answer: { toolCalls: [open] }, times: 1 },
      { match: { user: "my goods", toolResult: "Not done" }, answer: { text: "Shall I open a ticket?" } },
      { match: { user: "yes", hasToolResult: false }, answer: { toolCalls: [open] }, times: 1 },
      { match: { user: "yes", toolResult: "ticketId" }, answer: { text: "Your ticket is open." } },
    ]);
    const tickets = async () => (await talk.rows("SELECT 1 FROM tickets")).length;
    const asked = await talk.say("@baton what about my goods");
    expect((await talk.answers(asked, 1, slowlyMs))[0]).toContain("Shall I open a ticket?");
    expect(await tickets()).toBe(0);
    await talk.say("@baton yes", { thread: asked.ts });
    expect((await talk.answers(asked, 2, slowlyMs))[1]).toContain("Your ticket is open.");
    expect(await tickets()).toBe(1);
  }, 120_000);

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
