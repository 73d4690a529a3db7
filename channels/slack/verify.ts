import { createHmac, timingSafeEqual } from "node:crypto";

/** The signing secrets of the Slack apps this deployment answers for, by app id. */
export interface SigningSecrets {
  /** For the app of `appId`, or for whichever app is not listed when no id is set. */
  readonly main: string | undefined;
  readonly appId: string | undefined;
  readonly others: ReadonlyMap<string, string>;
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Whether the bytes come from Slack; `appId` is the app whose secret signed them, when they name one. */
export type Verified =
  | { readonly kind: "genuine"; readonly appId: string | undefined }
  | { readonly kind: "forged"; readonly reason: string };

const toleranceSeconds = 300;

/**
 * Checks Slack's v0 signature over the raw bytes, before anything else reads them.
 * Stricter than the SDK, which takes timestamps from the future and signatures with a suffix.
 * `nowMs` is the clock, milliseconds since the epoch. Never throws.
 */
export function verifySlackRequest(
  request: { readonly headers: Headers; readonly body: Buffer },
  secrets: SigningSecrets,
  nowMs: number,
): Verified {
  const timestamp = request.headers["x-slack-request-timestamp"];
  const signature = request.headers["x-slack-signature"];
  if (typeof timestamp !== "string" || !/^\d{10}$/.test(timestamp)) return forged("no usable timestamp");
  if (typeof signature !== "string" || !/^v0=[0-9a-f]{64}$/.test(signature)) {
    return forged("no usable signature");
  }
  if (Math.abs(Math.floor(nowMs / 1000) - Number(timestamp)) > toleranceSeconds) {
    return forged("timestamp too far from now");
  }
  const appId = claimedAppId(request.body);
  const genuine = candidates(secrets, appId).some((secret) =>
    isSignedWith(secret, timestamp, signature, request.body),
  );
  return genuine ? { kind: "genuine", appId } : forged("signature does not match");
}

function forged(reason: string): Verified {
  return { kind: "forged", reason };
}

function candidates(secrets: SigningSecrets, appId: string | undefined): readonly string[] {
  const main = secrets.main === undefined ? [] : [secrets.main];
  // url_verification and ssl_check do not always name the app; there are only ever a few secrets.
  if (appId === undefined) return [...main, ...secrets.others.values()];
  const listed = secrets.others.get(appId);
  if (listed !== undefined) return [listed];
  return secrets.appId === undefined || secrets.appId === appId ? main : [];
}

const jsonAppId = /"api_app_id"\s*:\s*"([A-Z0-9]{1,32})"/;
const formAppId = /(?:^|&)api_app_id=([A-Z0-9]{1,32})(?:&|$)/;
const payloadAppId = /%22api_app_id%22(?:%3A|:)(?:\+|%20)*%22([A-Z0-9]{1,32})%22/i;

/**
 * The app the bytes claim to be for, found without parsing them. Only chooses a secret: the caller compares it
 * with the parsed body, so that a second `api_app_id` in it gains nothing.
 */
function claimedAppId(body: Buffer): string | undefined {
  const text = body.toString("latin1");
  return (jsonAppId.exec(text) ?? formAppId.exec(text) ?? payloadAppId.exec(text))?.[1];
}

function isSignedWith(secret: string, timestamp: string, signature: string, body: Buffer): boolean {
  const expected = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(signature.slice(3), "hex"));
}
