import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTalk, until, type Talk } from "../support/talk.ts";

/** Loading the vocabulary and what understands messages takes a while on a busy machine, milliseconds. */
const slowlyMs = 90_000;

const files = {
  "config/tenants/acme.yaml":
    "name: Acme\ndefault: true\nknowledge:\n  - room: slack:T0BATON0001:C0SUPPORT01\n  - room: slack:T0STRANGERS:C0SUPPORT01\n",
};

function takenIn({ lines }: Talk, times: number): Promise<true> {
  const told = () => lines.filter((line) => line.includes("are taken in")).length;
  return until(async () => told() >= times || undefined, slowlyMs);
}

describe("the history of a room that the operator opened as a source", () => {
  let talk: Talk;
  let asked: { ts: string; channel: string };
  let replied: { ts: string; channel: string };
  beforeAll(async () => {
    talk = await openTalk({ model: "none", files });
    await takenIn(talk, 1);
    asked = await talk.say("How do I get a parking card?");
    replied = await talk.say("Ask at the front desk, a parking card costs 12 euros.", {
      user: "Mia",
      thread: asked.ts,
    });
    await talk.say("The parking card of the general room costs 99 euros.", { channel: "#general" });
    await talk.rows("UPDATE knowledge_sources SET ended_at = ended_at - interval '2 hours'");
    await talk.house.restart();
    await takenIn(talk, 2);
  }, 240_000);
  afterAll(() => talk?.stop());

  it("answers a question asked in that room", async () => {
    const question = await talk.say("@baton how much does a parking card cost");
    const [words] = await talk.answers(question, 1, slowlyMs);
    expect(words).toContain("12 euros");
    expect(words).not.toContain("99 euros");
  }, 120_000);

  it("is told nowhere else, and nothing of it stands in the clear", async () => {
    const question = await talk.say("@baton how much does a parking card cost", { channel: "#general" });
    const [words] = await talk.answers(question, 1, slowlyMs);
    expect(words).not.toContain("euros");
    const kept = await talk.rows("SELECT count(*)::int AS documents FROM knowledge_documents");
    expect(kept).toEqual([{ documents: 1 }]);
    const chunks = await talk.rows("SELECT * FROM knowledge_chunks");
    expect(JSON.stringify(chunks)).not.toContain("front desk");
  }, 120_000);

  it("of a workspace that is not the company's is not read", async () => {
    const states = await talk.rows<{ state: string }>("SELECT state FROM knowledge_sources");
    expect(states.map(({ state }) => state).toSorted()).toEqual(["done", "failed"]);
  });

  it("is not told any more once something in its thread was deleted", async () => {
    talk.slack.userDeletes({ channel: replied.channel, ts: replied.ts });
    await until(
      async () => (await talk.rows("SELECT id FROM knowledge_documents")).length === 0 || undefined,
    );
    const question = await talk.say("@baton what does a parking card cost");
    const [words] = await talk.answers(question, 1, slowlyMs);
    expect(words).not.toContain("12 euros");
  }, 120_000);
});
