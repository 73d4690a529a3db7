const recentWeighs = 0.6;

/** A conversation's sentiment after one more message: the last counts most, and what was before fades. */
export function blendSentiment(before: number | undefined, now: number): number {
  return before === undefined ? now : recentWeighs * now + (1 - recentWeighs) * before;
}
