import { z } from "zod";
import { plainText } from "../../src/core/plain-text.ts";
import type { TenantData } from "../../src/core/tenant-data.ts";
import type { Tool } from "../../src/core/tool.ts";
import { defineTool, lookUp } from "../../src/core/tool.ts";
import { selectCatering, toCatering } from "./catering-facts.ts";

const item = z.object({ category: z.string(), name: z.string(), description: z.string() });
type Item = z.output<typeof item>;

/** What is cooked, and what it costs. */
export function getMenuTool(data: TenantData): Tool {
  return defineTool({
    name: "get_menu",
    description: "Gives the menu, the price per person, the group sizes and the deposit.",
    input: z.strictObject({}),
    output: z.object({
      items: z.array(item),
      price_per_person: z.object({ from: z.number(), to: z.number() }),
      deposit_percent: z.int(),
      guests: z.object({ from: z.int(), to: z.int() }),
      closed_weekday: z.string(),
      list: z.string(),
    }),
    roles: ["customer", "staff", "admin"],
    ...lookUp,
    async run(_, { tenantId, now }) {
      const { facts } = toCatering(await data.statement(tenantId, selectCatering(now)));
      const items = await data.statement<Item>(tenantId, {
        text: "SELECT category, name, description FROM menu_items ORDER BY id LIMIT 200",
      });
      return {
        items,
        price_per_person: { from: facts.price_from, to: facts.price_to },
        deposit_percent: facts.deposit_percent,
        guests: { from: facts.min_guests, to: facts.max_guests },
        closed_weekday: facts.closed_weekday,
        list: listItems(items),
      };
    },
  });
}

/** The menu as CommonMark: a bold line for each category, its dishes as a list below. */
function listItems(items: readonly Item[]): string {
  return [...Map.groupBy(items, ({ category }) => category)]
    .map(([category, dishes]) => [`**${plainText(category)}**`, "", ...dishes.map(toLine)].join("\n"))
    .join("\n\n");
}

function toLine({ name, description }: Item): string {
  return `- ${plainText(name)}: ${plainText(description)}`;
}
