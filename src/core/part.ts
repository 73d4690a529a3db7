/** A part of the service that must be started and stopped: a pool, a worker, a channel. */
export interface Part {
  readonly name: string;
  start(): Promise<void>;
  /**
   * Stops taking new work, then finishes or gives back what is in hand before `deadline`.
   * Safe to call on a part that never finished starting.
   */
  stop(deadline: AbortSignal): Promise<void>;
}
