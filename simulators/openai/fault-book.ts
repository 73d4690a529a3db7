import type { FaultOrder } from "./fault.ts";
import type { Endpoint } from "./face.ts";

/** An order in force: how often it struck, and the way to take it back. */
export interface FaultHandle {
  readonly id: number;
  applied(): number;
  remove(): void;
}

/** What a fault is matched against. */
export interface FaultSubject {
  readonly endpoint: Endpoint;
  readonly model: string | undefined;
  readonly text: string;
  readonly stream: boolean;
}

interface Entry {
  readonly id: number;
  readonly order: FaultOrder;
  readonly endsAt: number;
  toSkip: number;
  left: number;
  applied: number;
}

/** The faults ordered and not yet used up. The oldest order that matches strikes. */
export interface FaultBook {
  add(order: FaultOrder): FaultHandle;
  list(): readonly { id: number; order: FaultOrder; applied: number }[];
  pick(subject: FaultSubject): FaultOrder | undefined;
  remove(id: number): boolean;
  clear(): void;
}

/** An empty book. `random` decides probabilities, so the same seed strikes the same requests. */
export function createFaultBook(random: () => number): FaultBook {
  const entries = new Map<number, Entry>();
  let lastId = 0;

  function add(order: FaultOrder): FaultHandle {
    lastId += 1;
    const entry = toEntry(lastId, order);
    entries.set(entry.id, entry);
    return { id: entry.id, applied: () => entry.applied, remove: () => void entries.delete(entry.id) };
  }

  function pick(subject: FaultSubject): FaultOrder | undefined {
    if (entries.size === 0) return undefined;
    const now = Date.now();
    for (const entry of entries.values()) {
      if (now >= entry.endsAt) entries.delete(entry.id);
      else if (strikes(entry, subject, random)) return use(entry);
    }
    return undefined;
  }

  function use(entry: Entry): FaultOrder {
    entry.left -= 1;
    entry.applied += 1;
    if (entry.left <= 0) entries.delete(entry.id);
    return entry.order;
  }

  return {
    add,
    list: () => [...entries.values()].map(({ id, order, applied }) => ({ id, order, applied })),
    pick,
    remove: (id) => entries.delete(id),
    clear: () => entries.clear(),
  };
}

function toEntry(id: number, order: FaultOrder): Entry {
  if (order.kind === "outage") {
    return { id, order, endsAt: Date.now() + order.ms, toSkip: 0, left: Infinity, applied: 0 };
  }
  const left = order.times === null ? Infinity : (order.times ?? 1);
  return { id, order, endsAt: Infinity, toSkip: order.skip ?? 0, left, applied: 0 };
}

function strikes(entry: Entry, subject: FaultSubject, random: () => number): boolean {
  const { order } = entry;
  if (!isInScope(order, subject)) return false;
  if (entry.toSkip > 0) {
    entry.toSkip -= 1;
    return false;
  }
  return order.kind === "outage" || order.probability === undefined || random() < order.probability;
}

function isInScope(order: FaultOrder, subject: FaultSubject): boolean {
  const endpoint = order.endpoint ?? (order.kind === "outage" ? "any" : "chat");
  if (endpoint !== "any" && endpoint !== subject.endpoint) return false;
  if (order.kind === "outage") return true;
  return (
    (order.model === undefined || order.model === subject.model) &&
    (order.stream === undefined || order.stream === subject.stream) &&
    (order.text === undefined || subject.text.includes(order.text)) &&
    (order.pattern === undefined || new RegExp(order.pattern).test(subject.text))
  );
}
