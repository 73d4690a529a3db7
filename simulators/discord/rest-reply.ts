import { ApiError } from "./api-error.ts";
import type { RestFaultAction } from "./faults.ts";
import type { Upload } from "./message-body.ts";
import type { Ruling } from "./rate-limits.ts";

/** What goes back. `cut`: nothing does. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
  readonly cut?: boolean;
  readonly effect: "applied" | "none";
  readonly code?: number;
  readonly messageId?: string;
  readonly fault?: string;
  readonly sent?: { readonly body: unknown; readonly files: readonly Upload[] };
}

/** A refusal as an answer. */
export function toReply(error: ApiError): Reply {
  return { status: error.status, body: error.toBody(), effect: "none", code: error.code };
}

/** The platform's own 429. */
export function limited(
  ruling: Pick<Ruling, "headers">,
  { retryAfterMs, scope }: { retryAfterMs: number; scope: "user" | "global" | "shared" },
): Reply {
  const seconds = Math.max(0.001, retryAfterMs / 1000);
  return {
    status: 429,
    headers: {
      ...ruling.headers,
      "retry-after": String(Math.ceil(seconds)),
      "x-ratelimit-scope": scope,
      ...(scope === "global" ? { "x-ratelimit-global": "true" } : {}),
      via: "1.1 google",
    },
    body: {
      message: "You are being rate limited.",
      retry_after: Number(seconds.toFixed(3)),
      global: scope === "global",
    },
    effect: "none",
  };
}

/** The answer of the proxy in front, which knows neither buckets nor JSON. */
export function cloudflare(retryAfterSeconds: number): Reply {
  return {
    status: 429,
    headers: {
      "content-type": "text/html; charset=UTF-8",
      "retry-after": String(Math.ceil(retryAfterSeconds)),
      server: "cloudflare",
    },
    text: "<!DOCTYPE html><html><head><title>Access denied</title></head><body>error code: 1015 You are being rate limited</body></html>",
    effect: "none",
    fault: "cloudflare",
  };
}

/** What a fault does instead of the call. */
export async function strikeBefore(fault: RestFaultAction): Promise<Reply | undefined> {
  if (fault.kind === "rate_limit") {
    const refused = { retryAfterMs: fault.retryAfterSeconds * 1000, scope: fault.scope ?? "user" };
    return { ...limited({ headers: {} }, refused), fault: "rate_limit" };
  }
  if (fault.kind === "cloudflare") return cloudflare(fault.retryAfterSeconds ?? 1);
  if (fault.kind === "error") {
    const error = new ApiError(fault.status, fault.code, fault.message ?? "Simulated refusal");
    return { ...toReply(error), fault: "error" };
  }
  if (fault.when !== "before") return undefined;
  if (fault.kind !== "delay") return instead(fault, { status: 0, effect: "none" });
  await sleep(fault.ms);
  return undefined;
}

/** What a fault does to the answer of a call that took effect. */
export async function strikeAfter(fault: RestFaultAction, reply: Reply): Promise<Reply> {
  if (!("when" in fault) || fault.when !== "before") {
    if (fault.kind !== "delay") return instead(fault, reply);
    await sleep(fault.ms);
  }
  return { ...reply, fault: fault.kind };
}

function instead(fault: RestFaultAction, reply: Reply): Reply {
  const { effect, messageId, sent } = reply;
  const kept = {
    effect,
    fault: fault.kind,
    ...(messageId === undefined ? {} : { messageId }),
    ...(sent === undefined ? {} : { sent }),
  };
  if (fault.kind === "cut") return { status: 0, cut: true, ...kept };
  if (fault.kind === "malformed")
    return { status: 200, headers: { "content-type": "application/json" }, text: '{"id": "1', ...kept };
  const status = fault.kind === "status" ? fault.status : 500;
  const text =
    (fault.kind === "status" ? fault.body : undefined) ?? `{"message": "${status}: Simulated", "code": 0}`;
  return { status, headers: { "content-type": "application/json" }, text, ...kept };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
