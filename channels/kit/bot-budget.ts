import { LRUCache } from "lru-cache";

const windowMs = 10 * 60_000;

/**
 * Ends conversations between bots: of one thread's messages by other bots, at most `most` within ten minutes get
 * through. The same message delivered again costs nothing. Counted per process.
 */
export function createBotBudget(
  most: number,
  now: () => number,
): (thread: string, messageId: string) => boolean {
  const heard = new LRUCache<string, Map<string, number>>({ max: 10_000 });

  return (thread, messageId) => {
    const messages = heard.get(thread) ?? new Map<string, number>();
    if (messages.has(messageId)) return true;
    for (const [id, at] of messages) if (now() - at > windowMs) messages.delete(id);
    if (messages.size >= most) return false;
    messages.set(messageId, now());
    heard.set(thread, messages);
    return true;
  };
}
