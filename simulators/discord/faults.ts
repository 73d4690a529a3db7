import { createRandom } from "../kit/random.ts";

type When = "before" | "after";

/** What happens to a REST call. `when` says whether it takes effect first (default `after`: it did). */
export type RestFaultAction =
  /** 429 from the platform; `global` and `shared` as its scope says. `times` left out: until it ends by itself. */
  | {
      readonly kind: "rate_limit";
      readonly retryAfterSeconds: number;
      readonly scope?: "user" | "global" | "shared";
    }
  /** 429 from the proxy in front of the platform, with a page instead of JSON. */
  | { readonly kind: "cloudflare"; readonly retryAfterSeconds?: number }
  | { readonly kind: "status"; readonly status: number; readonly when?: When; readonly body?: string }
  /** The connection is cut without an answer. */
  | { readonly kind: "cut"; readonly when?: When }
  | { readonly kind: "delay"; readonly ms: number; readonly when?: When }
  /** Refused with one of the platform's error codes. */
  | { readonly kind: "error"; readonly status: number; readonly code: number; readonly message?: string }
  /** Answered with what is not JSON. */
  | { readonly kind: "malformed"; readonly when?: When };

/** What happens to an event on its way to a session. */
export type EventFaultAction =
  | { readonly kind: "duplicate"; readonly copies: number }
  | { readonly kind: "delay"; readonly ms: number | readonly [number, number] }
  | { readonly kind: "drop" };

interface Matching {
  /** A part of the content of the message. */
  readonly text?: string;
  /** Channel id or `#name`. */
  readonly channel?: string;
  /** Let the first n matches pass. */
  readonly skip?: number;
  /** How often it strikes; without end when left out. */
  readonly times?: number;
  readonly probability?: number;
}

export interface RestFault extends Matching {
  /**
   * Method and path as the history names them (`POST /channels/:channel/messages`), `*` at the end for any rest,
   * or a method alone; a list matches any of its entries.
   */
  readonly route?: string | readonly string[];
  readonly do: RestFaultAction;
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
  readonly #rest: ActiveFault<RestFault>[] = [];
  readonly #events: ActiveFault<EventFault>[] = [];
  readonly #random: () => number;
  readonly #channelId: (nameOrId: string) => string;
  #lastId = 0;

  constructor(seed: number, channelId: (nameOrId: string) => string) {
    this.#random = createRandom(seed);
    this.#channelId = channelId;
  }

  random(): number {
    return this.#random();
  }

  /** Puts a fault on REST calls in force; the id clears it again. */
  rest(fault: RestFault): number {
    const active: ActiveFault<RestFault> = {
      id: (this.#lastId += 1),
      fault: this.#resolved(fault),
      matched: 0,
      struck: 0,
      ...(fault.do.kind === "rate_limit" && fault.times === undefined
        ? { until: Date.now() + fault.do.retryAfterSeconds * 1000 }
        : {}),
    };
    this.#rest.push(active);
    return active.id;
  }

  /** Puts a fault on gateway events in force. */
  events(fault: EventFault): number {
    const active = { id: (this.#lastId += 1), fault: this.#resolved(fault), matched: 0, struck: 0 };
    this.#events.push(active);
    return active.id;
  }

  list(): { rest: readonly ActiveFault<RestFault>[]; events: readonly ActiveFault<EventFault>[] } {
    return { rest: this.#rest.slice(), events: this.#events.slice() };
  }

  clear(id?: number): void {
    for (const list of [this.#rest, this.#events]) {
      const index = list.findIndex((active) => active.id === id);
      if (id === undefined) list.length = 0;
      else if (index >= 0) list.splice(index, 1);
    }
  }

  forCall(call: {
    readonly method: string;
    readonly route: string;
    readonly channel: string | undefined;
    readonly text: string | undefined;
  }): RestFaultAction | undefined {
    const now = Date.now();
    for (const active of this.#rest) {
      const { fault } = active;
      if (!matchesRoute(fault.route, call.method, call.route)) continue;
      if (!this.#strikes(active, call.channel, call.text, now)) continue;
      if (fault.do.kind === "rate_limit" && active.until !== undefined)
        return { ...fault.do, retryAfterSeconds: (active.until - now) / 1000 };
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

function matchesRoute(
  pattern: string | readonly string[] | undefined,
  method: string,
  route: string,
): boolean {
  if (pattern === undefined || pattern === "*") return true;
  if (typeof pattern !== "string") return pattern.some((one) => matchesRoute(one, method, route));
  if (!pattern.includes(" ")) return pattern === method;
  const call = `${method} ${route}`;
  return pattern.endsWith("*") ? call.startsWith(pattern.slice(0, -1)) : pattern === call;
}
