/** US dollars per 1 000 tokens. */
export interface TokenPrice {
  readonly inputPer1k: number;
  readonly outputPer1k: number;
}

/** What a search of the knowledge index costs, US dollars. */
export const searchCostUsd = 0.001;

/** US dollars of one model call: its tokens at their prices, in and out apart. */
export function toModelCost(
  price: TokenPrice,
  tokens: { readonly inputTokens: number; readonly outputTokens: number },
): number {
  return (tokens.inputTokens * price.inputPer1k + tokens.outputTokens * price.outputPer1k) / 1_000;
}

/** US dollars of one run: its model calls, its tools and its searches. */
export function toRunCost(run: {
  readonly modelUsd: number;
  readonly toolUsd: number;
  readonly searches: number;
}): number {
  return run.modelUsd + run.toolUsd + run.searches * searchCostUsd;
}
