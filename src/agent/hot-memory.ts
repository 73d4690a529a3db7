import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { answerTroubles } from "../core/agent.ts";
import type { ContactId, ConversationId } from "../core/ids.ts";
import type { FastState } from "../store/fast-state.ts";
import type { TenantSeal } from "../store/seal.ts";
import type { NumberedMessage } from "./rolling-summary.ts";

/** How long a talk's newest messages stay at hand after they were last used. */
export const historyTtlMs = 30 * 60_000;
/** How long its summary does after it was read. */
export const contextTtlMs = 60 * 60_000;
// A shorter talk is read as quickly as it is looked up.
const worthKeeping = 4;
const mostKnown = 10_000;

/** Whose talk, and the seal of the company it belongs to. */
export interface MemoryOwner {
  readonly contactId: ContactId;
  readonly conversationId: ConversationId;
  readonly seal: TenantSeal;
}

/** The newest messages of a talk, and the name of exactly these. */
export interface HotHistory {
  readonly version: string;
  readonly messages: readonly NumberedMessage[];
}

/** What is at hand of a talk. */
export interface HotTalk {
  readonly history: HotHistory | undefined;
  readonly context: { readonly through: number; readonly summary: string } | undefined;
}

/**
 * What was said last, at hand under `chat:{contact}:{conversation}`, and the summary of what came before, under
 * `conversation:{id}:context`; both sealed. The database stays the truth: whoever recalls them names to it what they
 * have, and it gives what is missing or was changed meanwhile. Never rejects.
 */
export interface HotMemory {
  /** What this process kept of a conversation. Each use starts the history's 30 minutes anew. */
  recall(conversationId: ConversationId, seal: () => Promise<TenantSeal>): Promise<HotTalk>;
  /** Keeps the newest messages for 30 minutes; a short talk is not worth it. */
  keepHistory(owner: MemoryOwner, messages: readonly NumberedMessage[]): Promise<void>;
  /** Keeps the summary for an hour. */
  keepContext(owner: MemoryOwner, context: NonNullable<HotTalk["context"]>): Promise<void>;
}

const historyValue = z.array(
  z.object({
    seq: z.number(),
    role: z.enum(["user", "assistant", "staff", "system"]),
    text: z.string(),
    name: z.string().optional(),
    edited: z.string().optional(),
    trouble: z.object({ epoch: z.number(), kind: z.enum(answerTroubles) }).optional(),
  }),
);
const contextValue = z.object({ through: z.number(), summary: z.string() });
const nothing: HotTalk = { history: undefined, context: undefined };

/** Keeps it in the fast state, which may be lost at any moment. */
export function createHotMemory(fast: Pick<FastState, "get" | "set">): HotMemory {
  // Only what this process has kept is asked for: a stranger's first message waits for no look in vain.
  const known = new LRUCache<ConversationId, ContactId>({ max: mostKnown, ttl: contextTtlMs });

  async function read<T>(
    key: string,
    {
      schema,
      seal,
      options,
    }: { schema: z.ZodType<T>; seal: TenantSeal; options: Parameters<typeof fast.get>[1] },
  ): Promise<T | undefined> {
    const sealed = await fast.get(key, options);
    if (!Buffer.isBuffer(sealed)) return undefined;
    try {
      return schema.parse(JSON.parse(seal.open(purposeOf(key), sealed)));
    } catch {
      // Written under a key since changed, or by another version.
      return undefined;
    }
  }

  return {
    async recall(conversationId, sealFor) {
      const contactId = known.get(conversationId);
      if (contactId === undefined) return nothing;
      const seal = await sealFor();
      const [messages, context] = await Promise.all([
        read(historyKey({ contactId, conversationId }), {
          schema: historyValue,
          seal,
          options: { sliding: true, ttlMs: historyTtlMs },
        }),
        read(contextKey({ conversationId }), { schema: contextValue, seal, options: {} }),
      ]);
      return { history: messages && { version: versionOf(messages), messages }, context };
    },
    async keepHistory(owner, messages) {
      if (messages.length < worthKeeping) return;
      const key = historyKey(owner);
      known.set(owner.conversationId, owner.contactId);
      const value = owner.seal.seal(purposeOf(key), JSON.stringify(messages));
      await fast.set(key, value, { ttlMs: historyTtlMs, sliding: true });
    },
    async keepContext(owner, context) {
      const key = contextKey(owner);
      known.set(owner.conversationId, owner.contactId);
      await fast.set(key, owner.seal.seal(purposeOf(key), JSON.stringify(context)), { ttlMs: contextTtlMs });
    },
  };
}

/** Names exactly these messages, as the claim of a conversation names those it finds. */
export function versionOf(messages: readonly NumberedMessage[]): string {
  const marks = messages.map(({ seq, edited }) => (edited === undefined ? `${seq}` : `${seq}/${edited}`));
  return createHash("md5").update(marks.join(",")).digest("hex");
}

function historyKey({ contactId, conversationId }: Omit<MemoryOwner, "seal">): string {
  return `chat:${contactId}:${conversationId}`;
}

function contextKey({ conversationId }: Pick<MemoryOwner, "conversationId">): string {
  return `conversation:${conversationId}:context`;
}

/** What was kept for one conversation opens for no other. */
function purposeOf(key: string): string {
  return `hot-memory ${key}`;
}
