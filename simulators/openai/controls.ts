import type { Pace } from "./chat-endpoint.ts";
import type { FaultOrder } from "./fault.ts";
import type { FaultHandle } from "./fault-book.ts";
import type { Fixture } from "./fixture.ts";
import type { RecordedRequest, RequestCounts, WaitOptions } from "./request-log.ts";

/** What steers a running model API, in process and over `/control/`. */
export interface Controls {
  /** Asked before all earlier fixtures, in the order given. */
  addFixtures(fixtures: readonly Fixture[]): void;
  clearFixtures(): void;
  /** In force at once, until it struck as often as ordered. */
  fault(order: FaultOrder): FaultHandle;
  listFaults(): readonly { id: number; order: FaultOrder; applied: number }[];
  /** Whether there was such a fault. */
  removeFault(id: number): boolean;
  clearFaults(): void;
  setPace(pace: Partial<Pace>): void;
  /** Answers 401 to this key from now on. */
  revokeKey(key: string): void;
  restoreKey(key: string): void;
  history(): readonly RecordedRequest[];
  counts(): RequestCounts;
  /** Resolves with the first recorded request, past or to come, that fits; rejects after `timeoutMs` (10 s). */
  waitFor(predicate: (request: RecordedRequest) => boolean, wait?: WaitOptions): Promise<RecordedRequest>;
  /** Forgets history, counts and faults. Rules, fixtures, keys and pace stay. */
  reset(): void;
}
