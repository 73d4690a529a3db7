import { createHash } from "node:crypto";

const idStepMs = 60_000;

/**
 * The next message id of a conversation: milliseconds that only grow there. Each conversation counts from the
 * start of the minute, so the n-th messages of two conversations bear the same id, as happens on the platform.
 */
export function nextMessageId(lastId: number, now = Date.now()): number {
  return Math.max(lastId + 1, Math.floor(now / idStepMs) * idStepMs);
}

/** A stable identifier-looking string for a name: the same seed always has the same ids. */
export function toStableToken(name: string, length: number): string {
  let token = "";
  for (let round = 0; token.length < length; round += 1)
    token += createHash("sha256").update(`${name}/${round}`).digest("base64url").replaceAll(/[-_]/g, "x");
  return token.slice(0, length);
}

/** A stable GUID for a name. */
export function toStableGuid(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
