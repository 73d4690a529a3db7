/** One Web API call as it arrived and as it was answered. Times in milliseconds since the epoch. */
export interface CallRecord {
  readonly seq: number;
  readonly at: number;
  readonly ms: number;
  readonly method: string;
  readonly teamId?: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly ok: boolean;
  readonly error?: string;
  readonly response?: unknown;
  /** Whether the platform's state changed or the call was fully served, whatever the caller was told. */
  readonly effect: "applied" | "none";
  readonly channel?: string;
  readonly ts?: string;
  readonly fault?: string;
}

/** One attempt to deliver an event, an interaction or a command. `status` 0 is no answer. */
export interface DeliveryRecord {
  readonly seq: number;
  readonly at: number;
  readonly via: "http" | "socket";
  readonly what: "event" | "interaction" | "command" | "options";
  readonly type: string;
  readonly eventId: string;
  readonly attempt: number;
  readonly retryReason?: string;
  readonly channel?: string;
  readonly ts?: string;
  readonly status: number;
  /** From the first byte sent to the acknowledgement. */
  readonly ms: number;
  readonly acked: boolean;
  readonly error?: string;
  readonly fault?: string;
  readonly body?: string;
}

/** Something the platform would have refused or frowned upon. */
export interface Complaint {
  readonly seq: number;
  readonly at: number;
  readonly about: string;
  readonly error: string;
  readonly detail: string;
}

/** The ground truth of a run. With `record: "counts"` the lists stay empty and only `counts` grows. */
export interface History<M = unknown> {
  readonly calls: readonly CallRecord[];
  readonly deliveries: readonly DeliveryRecord[];
  readonly complaints: readonly Complaint[];
  readonly messages: readonly M[];
  readonly counts: Readonly<Record<string, number>>;
  /** How many of the oldest records the limit has forgotten. */
  readonly forgotten: number;
}

/** Keeps what happened, bounded. */
export class Recorder {
  readonly calls: CallRecord[] = [];
  readonly deliveries: DeliveryRecord[] = [];
  readonly complaints: Complaint[] = [];
  readonly counts: Record<string, number> = {};
  mode: "full" | "counts";
  forgotten = 0;
  readonly #limit: number;
  #seq = 0;

  constructor(mode: "full" | "counts", limit: number) {
    this.mode = mode;
    this.#limit = limit;
  }

  call(record: Omit<CallRecord, "seq">): number {
    this.#count(`call ${record.method} ${record.ok ? "ok" : (record.error ?? record.status)}`);
    if (record.effect === "applied" && !record.ok) this.#count(`call ${record.method} applied but not told`);
    return this.#keep(this.calls, record);
  }

  delivery(record: Omit<DeliveryRecord, "seq">): DeliveryRecord {
    this.#count(`delivery ${record.type} ${record.acked ? "acked" : "not acked"}`);
    const kept = { seq: (this.#seq += 1), ...record };
    this.#push(this.deliveries, kept);
    return kept;
  }

  complain(about: string, error: string, detail: string): void {
    this.#count(`complaint ${about} ${error}`);
    const complaint = { seq: (this.#seq += 1), at: Date.now(), about, error, detail };
    this.complaints.push(complaint);
    this.#trim(this.complaints);
  }

  clear(): void {
    for (const list of [this.calls, this.deliveries, this.complaints]) list.length = 0;
    for (const key of Object.keys(this.counts)) delete this.counts[key];
    this.forgotten = 0;
  }

  #count(key: string): void {
    this.counts[key] = (this.counts[key] ?? 0) + 1;
  }

  #keep<R extends { readonly seq: number }>(list: R[], record: Omit<R, "seq">): number {
    const seq = (this.#seq += 1);
    this.#push(list, { seq, ...record } as R);
    return seq;
  }

  #push<R>(list: R[], record: R): void {
    if (this.mode === "counts") return;
    list.push(record);
    this.#trim(list);
  }

  /** Cuts in one go so that forgetting costs next to nothing per record. */
  #trim(list: unknown[]): void {
    if (list.length <= this.#limit * 1.1) return;
    const excess = list.length - this.#limit;
    list.splice(0, excess);
    this.forgotten += excess;
  }
}
