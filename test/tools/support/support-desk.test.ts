import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TenantId } from "../../../src/core/ids.ts";
import { createProfiles } from "../../../tools/support/profiles.ts";
import { loadDemo } from "../../../tools/registry.ts";
import { toolContract } from "../../contract/tool.ts";
import {
  contractNow,
  noon,
  openBusinessStand,
  timeZone,
  type BusinessStand,
  type Caller,
} from "../business-stand.ts";

interface Order {
  readonly order_id: string;
  readonly status: string;
  readonly total: number;
}

let stand: BusinessStand;
let tenantId: TenantId;
beforeAll(async () => {
  stand = await openBusinessStand();
  tenantId = await stand.aCompany("support");
  const caller = await stand.contractCaller("support");
  await stand.call(caller, "get_account", {}, { now: contractNow });
});
afterAll(() => stand.stop());

const subjects = {
  get_account: { good: {}, bad: { "somebody's": { account_id: 1 } } },
  list_orders: { good: {}, bad: { "somebody's": { customer: "Ann" } } },
  get_order: { good: { order_id: "1001" }, bad: { "no order": {}, words: { order_id: "the last one" } } },
  request_refund: {
    good: { order_id: "#1001", reason: "It arrived broken" },
    bad: {
      "no reason": { order_id: "1001" },
      "a sum of its own": { order_id: "1001", reason: "broken", amount: 9 },
    },
  },
  get_profile: { good: {}, bad: { "somebody's": { contact: 1 } } },
  update_preferences: {
    good: { preferences: { seats: "aisle" } },
    bad: { nothing: {}, "no preference": { preferences: {} }, "a list": { preferences: ["aisle"] } },
  },
} as const;
for (const [name, { good, bad }] of Object.entries(subjects))
  toolContract(name, { create: () => stand.tool(name), good, bad });

const ordersOf = async (caller: Caller) =>
  (await stand.call(caller, "list_orders", {}))["orders"] as readonly Order[];

describe("R120: accounts and orders", () => {
  test("newcomers of the demo have an account and three orders of their own, once", async () => {
    const caller = await stand.aCaller(tenantId);
    await Promise.all([1, 2, 3].map(() => ordersOf(caller)));
    const orders = await ordersOf(caller);
    expect(orders.map(({ status }) => status)).toEqual(["processing", "shipped", "delivered"]);
    expect(await stand.call(caller, "get_account", {})).toMatchObject({ plan: "Standard", orders: 3 });
    const [, shipped] = orders;
    expect(await stand.call(caller, "get_order", { order_id: shipped?.order_id })).toMatchObject({
      status: "shipped",
      carrier: "FedEx",
      items: [{ name: "Office chair", quantity: 1, price: 189 }],
      total: 189,
    });
  });

  test("an order of somebody else, here or in another company, is not found, except by staff of the company", async () => {
    await ordersOf(await stand.aCaller(tenantId)); // takes the numbers every company begins with
    const [order] = await ordersOf(await stand.aCaller(tenantId));
    const id = order?.order_id ?? "";
    const stranger = await stand.aCaller(tenantId);
    await ordersOf(stranger);
    const foreigner = await stand.aCaller(await stand.aCompany("support"));
    const ask = (caller: Caller, role: "customer" | "staff") =>
      stand.call(caller, "get_order", { order_id: id }, { role });
    await expect(ask(stranger, "customer")).rejects.toThrow(`I found no order ${id}.`);
    await expect(
      stand.call(stranger, "request_refund", { order_id: id, reason: "I want it" }),
    ).rejects.toThrow("I found no order");
    expect(await ask(stranger, "staff")).toMatchObject({ order_id: id });
    await expect(ask(foreigner, "staff")).rejects.toThrow("I found no order");
  });

  test("a demo that is loaded again keeps everything", async () => {
    const caller = await stand.aCaller(tenantId);
    const before = await ordersOf(caller);
    await Promise.all([1, 2].map(() => loadDemo(stand.data, tenantId, { kind: "support", timeZone })));
    expect(await ordersOf(caller)).toEqual(before);
  });
});

describe("a refund", () => {
  test("needs a colleague's approval, is given once, in full, for a delivered order", async () => {
    expect(stand.tool("request_refund")).toMatchObject({ approval: "staff", effect: "write" });
    const caller = await stand.aCaller(tenantId);
    const [processing, shipped, delivered] = await ordersOf(caller);
    const ask = (order: Order | undefined, now = noon) =>
      stand.call(
        caller,
        "request_refund",
        { order_id: order?.order_id, reason: "It arrived broken" },
        { now },
      );
    await expect(ask(processing)).rejects.toThrow("only delivered orders can be refunded");
    await expect(ask(shipped)).rejects.toThrow("only delivered orders can be refunded");
    await expect(ask(delivered, new Date("2027-01-01T12:00:00Z"))).rejects.toThrow("more than 30 days ago");
    const outcomes = await Promise.allSettled([ask(delivered), ask(delivered)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await stand.call(caller, "get_order", { order_id: delivered?.order_id })).toMatchObject({
      refunded: true,
    });
    const rows = await stand.data.statement(tenantId, {
      text: "SELECT r.amount_usd::float8 AS amount FROM refunds r JOIN orders o ON o.id = r.order_id WHERE o.number = $1",
      values: [Number(delivered?.order_id)],
    });
    expect(rows).toEqual([{ amount: 49 }]);
  });
});

describe("R183–R186: a profile", () => {
  test("has the preferences and the last five items of the history, in order, with their times", async () => {
    const caller = await stand.aCaller(tenantId);
    const profiles = createProfiles(stand.data);
    expect(await profiles.getContext(caller)).toEqual({ preferences: {}, history: [] });
    for (let minute = 1; minute <= 7; minute += 1) {
      const at = new Date(noon.getTime() + minute * 60_000);
      await profiles.remember(caller, { at, text: `topic ${minute}` });
      if (minute === 7) await profiles.remember(caller, { at, text: `topic ${minute}` });
    }
    await stand.call(caller, "update_preferences", { preferences: { seats: "aisle", language: "Thai" } });
    await stand.call(caller, "update_preferences", { preferences: { seats: "window", language: "" } });
    const context = await profiles.getContext(caller);
    expect(context.preferences).toEqual({ seats: "window" });
    expect(context.history.map(({ text }) => text)).toEqual([3, 4, 5, 6, 7].map((n) => `topic ${n}`));
    expect(context.history[0]?.at).toBe("2026-11-21T17:03:00.000Z");
    expect(await stand.call(caller, "get_profile", {})).toEqual(context);
  });

  test("loses nothing to changes of the same moment, and is nobody else's and not in the clear", async () => {
    const [caller, stranger] = [await stand.aCaller(tenantId), await stand.aCaller(tenantId)];
    const names = ["a", "b", "c", "d"];
    await Promise.all(
      names.map((name) =>
        stand.call(caller, "update_preferences", { preferences: { [name]: "yes, secretly" } }),
      ),
    );
    const { preferences } = await stand.call(caller, "get_profile", {});
    expect(Object.keys(preferences as object).toSorted()).toEqual(names);
    expect(await stand.call(stranger, "get_profile", {})).toEqual({ preferences: {}, history: [] });
    const rows = await stand.data.statement<{ document: Buffer }>(tenantId, {
      text: "SELECT document FROM profiles",
    });
    expect(rows.some(({ document }) => document.toString("latin1").includes("secretly"))).toBe(false);
  });
});
