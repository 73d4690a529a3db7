import { describe, expect, it } from "vitest";
import { newBaton, type BatonEvent } from "../../../src/core/conversation.ts";
import type { ContactId, ConversationId, StaffId, TenantId } from "../../../src/core/ids.ts";
import { createSatisfaction } from "../../../src/handoff/satisfaction/satisfaction.ts";
import { toQuestion, toRating, toThanks } from "../../../src/handoff/satisfaction/satisfaction-words.ts";
import type { TenantSeal } from "../../../src/store/seal.ts";

const at = new Date("2026-01-05T10:00:00Z");
const resolved = (by: Extract<BatonEvent, { kind: "resolve" }>["by"]): BatonEvent => ({
  kind: "resolve",
  by,
  reason: "done",
  at,
});

/** Whether a change of hands gets as far as the database. */
async function asks(event: BatonEvent, isAsked = true): Promise<boolean> {
  let isTouched = false;
  const sql = {
    query: async <Row>(): Promise<Row[]> => {
      isTouched = true;
      return [];
    },
  };
  const satisfaction = createSatisfaction({ isAsked: () => isAsked, note: async () => {}, count: () => {} });
  await satisfaction.follow(sql, {} as TenantSeal, {
    tenantId: "t" as TenantId,
    conversationId: "c" as ConversationId,
    correlationId: "",
    event,
    before: newBaton,
    conversation: {
      baton: newBaton,
      channel: "web",
      requesterId: "U1",
      contactId: "u" as ContactId,
      audience: "direct",
      thread: "",
      language: "en",
    },
  });
  return isTouched;
}

describe("the question how the help was", () => {
  it("comes when a colleague resolves, and never when a conversation ends by itself", async () => {
    expect(await asks(resolved("mia" as StaffId))).toBe(true);
    expect(await asks(resolved("bot"))).toBe(false);
    expect(await asks(resolved("idle rule"))).toBe(false);
    expect(await asks({ kind: "claim", by: "mia" as StaffId, at })).toBe(false);
  });

  it("comes not where a company does not want it", async () => {
    expect(await asks(resolved("mia" as StaffId), false)).toBe(false);
  });

  it("has buttons that each say something of its own, and no other button does", () => {
    const buttons = [...(toQuestion("id", "en").buttons ?? []), ...(toThanks("id", "en").buttons ?? [])];
    const said = buttons.map(({ action }) => JSON.stringify(toRating(action)));
    expect(new Set(said).size).toBe(7);
    expect(said).not.toContain(undefined);
    expect(toRating("baton.csat.score.6")).toBeUndefined();
    expect(toRating("baton.feedback.up")).toBeUndefined();
  });
});
