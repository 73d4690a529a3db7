import { type ApiCall, recordFault, waitUntilGone } from "./api-call.ts";
import {
  contextLengthExceeded,
  insufficientQuota,
  rateLimited,
  serverFailed,
  unauthorized,
} from "./api-error.ts";

/**
 * Applies the faults that strike a request before it is read: throws the platform's error, or holds the
 * request until the client leaves and says so. Faults of the answer itself are left to who delivers it.
 */
export async function applyRequestFault(call: ApiCall, key: string): Promise<"held" | "go on"> {
  const { fault } = call;
  if (fault === undefined) return "go on";
  switch (fault.kind) {
    case "rate-limit":
      recordFault(call, fault.kind);
      throw rateLimited(call.entry.model ?? "the model", fault.retryAfterMs ?? 1_000);
    case "server-error":
      recordFault(call, fault.kind);
      throw serverFailed(fault.status ?? 500);
    case "context-length":
      recordFault(call, fault.kind);
      throw contextLengthExceeded(8_192, 8_193 + call.entry.text.length);
    case "key-revoked":
      recordFault(call, fault.kind);
      throw unauthorized(key);
    case "insufficient-quota":
      recordFault(call, fault.kind);
      throw insufficientQuota();
    case "no-answer":
      return hold(call);
    case "outage":
      if (fault.mode === "hang") return hold(call);
      recordFault(call, fault.kind);
      throw serverFailed(503);
    case "silence":
    case "cut":
    case "malformed-stream":
    case "empty-choices":
    case "misbehave":
    case "slow-drip":
      return "go on";
    default:
      throw new Error(`unknown fault: ${JSON.stringify(fault satisfies never)}`);
  }
}

async function hold(call: ApiCall): Promise<"held"> {
  if (call.fault !== undefined) recordFault(call, call.fault.kind);
  await waitUntilGone(call.gone);
  return "held";
}
