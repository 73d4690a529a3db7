/** What a set's ranks say: shares from 0 to 1. */
export interface RetrievalMeasures {
  readonly hitAt1: number;
  readonly hitAt5: number;
  readonly recallAt3: number;
  readonly recallAt10: number;
  readonly mrr: number;
  readonly ndcgAt10: number;
}

/** `ranks`: for each question the place of its document, from 1; 0 where it was not found. One document answers a question. */
export function measureRanks(ranks: readonly number[]): RetrievalMeasures {
  const share = (of: (rank: number) => number) =>
    ranks.reduce((sum, rank) => sum + (rank === 0 ? 0 : of(rank)), 0) / Math.max(1, ranks.length);
  const within = (depth: number) => share((rank) => (rank <= depth ? 1 : 0));
  return {
    hitAt1: within(1),
    hitAt5: within(5),
    recallAt3: within(3),
    recallAt10: within(10),
    mrr: share((rank) => 1 / rank),
    ndcgAt10: share((rank) => (rank <= 10 ? 1 / Math.log2(rank + 1) : 0)),
  };
}

/** Questions whose document stood among the first three before and does not any more, the worst first. */
export function findWorse(
  before: readonly number[],
  after: readonly number[],
): readonly { readonly question: number; readonly was: number; readonly is: number }[] {
  const depth = (rank: number) => (rank === 0 ? Number.POSITIVE_INFINITY : rank);
  return after
    .map((is, question) => ({ question, was: before[question] ?? 0, is }))
    .filter(({ was, is }) => was > 0 && was <= 3 && depth(is) > 3)
    .toSorted((a, b) => depth(b.is) - depth(a.is));
}
