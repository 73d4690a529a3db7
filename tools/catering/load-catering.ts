import type { TenantId } from "../../src/core/ids.ts";
import type { TenantData } from "../../src/core/tenant-data.ts";

/** Grows when the demo's menu changes. */
export const cateringVersion = 1;

const menu = [
  {
    id: 1,
    category: "Proteins",
    name: "Chicken",
    description: "Hibachi chicken with sesame and garlic butter",
  },
  { id: 2, category: "Proteins", name: "Steak", description: "Sirloin from the grill, done as you like it" },
  { id: 3, category: "Proteins", name: "Shrimp", description: "Grilled shrimp with lemon" },
  { id: 4, category: "Proteins", name: "Vegetable", description: "Tofu with vegetables of the season" },
  { id: 5, category: "With every plate", name: "Fried rice", description: "With egg and vegetables" },
  {
    id: 6,
    category: "With every plate",
    name: "Hibachi vegetables",
    description: "Zucchini, onions, mushrooms",
  },
  { id: 7, category: "With every plate", name: "Salad", description: "With ginger dressing" },
] as const;

/** Makes a company the demo caterer. Again, and from many processes at once, it changes nothing. */
export async function loadCatering(data: TenantData, tenantId: TenantId, timeZone: string): Promise<void> {
  await data.statement(tenantId, {
    text: `WITH m AS (
             INSERT INTO menu_items (company_id, id, category, name, description)
             SELECT $1, r.id, r.category, r.name, r.description
               FROM jsonb_to_recordset($2) AS r (id int, category text, name text, description text)
             ON CONFLICT (id, company_id) DO UPDATE SET category = excluded.category, name = excluded.name,
               description = excluded.description)
           INSERT INTO businesses (company_id, kind, version, time_zone, samples) VALUES ($1, 'catering', $3, $4, true)
           ON CONFLICT (kind, company_id) DO UPDATE SET version = excluded.version`,
    values: [tenantId, JSON.stringify(menu), cateringVersion, timeZone],
  });
}
