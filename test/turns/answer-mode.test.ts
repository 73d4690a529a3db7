import { describe, expect, test } from "vitest";
import type { ChannelName } from "../../src/core/envelope.ts";
import { SettingsError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";
import type { TenantId } from "../../src/core/ids.ts";
import { createLazyUnderstander } from "../../src/guard/understanding/lazy-understander.ts";
import { createAnswerMode, type AnswerPolicy } from "../../src/turns/answer-mode.ts";

const tenantId = "00000000-0000-4000-8000-000000000001" as TenantId;
const policy = (rules: AnswerPolicy["rules"]): AnswerPolicy => ({
  tenantId,
  file: "config/tenants/acme.yaml",
  rules,
  understander: createLazyUnderstander(undefined, "acme"),
});
const question = { tenantId, channel: "web", role: "customer", texts: ["where is my order?"] } as const;

describe("whether an answer waits for a colleague (R115)", () => {
  test("never where the company has no rule, and for another company", async () => {
    expect(await createAnswerMode([policy([])], silentLog)(question)).toBe("auto");
    const other = createAnswerMode([policy([{}])], silentLog);
    expect(await other({ ...question, tenantId: "00000000-0000-4000-8000-000000000002" as TenantId })).toBe(
      "auto",
    );
  });

  test("always where a rule is empty, but not for colleagues who ask for themselves", async () => {
    const mode = createAnswerMode([policy([{}])], silentLog);
    expect(await mode(question)).toBe("draft_only");
    expect(await mode({ ...question, role: "staff" })).toBe("auto");
  });

  test("on the channels a rule names", async () => {
    const mode = createAnswerMode([policy([{ channels: ["slack", "web"] }])], silentLog);
    expect(await mode(question)).toBe("draft_only");
    expect(await mode({ ...question, channel: "discord" })).toBe("auto");
  });

  test("when one of the messages has an intent a rule names", async () => {
    const mode = createAnswerMode([policy([{ intents: ["complaint"] }])], silentLog);
    expect(await mode({ ...question, texts: ["hello", "this is unacceptable, I want to complain"] })).toBe(
      "draft_only",
    );
    expect(await mode({ ...question, texts: ["hello"] })).toBe("auto");
  });

  test("what an earlier call gave, where a rule names intents: it has no words of its own to know one by", async () => {
    const mode = createAnswerMode([policy([{ channels: ["web"], intents: ["complaint"] }])], silentLog);
    expect(await mode({ ...question, texts: [], tellsOutcome: true })).toBe("draft_only");
    expect(await mode({ ...question, channel: "slack", texts: [], tellsOutcome: true })).toBe("auto");
  });

  test("when the intent cannot be found out: unseen would be worse", async () => {
    const broken = { intents: ["complaint"], load: () => Promise.reject(new Error("no model")) };
    const mode = createAnswerMode(
      [{ ...policy([{ intents: ["complaint"] }]), understander: broken }],
      silentLog,
    );
    expect(await mode(question)).toBe("draft_only");
  });

  test("as the first rule says that fits, on its channel and for its intent", async () => {
    const find = createAnswerMode(
      [
        policy([
          { mode: "off", channels: ["teams"] },
          { mode: "auto", intents: ["information"] },
          { mode: "suggest", intents: ["complaint"] },
          { mode: "draft_only", channels: ["web"] },
        ]),
      ],
      silentLog,
    );
    const [hours, complaint] = ["What are your opening hours?", "this is unacceptable, I want to complain"];
    const ask = (channel: ChannelName, ...texts: readonly string[]) => find({ ...question, channel, texts });
    expect(await ask("teams", hours)).toBe("off");
    expect(await ask("web", hours)).toBe("auto");
    expect(await ask("web", hours, "tell me a story")).toBe("draft_only");
    expect(await ask("slack", complaint)).toBe("suggest");
    expect(await ask("slack", hours, complaint)).toBe("suggest");
    expect(await ask("slack", "tell me a story")).toBe("auto");
  });

  test("is auto where a company says only that", async () => {
    expect(await createAnswerMode([policy([{ mode: "auto" }])], silentLog)(question)).toBe("auto");
  });

  test("an intent nobody knows is said at the start", () => {
    expect(() => createAnswerMode([policy([{ intents: ["complaints"] }])], silentLog)).toThrow(SettingsError);
  });
});
