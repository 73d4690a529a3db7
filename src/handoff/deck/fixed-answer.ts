import type { FixReaders } from "../../core/deck.ts";
import type { ChannelName, Place } from "../../core/envelope.ts";
import type {
  ContactId,
  ConversationId,
  DeliveryId,
  InstallationId,
  MessageId,
  TenantId,
} from "../../core/ids.ts";
import type { Audience } from "../../knowledge/readers.ts";
import type { Query, Sql } from "../../store/database.ts";
import { isColleague } from "../../tenants/colleagues.ts";
import type { Subject } from "../baton-work.ts";

/** An answer of the bot's, with what it answered and where. */
export interface AnswerRow {
  readonly message_id: MessageId;
  readonly turn_id: string;
  readonly content: Buffer;
  readonly question: Buffer;
  readonly channel: ChannelName;
  readonly space: string;
  readonly audience: Place["audience"];
  readonly installation_id: InstallationId;
  readonly installation: string;
  readonly contact_id: ContactId;
}

/** A message in which the answer stands. */
export interface AnswerPart {
  readonly id: DeliveryId;
  readonly state: string;
  readonly body: Buffer;
}

// What a person asked last before an answer: no command, and nothing they took back.
const askedBefore = `JOIN LATERAL (
  SELECT m.content FROM messages m
   WHERE m.company_id = $1 AND m.conversation_id = a.conversation_id AND m.role = 'user' AND m.kind = 'message'
     AND m.deleted_at IS NULL AND m.seq < a.seq AND coalesce(m.reason, '') NOT LIKE 'command %'
   ORDER BY m.seq DESC LIMIT 1) u ON true`;

/** Where an answer of the bot's was given; undefined for any other id. */
export async function findAnswerPlace(
  sql: Sql,
  tenantId: TenantId,
  message: string,
): Promise<ConversationId | undefined> {
  const [row] = await sql.query<{ conversation_id: ConversationId }>({
    text: `SELECT conversation_id FROM messages
           WHERE company_id = $1 AND id = $2 AND role = 'assistant' AND kind = 'message' AND deleted_at IS NULL`,
    values: [tenantId, message],
  });
  return row?.conversation_id;
}

/** Finds an answer that stands somewhere: the newest, where none is named. */
export function findAnswer({ tenantId, conversationId }: Subject, message: string | undefined): Query {
  return {
    text: `SELECT a.id AS message_id, a.turn_id, a.content, u.content AS question, c.channel, c.space, c.audience, c.installation_id,
             i.external_id AS installation, c.user_id AS contact_id
           FROM messages a
           JOIN conversations c ON c.company_id = $1 AND c.id = a.conversation_id
           JOIN installations i ON i.company_id = $1 AND i.id = c.installation_id
           ${askedBefore}
           WHERE a.company_id = $1 AND a.conversation_id = $2 AND a.role = 'assistant' AND a.kind = 'message'
             AND a.deleted_at IS NULL AND ($3::uuid IS NULL OR a.id = $3) AND EXISTS (SELECT FROM deliveries d
               WHERE d.company_id = $1 AND d.conversation_id = $2 AND d.turn_id = a.turn_id AND d.kind = 'answer')
           ORDER BY a.seq DESC LIMIT 1`,
    values: [tenantId, conversationId, message ?? null],
  };
}

/** The messages an answer took, locked, in their order. */
export function findParts({ tenantId, conversationId }: Subject, turnId: string): Query {
  return {
    text: `SELECT id, state, body FROM deliveries
           WHERE company_id = $1 AND conversation_id = $2 AND turn_id = $3 AND kind = 'answer'
             AND (state IN ('pending', 'sending') OR (state = 'sent' AND ref IS NOT NULL))
           ORDER BY part FOR UPDATE`,
    values: [tenantId, conversationId, turnId],
  };
}

/** Says something else where a part of an answer stands, whoever has the conversation by now. */
export function correctPart({ tenantId }: Subject, id: DeliveryId, body: Buffer): Query {
  return {
    text: `UPDATE deliveries SET body = $3, state = 'pending', attempts = 0, error = NULL, epoch = NULL, streamed = false,
             next_attempt_at = clock_timestamp()
           WHERE company_id = $1 AND id = $2 AND state = 'sent' AND ref IS NOT NULL`,
    values: [tenantId, id, body],
  };
}

/** What the conversation remembers of the answer. */
export function correctMessage({ tenantId }: Subject, id: MessageId, content: Buffer): Query {
  return {
    text: "UPDATE messages SET content = $3, edited_at = now() WHERE company_id = $1 AND id = $2",
    values: [tenantId, id, content],
  };
}

/** Somebody else's question that was answered lately. */
export interface OthersRow {
  readonly contact_id: ContactId;
  readonly question: Buffer;
  readonly name: Buffer | null;
}

const days = 7;
const most = 2_000;

/** Questions of the last days that other people were answered, of those alone who may read what is for the audience. */
export function findOthers({ tenantId }: Subject, answer: AnswerRow, audience: Audience): Query {
  return {
    text: `SELECT c.user_id AS contact_id, u.content AS question, p.name
           FROM messages a
           JOIN conversations c ON c.company_id = $1 AND c.id = a.conversation_id
           JOIN contacts p ON p.company_id = $1 AND p.id = c.user_id
           ${askedBefore}
           WHERE a.company_id = $1 AND a.role = 'assistant' AND a.kind = 'message' AND a.deleted_at IS NULL
             AND a.turn_id IS NOT NULL AND a.created_at > now() - $2 * interval '1 day' AND c.user_id <> $3
             AND CASE $4 WHEN 'public' THEN true
               WHEN 'room' THEN c.installation_id = $5 AND c.space = $6 AND c.audience <> 'direct'
               ELSE ${isColleague("c.installation_id", "p.external_id")} END
           ORDER BY a.created_at DESC LIMIT ${most}`,
    values: [tenantId, days, answer.contact_id, audience.kind, answer.installation_id, answer.space],
  };
}

/** Where a person talks to the bot alone. */
export interface DirectPlaceRow {
  readonly id: ConversationId;
  readonly contact_id: ContactId;
  readonly recipient: string;
  readonly thread: string;
  readonly audience: "direct";
  readonly language: string | null;
}

/** The newest place of their own of each of these people, in an order in which all lock them. */
export function findDirectPlaces({ tenantId }: Subject, contacts: readonly ContactId[]): Query {
  return {
    text: `SELECT * FROM (
             SELECT DISTINCT ON (c.user_id) c.id, c.user_id AS contact_id, u.external_id AS recipient, c.thread, c.audience,
               coalesce(u.language, u.locale) AS language
             FROM conversations c JOIN contacts u ON u.company_id = $1 AND u.id = c.user_id
             WHERE c.company_id = $1 AND c.user_id = ANY ($2::uuid[]) AND c.audience = 'direct' AND c.agent_type <> 'staff'
             ORDER BY c.user_id, c.updated_at DESC) places ORDER BY id`,
    values: [tenantId, contacts],
  };
}

/**
 * Who may read a correction at most: who reads the thread. Of what was said to one person alone that is nobody else, so it
 * stays among the colleagues who corrected it, unless they say that it is for everybody.
 */
export function audienceOf(answer: AnswerRow, readers: FixReaders): Audience {
  if (readers === "public") return { kind: "public" };
  if (readers === "colleagues" || answer.audience === "direct") return { kind: "colleagues" };
  const { channel, installation, space } = answer;
  return { kind: "room", channel, installation, space };
}
