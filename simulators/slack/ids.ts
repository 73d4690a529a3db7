import { randomBytes } from "node:crypto";

const alphabet = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
let counter = Math.floor(Math.random() * 1_000_000);

/** A platform-looking id with the given prefix, unique within the process. */
export function createId(prefix: string): string {
  counter += 1;
  let rest = counter * 7_919 + 40_000_000_000;
  let id = "";
  while (rest > 0) {
    id = (alphabet[rest % 34] ?? "0") + id;
    rest = Math.floor(rest / 34);
  }
  return `${prefix}0${id.padStart(9, "0")}`;
}

/** A secret nobody can guess, in hex. */
export function createSecret(bytes = 16): string {
  return randomBytes(bytes).toString("hex");
}

/** A seeded source of numbers in [0, 1): the same seed gives the same run. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
