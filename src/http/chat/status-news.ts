import type { ConversationId } from "../../core/ids.ts";
import type { FastState } from "../../store/fast-state.ts";

/** Tells the clients of a conversation, on any process, that it changed hands. */
export interface StatusNews {
  /** Never throws. */
  tell(conversationId: ConversationId): void;
  hear(conversationId: ConversationId, listener: () => void): () => void;
  start(): Promise<void>;
  stop(): void;
}

const topic = "web:status";

export function createStatusNews({ fast }: { readonly fast: FastState }): StatusNews {
  const listeners = new Map<string, Set<() => void>>();
  let unsubscribe = () => {};
  return {
    tell: (conversationId) => void fast.publish(topic, conversationId),
    hear: (conversationId, listener) => {
      const hearing = listeners.get(conversationId) ?? new Set();
      listeners.set(conversationId, hearing.add(listener));
      return () => {
        hearing.delete(listener);
        if (hearing.size === 0) listeners.delete(conversationId);
      };
    },
    start: async () => {
      unsubscribe = await fast.subscribe(topic, (id) => {
        for (const listener of Array.from(listeners.get(id) ?? [])) listener();
      });
    },
    stop: () => unsubscribe(),
  };
}
