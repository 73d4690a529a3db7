import { StoodDownError } from "../core/errors.ts";
import type { ConversationId, TenantId } from "../core/ids.ts";
import type { Lease } from "../core/lease.ts";
import type { Log } from "../core/log.ts";
import type { Database } from "../store/database.ts";
import { renewLease } from "./turn-store.ts";

/** How long a lease lasts and how often it is renewed, milliseconds. */
export interface LeaseTimes {
  readonly ttlMs: number;
  readonly heartbeatMs: number;
  /** Nothing is sent in the last stretch of a lease: clocks of this process and the database drift apart. */
  readonly marginMs: number;
}

/** Thirty seconds survive any pause of a healthy process, and bound how long a dead one keeps a conversation. */
export const defaultLeaseTimes: LeaseTimes = { ttlMs: 30_000, heartbeatMs: 10_000, marginMs: 2_000 };

/** A lease this process holds. */
export interface HeldLease extends Lease {
  /** Makes the holder stop: the conversation changed hands, or something arrived. */
  revoke(reason: StoodDownError): void;
  /** Something arrived in the conversation: tells whoever listens. */
  nudge(): void;
  /** Replaces the one listener for nudges. */
  onNudge(listener: () => void): void;
  /** The same lease after the conversation was read again in a new epoch. */
  at(epoch: number): HeldLease;
  release(): void;
}

export interface LeaseRequest {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly token: string;
  readonly epoch: number;
  /** This process's monotonic clock right before the claim was sent, milliseconds. */
  readonly claimedAt: number;
  readonly times: LeaseTimes;
  readonly database: Database;
  readonly log: Log;
}

/** Holds a claimed conversation: renews it until it is released, and knows when it is lost. */
export function holdLease(request: LeaseRequest): HeldLease {
  const { tenantId, conversationId, token, times, database, log } = request;
  let lost = new AbortController();
  let validUntil = request.claimedAt + times.ttlMs;
  let epoch = request.epoch;
  let nudged = () => {};

  const timer = setInterval(() => void beat(), times.heartbeatMs);
  timer.unref();

  async function beat(): Promise<void> {
    const sentAt = performance.now();
    try {
      const [row] = await database.statement<{ epoch: number; owner_kind: string }>(
        tenantId,
        renewLease(lease, times.ttlMs),
        { durable: false },
      );
      if (row === undefined) return revoke(new StoodDownError("another worker took the conversation"));
      if (row.epoch !== epoch) return revoke(new StoodDownError("the conversation changed hands"));
      validUntil = sentAt + times.ttlMs;
    } catch (cause) {
      log.warn({ conversationId, cause: String(cause) }, "lease not renewed"); // the next beat tries again
    }
  }

  function revoke(reason: StoodDownError): void {
    lost.abort(reason);
  }

  function check(): void {
    lost.signal.throwIfAborted();
    if (performance.now() <= validUntil - times.marginMs) return;
    const reason = new StoodDownError("the lease ran out");
    revoke(reason);
    throw reason;
  }

  const lease: HeldLease = {
    tenantId,
    conversationId,
    token,
    get epoch() {
      return epoch;
    },
    get signal() {
      return lost.signal;
    },
    check,
    revoke,
    nudge: () => nudged(),
    onNudge: (listener) => {
      nudged = listener;
    },
    at: (newEpoch) => {
      if (newEpoch !== epoch) {
        epoch = newEpoch;
        // A process that is stopping does not begin anew.
        if (!isStopping(lost.signal.reason)) lost = new AbortController();
      }
      return lease;
    },
    release: () => clearInterval(timer),
  };
  return lease;
}

function isStopping(reason: unknown): boolean {
  return reason instanceof StoodDownError && reason.why === "stopping";
}
