import type { TurnId } from "../core/ids.ts";
import type { Lease } from "../core/lease.ts";
import type { Database } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";
import type { Delivery } from "./delivery.ts";
import type { Destination, Outbox } from "./outbox.ts";

/** What an answer that becomes visible while it is thought out works with, and what it tells of itself. */
export interface LiveAnswerParts {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly seal: TenantSeal;
  readonly lease: Lease;
  readonly destination: Destination;
  readonly turnId: TurnId;
  readonly inboxVersion: number;
  /** Waited for before anything becomes visible: the turn it belongs to must be known first. */
  readonly turnRecorded: () => Promise<void>;
  /** Asked right before the first message appears: may a new arrival still change the answer? */
  readonly mayJoin: () => boolean;
  readonly streaming: boolean;
  /** Only this person sees it; such an answer is never streamed. */
  readonly onlyFor: string | undefined;
  readonly correlationId: string;
  /** What an earlier worker already made visible of this turn. */
  readonly inherited: readonly Delivery[];
  readonly onVisible: () => void;
  /** An answer that is complete this soon is sent in one piece, milliseconds. */
  readonly graceMs?: number | undefined;
}
