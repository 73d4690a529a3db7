import { LRUCache } from "lru-cache";
import type { ConversationId } from "../core/ids.ts";

/**
 * Two messages of a new thread can be taken in at the same time, the second one first: then it belongs to no
 * conversation yet. Each side leaves a note before it looks for the other's, so that one of them notices.
 */
export interface Overtaken {
  /**
   * A message of a conversation nobody knows came by; `again` takes it in once more. True when the conversation has
   * begun meanwhile: ask again.
   */
  missed(id: ConversationId, again: () => Promise<unknown>): boolean;
  /** A conversation begins. True when messages of it came by before. */
  begins(id: ConversationId): boolean;
  /**
   * Takes in what came by this process before its conversation began. Not every platform tells later what was said.
   * Rejects when that failed; asked again, it tries again.
   */
  takeMissed(id: ConversationId): Promise<void>;
}

// What comes later than this after its successor is late by any measure, and treated so.
const keepMs = 60_000;
const keepAtMost = 20_000;
/** Chatter of others comes by as well: of each place the newest are held, and of the newest places only. */
const heldPlaces = 1_000;
const heldEach = 10;

export function createOvertaken(): Overtaken {
  const options = { max: keepAtMost, ttl: keepMs, ttlResolution: 1_000 };
  const missed = new LRUCache<ConversationId, true>(options);
  const begun = new LRUCache<ConversationId, true>(options);
  const held = new LRUCache<ConversationId, readonly (() => Promise<unknown>)[]>({
    ...options,
    max: heldPlaces,
  });
  return {
    missed: (id, again) => {
      missed.set(id, true);
      if (begun.has(id)) return true;
      held.set(id, [...(held.get(id) ?? []), again].slice(-heldEach));
      return false;
    },
    begins: (id) => {
      begun.set(id, true);
      return missed.has(id);
    },
    takeMissed: async (id) => {
      const all = held.get(id);
      if (all === undefined) return;
      held.delete(id); // first: what is taken in again comes by here itself
      try {
        for (const again of all) await again();
      } catch (cause) {
        held.set(id, all);
        throw cause;
      }
    },
  };
}
