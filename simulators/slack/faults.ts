import { createRandom } from "../kit/random.ts";

type When = "before" | "after";

/** What happens to a Web API call. `when` says whether it takes effect first (default `after`: it did). */
export type ApiFaultAction =
  | { readonly kind: "rate_limit"; readonly retryAfterSeconds: number }
  | { readonly kind: "status"; readonly status: number; readonly when?: When; readonly body?: string }
  | { readonly kind: "cut"; readonly when?: When }
  | { readonly kind: "delay"; readonly ms: number; readonly when?: When }
  | { readonly kind: "error"; readonly error: string; readonly extra?: Readonly<Record<string, unknown>> }
  | { readonly kind: "malformed"; readonly when?: When }
  | { readonly kind: "empty"; readonly when?: When };

/** What happens to an event on its way to the app. */
export type EventFaultAction =
  | {
      readonly kind: "duplicate";
      readonly copies: number;
      readonly concurrent?: boolean;
      readonly gapMs?: number;
    }
  | { readonly kind: "delay"; readonly ms: number | readonly [number, number] }
  | { readonly kind: "drop" }
  | { readonly kind: "lose_ack" };

interface Matching {
  /** A part of the text of the call or the event. */
  readonly text?: string;
  /** Channel id or `#name`. */
  readonly channel?: string;
  /** Let the first n matches pass. */
  readonly skip?: number;
  /** How often it strikes; without end when left out. */
  readonly times?: number;
  readonly probability?: number;
}

export interface ApiFault extends Matching {
  /** Exact, or a prefix ending in `*`; a list matches any of its entries. */
  readonly method?: string | readonly string[];
  readonly do: ApiFaultAction;
}

export interface EventFault extends Matching {
  readonly types?: readonly string[];
  readonly do: EventFaultAction;
}

/** A fault in force, with how often it was looked at and how often it struck. */
export interface ActiveFault<F> {
  readonly id: number;
  readonly fault: F;
  matched: number;
  struck: number;
  /** End of a rate limit's window, in milliseconds since the epoch. */
  readonly until?: number;
}

/** Faults on command. The first that matches a call strikes it; several may strike one event. */
export class Faults {
  readonly #api: ActiveFault<ApiFault>[] = [];
  readonly #events: ActiveFault<EventFault>[] = [];
  #random: () => number;
  readonly #channelId: (nameOrId: string) => string;
  #lastId = 0;

  constructor(seed: number, channelId: (nameOrId: string) => string) {
    this.#random = createRandom(seed);
    this.#channelId = channelId;
  }

  random(): number {
    return this.#random();
  }

  /** Puts a fault on Web API calls in force; the id clears it again. */
  api(fault: ApiFault): number {
    const active: ActiveFault<ApiFault> = {
      id: (this.#lastId += 1),
      fault: this.#resolved(fault),
      matched: 0,
      struck: 0,
      ...(fault.do.kind === "rate_limit" && fault.times === undefined
        ? { until: Date.now() + fault.do.retryAfterSeconds * 1000 }
        : {}),
    };
    this.#api.push(active);
    return active.id;
  }

  /** Puts a fault on event deliveries in force. */
  events(fault: EventFault): number {
    const active = { id: (this.#lastId += 1), fault: this.#resolved(fault), matched: 0, struck: 0 };
    this.#events.push(active);
    return active.id;
  }

  list(): { api: readonly ActiveFault<ApiFault>[]; events: readonly ActiveFault<EventFault>[] } {
    return { api: this.#api.slice(), events: this.#events.slice() };
  }

  clear(id?: number): void {
    for (const list of [this.#api, this.#events]) {
      const index = list.findIndex((active) => active.id === id);
      if (id === undefined) list.length = 0;
      else if (index >= 0) list.splice(index, 1);
    }
  }

  forCall(method: string, channel: string | undefined, text: string | undefined): ApiFaultAction | undefined {
    if (this.#api.length === 0) return undefined;
    const now = Date.now();
    for (const active of this.#api) {
      const { fault } = active;
      if (!matchesMethod(fault.method, method)) continue;
      if (!this.#strikes(active, channel, text, now)) continue;
      if (fault.do.kind === "rate_limit" && active.until !== undefined)
        return { kind: "rate_limit", retryAfterSeconds: Math.max(1, Math.ceil((active.until - now) / 1000)) };
      return fault.do;
    }
    return undefined;
  }

  forEvent(type: string, channel: string | undefined, text: string | undefined): readonly EventFaultAction[] {
    if (this.#events.length === 0) return [];
    const now = Date.now();
    return this.#events
      .filter(
        (active) => active.fault.types?.includes(type) !== false && this.#strikes(active, channel, text, now),
      )
      .map((active) => active.fault.do);
  }

  #strikes(
    active: ActiveFault<Matching>,
    channel: string | undefined,
    text: string | undefined,
    now: number,
  ): boolean {
    const { fault } = active;
    if (active.until !== undefined && now >= active.until) return false;
    if (fault.times !== undefined && active.struck >= fault.times) return false;
    if (fault.channel !== undefined && fault.channel !== channel) return false;
    if (fault.text !== undefined && text?.includes(fault.text) !== true) return false;
    active.matched += 1;
    if (active.matched <= (fault.skip ?? 0)) return false;
    if (fault.probability !== undefined && this.#random() >= fault.probability) return false;
    active.struck += 1;
    return true;
  }

  #resolved<F extends Matching>(fault: F): F {
    return fault.channel === undefined ? fault : { ...fault, channel: this.#channelId(fault.channel) };
  }
}

function matchesMethod(pattern: string | readonly string[] | undefined, method: string): boolean {
  if (pattern === undefined || pattern === "*") return true;
  if (typeof pattern !== "string") return pattern.some((one) => matchesMethod(one, method));
  return pattern.endsWith("*") ? method.startsWith(pattern.slice(0, -1)) : pattern === method;
}
