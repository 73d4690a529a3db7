import type { MessageEnvelope } from "../core/envelope.ts";
import type { ConversationId, MessageId, TenantId } from "../core/ids.ts";
import type { Database } from "../store/database.ts";
import type { Sealer } from "../store/seal.ts";

/**
 * Messages in threads nobody knows yet, kept where every process finds them. For platforms that do not tell later what
 * was said: there a follow-up that comes before the message that calls the bot would be lost with the process it came to.
 */
export interface HeldMessages {
  /** Keeps a message, once. */
  hold(message: {
    readonly tenantId: TenantId;
    readonly conversationId: ConversationId;
    readonly id: MessageId;
    readonly envelope: MessageEnvelope;
  }): Promise<void>;
  /** What was said in the conversation after the message `since`, in the order in which it was said. */
  after(
    tenantId: TenantId,
    conversationId: ConversationId,
    since: string,
  ): Promise<readonly { readonly id: MessageId; readonly envelope: MessageEnvelope }[]>;
  release(tenantId: TenantId, ids: readonly MessageId[]): Promise<void>;
  /** Forgets what nobody called the bot to. */
  sweep(): Promise<void>;
}

const purpose = "message.held";
/** What comes later than this after its successor is late by any measure. */
const keepFor = "5 minutes";

export function createHeldMessages(parts: {
  readonly database: Database;
  readonly sealer: Pick<Sealer, "forTenant">;
}): HeldMessages {
  const { database, sealer } = parts;
  return {
    async hold({ tenantId, conversationId, id, envelope }) {
      const seal = await sealer.forTenant(tenantId);
      await database.statement(tenantId, {
        text: `INSERT INTO held_messages (company_id, id, conversation_id, external_id, envelope)
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
        values: [tenantId, id, conversationId, envelope.id, seal.seal(purpose, JSON.stringify(envelope))],
      });
    },
    async after(tenantId, conversationId, since) {
      const rows = await database.statement<{ id: MessageId; envelope: Buffer }>(tenantId, {
        text: `SELECT id, envelope FROM held_messages
               WHERE company_id = $1 AND conversation_id = $2 AND external_id > $3 COLLATE "C"
               ORDER BY external_id COLLATE "C"`,
        values: [tenantId, conversationId, since],
      });
      if (rows.length === 0) return [];
      const seal = await sealer.forTenant(tenantId);
      return rows.map((row) => ({ id: row.id, envelope: parseEnvelope(seal.open(purpose, row.envelope)) }));
    },
    async release(tenantId, ids) {
      await database.statement(tenantId, {
        text: "DELETE FROM held_messages WHERE company_id = $1 AND id = ANY ($2::uuid[])",
        values: [tenantId, ids],
      });
    },
    async sweep() {
      const tenants = await database.acrossTenants((sql) =>
        sql.query<{ company_id: TenantId }>({
          text: `SELECT DISTINCT company_id FROM held_messages WHERE held_at < now() - interval '${keepFor}'`,
        }),
      );
      for (const { company_id: tenantId } of tenants)
        await database.statement(tenantId, {
          text: `DELETE FROM held_messages WHERE company_id = $1 AND held_at < now() - interval '${keepFor}'`,
          values: [tenantId],
        });
    },
  };
}

/** Our own, as `JSON.stringify` left it. */
function parseEnvelope(json: string): MessageEnvelope {
  const envelope = JSON.parse(json) as MessageEnvelope & { sentAt: string; receivedAt: string };
  return { ...envelope, sentAt: new Date(envelope.sentAt), receivedAt: new Date(envelope.receivedAt) };
}
