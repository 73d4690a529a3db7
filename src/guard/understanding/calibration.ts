/** What a class scored on a text the model had not seen, and which class was right. */
export interface HeldOut {
  readonly scores: Float32Array;
  readonly right: number;
}

// What the public set BANKING77 asks for at every size; used where there is too little to measure on.
const usualSharpness = 6;
const enough = 20;

/**
 * Probabilities that sum to 1. `sharpness` is the inverse temperature: the higher, the surer the best class is.
 * Texts that know no class share evenly.
 */
export function toProbabilities(scores: Float32Array, sharpness: number): Float32Array {
  const top = scores.reduce((most, each) => Math.max(most, each), -Infinity);
  const weights = scores.map((each) => Math.exp(sharpness * (each - top)));
  const sum = weights.reduce((total, each) => total + each, 0);
  return weights.map((each) => each / sum);
}

/** The sharpness under which held-out texts are least surprising: then 0.7 is right about seven times in ten. */
export function fitSharpness(heldOut: readonly HeldOut[]): number {
  if (heldOut.length < enough) return usualSharpness;
  let best = { surprise: Infinity, sharpness: usualSharpness };
  for (let sharpness = 0.5; sharpness < 40; sharpness *= 1.1) {
    const surprise = surpriseOf(heldOut, sharpness);
    if (surprise < best.surprise) best = { surprise, sharpness };
  }
  return best.sharpness;
}

/**
 * The border that tells texts inside from texts outside best, both kinds counting the same:
 * at it or above is inside. Undefined without enough of both.
 */
export function fitBorder(inside: readonly number[], outside: readonly number[]): number | undefined {
  if (inside.length < enough || outside.length < enough) return undefined;
  const all = [
    ...inside.map((value) => ({ value, gain: 1 / inside.length })),
    ...outside.map((value) => ({ value, gain: -1 / outside.length })),
  ].toSorted((a, b) => b.value - a.value || a.gain - b.gain);
  let gained = 0;
  let best = { gained: 0, border: Infinity };
  for (const { value, gain } of all) {
    gained += gain;
    if (gained > best.gained) best = { gained, border: value };
  }
  return Number.isFinite(best.border) ? best.border : undefined;
}

function surpriseOf(heldOut: readonly HeldOut[], sharpness: number): number {
  let sum = 0;
  for (const { scores, right } of heldOut) {
    sum -= Math.log(Math.max(toProbabilities(scores, sharpness)[right] ?? 0, 1e-9));
  }
  return sum;
}
