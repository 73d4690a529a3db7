import { createRandom } from "./random.ts";

/** What a fault is held against, on every platform. */
export interface Matching {
  /** A part of the text of the call or the event. */
  readonly text?: string;
  /** Let the first n matches pass. */
  readonly skip?: number;
  /** How often it strikes; without end when left out. */
  readonly times?: number;
  readonly probability?: number;
}

/** A fault as its order says it. A rate limit without `times` holds for its own time. */
type Fault = Matching & { readonly do: { readonly kind: string; readonly retryAfterSeconds?: number } };

/** A fault in force, with how often it was looked at and how often it struck. */
export interface ActiveFault<F> {
  readonly id: number;
  readonly fault: F;
  matched: number;
  struck: number;
  /** End of a rate limit's window, in milliseconds since the epoch. */
  readonly until?: number;
}

/** What all lists of one simulator share: chances that follow from the seed, and ids. */
export interface FaultChances {
  random(): number;
  nextId(): number;
}

export function createFaultChances(seed: number): FaultChances {
  let lastId = 0;
  return { random: createRandom(seed), nextId: () => (lastId += 1) };
}

/** Faults of one kind in force, in the order of their commands. */
export class FaultList<F extends Fault> {
  readonly #active: ActiveFault<F>[] = [];
  readonly #chances: FaultChances;
  readonly #wholeSeconds: boolean;

  /** `wholeSeconds`: the platform names what is left of a rate limit in whole seconds, one at least. */
  constructor(chances: FaultChances, { wholeSeconds = false }: { readonly wholeSeconds?: boolean } = {}) {
    this.#chances = chances;
    this.#wholeSeconds = wholeSeconds;
  }

  /** Puts a fault in force; the id clears it again. */
  add(fault: F): number {
    const { kind, retryAfterSeconds = 0 } = fault.do;
    const hasWindow = kind === "rate_limit" && fault.times === undefined;
    const id = this.#chances.nextId();
    this.#active.push({
      id,
      fault,
      matched: 0,
      struck: 0,
      ...(hasWindow && { until: Date.now() + retryAfterSeconds * 1000 }),
    });
    return id;
  }

  list(): readonly ActiveFault<F>[] {
    return this.#active.slice();
  }

  /** Clears one, or all. */
  clear(id?: number): void {
    const index = this.#active.findIndex((active) => active.id === id);
    if (id === undefined) this.#active.length = 0;
    else if (index >= 0) this.#active.splice(index, 1);
  }

  /** What the first one does that strikes what `matches`; of a rate limit that holds, with what is left of it. */
  first(text: string | undefined, matches: (fault: F) => boolean): F["do"] | undefined {
    for (const { fault, until } of this.#striking(text, matches))
      return until === undefined ? fault.do : { ...fault.do, retryAfterSeconds: this.#secondsTo(until) };
    return undefined;
  }

  /** What all do that strike what `matches`. */
  every(text: string | undefined, matches: (fault: F) => boolean): readonly F["do"][] {
    return [...this.#striking(text, matches)].map(({ fault }) => fault.do);
  }

  /** Each when it is asked for: whoever takes the first leaves the others as they are. */
  *#striking(text: string | undefined, matches: (fault: F) => boolean): Generator<ActiveFault<F>> {
    const now = Date.now();
    for (const active of this.#active)
      if (matches(active.fault) && this.#strikes(active, text, now)) yield active;
  }

  #secondsTo(until: number): number {
    const seconds = Math.max(0, until - Date.now()) / 1000;
    return this.#wholeSeconds ? Math.max(1, Math.ceil(seconds)) : seconds;
  }

  #strikes(active: ActiveFault<F>, text: string | undefined, now: number): boolean {
    const { fault } = active;
    if (active.until !== undefined && now >= active.until) return false;
    if (fault.times !== undefined && active.struck >= fault.times) return false;
    if (fault.text !== undefined && text?.includes(fault.text) !== true) return false;
    active.matched += 1;
    if (active.matched <= (fault.skip ?? 0)) return false;
    if (fault.probability !== undefined && this.#chances.random() >= fault.probability) return false;
    active.struck += 1;
    return true;
  }
}

/** Whether a call's name is meant: exact, or by a prefix ending in `*`; a list matches any of its entries. */
export function matchesName(pattern: string | readonly string[] | undefined, name: string): boolean {
  if (pattern === undefined || pattern === "*") return true;
  if (typeof pattern !== "string") return pattern.some((one) => matchesName(one, name));
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
