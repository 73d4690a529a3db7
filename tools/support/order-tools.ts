import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import { plainText } from "../../src/core/plain-text.ts";
import type { TenantData, TenantQuery, TenantSeal } from "../../src/core/tenant-data.ts";
import type { Tool, ToolContext } from "../../src/core/tool.ts";
import { defineTool, lookUp } from "../../src/core/tool.ts";
import { ensureSampleAccount, seesAll } from "./accounts.ts";

const item = z.object({ name: z.string(), quantity: z.int(), price: z.number() });
const order = z.object({
  order_id: z.string(),
  status: z.enum(["processing", "shipped", "delivered", "cancelled"]),
  placed_on: z.string(),
  expected_on: z.string().optional(),
  delivered_on: z.string().optional(),
  carrier: z.string().optional(),
  tracking: z.string().optional(),
  items: z.array(item),
  total: z.number(),
  /** A refund was asked for and approved. */
  refunded: z.boolean(),
});
type Order = z.output<typeof order>;

/** An order's number as people write it: 1001, #1001. */
export const orderId = z
  .string()
  .trim()
  .regex(/^#?\d{1,9}$/, "An order's number has digits only, such as 1001")
  .describe("The order's number, such as 1001");

const reading = {
  roles: ["customer", "staff", "admin"],
  ...lookUp,
} as const;

/** The account of whoever asks. */
export function getAccountTool(data: TenantData): Tool {
  return defineTool({
    ...reading,
    name: "get_account",
    description:
      "Gives the account of the person in this conversation: plan, state, since when, how many orders.",
    input: z.strictObject({}),
    output: z.object({
      plan: z.string(),
      status: z.string(),
      customer_since: z.string(),
      orders: z.int(),
    }),
    async run(_, context) {
      await ensureSampleAccount(data, context);
      const [row] = await data.statement<{
        plan: string;
        status: string;
        customer_since: string;
        orders: number;
      }>(context.tenantId, {
        text: `SELECT plan, status, opened_on::text AS customer_since,
                        (SELECT count(*)::int FROM orders o WHERE o.account_id = a.id) AS orders
                   FROM accounts a WHERE a.user_id = $1`,
        values: [context.contactId],
      });
      if (row === undefined) throw new PermanentError("You have no account with us yet.");
      return row;
    },
  });
}

/** One order: the caller's own, any of the company's for staff. */
export function getOrderTool(data: TenantData): Tool {
  return defineTool({
    ...reading,
    name: "get_order",
    description: "Gives the state of one order of the person in this conversation, by its number.",
    input: z.strictObject({ order_id: orderId }),
    output: order,
    async run({ order_id: wanted }, context) {
      await ensureSampleAccount(data, context);
      const seal = await data.sealFor(context.tenantId);
      const rows = await data.statement<OrderRow>(context.tenantId, selectOrder(wanted, context));
      return toOrder(foundOrder(rows, wanted), seal);
    },
  });
}

/** The orders of whoever asks, the newest first. */
export function listOrdersTool(data: TenantData): Tool {
  return defineTool({
    ...reading,
    name: "list_orders",
    description: "Gives the orders of the person in this conversation, the newest first.",
    input: z.strictObject({}),
    output: z.object({ orders: z.array(order), list: z.string() }),
    async run(_, context) {
      await ensureSampleAccount(data, context);
      const seal = await data.sealFor(context.tenantId);
      const rows = await data.statement<OrderRow>(context.tenantId, {
        text: `${selectFrom} WHERE a.user_id = $1 ORDER BY o.placed_on DESC, o.number DESC LIMIT 20`,
        values: [context.contactId],
      });
      const orders = rows.map((row) => toOrder(row, seal));
      return { orders, list: orders.length === 0 ? "You have no orders." : listOrders(orders) };
    },
  });
}

/** An order as the database knows it. */
export interface OrderRow {
  readonly id: string;
  readonly number: number;
  readonly status: Order["status"];
  readonly placed_on: string;
  readonly expected_on: string | null;
  readonly delivered_on: string | null;
  readonly carrier: string | null;
  readonly tracking: string | null;
  readonly items: Uint8Array;
  readonly total: number;
  readonly refunded: boolean;
}

const selectFrom = `
  SELECT o.id, o.number, o.status, o.placed_on::text, o.expected_on::text, o.delivered_on::text, o.carrier, o.tracking,
         o.items, o.total_usd::float8 AS total, EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = o.id) AS refunded
    FROM orders o JOIN accounts a ON a.id = o.account_id`;

export function selectOrder(wanted: string, context: ToolContext): TenantQuery {
  return {
    text: `${selectFrom} WHERE o.number = $1 AND (a.user_id = $2 OR $3)`,
    values: [Number(wanted.replace("#", "")), context.contactId, seesAll(context)],
  };
}

/** Throws PermanentError, the same for an order of somebody else and for one that never was. */
export function foundOrder(rows: readonly OrderRow[], wanted: string): OrderRow {
  const [row] = rows;
  if (row === undefined) throw new PermanentError(`I found no order ${wanted}.`);
  return row;
}

function toOrder(row: OrderRow, seal: TenantSeal): Order {
  const { number, status, placed_on, expected_on, delivered_on, carrier, tracking, total, refunded } = row;
  return {
    order_id: String(number),
    status,
    placed_on,
    ...(expected_on !== null && { expected_on }),
    ...(delivered_on !== null && { delivered_on }),
    ...(carrier !== null && { carrier }),
    ...(tracking !== null && { tracking }),
    items: z.array(item).parse(JSON.parse(seal.open("order.items", row.items))),
    total,
    refunded,
  };
}

/** Orders as a numbered CommonMark list. */
function listOrders(orders: readonly Order[]): string {
  return orders
    .map(({ order_id: number, items, total, status, placed_on: placed }, index) => {
      const what = items.map(({ name, quantity }) => `${quantity} × ${plainText(name)}`).join(", ");
      return `${index + 1}. **${number}** (${placed}): ${what}, $${total.toFixed(2)}, ${status}`;
    })
    .join("\n");
}
