import { describe, expect, test } from "vitest";
import { SettingsError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";
import type { TenantId } from "../../src/core/ids.ts";
import { createLazyUnderstander } from "../../src/guard/understanding/lazy-understander.ts";
import { createDraftMode, type DraftPolicy } from "../../src/turns/draft-mode.ts";

const tenantId = "00000000-0000-4000-8000-000000000001" as TenantId;
const policy = (rules: DraftPolicy["rules"]): DraftPolicy => ({
  tenantId,
  file: "config/tenants/acme.yaml",
  rules,
  understander: createLazyUnderstander(undefined, "acme"),
});
const question = { tenantId, channel: "web", role: "customer", texts: ["where is my order?"] } as const;

describe("whether an answer waits for a colleague (R115)", () => {
  test("never where the company has no rule, and for another company", async () => {
    expect(await createDraftMode([policy([])], silentLog)(question)).toBe(false);
    const other = createDraftMode([policy([{}])], silentLog);
    expect(await other({ ...question, tenantId: "00000000-0000-4000-8000-000000000002" as TenantId })).toBe(
      false,
    );
  });

  test("always where a rule is empty, but not for colleagues who ask for themselves", async () => {
    const mode = createDraftMode([policy([{}])], silentLog);
    expect(await mode(question)).toBe(true);
    expect(await mode({ ...question, role: "staff" })).toBe(false);
  });

  test("on the channels a rule names", async () => {
    const mode = createDraftMode([policy([{ channels: ["slack", "web"] }])], silentLog);
    expect(await mode(question)).toBe(true);
    expect(await mode({ ...question, channel: "discord" })).toBe(false);
  });

  test("when one of the messages has an intent a rule names", async () => {
    const mode = createDraftMode([policy([{ intents: ["complaint"] }])], silentLog);
    expect(await mode({ ...question, texts: ["hello", "this is unacceptable, I want to complain"] })).toBe(
      true,
    );
    expect(await mode({ ...question, texts: ["hello"] })).toBe(false);
  });

  test("what an earlier call gave, where a rule names intents: it has no words of its own to know one by", async () => {
    const mode = createDraftMode([policy([{ channels: ["web"], intents: ["complaint"] }])], silentLog);
    expect(await mode({ ...question, texts: [], tellsOutcome: true })).toBe(true);
    expect(await mode({ ...question, channel: "slack", texts: [], tellsOutcome: true })).toBe(false);
  });

  test("when the intent cannot be found out: unseen would be worse", async () => {
    const broken = { intents: ["complaint"], load: () => Promise.reject(new Error("no model")) };
    const mode = createDraftMode(
      [{ ...policy([{ intents: ["complaint"] }]), understander: broken }],
      silentLog,
    );
    expect(await mode(question)).toBe(true);
  });

  test("an intent nobody knows is said at the start", () => {
    expect(() => createDraftMode([policy([{ intents: ["complaints"] }])], silentLog)).toThrow(SettingsError);
  });
});
