import { hash } from "node:crypto";

/**
 * The id of something that is already unique by other means: the same parts give the same UUID (version 8, RFC 9562)
 * in every process, so that a repeated insert meets its own primary key.
 * The first part should be an id nobody outside knows, or the result can be guessed.
 */
export function deriveId<Id extends string>(...parts: readonly [string, ...string[]]): Id {
  const digest = hash("sha256", JSON.stringify(parts), "hex");
  const variant = ((Number.parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
  const hex = `${digest.slice(0, 12)}8${digest.slice(13, 16)}${variant}${digest.slice(17, 32)}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as Id;
}
