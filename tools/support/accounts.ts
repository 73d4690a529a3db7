import type { EffectTools, TenantData } from "../../src/core/tenant-data.ts";
import type { ToolContext } from "../../src/core/tool.ts";

/** What a demo's newcomers have ordered, days before today. */
const samples = [
  {
    status: "delivered",
    placed: 12,
    expected: 7,
    delivered: 6,
    items: [{ name: "Desk lamp", quantity: 1, price: 49 }],
    carrier: "UPS",
    tracking: "1Z999AA10123456784",
  },
  {
    status: "shipped",
    placed: 3,
    expected: -1,
    delivered: null,
    items: [{ name: "Office chair", quantity: 1, price: 189 }],
    carrier: "FedEx",
    tracking: "748912345678",
  },
  {
    status: "processing",
    placed: 0,
    expected: -5,
    delivered: null,
    items: [
      { name: "Notebook", quantity: 5, price: 4 },
      { name: "Pen set", quantity: 1, price: 12.5 },
    ],
    carrier: null,
    tracking: null,
  },
] as const;
const firstNumber = 1001;

/** The caller's account and orders are theirs alone; staff see everybody's orders by their number. */
export function seesAll({ role }: ToolContext): boolean {
  return role === "staff" || role === "admin";
}

/** A demo gives whoever asks for the first time an account with three orders of their own. */
export async function ensureSampleAccount(data: TenantData, context: ToolContext): Promise<void> {
  const { tenantId, contactId } = context;
  const [known] = await data.statement<{ has: boolean; samples: boolean }>(tenantId, {
    text: `SELECT EXISTS (SELECT 1 FROM accounts WHERE user_id = $1) AS has, samples FROM businesses WHERE kind = 'support'`,
    values: [contactId],
  });
  if (known === undefined || known.has || !known.samples) return;
  await data.once(tenantId, `sample account ${contactId}`, (tools) => give(tools, context));
}

async function give(
  { sql, seal }: EffectTools,
  { tenantId, contactId, now }: ToolContext,
): Promise<{ given: true }> {
  const [taken] = await sql.query<{ last: number }>({
    text: `UPDATE businesses SET next_number = next_number + $1 WHERE kind = 'support' RETURNING next_number AS last`,
    values: [samples.length],
  });
  const first = firstNumber + (taken?.last ?? 0) - samples.length;
  await sql.query({
    text: `INSERT INTO accounts (company_id, user_id, plan, status, opened_on)
           VALUES ($1, $2, 'Standard', 'active', $3::timestamptz::date - 400) ON CONFLICT DO NOTHING`,
    values: [tenantId, contactId, now],
  });
  for (const [index, order] of samples.entries()) {
    const { status, placed, expected, delivered, items, carrier, tracking } = order;
    const total = items.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
    await sql.query({
      text: `INSERT INTO orders (company_id, number, account_id, status, placed_on, expected_on, delivered_on, carrier, tracking, items, total_usd)
             SELECT $1, $2, a.id, $4, $5::timestamptz::date - $6::int, $5::timestamptz::date - $7::int,
                    $5::timestamptz::date - $8::int, $9, $10, $11, $12
               FROM accounts a WHERE a.user_id = $3`,
      values: [
        tenantId,
        first + index,
        contactId,
        status,
        now,
        placed,
        expected,
        delivered,
        carrier,
        tracking,
        seal.seal("order.items", JSON.stringify(items)),
        total,
      ],
    });
  }
  return { given: true };
}
