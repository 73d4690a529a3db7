import type { ErrorName } from "./api-error.ts";
import { createRandom } from "../kit/random.ts";

type When = "before" | "after";

/** What happens to a call of the bot. `when` says whether it takes effect first (default `after`: it did). */
export type ApiFaultAction =
  /** 429; without `times` it holds for its own time. */
  | { readonly kind: "rate_limit"; readonly retryAfterSeconds: number }
  | { readonly kind: "status"; readonly status: number; readonly when?: When; readonly body?: string }
  /** One of the published refusals, by its code; it never takes effect. */
  | { readonly kind: "error"; readonly error: ErrorName; readonly message?: string }
  | { readonly kind: "cut"; readonly when?: When }
  | { readonly kind: "delay"; readonly ms: number; readonly when?: When }
  | { readonly kind: "malformed"; readonly when?: When }
  | { readonly kind: "empty"; readonly when?: When };

/** What happens to an activity on its way to the bot. */
export type DeliveryFaultAction =
  | {
      readonly kind: "duplicate";
      readonly copies: number;
      readonly concurrent?: boolean;
      readonly gapMs?: number;
    }
  | { readonly kind: "delay"; readonly ms: number | readonly [number, number] }
  | { readonly kind: "drop" }
  /** Delivered, the answer is ignored, and it comes again. */
  | { readonly kind: "lose_ack" };

interface Matching {
  /** A part of the text of the call or the activity. */
  readonly text?: string;
  /** Conversation id or name; a channel matches with all its threads. */
  readonly conversation?: string;
  /** Let the first n matches pass. */
  readonly skip?: number;
  /** How often it strikes; without end when left out. */
  readonly times?: number;
  readonly probability?: number;
}

export interface ApiFault extends Matching {
  /** Exact, or a prefix ending in `*`; a list matches any of its entries. See README.md for the names. */
  readonly operation?: string | readonly string[];
  readonly do: ApiFaultAction;
}

export interface DeliveryFault extends Matching {
  /** Activity types; all when left out. */
  readonly types?: readonly string[];
  readonly do: DeliveryFaultAction;
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

interface Target {
  readonly conversation: string | undefined;
  readonly text: string | undefined;
}

/** Faults on command. The first that matches a call strikes it; several may strike one delivery. */
export class Faults {
  readonly #api: ActiveFault<ApiFault>[] = [];
  readonly #deliveries: ActiveFault<DeliveryFault>[] = [];
  readonly #random: () => number;
  readonly #conversationId: (nameOrId: string) => string;
  #lastId = 0;

  constructor(seed: number, conversationId: (nameOrId: string) => string) {
    this.#random = createRandom(seed);
    this.#conversationId = conversationId;
  }

  random(): number {
    return this.#random();
  }

  /** Puts a fault on the bot's calls in force; the id clears it again. */
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

  /** Puts a fault on deliveries in force. */
  deliveries(fault: DeliveryFault): number {
    const active = { id: (this.#lastId += 1), fault: this.#resolved(fault), matched: 0, struck: 0 };
    this.#deliveries.push(active);
    return active.id;
  }

  list(): { api: readonly ActiveFault<ApiFault>[]; deliveries: readonly ActiveFault<DeliveryFault>[] } {
    return { api: this.#api.slice(), deliveries: this.#deliveries.slice() };
  }

  clear(id?: number): void {
    for (const list of [this.#api, this.#deliveries]) {
      const index = list.findIndex((active) => active.id === id);
      if (id === undefined) list.length = 0;
      else if (index >= 0) list.splice(index, 1);
    }
  }

  forCall(operation: string, target: Target): ApiFaultAction | undefined {
    const now = Date.now();
    for (const active of this.#api) {
      const { fault } = active;
      if (!matchesOperation(fault.operation, operation) || !this.#strikes(active, target, now)) continue;
      if (fault.do.kind === "rate_limit" && active.until !== undefined)
        return { kind: "rate_limit", retryAfterSeconds: Math.max(1, Math.ceil((active.until - now) / 1000)) };
      return fault.do;
    }
    return undefined;
  }

  forDelivery(type: string, target: Target): readonly DeliveryFaultAction[] {
    const now = Date.now();
    return this.#deliveries
      .filter((active) => active.fault.types?.includes(type) !== false && this.#strikes(active, target, now))
      .map((active) => active.fault.do);
  }

  #strikes(active: ActiveFault<Matching>, { conversation, text }: Target, now: number): boolean {
    const { fault } = active;
    if (active.until !== undefined && now >= active.until) return false;
    if (fault.times !== undefined && active.struck >= fault.times) return false;
    if (fault.conversation !== undefined && fault.conversation !== conversation) return false;
    if (fault.text !== undefined && text?.includes(fault.text) !== true) return false;
    active.matched += 1;
    if (active.matched <= (fault.skip ?? 0)) return false;
    if (fault.probability !== undefined && this.#random() >= fault.probability) return false;
    active.struck += 1;
    return true;
  }

  #resolved<F extends Matching>(fault: F): F {
    return fault.conversation === undefined
      ? fault
      : { ...fault, conversation: this.#conversationId(fault.conversation) };
  }
}

function matchesOperation(pattern: string | readonly string[] | undefined, operation: string): boolean {
  if (pattern === undefined || pattern === "*") return true;
  if (typeof pattern !== "string") return pattern.some((one) => matchesOperation(one, operation));
  return pattern.endsWith("*") ? operation.startsWith(pattern.slice(0, -1)) : pattern === operation;
}
