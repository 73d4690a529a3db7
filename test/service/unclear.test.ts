import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

type Root = { ts: string; channel: string };

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk({
    files: {
      "config/tenants/acme.yaml":
        "name: Acme\ndefault: true\nunderstanding: model\nhandoff: { queue: helpdesk, minConfidence: 0.7 }\n",
    },
  });
  talk.model.addRule(({ unanswered }) => {
    const asked = unanswered.at(-1) ?? "";
    const isClear = asked.includes("[clear]");
    if (!asked.startsWith("Classify the message below."))
      return { text: isClear ? "That one is in the cellar." : "Which of your things do you mean?" };
    const understood = { intent: null, confidence: isClear ? 0.95 : 0.5, language: "en", sentiment: 0.5 };
    return { text: JSON.stringify(understood) };
  });
}, 120_000);
afterAll(() => talk?.stop());

const says = (root: Root, words: string) => talk.heard(root).filter((one) => wordsOf(one).includes(words));

async function ask(text: string): Promise<Root> {
  const root = await talk.say(`@baton ${text}`);
  await talk.answers(root, 1, 60_000);
  await talk.settled();
  return root;
}

async function goOn(root: Root, text: string): Promise<void> {
  const before = talk.heard(root).length;
  await talk.say(`@baton ${text}`, { thread: root.ts });
  await talk.slack.waitFor(() => talk.heard(root).length > before);
  await talk.settled();
}

async function standing(root: Root) {
  const [conversation] = await talk.rows<{ owner_kind: string; owner_queue: string | null }>(
    "SELECT owner_kind, owner_queue FROM conversations WHERE thread = $1",
    [root.ts],
  );
  const audited = await talk.rows<{ reason: string; data: { evidence?: unknown } }>(
    `SELECT a.reason, a.data FROM audit a JOIN conversations c ON c.id = a.conversation_id
     WHERE c.thread = $1 AND a.action = 'escalate'`,
    [root.ts],
  );
  const tickets = await talk.rows<{ queue: string }>(
    "SELECT t.queue FROM tickets t JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1",
    [root.ts],
  );
  return { ...conversation, audited, tickets };
}

describe("what is not clear", () => {
  it("is asked back once, and goes to people where it stays unclear, with how sure the bot was as evidence (R161)", async () => {
    const root = await ask("the thing is off [vague]");
    expect(says(root, "Which of your things do you mean?")).toHaveLength(1);
    expect(await standing(root)).toEqual({ owner_kind: "bot", owner_queue: null, audited: [], tickets: [] });
    await goOn(root, "well, the thingy [vague]");
    const found = await until(async () => {
      const now = await standing(root);
      return now.owner_kind === "queue" && now;
    });
    expect(found).toEqual({
      owner_kind: "queue",
      owner_queue: "helpdesk",
      audited: [
        {
          reason: "still not understood after a question back",
          data: expect.objectContaining({
            evidence: { rule: "confidence", value: 0.5, threshold: 0.7 },
          }),
        },
      ],
      tickets: [{ queue: "helpdesk" }],
    });
    expect(says(root, "asked a teammate")).toHaveLength(1);
    expect(JSON.stringify(found.audited)).not.toContain("thingy");
  }, 120_000);

  it("stays with the bot once the question back made it clear, and is asked back anew after that", async () => {
    const root = await ask("the thing is off [vague]");
    await goOn(root, "the heating [clear]");
    expect(says(root, "in the cellar")).toHaveLength(1);
    await goOn(root, "and the other one [vague]");
    expect(await standing(root)).toMatchObject({ owner_kind: "bot", audited: [], tickets: [] });
  }, 120_000);
});
