/** A guess with how sure it was, and whether it was right. */
export interface Judged {
  readonly confidence: number;
  readonly isRight: boolean;
}

/** The guesses whose confidence fell into one part of the scale. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Their mean confidence. */
  readonly confidence: number;
  /** The share of them that was right. */
  readonly right: number;
}

/** The scale from 0 to 1 in equal parts; parts without a guess are left out. */
export function reliability(judged: readonly Judged[], parts: number): Bin[] {
  return Array.from({ length: parts }, (_, part) => {
    const inside = judged.filter(
      ({ confidence }) => Math.min(Math.floor(confidence * parts), parts - 1) === part,
    );
    const count = inside.length;
    return {
      from: part / parts,
      to: (part + 1) / parts,
      count,
      confidence: inside.reduce((sum, each) => sum + each.confidence, 0) / count,
      right: inside.filter(({ isRight }) => isRight).length / count,
    };
  }).filter(({ count }) => count > 0);
}

/** Expected calibration error over ten parts: by how much confidence misses the share that was right, on average. */
export function calibrationError(judged: readonly Judged[]): number {
  const misses = reliability(judged, 10).map((bin) => bin.count * Math.abs(bin.confidence - bin.right));
  return misses.reduce((sum, miss) => sum + miss, 0) / Math.max(judged.length, 1);
}

/** How often a random one from inside has a higher value than a random one from outside; ties count half. */
export function areaUnderRoc(inside: readonly number[], outside: readonly number[]): number {
  let wins = 0;
  for (const high of inside) for (const low of outside) wins += high > low ? 1 : high === low ? 0.5 : 0;
  return wins / Math.max(inside.length * outside.length, 1);
}
