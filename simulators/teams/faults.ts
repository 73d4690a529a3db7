import type { ErrorName } from "./api-error.ts";
import {
  createFaultChances,
  FaultList,
  matchesName,
  type ActiveFault,
  type FaultChances,
  type Matching,
} from "../kit/fault-list.ts";

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

interface InPlace extends Matching {
  /** Conversation id or name; a channel matches with all its threads. */
  readonly conversation?: string;
}

export interface ApiFault extends InPlace {
  /** Exact, or a prefix ending in `*`; a list matches any of its entries. See README.md for the names. */
  readonly operation?: string | readonly string[];
  readonly do: ApiFaultAction;
}

export interface DeliveryFault extends InPlace {
  /** Activity types; all when left out. */
  readonly types?: readonly string[];
  readonly do: DeliveryFaultAction;
}

interface Target {
  readonly conversation: string | undefined;
  readonly text: string | undefined;
}

/** Faults on command. The first that matches a call strikes it; several may strike one delivery. */
export class Faults {
  readonly #chances: FaultChances;
  readonly #api: FaultList<ApiFault>;
  readonly #deliveries: FaultList<DeliveryFault>;
  readonly #conversationId: (nameOrId: string) => string;

  constructor(seed: number, conversationId: (nameOrId: string) => string) {
    this.#chances = createFaultChances(seed);
    this.#api = new FaultList(this.#chances, { wholeSeconds: true });
    this.#deliveries = new FaultList(this.#chances);
    this.#conversationId = conversationId;
  }

  random(): number {
    return this.#chances.random();
  }

  /** Puts a fault on the bot's calls in force; the id clears it again. */
  api(fault: ApiFault): number {
    return this.#api.add(this.#resolved(fault));
  }

  /** Puts a fault on deliveries in force. */
  deliveries(fault: DeliveryFault): number {
    return this.#deliveries.add(this.#resolved(fault));
  }

  list(): { api: readonly ActiveFault<ApiFault>[]; deliveries: readonly ActiveFault<DeliveryFault>[] } {
    return { api: this.#api.list(), deliveries: this.#deliveries.list() };
  }

  clear(id?: number): void {
    this.#api.clear(id);
    this.#deliveries.clear(id);
  }

  forCall(operation: string, target: Target): ApiFaultAction | undefined {
    return this.#api.first(
      target.text,
      (fault) => matchesName(fault.operation, operation) && isIn(fault, target),
    );
  }

  forDelivery(type: string, target: Target): readonly DeliveryFaultAction[] {
    return this.#deliveries.every(
      target.text,
      (fault) => fault.types?.includes(type) !== false && isIn(fault, target),
    );
  }

  #resolved<F extends InPlace>(fault: F): F {
    return fault.conversation === undefined
      ? fault
      : { ...fault, conversation: this.#conversationId(fault.conversation) };
  }
}

function isIn(fault: InPlace, { conversation }: Target): boolean {
  return fault.conversation === undefined || fault.conversation === conversation;
}
