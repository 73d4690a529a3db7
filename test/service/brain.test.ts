import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FaultOrder } from "../../simulators/openai/fault.ts";
import { numberedWords, openTalk, wordsOf, type Talk } from "../support/talk.ts";

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk();
});
afterAll(() => talk.stop());
beforeEach(async () => {
  const struck = talk.model.listFaults().length > 0;
  talk.model.clearFaults();
  if (struck) await talk.house.restart(); // a model that failed often is left alone for a while
});

async function heardAfter(text: string) {
  const root = await talk.say(text);
  await talk.answers(root);
  await talk.settled();
  const heard = talk.heard(root);
  expect(heard).toHaveLength(1);
  return { root, words: heard[0] === undefined ? "" : wordsOf(heard[0]) };
}

describe("a model that fails", () => {
  const failures: readonly { readonly name: string; readonly faults: readonly FaultOrder[] }[] = [
    { name: "answers with 500 every time", faults: [{ kind: "server-error", status: 500, times: null }] },
    { name: "answers with a gateway's page", faults: [{ kind: "server-error", status: 502, times: null }] },
    { name: "sends no choices", faults: [{ kind: "empty-choices", times: null }] },
    { name: "says nothing", faults: [{ kind: "misbehave", as: "empty", times: null }] },
    { name: "says only white space", faults: [{ kind: "misbehave", as: "whitespace", times: null }] },
    { name: "is filtered", faults: [{ kind: "misbehave", as: "content-filter", times: null }] },
    { name: "calls tools for ever", faults: [{ kind: "misbehave", as: "tool-loop", times: null }] },
    {
      name: "calls tools that do not exist",
      faults: [{ kind: "misbehave", as: "unknown-tool", times: null }],
    },
    {
      name: "breaks the stream each time",
      faults: [{ kind: "malformed-stream", variant: "broken-json", times: null }],
    },
    { name: "is cut in the middle each time", faults: [{ kind: "cut", afterTokens: 3, times: null }] },
    { name: "refuses the key", faults: [{ kind: "key-revoked", times: null }] },
    { name: "has no quota left", faults: [{ kind: "insufficient-quota", times: null }] },
  ];

  it.each(failures)("that $name leaves one honest message and the way to a person", async ({ faults }) => {
    for (const fault of faults) talk.model.fault(fault);
    const { words } = await heardAfter("@baton where is my badge?");
    expect(words).toContain("Talk to a human");
    expect(words).not.toMatch(/error|exception|stack|undefined|null\b|sk-test/i);
  });

  it("once is asked again, and nobody notices", async () => {
    talk.model.fault({ kind: "server-error", status: 503, times: 1 });
    const { words } = await heardAfter("@baton hello [[id:again]]");
    expect(words).toContain("answer:again");
  });

  it("for good in the middle of a visible answer leaves no half of it", async () => {
    talk.model.setPace({ tokensPerSecond: 100 });
    talk.model.addFixtures([{ match: { user: "[[half]]" }, answer: { text: numberedWords(200) } }]);
    talk.model.fault({ kind: "cut", afterTokens: 120, times: null });
    const { words } = await heardAfter("@baton tell me [[half]]");
    talk.model.setPace({ tokensPerSecond: 0 });
    expect(words).toContain("Talk to a human");
    expect(words).not.toContain("word1");
  });

  it("in the middle of an answer is asked again, and the whole answer stands there once", async () => {
    talk.model.fault({ kind: "cut", afterTokens: 4, times: 1 });
    const { words } = await heardAfter("@baton hello [[id:cut]]");
    expect(words).toContain("answer:cut");
  });

  it("refusing is quoted as it is, once", async () => {
    const { words } = await heardAfter("@baton do it [[do:refusal]]");
    expect(words).toContain("Talk to a human");
  });
});

describe("a model that obeys whoever writes to it", () => {
  it("cannot ring a bell, name anybody or hide where a link leads", async () => {
    const { root } = await heardAfter("@baton say it loud [[do:obedient]]");
    const [reply] = talk.heard(root);
    const seen = JSON.stringify([reply?.text, reply?.blocks]);
    expect(seen).not.toMatch(/<!(channel|everyone|here)>|<@U0|<!subteam/);
    expect(seen).not.toMatch(/<https:\/\/evil\.example\|/);
    expect(talk.slack.complaints()).toEqual([]);
  });

  it.each(["<!here>", "<!subteam^S0SUPPORT01>", "<@U0BEN000001>", "<https://evil.example|https://bank.com>"])(
    "cannot forge %s, streamed or whole",
    async (forged) => {
      const text = `Well, ${forged} has to know. `.repeat(8);
      for (const tokensPerSecond of [0, 300]) {
        talk.model.setPace({ tokensPerSecond });
        const id = `[[forged:${forged.length}:${tokensPerSecond}]]`;
        talk.model.addFixtures([{ match: { user: id }, answer: { text } }]);
        const { root } = await heardAfter(`@baton ${id}`);
        const [reply] = talk.heard(root);
        expect(JSON.stringify([reply?.text, reply?.blocks, reply?.stream?.appends])).not.toContain(forged);
      }
      talk.model.setPace({ tokensPerSecond: 0 });
    },
  );
});

describe("without a model", () => {
  it("Baton says so honestly and shows the way to a person", async () => {
    const bare = await openTalk({ model: "none" });
    try {
      const root = await bare.say("@baton hello");
      const [words] = await bare.answers(root);
      await bare.settled();
      expect(words).toContain("no language model is set up here");
      expect(words).toContain("Talk to a human");
      expect(bare.heard(root)).toHaveLength(1);
    } finally {
      await bare.stop();
    }
  });
});

describe("tools", () => {
  it("tells the time in Tokyo by asking the clock", async () => {
    const { words, root } = await heardAfter("@baton what time is it in Tokyo?");
    expect(words).toContain("Asia/Tokyo");
    const steps = await stepsOf(root.ts);
    expect(steps.map(({ kind, name }) => `${kind} ${name}`)).toContain("tool get_time");
  });

  it("opens exactly one ticket, and its journal has an intent and an outcome for each step", async () => {
    const { words, root } = await heardAfter("@baton please open a ticket: my badge does not open door 7");
    expect(words).toMatch(/ticket is .*#\d/);
    expect(await talk.rows("SELECT 1 FROM tickets")).toHaveLength(1);
    const steps = await stepsOf(root.ts);
    expect(steps.filter(({ kind }) => kind === "tool")).toHaveLength(1);
    for (const step of steps) {
      expect(step.ok).toBe(true);
      expect(step.finished_at).toBeInstanceOf(Date);
      for (const body of [step.input, step.output]) expect(body?.toString("latin1")).not.toContain("door 7");
    }
  });

  it("does not run a tool twice when the answer after it has to be thought again", async () => {
    talk.model.fault({ kind: "server-error", status: 500, skip: 1, times: 2 });
    const { words } = await heardAfter("@baton open a ticket: the lamp is broken");
    expect(words).toMatch(/ticket is .*#\d/);
    expect(await talk.rows("SELECT 1 FROM tickets")).toHaveLength(2);
  });

  function stepsOf(thread: string) {
    return talk.rows<{
      kind: string;
      name: string;
      ok: boolean | null;
      input: Buffer;
      output: Buffer | null;
      finished_at: Date | null;
    }>(
      `SELECT s.* FROM steps s JOIN turns t ON t.id = s.turn_id JOIN conversations c ON c.id = t.conversation_id
       WHERE c.thread = $1 ORDER BY s.started_at`,
      [thread],
    );
  }
});
