import { cleanText, readJsonBody, type JsonBody } from "../kit/json-body.ts";

/**
 * Reads what Slack posts: JSON for events, a form for slash commands, a form with one `payload` field of JSON
 * for everything interactive. Never throws.
 */
export function readPayload(bytes: Buffer, contentType: string): JsonBody {
  const text = bytes.toString("utf8");
  const mime = contentType.split(";", 1)[0]?.trim().toLowerCase();
  if (mime === "application/json") return readJsonBody(text);
  if (mime === "application/x-www-form-urlencoded") return readForm(text);
  return { kind: "refused", reason: "neither JSON nor a form" };
}

function readForm(text: string): JsonBody {
  const form = new URLSearchParams(text);
  const payloads = form.getAll("payload");
  if (payloads.length > 1) return { kind: "refused", reason: "more than one payload field" };
  const [payload] = payloads;
  if (payload === undefined) return { kind: "payload", body: toBody(form) };
  // Slack sends either a command's fields or a payload; both at once is somebody hoping we read the other one.
  if ([...form.keys()].some((key) => key !== "payload")) {
    return { kind: "refused", reason: "a payload field among others" };
  }
  return readJsonBody(payload);
}

function toBody(form: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...form].map(([key, value]) => [key, cleanText(value)]));
}
