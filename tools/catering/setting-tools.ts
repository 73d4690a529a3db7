import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import type { TenantData } from "../../src/core/tenant-data.ts";
import type { Tool } from "../../src/core/tool.ts";
import { defineTool } from "../../src/core/tool.ts";
import { selectCatering, settings, toCatering } from "./catering-facts.ts";

const names = Object.keys(settings) as (keyof typeof settings)[];
const value = z.union([z.boolean(), z.number(), z.string().max(100)]);
const shared = {
  roles: ["admin"],
  repeatable: true,
  approval: "none",
  timeoutMs: 5_000,
  cost: 0.001,
} as const;

/** What can be set, with what holds now. */
export function listSettingsTool(data: TenantData): Tool {
  return defineTool({
    ...shared,
    name: "list_settings",
    description: "Gives the settings of the business, flags and limits, with their values and meanings.",
    input: z.strictObject({}),
    output: z.object({ settings: z.array(z.object({ name: z.string(), value, about: z.string() })) }),
    effect: "read",
    run: async (_, { tenantId, now }) => {
      const { facts } = toCatering(await data.statement(tenantId, selectCatering(now)));
      return {
        settings: names.map((name) => ({
          name,
          value: facts[name],
          about: settings[name].description ?? "",
        })),
      };
    },
  });
}

/** Sets one of them, from the next call on, and leaves a line in the audit. */
export function setSettingTool(data: TenantData): Tool {
  return defineTool({
    ...shared,
    name: "set_setting",
    description:
      "Changes one setting of the business. Tell the old and the new value and ask for a clear yes before.",
    input: z.strictObject({ name: z.enum(names), value }),
    output: z.object({ name: z.string(), before: value, value }),
    effect: "write",
    run: async ({ name, value: wanted }, { tenantId, contactId, conversationId, idempotencyKey, now }) => {
      const parsed = settings[name].safeParse(wanted);
      if (!parsed.success)
        throw new PermanentError(
          `${name} cannot be ${JSON.stringify(wanted)}: ${z.prettifyError(parsed.error)}`,
        );
      return data.once(tenantId, `set_setting ${idempotencyKey}`, async ({ sql }) => {
        const { facts } = toCatering(await sql.query(selectCatering(now, { lock: true })));
        const change = { name, before: facts[name], value: parsed.data };
        const both = { ...facts, [name]: parsed.data };
        if (both.min_guests > both.max_guests || both.price_from > both.price_to)
          throw new PermanentError(
            `${name} cannot be ${JSON.stringify(parsed.data)}: the lowest would be above the highest.`,
          );
        await sql.query({
          text: `WITH a AS (
                   INSERT INTO audit (company_id, conversation_id, actor, action, data)
                   VALUES ($1, $5, $4::uuid::text, 'set_setting', $6))
                 INSERT INTO business_settings (company_id, name, value, changed_by) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (name, company_id) DO UPDATE
                   SET value = excluded.value, changed_by = excluded.changed_by, changed_at = now()`,
          values: [
            tenantId,
            name,
            JSON.stringify(parsed.data),
            contactId,
            conversationId,
            JSON.stringify(change),
          ],
        });
        return change;
      });
    },
  });
}
