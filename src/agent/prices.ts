import type { ModelPrice } from "./agent-settings.ts";

/** Prices by model name. */
export interface Prices {
  /** US dollars for one call; 0 for a model that has no price. */
  costOf(model: string, tokens: { readonly inputTokens: number; readonly outputTokens: number }): number;
  knows(model: string): boolean;
}

/**
 * Looks prices up in a table. A dated version (`gpt-4o-2024-08-06`) costs what its family does (`gpt-4o`),
 * unless it has a row of its own.
 */
export function createPrices(table: readonly ModelPrice[]): Prices {
  const rows = new Map(table.map((row) => [row.model, row]));
  const find = (model: string) => rows.get(model) ?? rows.get(model.replace(/-\d{4}-?\d{2}-?\d{2}$/, ""));
  return {
    costOf(model, { inputTokens, outputTokens }) {
      const price = find(model);
      if (price === undefined) return 0;
      return (inputTokens * price.inputPer1k + outputTokens * price.outputPer1k) / 1000;
    },
    knows: (model) => find(model) !== undefined,
  };
}
