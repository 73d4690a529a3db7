/** Something only one process may do at a time, taken over by another one when its holder is gone. */
export interface Leases {
  /**
   * Waits until the lease of this name is ours; nobody else holds it then. Rejects with the signal's reason when
   * that aborts first. A store that is away is waited for.
   */
  hold(name: string, signal: AbortSignal): Promise<HeldLease>;
}

/** A lease that is held and renewed until it is released or lost. */
export interface HeldLease {
  /** Aborts when the lease is lost: whatever it protects must end at once, another process may begin. */
  readonly lost: AbortSignal;
  /** What the last holder kept, whoever that was. */
  readonly state: string | undefined;
  /** Keeps a state for the next holder. Rejects with StoodDownError when the lease is no longer ours. */
  keep(state: string): Promise<void>;
  /** Gives the lease to whoever waits for it. Safe to call twice, and after it was lost. */
  release(): Promise<void>;
}
