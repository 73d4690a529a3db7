import {
  createFaultChances,
  FaultList,
  type ActiveFault,
  type FaultChances,
  type Matching,
} from "../kit/fault-list.ts";

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

interface InPlace extends Matching {
  /** Channel id or `#name`. */
  readonly channel?: string;
}

export interface RestFault extends InPlace {
  /**
   * Method and path as the history names them (`POST /channels/:channel/messages`), `*` at the end for any rest,
   * or a method alone; a list matches any of its entries.
   */
  readonly route?: string | readonly string[];
  readonly do: RestFaultAction;
}

export interface EventFault extends InPlace {
  readonly types?: readonly string[];
  readonly do: EventFaultAction;
}

/** Faults on command. The first that matches a call strikes it; several may strike one event. */
export class Faults {
  readonly #chances: FaultChances;
  readonly #rest: FaultList<RestFault>;
  readonly #events: FaultList<EventFault>;
  readonly #channelId: (nameOrId: string) => string;

  constructor(seed: number, channelId: (nameOrId: string) => string) {
    this.#chances = createFaultChances(seed);
    this.#rest = new FaultList(this.#chances);
    this.#events = new FaultList(this.#chances);
    this.#channelId = channelId;
  }

  random(): number {
    return this.#chances.random();
  }

  /** Puts a fault on REST calls in force; the id clears it again. */
  rest(fault: RestFault): number {
    return this.#rest.add(this.#resolved(fault));
  }

  /** Puts a fault on gateway events in force. */
  events(fault: EventFault): number {
    return this.#events.add(this.#resolved(fault));
  }

  list(): { rest: readonly ActiveFault<RestFault>[]; events: readonly ActiveFault<EventFault>[] } {
    return { rest: this.#rest.list(), events: this.#events.list() };
  }

  clear(id?: number): void {
    this.#rest.clear(id);
    this.#events.clear(id);
  }

  forCall(call: {
    readonly method: string;
    readonly route: string;
    readonly channel: string | undefined;
    readonly text: string | undefined;
  }): RestFaultAction | undefined {
    return this.#rest.first(
      call.text,
      (fault) => matchesRoute(fault.route, call.method, call.route) && isIn(fault, call.channel),
    );
  }

  forEvent(type: string, channel: string | undefined, text: string | undefined): readonly EventFaultAction[] {
    return this.#events.every(text, (fault) => fault.types?.includes(type) !== false && isIn(fault, channel));
  }

  #resolved<F extends InPlace>(fault: F): F {
    return fault.channel === undefined ? fault : { ...fault, channel: this.#channelId(fault.channel) };
  }
}

function isIn(fault: InPlace, channel: string | undefined): boolean {
  return fault.channel === undefined || fault.channel === channel;
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
