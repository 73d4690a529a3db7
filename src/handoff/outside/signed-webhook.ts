import { createHmac, timingSafeEqual } from "node:crypto";
import { TransientError } from "../../core/errors.ts";
import type { OutsideEvent, OutsideEventName, OutsideSystem } from "../../core/outside.ts";
import type { SafeFetch } from "../../core/safe-fetch.ts";
import { deriveId } from "../../store/derive-id.ts";

/** An address outside, as a company's file names it. */
export interface WebhookAddress {
  readonly url: string;
  /** `whsec_` and base64, or any words; shared with the receiver and nobody else. */
  readonly secret: string;
  readonly events: readonly OutsideEventName[];
}

// An answer says "taken" or not; nobody reads more of it.
const mostAnswerBytes = 64 * 1024;
const gone = 410;

/**
 * A receiver of signed webhooks (standardwebhooks.com): each try has the event's id, the time of the try and a signature
 * over both and the body. Addresses go through the filter, and redirects are not followed.
 */
export function createSignedWebhook(
  { url, secret, events }: WebhookAddress,
  { safeFetch, now = () => new Date() }: { readonly safeFetch: SafeFetch; readonly now?: () => Date },
): OutsideSystem {
  async function tell(event: OutsideEvent, signal: AbortSignal): Promise<"taken" | "gone"> {
    const body = toWebhookBody(event);
    const headers = {
      "content-type": "application/json",
      ...signWebhook(secret, { id: event.id, at: now(), body }),
    };
    const request = { url, method: "POST", headers, body, maxBytes: mostAnswerBytes, signal } as const;
    const { status } = await safeFetch(request);
    if (status >= 200 && status < 300) return "taken";
    if (status === gone) return "gone";
    throw new TransientError(`webhook: the receiver answered ${status}`);
  }
  return { id: deriveId("webhook", url), takes: new Set(events), tell };
}

/** The three headers of one try. */
export function signWebhook(
  secret: string,
  { id, at, body }: { readonly id: string; readonly at: Date; readonly body: string },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signature = createHmac("sha256", toKey(secret)).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}

// What is older may have been overheard and sent again.
const mostAgeMs = 300_000;

/** Whether somebody who shares the secret signed it, a few minutes ago at most. */
export function isSignedWebhook(
  secret: string,
  {
    headers,
    body,
    now,
  }: {
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
    readonly body: string;
    readonly now: Date;
  },
): boolean {
  const [id, timestamp, given] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => {
    const value = headers[name];
    return typeof value === "string" ? value : "";
  });
  if (!id || id.length > 200 || !given || !/^\d{10}$/.test(timestamp ?? "")) return false;
  const at = new Date(Number(timestamp) * 1_000);
  if (Math.abs(now.getTime() - at.getTime()) > mostAgeMs) return false;
  const expected = Buffer.from(signWebhook(secret, { id, at, body })["webhook-signature"] ?? "");
  // While a secret is changed, one message may have several signatures.
  return given.split(" ").some((one) => {
    const bytes = Buffer.from(one);
    return bytes.length === expected.length && timingSafeEqual(bytes, expected);
  });
}

/** The same bytes for every try. */
function toWebhookBody({ name, at, data }: OutsideEvent): string {
  return JSON.stringify({ type: name, timestamp: at.toISOString(), data });
}

const prefix = "whsec_";

function toKey(secret: string): Buffer {
  return secret.startsWith(prefix)
    ? Buffer.from(secret.slice(prefix.length), "base64")
    : Buffer.from(secret, "utf8");
}
