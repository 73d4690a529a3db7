import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createEditions } from "../../src/agent/editions.ts";
import { parseId, type ConversationId, type TenantId } from "../../src/core/ids.ts";

const acme = parseId<TenantId>("00000000-0000-4000-8000-000000000001");
const other = parseId<TenantId>("00000000-0000-4000-8000-000000000002");
const prompts = { customer: "OLD", staff: "STAFF", admin: "", analytics: "" };
const talk = (tenantId = acme) => ({ tenantId, conversationId: randomUUID() as ConversationId });
const isTried = (percent: number, context: ReturnType<typeof talk>) =>
  createEditions(prompts, { customer: { name: "next", percent } })("customer", context).isCandidate;

test("a conversation stays in its edition, and one that tries the candidate keeps it while the share grows (R229)", () => {
  fc.assert(
    fc.property(fc.uuid({ version: 4 }), fc.double({ min: 0, max: 100, noNaN: true }), (id, percent) => {
      const context = { tenantId: acme, conversationId: id as ConversationId };
      const picked = isTried(percent, context);
      expect(isTried(percent, context)).toBe(picked);
      if (picked) expect(isTried(Math.min(100, percent + 20), context)).toBe(true);
      expect(isTried(0, context)).toBe(false);
      expect(isTried(100, context)).toBe(true);
    }),
  );
});

test("about as many conversations as configured try it (R229)", () => {
  const picked = Array.from({ length: 4_000 }, () => isTried(25, talk())).filter(Boolean).length;
  expect(picked).toBeGreaterThan(800);
  expect(picked).toBeLessThan(1_200);
});

test("its words and its version are its own, also where only its models are (R229)", () => {
  const editionOf = createEditions(prompts, {
    customer: { name: "next", percent: 100, prompt: "NEW" },
    staff: { name: "models", percent: 100 },
  });
  const stable = createEditions(prompts, {});
  const context = talk();
  const next = editionOf("customer", context);
  expect(next.name).toBe("next");
  expect(next.prompts.wordsOf("customer", "")).toContain("NEW");
  expect(next.prompts.wordsOf("customer", "")).not.toContain("OLD");
  expect(next.prompts.wordsOf("customer", "persona")).toContain("persona");
  const models = editionOf("staff", context);
  const usual = stable("staff", context);
  expect(models.prompts.wordsOf("staff", "")).toBe(usual.prompts.wordsOf("staff", ""));
  expect(models.prompts.versionOf("staff", "")).toBe(`${usual.prompts.versionOf("staff", "")}@models`);
  expect(usual.name).toBeUndefined();
  expect(editionOf("admin", context).name).toBeUndefined();
});

test("named companies try it in the place of their own persona, nobody else does (R229)", () => {
  const editionOf = createEditions(prompts, {
    customer: { name: "next", percent: 100, prompt: "NEW", companies: new Set([acme]) },
  });
  expect(editionOf("customer", talk()).prompts.wordsOf("customer", "persona")).not.toContain("persona");
  expect(editionOf("customer", talk(other))).toMatchObject({ name: "stable", isCandidate: false });
});
