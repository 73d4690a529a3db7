import { LRUCache } from "lru-cache";
import type { Accepted } from "../core/envelope.ts";

/**
 * Keeps what this process has just taken in from being taken to the database again: platforms say the same thing
 * twice within milliseconds (Slack's mention pair), on the same node more often than not.
 */
export interface RecentlyTaken {
  /** Runs `take` for the first of several equal keys; the others wait for its end and are duplicates of what it kept. */
  once(key: string, take: () => Promise<Accepted>): Promise<Accepted>;
}

// Long enough for what platforms repeat at once; what comes later meets the primary key.
const keepMs = 60_000;
const keepAtMost = 20_000;

export function createRecentlyTaken(): RecentlyTaken {
  const taken = new LRUCache<string, true>({ max: keepAtMost, ttl: keepMs, ttlResolution: 1_000 });
  const inHand = new Map<string, Promise<Accepted>>();

  async function takeFirst(key: string, take: () => Promise<Accepted>): Promise<Accepted> {
    try {
      const accepted = await take();
      if (accepted.kind !== "ignored") taken.set(key, true);
      return accepted;
    } finally {
      inHand.delete(key);
    }
  }

  return {
    once: async (key, take) => {
      if (taken.has(key)) return { kind: "duplicate" };
      const first = inHand.get(key);
      if (first !== undefined) {
        const accepted = await first; // if it failed nothing was kept, and this one fails with it: the platform sends again
        return accepted.kind === "ignored" ? take() : { kind: "duplicate" };
      }
      const taking = takeFirst(key, take);
      inHand.set(key, taking);
      return taking;
    },
  };
}
