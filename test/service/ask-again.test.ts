import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { addStaff, openTalk, until, type Talk } from "../support/talk.ts";

const promise = "I'll try again by myself in a few minutes";
const late = "I can answer your earlier question now";

describe("a question that met an outage of all models (R224)", () => {
  let talk: Talk;
  beforeAll(async () => {
    talk = await openTalk({ pace: { askAgainMs: 1_500 } });
    await addStaff(talk, "U0MIA000001", "Mia");
  }, 60_000);
  afterEach(() => talk.model.reset());
  afterAll(() => talk?.stop());

  const stopModels = () => talk.model.fault({ kind: "outage", ms: 600_000 });
  const states = () =>
    talk.rows<{ state: string; attempts: number }>(
      "SELECT state, attempts FROM later_words ORDER BY created_at",
    );
  const askDuringOutage = async (text: string) => {
    stopModels();
    const root = await talk.say(`@baton ${text}`);
    const [heard] = await talk.answers(root, 1, 30_000);
    expect(heard).toContain(promise);
    await talk.settled();
    return root;
  };

  it("is asked again by itself, and answered once in its thread", async () => {
    const root = await askDuringOutage("which colour is the zeppelin [[id:zep]]");
    talk.model.clearFaults();
    const heard = await talk.answers(root, 2, 30_000);
    expect(heard[1]).toContain(late);
    expect(heard[1]).toContain("answer:zep");
    expect(heard[1]).not.toContain(promise);
    await talk.settled();
    await delay(2_500);
    expect(talk.heard(root)).toHaveLength(2);
    expect((await states()).at(-1)).toMatchObject({ state: "told" });
  }, 60_000);

  it("waits on in silence while the outage goes on, through a restart", async () => {
    const root = await askDuringOutage("which colour is the submarine [[id:sub]]");
    await until(async () => ((await states()).at(-1)?.attempts ?? 0) >= 1, 30_000);
    await talk.settled();
    expect(talk.heard(root)).toHaveLength(1);
    await talk.house.restart();
    talk.model.clearFaults();
    const heard = await talk.answers(root, 2, 30_000);
    expect(heard[1]).toContain("answer:sub");
  }, 90_000);

  it("is let go when the person has moved on", async () => {
    const root = await askDuringOutage("which colour is the tram [[id:tram]]");
    talk.model.clearFaults();
    await talk.say("@baton never mind, tell me about buses [[id:bus]]", { thread: root.ts });
    await talk.answers(root, 2, 30_000);
    await until(async () => (await states()).at(-1)?.state === "stood down", 30_000);
    await talk.settled();
    const words = JSON.stringify(talk.heard(root));
    expect(words).toContain("answer:bus");
    expect(words).not.toContain("answer:tram");
  }, 60_000);

  it("is promised nothing while its person waits for a colleague, who comes anyway", async () => {
    const root = await talk.say("@baton human");
    await talk.answers(root, 1, 30_000);
    const before = (await states()).length;
    stopModels();
    await talk.say("@baton which colour is the kite [[id:kite]]", { thread: root.ts });
    const heard = await talk.answers(root, 2, 30_000);
    await talk.settled();
    expect(heard.join()).not.toContain(promise);
    expect(await states()).toHaveLength(before);
  }, 60_000);

  it("is left to a colleague who took the conversation over", async () => {
    const root = await askDuringOutage("which colour is the ferry [[id:ferry]]");
    talk.model.clearFaults();
    await talk.say("I can help with the ferry", { user: "Mia", thread: root.ts });
    await until(async () => (await states()).at(-1)?.state === "stood down", 30_000);
    await talk.settled();
    expect(JSON.stringify(talk.heard(root))).not.toContain("answer:ferry");
  }, 60_000);
});
