/** What servers outside are told of. Names are data: receivers write rules by them. */
export const outsideEventNames = [
  "handoff.requested",
  "handoff.claimed",
  "handoff.returned",
  "conversation.resolved",
  "csat.received",
  "sla.breached",
] as const;

export type OutsideEventName = (typeof outsideEventNames)[number];

/** Something that happened, as it leaves the house: ids, names of ours and times, never what anybody wrote. */
export interface OutsideEvent {
  /** The same for every address and every try, so that a receiver can drop what it has. */
  readonly id: string;
  readonly name: OutsideEventName;
  readonly at: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A system outside that follows what becomes of conversations: a ticket system, a pager, a data pool. */
export interface OutsideSystem {
  /** Stays the same across restarts, and tells no secret. */
  readonly id: string;
  /** What it wants to hear of. */
  readonly takes: ReadonlySet<OutsideEventName>;
  /**
   * Tells it, at least once for each event. `gone`: it wants to hear this no more. Throws where it did not take it, with
   * words for the log; it is told again later.
   */
  tell(event: OutsideEvent, signal: AbortSignal): Promise<"taken" | "gone">;
}
