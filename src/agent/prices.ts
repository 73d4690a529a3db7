import { toModelCost } from "../insights/cost/model-cost.ts";
import type { ModelPrice } from "./agent-settings.ts";

/** Prices by model name. */
export interface Prices {
  /** US dollars for one call. A model that has no row costs what the row `*` says, and nothing without that row. */
  costOf(model: string, tokens: { readonly inputTokens: number; readonly outputTokens: number }): number;
  /** It has a row of its own or its family's. */
  knows(model: string): boolean;
}

/**
 * Looks prices up in a table. A dated version (`gpt-4o-2024-08-06`) costs what its family does (`gpt-4o`), unless it
 * has a row of its own; who serves it (`azure:gpt-4o`) changes nothing.
 */
export function createPrices(table: readonly ModelPrice[]): Prices {
  const rows = new Map(table.map((row) => [row.model, row]));
  const find = (model: string) => {
    const name = model.replace(/^(?:openai|azure|anthropic):/, "");
    return (
      rows.get(model) ??
      rows.get(name) ??
      rows.get(name.replace(/-(?:\d{4}-?\d{2}-?\d{2}|latest|preview)$/, ""))
    );
  };
  return {
    costOf(model, tokens) {
      const price = find(model) ?? rows.get("*");
      return price === undefined ? 0 : toModelCost(price, tokens);
    },
    knows: (model) => find(model) !== undefined,
  };
}
