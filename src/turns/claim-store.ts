import { saidToOneNamed, saidToPeople } from "../core/addressed/reasons.ts";
import type { ConversationId, TenantId } from "../core/ids.ts";
import { deliveryColumns } from "../outbox/delivery.ts";
import type { Query } from "../store/database.ts";
import { rolesOf } from "../tenants/colleagues.ts";

/** Open messages one claim shows, oldest first. */
export const openLimit = 100;

/** Messages outside of the window one claim shows at most, for want of a summary. */
export const unsummarizedLimit = 12;

/** Messages of a shared thread that tell whom the next one is said to. */
const threadLooksBack = 8;

/** After such a silence a talk begins anew: an SQL interval. */
export const talkPause = "interval '12 hours'";

/** What belongs to the talk: messages dealt with, and what was chosen or commanded and answered by a turn. */
export const isSpoken = `state = 'settled' AND deleted_at IS NULL AND (kind = 'message' AND role <> 'tool'
                OR kind <> 'message' AND role IN ('user', 'staff') AND turn_id IS NOT NULL)`;

/** Whether a message comes after another one, or after none where that is 0: what was said before us is below it. */
export function isAfter(seq: string, other: string): string {
  return `(${other} = 0 OR ${seq} > ${other})`;
}

/**
 * Takes a conversation for `ttlMs` and gathers everything about it; no row when another worker holds it.
 * When the statement had to wait for the conversation's row, the row is new and what is gathered beside it is as old
 * as the statement's beginning: `stale` tells so, and the same token may ask again.
 */
export function claimConversation(request: {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly token: string;
  readonly ttlMs: number;
  /** Newest messages to look back on. */
  readonly window: number;
  /** What is at hand already: neither that history nor that summary is given again. */
  readonly known?: { readonly history: string | undefined; readonly through: number | undefined } | undefined;
}): Query {
  return {
    text: `WITH claimed AS (
        UPDATE conversations SET lease_token = $3, lease_until = clock_timestamp() + $4 * interval '1 millisecond',
          attempts = attempts + CASE WHEN lease_token = $3 THEN 0 ELSE 1 END
        WHERE company_id = $1 AND id = $2
          AND (lease_until IS NULL OR lease_until < clock_timestamp() OR lease_token = $3)
        RETURNING *
      ), running AS (
        SELECT t.* FROM turns t, claimed
        WHERE t.company_id = $1 AND t.conversation_id = $2 AND t.state = 'running'
      )
      SELECT c.id, c.channel, c.installation_id, i.external_id AS installation, c.space, c.thread, c.audience, c.owner_kind, c.owner_staff,
        c.owner_queue, c.status, c.epoch, c.owner_kind = 'queue' AND c.meanwhile_epoch IS NOT DISTINCT FROM c.epoch
          AS asks_meanwhile, c.epoch_seq, c.inbox_version, c.attempts,
        CASE WHEN c.summary_through_seq = $7 THEN NULL ELSE c.summary END AS summary, c.summary_through_seq,
        CASE WHEN c.length_epoch = c.epoch AND c.length_at > clock_timestamp() - ${talkPause} THEN c.length_turns ELSE 0 END
          AS length_turns,
        c.return_path, c.dialogue, c.hand_over, p.document AS profile,
        u.id AS contact_id, u.external_id AS contact_external_id, u.time_zone AS contact_time_zone,
        u.locale AS contact_locale, u.language AS contact_language,
        to_json(ARRAY(${rolesOf("c.installation_id", "u.external_id")})) AS contact_roles,
        (seen.last_seq, seen.inbox_version, seen.settled_version, seen.epoch)
          IS DISTINCT FROM (c.last_seq, c.inbox_version, c.settled_version, c.epoch)
          OR (seen.lease_token IS NOT NULL AND seen.lease_token <> $3) AS stale,
        coalesce((SELECT json_agg(m) FROM (
          SELECT id, seq, role, kind, sender_id, external_id, content, correlation_id,
            (extract(epoch FROM clock_timestamp() - created_at) * 1000)::float8 AS waited_ms
          FROM messages WHERE company_id = $1 AND conversation_id = $2 AND state = 'open' ORDER BY seq LIMIT ${openLimit}) m),
          '[]') AS open,
        talk.version AS history_version,
        CASE WHEN talk.version = $6 THEN NULL ELSE coalesce((SELECT json_agg(h ORDER BY h.seq) FROM (
          SELECT role, kind, content, seq, edited_at::text AS edited FROM messages
          WHERE company_id = $1 AND conversation_id = $2 AND ${isSpoken} AND seq >= talk.from_seq) h), '[]') END AS history,
        CASE WHEN c.audience = 'direct' THEN '[]' ELSE coalesce((SELECT json_agg(w ORDER BY w.seq) FROM (
          SELECT seq, role, sender_id, content, state FROM messages
          WHERE company_id = $1 AND conversation_id = $2 AND deleted_at IS NULL AND kind = 'message'
            AND role NOT IN ('system', 'tool')
            AND (state = 'settled' OR state = 'ignored' AND reason IN ('${saidToPeople}', '${saidToOneNamed}'))
          ORDER BY seq DESC LIMIT ${threadLooksBack}) w), '[]') END AS said,
        coalesce((SELECT json_agg(d ORDER BY d.seq, d.created_at) FROM (
          SELECT ${deliveryColumns} FROM deliveries d
          WHERE d.company_id = $1 AND d.conversation_id = $2 AND d.state IN ('pending', 'sending')) d),
          '[]') AS deliveries,
        (SELECT row_to_json(r) FROM (SELECT id, epoch, through_seq, inbox_version, receipt FROM running) r) AS turn,
        coalesce((SELECT json_agg(s) FROM (
          SELECT key, kind, repeatable, output, ok, duration_ms, s.cost_usd FROM steps s, running r
          WHERE s.company_id = $1 AND s.turn_id = r.id ORDER BY s.started_at) s), '[]') AS steps
      FROM claimed c
      JOIN conversations seen ON seen.company_id = $1 AND seen.id = $2
      JOIN installations i ON i.company_id = $1 AND i.id = c.installation_id
      JOIN contacts u ON u.company_id = $1 AND u.id = c.user_id
      LEFT JOIN profiles p ON p.company_id = $1 AND p.user_id = c.user_id AND c.audience = 'direct'
      CROSS JOIN LATERAL (
        SELECT min(seq) AS from_seq,
          md5(string_agg(seq || coalesce('/' || edited_at::text, ''), ',' ORDER BY seq)) AS version FROM (
          SELECT seq, edited_at, row_number() OVER (ORDER BY seq DESC) AS place FROM (
            SELECT seq, edited_at FROM messages
            WHERE company_id = $1 AND conversation_id = $2 AND ${isSpoken} AND ${isAfter("seq", "c.memory_from_seq")}
            ORDER BY seq DESC LIMIT $5 + ${unsummarizedLimit}) newest) placed
        WHERE place <= $5 OR ${isAfter("seq", "c.summary_through_seq")}) talk`,
    values: [
      request.tenantId,
      request.conversationId,
      request.token,
      request.ttlMs,
      request.window,
      request.known?.history ?? null,
      request.known?.through ?? null,
    ],
  };
}
