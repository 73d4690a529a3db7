import { defaultQueue } from "../core/baton-event.ts";
import type { Baton, BatonAudit, Owner } from "../core/conversation.ts";
import type { ChannelName } from "../core/envelope.ts";
import type { ContactId, ConversationId, MessageId, StaffId, TenantId } from "../core/ids.ts";
import { toTextLanguage, type TextLanguage } from "../core/texts/texts.ts";
import type { Query, Sql } from "../store/database.ts";

/** A conversation's baton, locked until the transaction ends. */
export interface LockedConversation {
  readonly baton: Baton;
  readonly channel: ChannelName;
  readonly requesterId: string;
  readonly contactId: ContactId;
  readonly audience: "direct" | "group" | "public" | "shared";
  readonly thread: string;
  /** In which its person is told things. */
  readonly language: TextLanguage;
}

interface BatonRow {
  owner_kind: Owner["kind"];
  owner_staff: StaffId | null;
  owner_queue: string | null;
  status: Baton["status"];
  epoch: number;
  waiting_since: Date | null;
  previous_owner: Owner | null;
  snoozed_until: Date | null;
  closed_at: Date | null;
  channel: ChannelName;
  audience: LockedConversation["audience"];
  thread: string;
  requester_id: string;
  contact_id: ContactId;
  language: string | null;
}

/** Locks the conversation's row. Undefined when there is none. */
export async function lockConversation(
  sql: Sql,
  tenantId: TenantId,
  id: ConversationId,
): Promise<LockedConversation | undefined> {
  const [row] = await sql.query<BatonRow>({
    text: `SELECT c.owner_kind, c.owner_staff, c.owner_queue, c.status, c.epoch, c.waiting_since, c.previous_owner,
             c.snoozed_until, c.closed_at, c.channel, c.audience, c.thread, u.external_id AS requester_id, u.id AS contact_id,
             coalesce(u.language, u.locale) AS language
           FROM conversations c JOIN contacts u ON u.company_id = c.company_id AND u.id = c.user_id
           WHERE c.company_id = $1 AND c.id = $2 FOR NO KEY UPDATE OF c`,
    values: [tenantId, id],
  });
  if (row === undefined) return undefined;
  const baton: Baton = {
    owner: toOwner(row),
    status: row.status,
    epoch: row.epoch,
    waitingSince: row.waiting_since ?? undefined,
    previousOwner: row.previous_owner ?? undefined,
    snoozedUntil: row.snoozed_until ?? undefined,
    closedAt: row.closed_at ?? undefined,
  };
  const { requester_id: requesterId, contact_id: contactId, channel, audience, thread } = row;
  return { baton, channel, requesterId, contactId, audience, thread, language: toTextLanguage(row.language) };
}

/** From now on a person is told things in that language. */
export function storeLanguage(tenantId: TenantId, id: ContactId, language: string): Query {
  return {
    text: `UPDATE contacts SET language = $3 WHERE company_id = $1 AND id = $2 AND language IS DISTINCT FROM $3`,
    values: [tenantId, id, language],
  };
}

/** The owner as three columns store it. Throws for a person's conversation that names none: the schema forbids it. */
export function toOwner({
  owner_kind: kind,
  owner_staff: staff,
  owner_queue: queue,
}: Pick<BatonRow, "owner_kind" | "owner_staff" | "owner_queue">): Owner {
  switch (kind) {
    case "bot":
    case "off":
      return { kind };
    case "queue":
      return { kind, queue: queue ?? defaultQueue };
    case "human":
      if (staff === null) throw new Error("a conversation owned by a person names none");
      return { kind, staff };
    default:
      throw new Error(`unknown owner: ${String(kind satisfies never)}`);
  }
}

/**
 * Stores the baton as `transition` gave it. From one queue to another nobody has taken it: whoever asks the bot meanwhile
 * goes on, also with what they have asked.
 */
export function storeBaton(tenantId: TenantId, id: ConversationId, baton: Baton): Query {
  const { owner } = baton;
  return {
    text: `UPDATE conversations SET owner_kind = $3, owner_staff = $4, owner_queue = $5, status = $6, epoch = $7,
             epoch_seq = CASE WHEN epoch = $7 OR owner_kind = 'queue' AND $3 = 'queue' THEN epoch_seq ELSE last_seq END,
             meanwhile_epoch = CASE WHEN meanwhile_epoch = epoch AND owner_kind = 'queue' AND $3 = 'queue' THEN $7
               ELSE meanwhile_epoch END,
             hand_over = NULL, waiting_since = $8, previous_owner = $9, snoozed_until = $10, closed_at = $11, updated_at = now()
           WHERE company_id = $1 AND id = $2`,
    values: [
      tenantId,
      id,
      owner.kind,
      owner.kind === "human" ? owner.staff : null,
      owner.kind === "queue" ? owner.queue : null,
      baton.status,
      baton.epoch,
      baton.waitingSince ?? null,
      baton.previousOwner === undefined ? null : JSON.stringify(baton.previousOwner),
      baton.snoozedUntil ?? null,
      baton.closedAt ?? null,
    ],
  };
}

/** The hand-over an answer announced is carried out. */
export function forgetHandOver(tenantId: TenantId, id: ConversationId): Query {
  return {
    text: "UPDATE conversations SET hand_over = NULL WHERE company_id = $1 AND id = $2",
    values: [tenantId, id],
  };
}

/** The one audit row of a change, and its event for the counters. */
export function recordAudit(
  tenantId: TenantId,
  id: ConversationId,
  audit: BatonAudit,
  {
    epoch,
    correlationId,
    data,
  }: {
    readonly epoch: number;
    readonly correlationId: string;
    readonly data?: Readonly<Record<string, unknown>> | undefined;
  },
): Query {
  return {
    text: `WITH audited AS (
             INSERT INTO audit (company_id, conversation_id, actor, action, reason, data, correlation_id, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8))
           INSERT INTO events (company_id, event_type, session_id, data)
           SELECT $1, 'handoff', $2, $6::jsonb || jsonb_build_object('action', $4::text)`,
    values: [
      tenantId,
      id,
      audit.by,
      audit.action,
      audit.reason ?? null,
      JSON.stringify({ ...data, from: audit.from, to: audit.to, epoch, evidence: audit.evidence }),
      correlationId,
      audit.at,
    ],
  };
}

/** A control nobody has carried out yet: a button, a command, a colleague speaking. */
export interface OpenControl {
  readonly id: MessageId;
  readonly seq: string;
  readonly kind: "message" | "action" | "command";
  readonly role: "user" | "staff" | "system";
  readonly sender_id: string;
  readonly staff_id: StaffId | null;
  readonly content: Buffer;
  readonly correlation_id: string | null;
  readonly created_at: Date;
}

/** Open messages that may be controls, oldest first; what is a mere question stays for the turn. */
export function openControls(tenantId: TenantId, id: ConversationId): Query {
  return {
    text: `SELECT m.id, m.seq, m.kind, m.role, m.sender_id, p.id AS staff_id, m.content, m.correlation_id, m.created_at
           FROM messages m
           JOIN conversations c ON c.company_id = m.company_id AND c.id = m.conversation_id
           LEFT JOIN staff_identities s ON s.company_id = m.company_id AND s.installation_id = c.installation_id
             AND s.external_id = m.sender_id
           LEFT JOIN staff p ON p.company_id = m.company_id AND p.id = s.staff_id AND p.state = 'active'
           WHERE m.company_id = $1 AND m.conversation_id = $2 AND m.state = 'open' ORDER BY m.seq LIMIT 100`,
    values: [tenantId, id],
  };
}

/** From now on, and as long as nobody takes the conversation, the bot answers whoever waits in it; no row where it does. */
export function keepAsking(tenantId: TenantId, id: ConversationId): Query {
  return {
    text: `UPDATE conversations SET meanwhile_epoch = epoch
           WHERE company_id = $1 AND id = $2 AND meanwhile_epoch IS DISTINCT FROM epoch RETURNING id`,
    values: [tenantId, id],
  };
}

/** Closes a control that was carried out, or refused. A colleague's own words stay in the history. */
export function settleControl(tenantId: TenantId, id: MessageId, reason: string): Query {
  return {
    text: `UPDATE messages SET state = 'settled', reason = $3 WHERE company_id = $1 AND id = $2 AND state = 'open'`,
    values: [tenantId, id, reason],
  };
}
