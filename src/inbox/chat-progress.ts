import type { ConversationId, InstallationId, TenantId } from "../core/ids.ts";
import type { Database } from "../store/database.ts";
import { conversationIdOf, messageIdOf } from "./transcript.ts";

/** A thread, as far as its conversation needs it. */
interface ProgressThread {
  readonly tenantId: TenantId;
  readonly installationId: InstallationId;
  readonly thread: string;
}

/** How a conversation stands, for the person in it. */
export interface ChatStatus {
  readonly status: "active" | "escalated" | "snoozed" | "closed";
  readonly owner: "bot" | "queue" | "human" | "off";
  /** The colleague who has it. */
  readonly assignee: string | undefined;
}

/** What has become of what a visitor said. */
export interface ChatProgress {
  /** A conversation nobody has spoken in yet is active and the bot's. */
  status(thread: ProgressThread): Promise<ChatStatus>;
  /**
   * Whether a message, or a press of a button, is dealt with and everything said about it is readable. `positions` of
   * its answers are not told: an answer may be about several messages.
   */
  isAnswered(thread: ProgressThread, externalId: string): Promise<boolean>;
}

export function createChatProgress({ database }: { readonly database: Database }): ChatProgress {
  return {
    status: async ({ tenantId, installationId, thread }) => {
      const [row] = await database.statement<{
        status: ChatStatus["status"];
        owner_kind: ChatStatus["owner"];
        assignee: string | null;
      }>(
        tenantId,
        {
          text: `SELECT c.status, c.owner_kind, s.name AS assignee FROM conversations c
                 LEFT JOIN staff s ON s.company_id = c.company_id AND s.id = c.owner_staff
                 WHERE c.company_id = $1 AND c.id = $2`,
          values: [tenantId, conversationIdOf(installationId, thread)],
        },
        { durable: false },
      );
      if (row === undefined) return { status: "active", owner: "bot", assignee: undefined };
      return { status: row.status, owner: row.owner_kind, assignee: row.assignee ?? undefined };
    },
    isAnswered: async ({ tenantId, installationId, thread }, externalId) => {
      const conversationId: ConversationId = conversationIdOf(installationId, thread);
      const messageId = messageIdOf(installationId, thread, externalId);
      const [row] = await database.statement<{ done: boolean }>(
        tenantId,
        {
          text: `SELECT m.state <> 'open' AND NOT EXISTS (
                   SELECT FROM deliveries d LEFT JOIN web_messages w
                     ON w.company_id = $1 AND w.thread_id = $4 AND w.id = d.id::text AND w.state <> 'streaming'
                   WHERE d.company_id = $1 AND d.conversation_id = $2 AND d.state IN ('pending', 'sending')
                     AND w.id IS NULL) AS done
                 FROM messages m WHERE m.company_id = $1 AND m.conversation_id = $2 AND m.id = $3`,
          values: [tenantId, conversationId, messageId, thread],
        },
        { durable: false },
      );
      return row?.done === true;
    },
  };
}
