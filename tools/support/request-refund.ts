import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import type { EffectTools, TenantData } from "../../src/core/tenant-data.ts";
import type { Tool, ToolContext } from "../../src/core/tool.ts";
import { defineTool } from "../../src/core/tool.ts";
import { foundOrder, orderId, selectOrder, type OrderRow } from "./order-tools.ts";

const refundDays = 30;

/** Gives an order's money back, once, after a colleague has approved it. */
export function requestRefundTool(data: TenantData): Tool {
  return defineTool({
    name: "request_refund",
    description:
      `Refunds an order of the person in this conversation, delivered not longer than ${refundDays} days ago. ` +
      "A colleague approves it first. Confirm the order and the reason before.",
    input: z.strictObject({
      order_id: orderId,
      reason: z.string().trim().min(3).max(1_000).describe("Why, in the person's words"),
    }),
    output: z.object({ order_id: z.string(), refund_amount: z.number(), message: z.string() }),
    roles: ["customer", "staff", "admin"],
    effect: "write",
    repeatable: true,
    approval: "staff",
    timeoutMs: 10_000,
    cost: 0.001,
    run: (given, context) =>
      data.once(context.tenantId, `request_refund ${context.idempotencyKey}`, (tools) =>
        refund(tools, given, context),
      ),
  });
}

async function refund(
  { sql, seal }: EffectTools,
  { order_id: wanted, reason }: { order_id: string; reason: string },
  context: ToolContext,
) {
  const { text, values } = selectOrder(wanted, context);
  const order = foundOrder(await sql.query<OrderRow>({ text: `${text} FOR UPDATE OF o`, values }), wanted);
  const problem = findProblem(order, context.now);
  if (problem !== undefined) throw new PermanentError(problem);
  const made = await sql.query({
    text: `INSERT INTO refunds (company_id, order_id, amount_usd, reason) VALUES ($1, $2, $3, $4)
           ON CONFLICT (company_id, order_id) DO NOTHING RETURNING id`,
    values: [context.tenantId, order.id, order.total, seal.seal("refund.reason", reason)],
  });
  if (made.length === 0) throw new PermanentError(`Order ${order.number} has been refunded already.`);
  return {
    order_id: String(order.number),
    refund_amount: order.total,
    message: `Order ${order.number} is refunded: $${order.total.toFixed(2)} come back within 3–5 days.`,
  };
}

function findProblem(order: OrderRow, now: Date): string | undefined {
  const { number, status, delivered_on: delivered, refunded } = order;
  if (refunded) return `Order ${number} has been refunded already.`;
  if (status !== "delivered" || delivered === null)
    return `Order ${number} is ${status}; only delivered orders can be refunded. A human can help with the others.`;
  const days = (now.getTime() - Date.parse(`${delivered}T00:00:00Z`)) / 86_400_000;
  return days > refundDays + 1
    ? `Order ${number} was delivered more than ${refundDays} days ago, so it cannot be refunded here.`
    : undefined;
}
