import type { Accepted, DeleteEnvelope, EditEnvelope, Envelope } from "../core/envelope.ts";
import type { ConversationId, MessageId, TenantId } from "../core/ids.ts";
import type { Database, Query, Sql } from "../store/database.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";
import type { Route } from "../tenants/installations.ts";
import { conversationKeyOf } from "./conversation-key.ts";
import { forgetMessage } from "./forget-message.ts";
import { deleteMessage, editMessage, lockMessage, type LockedMessage } from "./inbox-store.ts";
import { openContent, sealContent, toKeptText } from "./message-content.ts";

/** Where colleagues see what people wrote: what they change or take back changes there, too. */
export interface MessageRooms {
  /** In the transaction that changes the message. True where it stands in a room. */
  edited(sql: Sql, tenantId: TenantId, message: MessageId): Promise<boolean>;
  /** Called after the commit; must not reject. */
  soon(tenantId: TenantId, conversation: ConversationId): Promise<void>;
}

/** What people do to messages that were taken in already. What comes too late, or twice, changes nothing. */
export interface MessageChanges {
  edit(envelope: EditEnvelope, route: Route): Promise<Accepted>;
  delete(envelope: DeleteEnvelope, route: Route): Promise<Accepted>;
}

interface MessageChangesParts {
  readonly database: Pick<Database, "withTenant">;
  readonly sealer: Sealer;
  readonly rooms: MessageRooms;
  /** Rings for a conversation whose open messages changed. */
  readonly announce: (
    envelope: Envelope,
    route: Route,
    conversationId: ConversationId,
    urgent: boolean,
  ) => void;
}

export function createMessageChanges(parts: MessageChangesParts): MessageChanges {
  const { database, sealer, rooms, announce } = parts;

  /** Changes a message we have; one that is still open makes its turn look again. */
  async function change(
    envelope: EditEnvelope | DeleteEnvelope,
    route: Route,
    toQuery: (seal: TenantSeal, id: MessageId, before: LockedMessage) => Query | undefined,
  ): Promise<Accepted> {
    const seal = await sealer.forTenant(route.tenantId);
    const key = conversationKeyOf(envelope, route.installationId);
    const id = key.messageId(envelope.targetId);
    let isInRoom = false;
    const rung = await database.withTenant(route.tenantId, async (sql) => {
      const before = await lockMessage(sql, route.tenantId, key.conversationId, id);
      if (before === undefined || before.deleted_at !== null) return undefined;
      const query = toQuery(seal, id, before);
      if (query === undefined) return [];
      const looksAgain = await sql.query(query);
      await forgetMessage(sql, seal, { tenantId: route.tenantId, id });
      isInRoom = await rooms.edited(sql, route.tenantId, id);
      return looksAgain;
    });
    if (rung === undefined) {
      const reason =
        envelope.kind === "edit" ? "an edit of a message we do not have" : "a message we do not have";
      return { kind: "ignored", reason };
    }
    if (rung.length > 0) announce(envelope, route, key.conversationId, false);
    if (isInRoom) void rooms.soon(route.tenantId, key.conversationId);
    return { kind: "accepted" };
  }

  return {
    edit: (envelope, route) =>
      change(envelope, route, (seal, id, before) => {
        if (before.edited_at !== null && before.edited_at >= envelope.sentAt) return undefined;
        const content = openContent(seal, before.content);
        const edited = sealContent(seal, { ...content, text: toKeptText(envelope.text) });
        return editMessage(route.tenantId, id, edited, envelope.sentAt);
      }),
    delete: (envelope, route) =>
      change(envelope, route, (seal, id) =>
        deleteMessage(route.tenantId, id, sealContent(seal, { text: "" }), envelope.sentAt),
      ),
  };
}
