import type { ChannelName } from "../../core/envelope.ts";
import type { ConversationId, DeliveryId, TenantId } from "../../core/ids.ts";
import type { Query, Sql } from "../../store/database.ts";
import type { Waiting } from "./wait-words.ts";

/** Who waits longer in the same queue, and how long those waited whom people took over in the last 30 days. */
export async function findWaiting(sql: Sql, tenantId: TenantId, id: ConversationId): Promise<Waiting> {
  const [queue] = await sql.query<{ ahead: number }>({
    text: `SELECT (${ahead})::int AS ahead FROM conversations c WHERE c.company_id = $1 AND c.id = $2`,
    values: [tenantId, id],
  });
  return { ahead: queue?.ahead ?? 0, waits: await findWaits(sql, tenantId) };
}

const ahead = `SELECT count(*) FROM conversations o WHERE o.company_id = $1 AND o.owner_kind = 'queue'
  AND o.owner_queue = c.owner_queue AND o.status = 'escalated' AND o.waiting_since < c.waiting_since`;

/**
 * How long those waited whom people took over in the last 30 days, milliseconds: from the moment they came into a queue,
 * whatever brought them there. Who gave up, or was given back to the bot, is none of them.
 */
export async function findWaits(sql: Sql, tenantId: TenantId): Promise<readonly number[]> {
  const waits = await sql.query<{ ms: number }>({
    text: `SELECT (extract(epoch FROM taken.at - asked.at) * 1000)::float8 AS ms FROM (
             SELECT id, conversation_id, at FROM audit
             WHERE company_id = $1 AND data->>'from' = 'queue' AND data->>'to' = 'human' AND at > now() - interval '30 days'
             ORDER BY id DESC LIMIT 200) taken
           JOIN LATERAL (
             SELECT at FROM audit a WHERE a.company_id = $1 AND a.conversation_id = taken.conversation_id AND a.id < taken.id
               AND a.data->>'to' = 'queue' AND a.data->>'from' <> 'queue'
             ORDER BY a.id DESC LIMIT 1) asked ON asked.at <= taken.at`,
    values: [tenantId],
  });
  return waits.map(({ ms }) => ms);
}

/** Somebody who was told of their wait, and how it is now. */
export interface WaitRow {
  readonly conversation_id: ConversationId;
  readonly notice_id: DeliveryId | null;
  readonly has_intro: boolean;
  readonly told: string;
  readonly channel: ChannelName;
  readonly audience: "direct" | "group" | "public" | "shared";
  readonly language: string | null;
  readonly waits: boolean;
  readonly ahead: number;
}

/** What somebody was told of their wait, kept so that it is changed where it stands; the newest telling counts. */
export function keepWait(
  tenantId: TenantId,
  wait: {
    readonly conversationId: ConversationId;
    readonly noticeId: DeliveryId | undefined;
    readonly hasIntro: boolean;
    readonly told: string;
  },
): Query {
  const { conversationId, noticeId, hasIntro, told } = wait;
  return {
    text: `INSERT INTO waits (company_id, conversation_id, notice_id, has_intro, told) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (conversation_id, company_id)
           DO UPDATE SET notice_id = excluded.notice_id, has_intro = excluded.has_intro, told = excluded.told`,
    values: [tenantId, conversationId, noticeId ?? null, hasIntro, told],
  };
}

/** Everybody of a company who was told of their wait, as it is now. */
export function findTold(tenantId: TenantId): Query {
  return {
    text: `SELECT w.conversation_id, w.notice_id, w.has_intro, w.told, c.channel, c.audience, coalesce(u.language, u.locale) AS language,
             (c.owner_kind = 'queue' AND c.status = 'escalated') AS waits, (${ahead})::int AS ahead
           FROM waits w JOIN conversations c ON c.company_id = $1 AND c.id = w.conversation_id
           JOIN contacts u ON u.company_id = $1 AND u.id = c.user_id
           WHERE w.company_id = $1 ORDER BY w.created_at LIMIT 500`,
    values: [tenantId],
  };
}

/** These words were told in the place of those. No row where somebody was faster. */
export function noteTold(tenantId: TenantId, { conversation_id: id, told }: WaitRow, now: string): Query {
  return {
    text: "UPDATE waits SET told = $4 WHERE company_id = $1 AND conversation_id = $2 AND told = $3 RETURNING told",
    values: [tenantId, id, told, now],
  };
}

/** Nobody waits there any more. No row where somebody was faster. */
export function forgetWait(tenantId: TenantId, { conversation_id: id, told }: WaitRow): Query {
  return {
    text: "DELETE FROM waits WHERE company_id = $1 AND conversation_id = $2 AND told = $3 RETURNING told",
    values: [tenantId, id, told],
  };
}
