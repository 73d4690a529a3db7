import { LRUCache } from "lru-cache";
import type { ConversationId } from "../core/ids.ts";

/**
 * Two messages of a new thread can be taken in at the same time, the second one first: then it belongs to no
 * conversation yet. Each side leaves a note before it looks for the other's, so that one of them notices.
 */
export interface Overtaken {
  /** A message of a conversation nobody knows came by. True when the conversation has begun meanwhile: ask again. */
  missed(id: ConversationId): boolean;
  /** A conversation begins. True when messages of it came by before. */
  begins(id: ConversationId): boolean;
}

// What comes later than this after its successor is late by any measure, and treated so.
const keepMs = 60_000;
const keepAtMost = 20_000;

export function createOvertaken(): Overtaken {
  const options = { max: keepAtMost, ttl: keepMs, ttlResolution: 1_000 };
  const missed = new LRUCache<ConversationId, true>(options);
  const begun = new LRUCache<ConversationId, true>(options);
  return {
    missed: (id) => {
      missed.set(id, true);
      return begun.has(id);
    },
    begins: (id) => {
      begun.set(id, true);
      return missed.has(id);
    },
  };
}
