import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { parseId, type ConversationId, type StaffId, type TenantId } from "../../src/core/ids.ts";
import { silentLog } from "../../src/core/log.ts";
import type { Audience } from "../../src/knowledge/readers.ts";
import { replayGoldenCases } from "../../src/knowledge/reviewed/golden-cases.ts";
import { createReviewedAnswers } from "../../src/knowledge/reviewed/reviewed-answers.ts";
import { keepReviewed } from "../../src/knowledge/reviewed/reviewed-store.ts";
import { createSealer } from "../../src/store/seal.ts";
import { dataKeysIn } from "../../src/tenants/companies.ts";
import { openKnowledge, type KnowledgeStand } from "./knowledge-stand.ts";

const masterKey = randomBytes(32);
let stand: KnowledgeStand;
beforeAll(async () => {
  stand = await openKnowledge(masterKey);
});
afterAll(() => stand?.stop());

const sealerOf = () => createSealer({ masterKey, ...dataKeysIn(stand.database) });

async function aColleague(tenantId: TenantId): Promise<StaffId> {
  const id = parseId<StaffId>(randomUUID());
  await stand.database.statement(tenantId, {
    text: "INSERT INTO staff (company_id, id, name) VALUES ($1, $2, 'Mia')",
    values: [tenantId, id],
  });
  return id;
}

async function correct(
  tenantId: TenantId,
  by: StaffId,
  said: { question: string; answer: string; audience: Audience; turnId?: string },
) {
  const seal = await sealerOf().forTenant(tenantId);
  const { turnId = randomUUID() } = said;
  const conversationId = parseId<ConversationId>(randomUUID());
  const more = { normalized: said.question.toLowerCase(), days: 180, affected: [] };
  return stand.database.withTenant(tenantId, (sql) =>
    keepReviewed(sql, seal, { ...said, ...more, tenantId, conversationId, turnId, by }),
  );
}

const lamp = {
  question: "How do I reset the lamp?",
  answer: "Hold the red button for ten seconds.",
  audience: { kind: "colleagues" },
} as const;

test("a golden question is named when its answer is found further down, or not any more, until it is back", async () => {
  const tenantId = await stand.aCompany();
  const by = await aColleague(tenantId);
  await correct(tenantId, by, lamp);
  const { database, knowledge, ingest } = stand;
  const sealer = sealerOf();
  const reviewed = createReviewedAnswers({
    database,
    sealer,
    open: async () => ({ knowledge, ingest }),
    log: silentLog,
  });
  await Promise.all([reviewed.publish(tenantId), reviewed.sweep(), reviewed.publish(tenantId)]);
  const replay = () => replayGoldenCases({ database, sealer, knowledge }, tenantId);
  expect(await replay()).toEqual({ cases: 1, found: 1, worse: [] });
  const [document, ...others] = await knowledge.list(tenantId);
  expect(others).toEqual([]);
  expect(document).toMatchObject({ source: "reviewed", title: lamp.question, audience: ["colleagues"] });

  const search = vi.fn<typeof knowledge.search>();
  const stopped = replayGoldenCases(
    { database, sealer, knowledge: { search } },
    tenantId,
    AbortSignal.abort(),
  );
  await expect(stopped).rejects.toThrow("aborted");
  expect(search).not.toHaveBeenCalled();

  await knowledge.remove(tenantId, [document?.id ?? ""]);
  const lost = { cases: 1, found: 0, worse: [{ question: lamp.question, was: 1 }] };
  expect(await replay()).toEqual(lost);
  expect(await replay()).toEqual(lost);
  await correct(tenantId, by, { ...lamp, answer: "Hold the blue button for ten seconds." });
  await reviewed.publish(tenantId);
  expect(await replay()).toEqual({ cases: 1, found: 1, worse: [] });
});

test("the same correction twice is one, and a later one of the same question takes its place", async () => {
  const tenantId = await stand.aCompany();
  const by = await aColleague(tenantId);
  const turnId = randomUUID();
  const first = await correct(tenantId, by, { ...lamp, turnId });
  expect(first.kind).toBe("kept");
  expect(await correct(tenantId, by, { ...lamp, turnId })).toEqual({ kind: "unchanged", id: first.id });
  expect(await correct(tenantId, by, { ...lamp, turnId, answer: "Pull the plug." })).toEqual(first);
  const open = await correct(tenantId, by, { ...lamp, audience: { kind: "public" } });
  expect(open.id).not.toBe(first.id);
  const rows = await stand.database.statement(tenantId, {
    text: "SELECT revision FROM reviewed_answers ORDER BY revision",
  });
  expect(rows).toEqual([{ revision: 1 }, { revision: 2 }]);
});
