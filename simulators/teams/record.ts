/** One request of the bot as it arrived and as it was answered. Times in milliseconds since the epoch. */
export interface CallRecord {
  readonly seq: number;
  readonly at: number;
  readonly ms: number;
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  /** The prefix of the service URL the call came through, such as `amer`. */
  readonly region?: string;
  readonly conversation?: string;
  /** The activity the call made or touched. */
  readonly id?: string;
  readonly body?: unknown;
  readonly status: number;
  /** The error code that was told. */
  readonly error?: string;
  readonly response?: unknown;
  /** Whether it took effect, whatever the caller was told. */
  readonly effect: "applied" | "none";
  readonly fault?: string;
}

/** One attempt to deliver an activity to the bot. `status` 0 is no answer. */
export interface DeliveryRecord {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly id: string;
  readonly conversation: string;
  readonly attempt: number;
  readonly status: number;
  /** From the first byte sent to the answer. */
  readonly ms: number;
  /** Answered 2xx in time. */
  readonly acked: boolean;
  readonly error?: "timeout" | "connection_failed" | "http_error";
  readonly fault?: string;
  readonly body: string;
  readonly activity: Readonly<Record<string, unknown>>;
}

/** Something the platform would frown upon, or has refused. */
export interface Complaint {
  readonly seq: number;
  readonly at: number;
  readonly about: string;
  readonly error: string;
  readonly detail: string;
}

/** The ground truth of a run. With `record: "counts"` the lists of calls and deliveries stay empty. */
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
  forgotten = 0;
  readonly #mode: "full" | "counts";
  readonly #limit: number;
  #seq = 0;

  constructor(mode: "full" | "counts", limit: number) {
    this.#mode = mode;
    this.#limit = limit;
  }

  call(record: Omit<CallRecord, "seq">): number {
    this.#count(`call ${record.operation} ${record.status < 300 ? "ok" : (record.error ?? record.status)}`);
    if (record.effect === "applied" && (record.status === 0 || record.status >= 300))
      this.#count(`call ${record.operation} applied but not told`);
    const seq = (this.#seq += 1);
    if (this.#mode === "full") this.#keep(this.calls, { seq, ...record });
    return seq;
  }

  delivery(record: Omit<DeliveryRecord, "seq">): DeliveryRecord {
    this.#count(`delivery ${record.type} ${record.acked ? "acked" : "not acked"}`);
    const kept = { seq: (this.#seq += 1), ...record };
    if (this.#mode === "full") this.#keep(this.deliveries, kept);
    return kept;
  }

  complain(about: string, error: string, detail: string): void {
    this.#count(`complaint ${about} ${error}`);
    this.#keep(this.complaints, { seq: (this.#seq += 1), at: Date.now(), about, error, detail });
  }

  clear(): void {
    for (const list of [this.calls, this.deliveries, this.complaints]) list.length = 0;
    for (const key of Object.keys(this.counts)) delete this.counts[key];
    this.forgotten = 0;
  }

  #count(key: string): void {
    this.counts[key] = (this.counts[key] ?? 0) + 1;
  }

  #keep<R>(list: R[], record: R): void {
    list.push(record);
    if (list.length <= this.#limit) return;
    list.shift();
    this.forgotten += 1;
  }
}
