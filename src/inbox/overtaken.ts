import { LRUCache } from "lru-cache";
import type { ConversationId } from "../core/ids.ts";

/**
 * Two messages of a new thread can be taken in at the same time, the second one first: then it belongs to no
 * conversation yet. Each side leaves a note before it looks for the other's, so that one of them notices.
 */
export interface Overtaken {
  /** A message of a conversation nobody knows came by. True when the conversation has begun meanwhile: ask again. */
  missed(id: ConversationId, message: HeldMessage): boolean;
  /** A conversation begins. True when messages of it came by before. */
  begins(id: ConversationId): boolean;
  /**
   * Takes in what was said after the message `since`, which calls the bot, and came by this process before it. What
   * was said before it was not for the bot. Not every platform tells later what was said. Rejects when that failed;
   * asked again, it tries again.
   */
  takeMissed(id: ConversationId, since: string): Promise<void>;
}

/** A message that came by: the platform's id of it, and how to take it in once more. */
interface HeldMessage {
  readonly said: string;
  again(): Promise<unknown>;
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
  const held = new LRUCache<ConversationId, readonly HeldMessage[]>({
    ...options,
    max: heldPlaces,
  });
  return {
    missed: (id, message) => {
      missed.set(id, true);
      if (begun.has(id)) return true;
      held.set(id, [...(held.get(id) ?? []), message].slice(-heldEach));
      return false;
    },
    begins: (id) => {
      begun.set(id, true);
      return missed.has(id);
    },
    takeMissed: async (id, since) => {
      const all = held.get(id) ?? [];
      const after = all.filter(({ said }) => said > since);
      if (after.length === 0) return;
      // First: what is taken in again comes by here itself. A message that calls the bot may still come before the rest.
      held.set(
        id,
        all.filter(({ said }) => said <= since),
      );
      try {
        for (const message of after) await message.again();
      } catch (cause) {
        held.set(id, all);
        throw cause;
      }
    },
  };
}
