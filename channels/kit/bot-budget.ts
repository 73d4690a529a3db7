import { LRUCache } from "lru-cache";
import { threadIdOf, type Accept, type Envelope } from "../../src/core/envelope.ts";
import type { Log } from "../../src/core/log.ts";

const windowMs = 10 * 60_000;

/**
 * Ends conversations between bots: of what one other bot says to ours in one thread, at most `most` messages within
 * ten minutes reach `accept`, whatever other bots say there. The same message delivered again costs nothing. Counted
 * per process.
 */
export function createBotBudget(
  { most, now, log }: { readonly most: number; readonly now: () => number; readonly log: Log },
  accept: Accept,
): Accept {
  const heard = new LRUCache<string, Map<string, number>>({ max: 10_000 });

  function spends(envelope: Envelope): boolean {
    const pair = `${threadIdOf(envelope)} ${envelope.sender.id}`;
    const messages = heard.get(pair) ?? new Map<string, number>();
    if (messages.has(envelope.id)) return true;
    for (const [id, at] of messages) if (now() - at > windowMs) messages.delete(id);
    if (messages.size >= most) return false;
    messages.set(envelope.id, now());
    heard.set(pair, messages);
    return true;
  }

  return async (envelope) => {
    const { sender, kind, correlationId } = envelope;
    if (sender.kind !== "bot" || kind !== "message" || spends(envelope)) return accept(envelope);
    log.warn({ correlationId, bot: sender.id }, "another bot's message ignored: its budget is spent");
    return { kind: "ignored", reason: "bot loop budget spent" };
  };
}
