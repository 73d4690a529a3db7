import { z } from "zod";
import type { SpokenMessage } from "../core/agent.ts";
import type { ContactId, ConversationId } from "../core/ids.ts";
import type { FastState } from "../store/fast-state.ts";
import type { TenantSeal } from "../store/seal.ts";

/** How long a conversation's newest messages stay at hand after they were last used. */
export const historyTtlMs = 30 * 60_000;
/** How long its context does after it was written. */
export const contextTtlMs = 60 * 60_000;

/** Whose conversation, and the seal of the company it belongs to. */
export interface MemoryOwner {
  readonly contactId: ContactId;
  readonly conversationId: ConversationId;
  readonly seal: TenantSeal;
}

/**
 * What was said last, at hand under `chat:{contact}:{conversation}` and `conversation:{id}:context`, sealed. The
 * database stays the truth: what is missing, expired, or unreadable is loaded from it, and no method rejects but with
 * what `load` threw.
 */
export interface HotMemory {
  /** The newest messages; each use starts their 30 minutes anew. */
  history(
    owner: MemoryOwner,
    load: () => Promise<readonly SpokenMessage[]>,
  ): Promise<readonly SpokenMessage[]>;
  /** The summary of what came before, kept for an hour. */
  context(owner: MemoryOwner, load: () => Promise<string | undefined>): Promise<string | undefined>;
  /** Something was said, changed or removed: both are loaded anew. */
  forget(owner: MemoryOwner): Promise<void>;
}

const spokenMessages = z.array(
  z.object({
    role: z.enum(["user", "assistant", "staff", "system"]),
    text: z.string(),
    name: z.string().optional(),
  }),
);
const contextValue = z.object({ summary: z.string().optional() });
const purpose = "hot-memory";

/** Keeps it in the fast state, which may be lost at any moment. */
export function createHotMemory(fast: Pick<FastState, "get" | "set" | "delete">): HotMemory {
  async function read<T>(key: string, owner: MemoryOwner, schema: z.ZodType<T>): Promise<T | undefined> {
    const sealed = await fast.get(key, key.startsWith("chat:") ? { sliding: true, ttlMs: historyTtlMs } : {});
    if (!Buffer.isBuffer(sealed)) return undefined;
    try {
      return schema.parse(JSON.parse(owner.seal.open(purpose, sealed)));
    } catch {
      // Written under a key since changed, or by an older version.
      return undefined;
    }
  }
  const keep = (key: string, owner: MemoryOwner, value: unknown, ttlMs: number) =>
    fast.set(key, owner.seal.seal(purpose, JSON.stringify(value)), {
      ttlMs,
      sliding: ttlMs === historyTtlMs,
    });

  return {
    async history(owner, load) {
      const key = historyKey(owner);
      const known = await read(key, owner, spokenMessages);
      if (known !== undefined) return known;
      const loaded = await load();
      await keep(key, owner, loaded, historyTtlMs);
      return loaded;
    },
    async context(owner, load) {
      const key = contextKey(owner);
      const known = await read(key, owner, contextValue);
      if (known !== undefined) return known.summary;
      const summary = await load();
      await keep(key, owner, { summary }, contextTtlMs);
      return summary;
    },
    async forget(owner) {
      await Promise.all([fast.delete(historyKey(owner)), fast.delete(contextKey(owner))]);
    },
  };
}

function historyKey({ contactId, conversationId }: MemoryOwner): string {
  return `chat:${contactId}:${conversationId}`;
}

function contextKey({ conversationId }: MemoryOwner): string {
  return `conversation:${conversationId}:context`;
}
