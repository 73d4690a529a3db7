import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parseId, type ConversationId } from "../../src/core/ids.ts";
import { loadOfflineEmbedder } from "../../src/knowledge/embed/offline-embedder.ts";
import { createGaps } from "../../src/knowledge/gaps/gaps.ts";
import { removePersonalData } from "../../src/knowledge/gaps/remove-personal-data.ts";
import { openKnowledge, type KnowledgeStand } from "./knowledge-stand.ts";

let stand: KnowledgeStand;
beforeAll(async () => {
  stand = await openKnowledge();
});
afterAll(() => stand?.stop());

const whereAsked = async () => undefined;

test("questions that ask for the same are one gap, and what costs people most comes first", async () => {
  const tenantId = await stand.aCompany();
  await stand.add(tenantId, "hours.md", "# Opening hours\n\nWe are open from nine to five.");
  const conversationId = parseId<ConversationId>(randomUUID());
  const ask = (question: string, humanSeconds = 0, answer?: string) =>
    stand.questions.keep(tenantId, {
      key: [question],
      conversationId,
      question,
      answer,
      reason: answer === undefined ? "unanswered" : "answered by a person",
      humanSeconds,
    });
  await ask("How do I reset my password?");
  await ask("reset password");
  await ask("what are your opening hours");
  await ask("Can I bring my dog to the office?", 1_800, "Dogs are welcome on Fridays.");
  await ask("How do I reset my password?");
  const embedder = await loadOfflineEmbedder();
  const { knowledge, ingest, questions } = stand;
  const gapsParts = { questions, knowledge, ingest, embedder, gather: async () => {}, whereAsked };
  const gaps = createGaps(gapsParts);
  expect(await gaps.replay(tenantId)).toEqual({ asked: 4, closed: 1 });
  const [dog, password, hours] = await gaps.list(tenantId);
  expect(dog).toMatchObject({
    weight: 30,
    humanMinutes: 30,
    closed: false,
    draft: "Dogs are welcome on Fridays.",
  });
  expect(password?.questions).toHaveLength(2);
  expect(hours?.closed).toBe(true);

  // Told to stop, it asks no further question and remembers nothing of what it saw.
  const stopping = new AbortController();
  const search = vi.fn<typeof knowledge.search>(async () => {
    stopping.abort(new Error("stopping"));
    return [];
  });
  const stopped = createGaps({ ...gapsParts, knowledge: { search } });
  await expect(stopped.replay(tenantId, stopping.signal)).rejects.toThrow("stopping");
  expect(search).toHaveBeenCalledOnce();
  expect((await gaps.list(tenantId)).filter(({ closed }) => closed)).toHaveLength(1);

  // What is removed again opens the gap again.
  const [document] = await knowledge.list(tenantId);
  await knowledge.remove(tenantId, [document?.id ?? ""]);
  expect(await gaps.replay(tenantId)).toMatchObject({ closed: 0 });
});

test("questions of one language are one gap whatever form their words have, also where a few words tell no language", async () => {
  const tenantId = await stand.aCompany();
  const conversationId = parseId<ConversationId>(randomUUID());
  const asked = [
    "Wo finde ich meine Rechnungen?",
    "Wo finde ich die Rechnung?",
    "Rechnung finden",
    "¿Dónde están las facturas?",
    "¿Dónde está la factura?",
  ];
  for (const question of asked)
    await stand.questions.keep(tenantId, {
      key: [question],
      conversationId,
      question,
      answer: undefined,
      reason: "unanswered",
    });
  const { knowledge, ingest, questions } = stand;
  // Of one meaning is nothing: words alone bring questions together here.
  const embedder = {
    ...(await loadOfflineEmbedder()),
    embed: async (texts: readonly string[]) => texts.map(nothing),
  };
  const gaps = createGaps({ questions, knowledge, ingest, embedder, gather: async () => {}, whereAsked });
  const found = await gaps.list(tenantId);
  expect(found.map((gap) => gap.questions.map(({ question }) => question).toSorted())).toEqual([
    asked.slice(0, 3).toSorted(),
    asked.slice(3).toSorted(),
  ]);
});

const nothing = () => new Float32Array(1);

describe("a reply without personal data", () => {
  test.each([
    ["Hi Ana,\nwrite to ana.m@shop.example.\nBest regards\nMia", "write to [email]."],
    ["Your card DE89 3704 0044 0532 0130 00 was charged.", "Your card [account] was charged."],
    ["Call +49 (0)170 123 45 67 about order AB-77120.", "Call [number] about order [number]."],
    ["<@U0MIA000001> and @ben know.", "[name] and [name] know."],
    ["It costs 12 euros and takes 3 days.", "It costs 12 euros and takes 3 days."],
  ])("%s", (text, clean) => {
    expect(removePersonalData(text)).toBe(clean);
  });

  test("leaves out the names of those who talked", () => {
    expect(removePersonalData("As Ana Miller said, Anabel is fine.", ["Ana Miller"])).toBe(
      "As [name] [name] said, Anabel is fine.",
    );
  });
});
