import type { LeaseTimes } from "../turns/lease.ts";
import type { StaffGroupTimes } from "../tenants/staff-groups.ts";
import type { RetryPolicy } from "../outbox/outcome.ts";

/** How fast things are looked at again, milliseconds; slower clocks suit production, faster ones tests. */
export interface Pace {
  readonly lease?: LeaseTimes | undefined;
  readonly sweepEveryMs: number;
  readonly sweepGraceMs: number;
  readonly receiptDelayMs: number;
  /** A message with nothing visible for this long is apologized for. */
  readonly apologyAfterMs?: number | undefined;
  /** So long the people of companies of low priority wait for a process that is busy before they are told so. */
  readonly lowPatienceMs?: number | undefined;
  /** A question no model could answer is asked again after this long; further tries wait longer. */
  readonly askAgainMs?: number | undefined;
  /** An answer waits no longer for the vector of its question, by which a similar one is found. */
  readonly similarWithinMs?: number | undefined;
  /** A person who waits this long for a colleague's word on an answer is told so. */
  readonly draftNoteMs?: number | undefined;
  /** A colleague's words to a person can be taken back for so long. */
  readonly undoMs?: number | undefined;
  /** A system outside that was told in vain is told again after these. */
  readonly outsideMs?: readonly number[] | undefined;
  /** When the groups are read whose members are colleagues. */
  readonly staffGroups?: Partial<StaffGroupTimes> | undefined;
  /** Once documents stayed as they are for so long, what was asked before is asked again. */
  readonly knowledgeCalmMs?: number | undefined;
  /** How often companies' files are looked at for rooms that were opened or closed. */
  readonly roomsLookMs?: number | undefined;
  readonly queueLockMs?: number | undefined;
  readonly queueStalledEveryMs?: number | undefined;
  readonly delivery?: RetryPolicy | undefined;
  /** How long a channel's connection waits for a process that fell silent. */
  readonly channelLeaseMs?: number | undefined;
  readonly modelRetry?:
    { readonly attempts: number; readonly minMs: number; readonly maxMs: number } | undefined;
}

/** Sweeps come every five seconds; a 👀 appears where an answer takes longer than half a second. */
export const defaultPace: Pace = { sweepEveryMs: 5_000, sweepGraceMs: 4_000, receiptDelayMs: 500 };

/** What a pace leaves out, milliseconds. */
export const usualTimes = {
  /**
   * A turn that thinks for a minute ends with words of its own, which are the apology; this one is for everything else
   * that keeps somebody waiting.
   */
  apologyAfterMs: 62_000,
  /** A colleague who is there has read a short answer by then. */
  draftNoteMs: 10_000,
  /** Enough to see that it was meant for colleagues, short enough not to be noticed. */
  undoMs: 5_000,
  /** Outages are often over by then. */
  askAgainMs: 60_000,
  /** What nobody waits for is put off no longer than this. */
  mostPutOffMs: 30_000,
} as const;
