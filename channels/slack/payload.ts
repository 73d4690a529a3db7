import { isFields, type Fields } from "../kit/fields.ts";

/** What a request's bytes hold, or the status to refuse them with. */
export type Payload =
  { readonly kind: "payload"; readonly body: Fields } | { readonly kind: "refused"; readonly reason: string };

// Slack's own payloads nest about fifteen deep; JSON.stringify gives up in the thousands.
const deepest = 64;

/**
 * Reads what Slack posts: JSON for events, a form for slash commands, a form with one `payload` field of JSON
 * for everything interactive. Text comes out without NUL and without lone surrogates, which PostgreSQL and
 * UTF-8 cannot hold. Never throws.
 */
export function readPayload(bytes: Buffer, contentType: string): Payload {
  const text = bytes.toString("utf8");
  const mime = contentType.split(";", 1)[0]?.trim().toLowerCase();
  if (mime === "application/json") return readJson(text);
  if (mime === "application/x-www-form-urlencoded") return readForm(text);
  return { kind: "refused", reason: "neither JSON nor a form" };
}

function readForm(text: string): Payload {
  const form = new URLSearchParams(text);
  const payloads = form.getAll("payload");
  if (payloads.length > 1) return { kind: "refused", reason: "more than one payload field" };
  const [payload] = payloads;
  if (payload === undefined) return { kind: "payload", body: toBody(form) };
  // Slack sends either a command's fields or a payload; both at once is somebody hoping we read the other one.
  if ([...form.keys()].some((key) => key !== "payload")) {
    return { kind: "refused", reason: "a payload field among others" };
  }
  return readJson(payload);
}

function toBody(form: URLSearchParams): Fields {
  return Object.fromEntries([...form].map(([key, value]) => [key, cleanText(value)]));
}

function readJson(text: string): Payload {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "refused", reason: "not JSON" };
  }
  // NUL and lone surrogates can only come from an escape: decoding UTF-8 has replaced the raw ones.
  return checkPayload(value, { isClean: !text.includes("\\u") && !text.includes("\0") });
}

/** Bounds and cleans what is already parsed, such as a socket's message. Never throws. */
export function checkPayload(value: unknown, { isClean }: { readonly isClean: boolean }): Payload {
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
