import type { ContactId, ConversationId, TenantId } from "../../core/ids.ts";
import type { Query, Sql } from "../../store/database.ts";
import { deriveId } from "../../store/derive-id.ts";

/** The purpose under which a suggested reply is sealed. */
export const suggestionPurpose = "suggested.reply";

/** A reply a colleague asked to be suggested, taken by who writes it. */
export interface WantedSuggestion {
  readonly id: string;
  readonly conversation_id: ConversationId;
  readonly desk_id: ConversationId;
  readonly cause: string;
  readonly only_for: string | null;
  readonly attempts: number;
  readonly correlation_id: string | null;
  /** No colleague asked for it. */
  readonly unasked: boolean;
}

/** Its id follows from the command that asked for it. */
export function suggestionIdOf(controlId: string): string {
  return deriveId("suggestion", controlId);
}

/** Keeps that a reply is wanted, once for each command; in the transaction that carries the command out. No row for twice. */
export function wantSuggestion(
  tenantId: TenantId,
  wanted: {
    readonly conversationId: ConversationId;
    readonly deskId: ConversationId;
    readonly controlId: string;
    readonly onlyFor: string | undefined;
    readonly correlationId: string;
  },
): Query {
  return {
    text: `INSERT INTO suggested_replies (company_id, id, conversation_id, desk_id, cause, only_for, correlation_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id`,
    values: [
      tenantId,
      suggestionIdOf(wanted.controlId),
      wanted.conversationId,
      wanted.deskId,
      wanted.controlId,
      wanted.onlyFor ?? null,
      wanted.correlationId,
    ],
  };
}

/** Takes one for `holdMs`; no row where it is written, or somebody else writes it. */
export function takeWanted(tenantId: TenantId, id: string, holdMs: number): Query {
  return {
    text: `UPDATE suggested_replies SET attempts = attempts + 1,
             next_attempt_at = clock_timestamp() + $3 * interval '1 millisecond'
           WHERE company_id = $1 AND id = $2 AND done_at IS NULL AND next_attempt_at <= clock_timestamp()
           RETURNING id, conversation_id, desk_id, cause, only_for, attempts, correlation_id,
             NOT EXISTS (SELECT FROM messages m WHERE m.company_id = $1 AND m.id = cause) AS unasked`,
    values: [tenantId, id, holdMs],
  };
}

/** What was suggested, or that there is nothing to suggest: whoever comes first. No row for who comes later. */
export function noteSuggested(tenantId: TenantId, id: string, body: Buffer | undefined): Query {
  return {
    text: `UPDATE suggested_replies SET body = $3, done_at = clock_timestamp()
           WHERE company_id = $1 AND id = $2 AND done_at IS NULL RETURNING id`,
    values: [tenantId, id, body ?? null],
  };
}

/** What nobody writes any more, of all companies. */
export function findWanted(limit: number): Query {
  return {
    text: `SELECT company_id, id FROM suggested_replies
           WHERE done_at IS NULL AND next_attempt_at <= clock_timestamp() LIMIT $1`,
    values: [limit],
  };
}

/** The words that were suggested at a desk, sealed; no row for any other id. */
export async function findSuggested(
  sql: Sql,
  { tenantId, desk, id }: { readonly tenantId: TenantId; readonly desk: ConversationId; readonly id: string },
): Promise<Buffer | undefined> {
  const [row] = await sql.query<{ body: Buffer }>({
    text: `SELECT body FROM suggested_replies WHERE company_id = $1 AND id = $2 AND desk_id = $3 AND body IS NOT NULL`,
    values: [tenantId, id, desk],
  });
  return row?.body;
}

/** A conversation as somebody who answers its person sees it. */
export interface AskedIn {
  readonly contact_id: ContactId;
  readonly audience: "direct" | "group" | "public" | "shared";
  readonly time_zone: string | null;
  readonly locale: string | null;
  readonly language: string | null;
  readonly summary: Buffer | null;
  readonly said: readonly {
    readonly role: "user" | "assistant" | "staff";
    readonly content: Buffer;
  }[];
}

/** The newest `window` messages of a conversation, oldest first, and who it is with. */
export async function readAsked(
  ask: Sql["query"],
  tenantId: TenantId,
  conversationId: ConversationId,
  window: number,
): Promise<AskedIn | undefined> {
  const [who] = await ask<Omit<AskedIn, "said">>({
    text: `SELECT u.id AS contact_id, c.audience, u.time_zone, u.locale, u.language, c.summary
           FROM conversations c JOIN contacts u ON u.company_id = $1 AND u.id = c.user_id
           WHERE c.company_id = $1 AND c.id = $2`,
    values: [tenantId, conversationId],
  });
  if (who === undefined) return undefined;
  const said = await ask<AskedIn["said"][number]>({
    text: `SELECT role, content FROM messages WHERE company_id = $1 AND conversation_id = $2 AND deleted_at IS NULL
             AND kind = 'message' AND role IN ('user', 'assistant', 'staff') AND coalesce(reason, '') NOT LIKE 'command %'
             AND (role = 'user' OR state = 'settled')
           ORDER BY seq DESC LIMIT $3`,
    values: [tenantId, conversationId, window],
  });
  return { ...who, said: said.toReversed() };
}
