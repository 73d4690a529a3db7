import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { slowlyMs, takenIn } from "../support/taken-in.ts";
import { openTalk, until, type Talk } from "../support/talk.ts";

const files = {
  "config/tenants/acme.yaml":
    "name: Acme\ndefault: true\nknowledge:\n  - room: slack:T0BATON0001:C0SUPPORT01\n  - room: slack:T0STRANGERS:C0SUPPORT01\n",
};

describe("the history of a room that the operator opened as a source", () => {
  let talk: Talk;
  let asked: { ts: string; channel: string };
  let replied: { ts: string; channel: string };
  beforeAll(async () => {
    talk = await openTalk({ model: "none", files, pace: { roomsLookMs: 200 } });
    await takenIn(talk);
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

  it("is read when its room is opened while Baton runs, and forgotten when it is closed", async () => {
    const asked = await talk.say("How do I get a badge?", { channel: "#general" });
    const badge = "Ask at the gate, a badge costs 8 euros.";
    await talk.say(badge, { user: "Mia", channel: "#general", thread: asked.ts });
    const documents = async () => (await talk.rows("SELECT id FROM knowledge_documents")).length;
    const path = "config/tenants/acme.yaml";
    const room = "  - room: slack:T0BATON0001:C0GENERAL01\n";
    const taken = talk.lines.filter((line) => line.includes("documents are taken in")).length;
    await talk.house.lay({ [path]: `name: Acme\ndefault: true\nknowledge:\n${room}` });
    await takenIn(talk, taken + 1);
    const question = await talk.say("@baton how much does a badge cost", { channel: "#general" });
    const [words] = await talk.answers(question, 1, slowlyMs);
    expect(words).toContain("8 euros");
    await talk.house.lay({ [path]: "name: [" });
    await until(async () => talk.lines.some((line) => line.includes("stay as they were")) || undefined);
    expect(await documents()).toBeGreaterThan(0);
    await talk.house.lay({ [path]: "name: Acme\ndefault: true\n" });
    await until(async () => (await documents()) === 0 || undefined, slowlyMs);
  }, 120_000);
});
