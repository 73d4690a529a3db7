import { isFields, type Fields } from "./fields.ts";

/** The fields a platform posted, or why they are refused. */
export type JsonBody =
  { readonly kind: "payload"; readonly body: Fields } | { readonly kind: "refused"; readonly reason: string };

// What platforms send nests some twenty deep; JSON.stringify gives up in the thousands.
const deepest = 64;

/**
 * Reads a JSON object. Text comes out without NUL and without lone surrogates, which PostgreSQL and UTF-8 cannot
 * hold. Never throws.
 */
export function readJsonBody(body: Buffer | string): JsonBody {
  const text = body.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "refused", reason: "not JSON" };
  }
  // NUL and lone surrogates can only come from an escape: decoding UTF-8 has replaced the raw ones.
  return checkJsonBody(value, { isClean: !text.includes("\\u") && !text.includes("\0") });
}

/** Bounds and cleans what is already parsed, such as a socket's message. Never throws. */
export function checkJsonBody(value: unknown, { isClean }: { readonly isClean: boolean }): JsonBody {
  if (!isFields(value)) return { kind: "refused", reason: "not a JSON object" };
  if (isDeeperThan(value, deepest)) return { kind: "refused", reason: "nested too deep" };
  const body = isClean ? value : clean(value);
  return isFields(body) ? { kind: "payload", body } : { kind: "refused", reason: "not a JSON object" };
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  for (const item of Object.values(value)) {
    if (isDeeperThan(item, levels - 1)) return true;
  }
  return false;
}

function clean(value: unknown): unknown {
  if (typeof value === "string") return cleanText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), clean(item)]));
}

/** The same text without NUL, and with U+FFFD for each lone surrogate. */
export function cleanText(text: string): string {
  return text.replaceAll("\0", "").toWellFormed();
}
