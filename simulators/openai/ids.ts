import { randomBytes } from "node:crypto";

/** A fresh id in the platform's style: a prefix and 24 hex characters. */
export function newId(prefix: string): string {
  return prefix + randomBytes(12).toString("hex");
}
