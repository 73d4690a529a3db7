import { z } from "zod";
import type { ApprovalState } from "../core/approval.ts";
import type { ChannelName } from "../core/envelope.ts";
import type { ConversationId, DeliveryId, MessageId, StaffId, TenantId, TurnId } from "../core/ids.ts";
import type { Query } from "../store/database.ts";

/** The purpose under which the messages of a draft are sealed. */
export const draftPurpose = "draft.parts";

/** The messages a draft will be, as the outbox takes them; each `body` is a sealed reply in base64. */
const draftParts = z.array(
  z.object({
    id: z.custom<DeliveryId>((value) => typeof value === "string"),
    part: z.number(),
    body: z.string(),
  }),
);
export type DraftPart = z.output<typeof draftParts>[number];

/** Reads what `JSON.stringify` of the parts gave. */
export function parseDraftParts(json: string): readonly DraftPart[] {
  return draftParts.parse(JSON.parse(json));
}

/** Keeps a draft, in the transaction that commits its turn; the message in the history is not said yet. */
export function insertDraft(
  tenantId: TenantId,
  draft: {
    readonly id: string;
    readonly conversationId: ConversationId;
    readonly turnId: TurnId;
    readonly messageId: MessageId;
    readonly recipient: string | undefined;
    readonly sealed: Buffer;
    readonly nonceHash: Buffer;
    readonly epoch: number;
    readonly ttlMs: number;
    readonly correlationId: string;
  },
): Query {
  return {
    text: `WITH unsaid AS (
             UPDATE messages SET state = 'ignored', reason = 'a draft' WHERE company_id = $1 AND id = $5)
           INSERT INTO drafts (company_id, id, conversation_id, turn_id, message_id, recipient, parts, nonce_hash, epoch,
             expires_at, correlation_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp() + $10 * interval '1 millisecond', $11)`,
    values: [
      tenantId,
      draft.id,
      draft.conversationId,
      draft.turnId,
      draft.messageId,
      draft.recipient ?? null,
      draft.sealed,
      draft.nonceHash,
      draft.epoch,
      draft.ttlMs,
      draft.correlationId,
    ],
  };
}

/** A draft with its conversation as it is now. */
export interface DraftRow {
  readonly id: string;
  readonly conversation_id: ConversationId;
  readonly turn_id: TurnId;
  readonly message_id: MessageId;
  readonly recipient: string | null;
  readonly parts: Buffer;
  readonly nonce_hash: Buffer;
  readonly epoch: number;
  readonly state: ApprovalState;
  readonly expires_at: Date;
  readonly noted_at: Date | null;
  readonly correlation_id: string | null;
  readonly now_epoch: number;
  readonly owner_kind: string;
  readonly channel: ChannelName;
  readonly audience: "direct" | "group" | "public" | "shared";
  readonly thread: string;
  readonly requester_id: string;
  readonly language: string | null;
  readonly now: Date;
}

/** Locks a draft and its conversation, so that one of several decisions wins. */
export function lockDraft(tenantId: TenantId, id: string): Query {
  return {
    text: `SELECT d.id, d.conversation_id, d.turn_id, d.message_id, d.recipient, d.parts, d.nonce_hash, d.epoch, d.state,
             d.expires_at, d.noted_at, d.correlation_id, c.epoch AS now_epoch, c.owner_kind, c.channel, c.audience, c.thread,
             coalesce(d.recipient, u.external_id) AS requester_id, coalesce(u.language, u.locale) AS language,
             clock_timestamp() AS now
           FROM drafts d
           JOIN conversations c ON c.company_id = $1 AND c.id = d.conversation_id
           JOIN contacts u ON u.company_id = $1 AND u.id = c.user_id
           WHERE d.company_id = $1 AND d.id = $2 FOR NO KEY UPDATE OF c, d`,
    values: [tenantId, id],
  };
}

/** Ends a wait. Only the one that finds it pending changes anything. */
export function settleDraft(
  tenantId: TenantId,
  id: string,
  to: ApprovalState,
  by: StaffId | undefined,
): Query {
  return {
    text: `UPDATE drafts SET state = $3, decided_by = $4, decided_at = clock_timestamp()
           WHERE company_id = $1 AND id = $2 AND state = 'pending' RETURNING id`,
    values: [tenantId, id, to, by ?? null],
  };
}

/** Puts the messages of a draft in the outbox, bound to its epoch like any answer, and the answer in the history. */
export function releaseDraft(
  tenantId: TenantId,
  row: DraftRow,
  parts: readonly (Pick<DraftPart, "id" | "part"> & { readonly body: Buffer })[],
): Query {
  return {
    text: `WITH conversation AS (
             UPDATE conversations SET last_seq = last_seq + 1, updated_at = now() WHERE company_id = $1 AND id = $2
             RETURNING last_seq
           ), said AS (
             UPDATE messages SET state = 'settled', reason = NULL, seq = conversation.last_seq
             FROM conversation WHERE company_id = $1 AND id = $3)
           INSERT INTO deliveries (company_id, id, conversation_id, turn_id, part, seq, epoch, kind, recipient, body, correlation_id)
           SELECT $1, p.id, $2, $4, p.part, conversation.last_seq * 1000 + p.part, $5, 'answer', $6, p.body, $7
           FROM conversation, unnest($8::uuid[], $9::int[], $10::bytea[]) AS p (id, part, body)
           ON CONFLICT DO NOTHING`,
    values: [
      tenantId,
      row.conversation_id,
      row.message_id,
      row.turn_id,
      row.epoch,
      row.recipient,
      row.correlation_id,
      parts.map(({ id }) => id),
      parts.map(({ part }) => part),
      parts.map(({ body }) => body),
    ],
  };
}

/** The person knows from now on that a colleague looks at the answer. */
export function noteDraft(tenantId: TenantId, id: string): Query {
  return {
    text: "UPDATE drafts SET noted_at = clock_timestamp() WHERE company_id = $1 AND id = $2",
    values: [tenantId, id],
  };
}

/** The audit row of a draft or of what was decided about it. */
export function auditDraft(
  tenantId: TenantId,
  row: Pick<DraftRow, "id" | "conversation_id" | "epoch" | "correlation_id">,
  { actor, action }: { readonly actor: string; readonly action: string },
): Query {
  return {
    text: `INSERT INTO audit (company_id, conversation_id, actor, action, data, correlation_id) VALUES ($1, $2, $3, $4, $5, $6)`,
    values: [
      tenantId,
      row.conversation_id,
      actor,
      action,
      JSON.stringify({ draft: row.id, epoch: row.epoch }),
      row.correlation_id,
    ],
  };
}

/** Drafts across all tenants that something is to be done about: too late, without their conversation, or not told of. */
export function findDraftsDue(limit: number, noteAfterMs: number): Query {
  return {
    text: `SELECT d.company_id, d.id FROM drafts d
           JOIN conversations c ON c.company_id = d.company_id AND c.id = d.conversation_id
           WHERE d.state = 'pending' AND (d.expires_at < clock_timestamp() OR c.epoch <> d.epoch OR c.owner_kind <> 'bot'
             OR (d.noted_at IS NULL AND d.created_at < clock_timestamp() - $2 * interval '1 millisecond'))
           ORDER BY d.expires_at LIMIT $1`,
    values: [limit, noteAfterMs],
  };
}
