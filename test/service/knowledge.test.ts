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
