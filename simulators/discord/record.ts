/** One REST call as it arrived and as it was answered. Times in milliseconds since the epoch. */
export interface CallRecord {
  readonly seq: number;
  readonly at: number;
  readonly ms: number;
  readonly method: string;
  /** With names instead of ids: `/channels/:channel/messages`. */
  readonly route: string;
  readonly path: string;
  readonly body?: unknown;
  readonly files?: readonly string[];
  /** 0 when the connection was cut instead of answered. */
  readonly status: number;
  readonly ok: boolean;
  /** The platform's error code, where it gave one. */
  readonly code?: number;
  readonly response?: unknown;
  /** Whether the platform's state changed or the call was fully served, whatever the caller was told. */
  readonly effect: "applied" | "none";
  readonly channelId?: string;
  readonly messageId?: string;
  readonly fault?: string;
}

/**
 * One event on its way to one session. `sent`: on the wire; `buffered`: the session has no connection, so it waits
 * for a RESUME; `replayed`: sent again by a RESUME; `dropped`: lost by a fault; `nobody`: no session wanted it.
 */
export interface DispatchRecord {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly s?: number;
  readonly sessionId?: string;
  readonly shard?: number;
  readonly guildId?: string;
  readonly channelId?: string;
  readonly messageId?: string;
  readonly interactionId?: string;
  readonly outcome: "sent" | "buffered" | "replayed" | "dropped" | "nobody";
  readonly fault?: string;
  readonly data?: unknown;
}

/** Something in the life of a gateway connection. */
export interface GatewayRecord {
  readonly seq: number;
  readonly at: number;
  readonly what:
    | "connected"
    | "refused"
    | "identified"
    | "resumed"
    | "invalid session"
    | "heartbeat"
    | "heartbeat unanswered"
    | "reconnect asked"
    | "closed";
  readonly connection: number;
  readonly sessionId?: string;
  readonly shard?: number;
  readonly code?: number;
  readonly by?: "app" | "platform";
  /** Of a RESUME: how many events were sent again. */
  readonly replayed?: number;
}

/** An interaction and what became of it. */
export interface InteractionRecord {
  readonly seq: number;
  readonly at: number;
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly userId: string;
  readonly channelId: string;
  readonly acknowledged: boolean;
  readonly ms: number;
  readonly callbackType?: number;
}

/** Something the platform would have refused or frowned upon. */
export interface Complaint {
  readonly seq: number;
  readonly at: number;
  readonly about: string;
  readonly detail: string;
}

/** The ground truth of a run. With `record: "counts"` the lists stay empty and only `counts` grows. */
export interface History<M = unknown> {
  readonly calls: readonly CallRecord[];
  readonly dispatches: readonly DispatchRecord[];
  readonly gateway: readonly GatewayRecord[];
  readonly interactions: readonly InteractionRecord[];
  readonly complaints: readonly Complaint[];
  /** Of all channels, deleted ones included. */
  readonly messages: readonly M[];
  readonly counts: Readonly<Record<string, number>>;
  /** How many of the oldest records the limit has forgotten. */
  readonly forgotten: number;
}

type Draft<R> = Omit<R, "seq" | "at"> & { readonly at?: number };

/** Keeps what happened, bounded. Records of all kinds are numbered in one row. */
export class Recorder {
  readonly calls: CallRecord[] = [];
  readonly dispatches: DispatchRecord[] = [];
  readonly gateway: GatewayRecord[] = [];
  readonly interactions: InteractionRecord[] = [];
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

  call(draft: Draft<CallRecord>): CallRecord {
    const { method, route, ok, status, code, effect } = draft;
    this.#count(`call ${method} ${route} ${ok ? "ok" : (code ?? status)}`);
    if (effect === "applied" && !ok) this.#count(`call ${method} ${route} applied but not told`);
    return this.#keep(this.calls, draft);
  }

  dispatch(draft: Draft<DispatchRecord>): DispatchRecord {
    this.#count(`dispatch ${draft.type} ${draft.outcome}`);
    return this.#keep(this.dispatches, draft);
  }

  connection(draft: Draft<GatewayRecord>): GatewayRecord {
    this.#count(`gateway ${draft.what}${draft.code === undefined ? "" : ` ${draft.code}`}`);
    return this.#keep(this.gateway, draft);
  }

  interaction(draft: Draft<InteractionRecord>): void {
    this.#count(`interaction ${draft.acknowledged ? "acknowledged" : "not acknowledged"}`);
    this.#keep(this.interactions, draft);
  }

  complain(about: string, detail: string): void {
    this.#count(`complaint ${about}`);
    this.complaints.push({ seq: (this.#seq += 1), at: Date.now(), about, detail });
    this.#trim(this.complaints);
  }

  clear(): void {
    for (const list of [this.calls, this.dispatches, this.gateway, this.interactions, this.complaints])
      list.length = 0;
    for (const key of Object.keys(this.counts)) delete this.counts[key];
    this.forgotten = 0;
  }

  #count(key: string): void {
    this.counts[key] = (this.counts[key] ?? 0) + 1;
  }

  #keep<R extends { readonly seq: number; readonly at: number }>(list: R[], draft: Draft<R>): R {
    const record = { seq: (this.#seq += 1), at: Date.now(), ...draft } as unknown as R;
    if (this.mode === "full") {
      list.push(record);
      this.#trim(list);
    }
    return record;
  }

  #trim(list: unknown[]): void {
    // In tenths, so that a full list is not shifted at every record.
    if (list.length <= this.#limit + this.#limit / 10) return;
    this.forgotten += list.length - this.#limit;
    list.splice(0, list.length - this.#limit);
  }
}
