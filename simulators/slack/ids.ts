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
