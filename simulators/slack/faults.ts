import {
  createFaultChances,
  FaultList,
  matchesName,
  type ActiveFault,
  type FaultChances,
  type Matching,
} from "../kit/fault-list.ts";

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

interface InPlace extends Matching {
  /** Channel id or `#name`. */
  readonly channel?: string;
}

export interface ApiFault extends InPlace {
  /** Exact, or a prefix ending in `*`; a list matches any of its entries. */
  readonly method?: string | readonly string[];
  readonly do: ApiFaultAction;
}

export interface EventFault extends InPlace {
  readonly types?: readonly string[];
  readonly do: EventFaultAction;
}

/** Faults on command. The first that matches a call strikes it; several may strike one event. */
export class Faults {
  readonly #chances: FaultChances;
  readonly #api: FaultList<ApiFault>;
  readonly #events: FaultList<EventFault>;
  readonly #channelId: (nameOrId: string) => string;

  constructor(seed: number, channelId: (nameOrId: string) => string) {
    this.#chances = createFaultChances(seed);
    this.#api = new FaultList(this.#chances, { wholeSeconds: true });
    this.#events = new FaultList(this.#chances);
    this.#channelId = channelId;
  }

  random(): number {
    return this.#chances.random();
  }

  /** Puts a fault on Web API calls in force; the id clears it again. */
  api(fault: ApiFault): number {
    return this.#api.add(this.#resolved(fault));
  }

  /** Puts a fault on event deliveries in force. */
  events(fault: EventFault): number {
    return this.#events.add(this.#resolved(fault));
  }

  list(): { api: readonly ActiveFault<ApiFault>[]; events: readonly ActiveFault<EventFault>[] } {
    return { api: this.#api.list(), events: this.#events.list() };
  }

  clear(id?: number): void {
    this.#api.clear(id);
    this.#events.clear(id);
  }

  forCall(method: string, channel: string | undefined, text: string | undefined): ApiFaultAction | undefined {
    return this.#api.first(text, (fault) => matchesName(fault.method, method) && isIn(fault, channel));
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
