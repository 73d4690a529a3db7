import { describe, expect, test } from "vitest";
import type { TenantId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import { createEmbeddingBill } from "../../../src/insights/cost/embedding-bill.ts";
import type { EmbeddingSpending } from "../../../src/insights/cost/spending-ledger.ts";
import { deriveId } from "../../../src/store/derive-id.ts";

const [one, two] = [deriveId<TenantId>("one"), deriveId<TenantId>("two")];
const deadline = new AbortController().signal;

function aBill() {
  const written: (EmbeddingSpending & { tenantId: TenantId })[] = [];
  const charged: [TenantId, number][] = [];
  const state = { isAway: false };
  const bill = createEmbeddingBill({
    ledger: {
      addEmbeddings: async (tenantId, used) => {
        if (state.isAway) throw new Error("away");
        written.push({ tenantId, ...used });
      },
    },
    budget: { chargeCompany: async (tenantId, usd) => void charged.push([tenantId, usd]) },
    usdPerToken: () => 0.5,
    log: silentLog,
    now: () => new Date("2026-03-10T10:00:00Z"),
  });
  return { bill, written, charged, state };
}

describe("the bill of vectors", () => {
  test("is written down under each company and model, many calls at once, and counted as money of the day", async () => {
    const { bill, written, charged } = aBill();
    for (const tokens of [3, 4]) bill.add({ payer: one, model: "m", tokens });
    bill.add({ payer: one, model: "other", tokens: 1 });
    bill.add({ payer: two, model: "m", tokens: 10 });
    bill.add({ payer: undefined, model: "m", tokens: 99 });
    await bill.stop(deadline);
    const usdPerToken = 0.5;
    const day = "2026-03-10";
    expect(written).toEqual([
      { tenantId: one, day, model: "m", calls: 2, tokens: 7, usdPerToken },
      { tenantId: one, day, model: "other", calls: 1, tokens: 1, usdPerToken },
      { tenantId: two, day, model: "m", calls: 1, tokens: 10, usdPerToken },
    ]);
    expect(charged).toEqual([
      [one, 3.5],
      [one, 0.5],
      [two, 5],
    ]);
  });

  test("waits while the database is away, and the money is counted once", async () => {
    const { bill, written, charged, state } = aBill();
    state.isAway = true;
    bill.add({ payer: one, model: "m", tokens: 3 });
    await bill.stop(deadline);
    state.isAway = false;
    bill.add({ payer: one, model: "m", tokens: 1 });
    await bill.stop(deadline);
    expect(written).toMatchObject([{ calls: 2, tokens: 4 }]);
    expect(charged).toEqual([
      [one, 1.5],
      [one, 0.5],
    ]);
  });
});
