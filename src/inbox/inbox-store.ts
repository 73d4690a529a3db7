import type { ConversationId, MessageId, TenantId } from "../core/ids.ts";
import type { Database, Query, Sql } from "../store/database.ts";
import type { Envelope } from "../core/envelope.ts";
import { isColleague } from "../tenants/colleagues.ts";
import type { Route } from "../tenants/installations.ts";
import type { ConversationKey } from "./conversation-key.ts";

/** Everything one inbound message becomes in the database. */
export interface InboundRow {
  readonly envelope: Envelope;
  readonly route: Route;
  readonly key: ConversationKey;
  readonly kind: "message" | "action" | "command";
  readonly content: Buffer;
  readonly raw: Buffer | undefined;
  readonly contactName: Buffer | undefined;
  readonly returnPath: Buffer | undefined;
  /** Begin a conversation where there is none yet. */
  readonly mayBegin: boolean;
}

/** `unknown` is a message in a thread we have no part in; nothing was stored of it. */
export type Stored =
  /** `begins`: it is the first of its conversation; `isOvertaken`: a message that was said after it came before it. */
  | {
      readonly kind: "new";
      readonly role: "user" | "staff";
      readonly begins: boolean;
      readonly isOvertaken: boolean;
    }
  | { readonly kind: "duplicate" }
  | { readonly kind: "unknown" };

/**
 * One statement, so one transaction: contact, conversation and message, unique on the message's identity.
 * The conversation's row is locked by its version bump, which orders it against a turn that is just settling.
 */
const storeMessage = `
WITH wanted AS (
  SELECT 1 WHERE $12 OR EXISTS (SELECT FROM conversations WHERE company_id = $1 AND id = $2)
), contact AS (
  INSERT INTO contacts (company_id, id, installation_id, external_id, name, locale, time_zone)
  SELECT $1, $3, $4, $5, $6, $7, $8 FROM wanted
  ON CONFLICT DO NOTHING
), conversation AS (
  INSERT INTO conversations (company_id, id, installation_id, user_id, channel, thread_id, space, thread, audience,
    last_seq, inbox_version, last_external_id, return_path)
  SELECT $1, $2, $4, $3, $9, $10, $13, $14, $15, 1, 1, $11, $23 FROM wanted
  ON CONFLICT (company_id, id) DO UPDATE SET last_seq = conversations.last_seq + 1,
    inbox_version = conversations.inbox_version + 1, updated_at = now(), audience = excluded.audience,
    last_external_id = greatest(conversations.last_external_id, excluded.last_external_id),
    return_path = coalesce(excluded.return_path, conversations.return_path)
  WHERE NOT EXISTS (SELECT FROM messages WHERE company_id = $1 AND id = $16)
  RETURNING last_seq, last_external_id > $11 AS is_overtaken
), message AS (
  INSERT INTO messages (company_id, id, conversation_id, seq, role, kind, state, reason, external_id, sender_id, content,
    raw, correlation_id, sent_at)
  SELECT $1, $16, $2, conversation.last_seq,
    CASE WHEN ${isColleague("$4", "$5")} THEN 'staff' ELSE 'user' END,
    $17, coalesce(blocked.state, 'open'), blocked.reason, $18, $5, $19, $20, $21, $22
  FROM conversation LEFT JOIN (
    SELECT 'ignored' AS state, 'they are blocked' AS reason FROM contacts
    WHERE company_id = $1 AND id = $3 AND blocked_at IS NOT NULL) blocked ON true
  ON CONFLICT DO NOTHING
  RETURNING role
)
SELECT (SELECT role FROM message) AS role, (SELECT last_seq FROM conversation) = 1 AS begins,
  (SELECT is_overtaken FROM conversation) AS is_overtaken, EXISTS (SELECT FROM wanted) AS wanted`;

/** Stores a message, an action or a command once. */
export async function storeInbound(database: Database, row: InboundRow): Promise<Stored> {
  const { envelope, route, key } = row;
  const { sender, place } = envelope;
  const isMessage = row.kind === "message";
  const values = [
    route.tenantId,
    key.conversationId,
    key.contactId,
    route.installationId,
    sender.id,
    row.contactName ?? null,
    sender.locale ?? null,
    sender.timeZone ?? null,
    envelope.channel,
    key.threadId,
    isMessage ? envelope.id : null,
    row.mayBegin,
    place.space,
    key.thread,
    place.audience,
    key.messageId(envelope.id),
    row.kind,
    envelope.id,
    row.content,
    row.raw ?? null,
    envelope.correlationId,
    envelope.sentAt,
    row.returnPath ?? null,
  ];
  const [result] = await database.statement<{
    role: "user" | "staff" | null;
    begins: boolean | null;
    is_overtaken: boolean | null;
    wanted: boolean;
  }>(route.tenantId, { text: storeMessage, values }, { retries: 2 });
  if (result === undefined) throw new Error("inbox: the insert answered nothing");
  if (result.role !== null) {
    const { role, begins, is_overtaken: isOvertaken } = result;
    return { kind: "new", role, begins: begins === true, isOvertaken: isOvertaken === true };
  }
  return { kind: result.wanted ? "duplicate" : "unknown" };
}

/** What an edit or a delete finds. */
export interface LockedMessage {
  readonly content: Buffer;
  readonly state: string;
  readonly edited_at: Date | null;
  readonly deleted_at: Date | null;
}

/**
 * The message an edit or a delete is about, locked until the transaction ends. Its conversation is locked before it:
 * turns go the same way round, so that the two never wait for each other.
 */
export async function lockMessage(
  sql: Sql,
  tenantId: TenantId,
  conversationId: ConversationId,
  id: MessageId,
): Promise<LockedMessage | undefined> {
  await sql.query({
    text: "SELECT id FROM conversations WHERE company_id = $1 AND id = $2 FOR NO KEY UPDATE",
    values: [tenantId, conversationId],
  });
  const [row] = await sql.query<LockedMessage>({
    text: `SELECT content, state, edited_at, deleted_at FROM messages WHERE company_id = $1 AND id = $2 FOR UPDATE`,
    values: [tenantId, id],
  });
  return row;
}

/** Replaces a message's content after an edit; an open one makes the turn look again. */
export function editMessage(tenantId: TenantId, id: MessageId, content: Buffer, at: Date): Query {
  return {
    text: `WITH message AS (
             UPDATE messages SET content = $3, edited_at = $4 WHERE company_id = $1 AND id = $2
             RETURNING conversation_id, state)
           UPDATE conversations c SET inbox_version = inbox_version + 1, updated_at = now()
           FROM message WHERE c.company_id = $1 AND c.id = message.conversation_id AND message.state = 'open'
           RETURNING c.id`,
    values: [tenantId, id, content, at],
  };
}

/** Marks a message deleted and empties it; an open one will not be answered any more. */
export function deleteMessage(tenantId: TenantId, id: MessageId, emptied: Buffer, at: Date): Query {
  return {
    text: `WITH before AS (
             SELECT state FROM messages WHERE company_id = $1 AND id = $2
           ), message AS (
             UPDATE messages SET content = $3, raw = NULL, deleted_at = $4,
               state = CASE WHEN state = 'open' THEN 'deleted' ELSE state END
             WHERE company_id = $1 AND id = $2 RETURNING conversation_id)
           UPDATE conversations c SET inbox_version = inbox_version + 1, updated_at = now()
           FROM message, before
           WHERE c.company_id = $1 AND c.id = message.conversation_id AND before.state = 'open'
           RETURNING c.id`,
    values: [tenantId, id, emptied, at],
  };
}

/** Something worth counting that changes no conversation: a reaction, a membership. Ids only. */
export function noteEvent(tenantId: TenantId, type: string, data: Readonly<Record<string, unknown>>): Query {
  return {
    text: "INSERT INTO events (company_id, event_type, data) VALUES ($1, $2, $3)",
    values: [tenantId, type, JSON.stringify(data)],
  };
}
