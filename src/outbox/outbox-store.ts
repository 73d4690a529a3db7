import { StoodDownError } from "../core/errors.ts";
import type { ConversationId, DeliveryId, TenantId, TurnId } from "../core/ids.ts";
import type { Lease } from "../core/lease.ts";
import type { Database, Query } from "../store/database.ts";
import type { Delivery } from "./delivery.ts";
import type { Outcome } from "./outcome.ts";

/**
 * Of a conversation: the bot has the baton, or nobody has it and whoever waits may ask the bot meanwhile. Who takes it
 * ends the epoch.
 */
export const botMaySpeak = "owner_kind IN ('bot', 'queue')";

/**
 * The fence. Begins every statement by which a turn has an effect: it locks the conversation's row and gives it back
 * only to the lease that still holds it, in the epoch the work began in, while the bot may speak.
 * Uses $1 tenant, $2 conversation, $3 lease token, $4 epoch.
 */
export const fence = `fence AS (
  SELECT id, inbox_version, last_seq FROM conversations
  WHERE company_id = $1 AND id = $2 AND lease_token = $3 AND epoch = $4 AND ${botMaySpeak}
  FOR NO KEY UPDATE)`;

/** The fence's parameters, in its order. */
export function fenceValues(lease: Lease): readonly [string, string, string, number] {
  return [lease.tenantId, lease.conversationId, lease.token, lease.epoch];
}

/** Throws StoodDownError unless the lease still holds the conversation, and the fence lets it on. */
export async function assertMine(database: Database, lease: Lease): Promise<void> {
  const rows = await database.statement(
    lease.tenantId,
    { text: `WITH ${fence} SELECT id FROM fence`, values: [...fenceValues(lease)] },
    { durable: false },
  );
  if (rows.length === 0) throw new StoodDownError("the conversation changed hands");
}

/** How often the conversation's inbox has changed. */
export async function inboxVersionOf(database: Database, lease: Lease): Promise<number> {
  const [row] = await database.statement<{ version: number }>(
    lease.tenantId,
    {
      text: "SELECT inbox_version::float8 AS version FROM conversations WHERE company_id = $1 AND id = $2",
      values: [lease.tenantId, lease.conversationId],
    },
    { durable: false },
  );
  return row?.version ?? -1;
}

/** What a streamed message needs to be recorded before it becomes visible. */
export interface StreamIntent {
  readonly id: DeliveryId;
  readonly turnId: TurnId;
  readonly part: number;
  readonly body: Buffer;
  readonly recipient: string | undefined;
  readonly correlationId: string;
  /** The inbox version the answer was thought out for; undefined once something is visible. */
  readonly inboxVersion: number | undefined;
}

const recordStream = `WITH ${fence}, delivery AS (
  INSERT INTO deliveries (company_id, id, conversation_id, turn_id, part, seq, epoch, kind, recipient, body, streamed,
    state, sending_since, correlation_id)
  SELECT $1, $5, $2, $6, $7::int, (fence.last_seq + 1) * 1000 + $7::int, $4, 'answer', $8, $9, true, 'sending',
    clock_timestamp(), $10
  FROM fence WHERE $11::bigint IS NULL OR fence.inbox_version = $11
  RETURNING id)
SELECT (SELECT count(*)::int FROM fence) AS mine, (SELECT count(*)::int FROM delivery) AS recorded`;

/**
 * Records that a message is about to appear. `joined`: something arrived meanwhile that the answer does not know of,
 * nothing was recorded and nothing may be shown. Throws StoodDownError when the conversation is no longer ours.
 */
export async function recordStreamIntent(
  database: Database,
  lease: Lease,
  intent: StreamIntent,
): Promise<"recorded" | "joined"> {
  const [row] = await database.statement<{ mine: number; recorded: number }>(lease.tenantId, {
    text: recordStream,
    values: [
      ...fenceValues(lease),
      intent.id,
      intent.turnId,
      intent.part,
      intent.recipient ?? null,
      intent.body,
      intent.correlationId,
      intent.inboxVersion ?? null,
    ],
  });
  if (row?.mine !== 1) throw new StoodDownError("the conversation changed hands");
  return row.recorded === 1 ? "recorded" : "joined";
}

const markSendingText = `WITH mine AS (
  SELECT id FROM conversations WHERE company_id = $1 AND id = $2 AND lease_token = $3
    AND ($5::int IS NULL OR (epoch = $5 AND ${botMaySpeak}))
  FOR NO KEY UPDATE)
UPDATE deliveries d SET state = 'sending', sending_since = coalesce(d.sending_since, clock_timestamp()),
  attempts = d.attempts + 1
FROM mine WHERE d.company_id = $1 AND d.id = $4 AND d.state IN ('pending', 'sending')
RETURNING CASE WHEN md5(d.body) <> $6::text THEN d.body END AS restated`;

/**
 * Records that a delivery is about to be sent, and gives it as it stands by now: what waits may be restated until then.
 * Undefined when it may not be sent: taken over, lost lease, already done.
 */
export async function markSending<D extends Pick<Delivery, "id" | "epoch" | "reply" | "stored">>(
  database: Database,
  lease: Lease,
  delivery: D,
): Promise<D | undefined> {
  const { tenantId, conversationId, token } = lease;
  const { id, epoch, stored } = delivery;
  const [row] = await database.statement<{ restated: Buffer | null }>(tenantId, {
    text: markSendingText,
    values: [tenantId, conversationId, token, id, epoch ?? null, stored?.md5 ?? null],
  });
  if (row === undefined) return undefined;
  const reply = row.restated === null ? undefined : stored?.open(row.restated);
  return reply === undefined ? delivery : { ...delivery, reply };
}

/** Keeps how many messages before the last one of a long notice stand on the platform, by whoever put them there. */
export function rememberPieces(lease: Lease, id: DeliveryId, sent: number): Query {
  return {
    text: "UPDATE deliveries SET pieces_sent = $3 WHERE company_id = $1 AND id = $2 AND pieces_sent < $3",
    values: [lease.tenantId, id, sent],
  };
}

/**
 * Takes intents to stream back that surely never began. Only for the holder of the lease: whoever has it next may be
 * sending them at this moment.
 */
export function withdrawIntents(lease: Lease, ids: readonly DeliveryId[]): Query {
  return {
    text: `WITH mine AS (
             SELECT id FROM conversations WHERE company_id = $1 AND id = $2 AND lease_token = $3 FOR NO KEY UPDATE)
           UPDATE deliveries d SET state = 'cancelled', error = 'it never began'
           FROM mine WHERE d.company_id = $1 AND d.id = ANY ($4::uuid[]) AND d.state = 'sending'`,
    values: [lease.tenantId, lease.conversationId, lease.token, ids],
  };
}

/** Messages of ours in a conversation that deliveries already account for, for reconciliation. */
export async function knownRefs(
  database: Database,
  tenantId: TenantId,
  conversationId: ConversationId,
): Promise<string[]> {
  const rows = await database.statement<{ ref: string }>(tenantId, {
    text: `SELECT ref FROM deliveries WHERE company_id = $1 AND conversation_id = $2 AND ref IS NOT NULL
           ORDER BY seq DESC LIMIT 200`,
    values: [tenantId, conversationId],
  });
  return rows.map((row) => row.ref);
}

/** Remembers where a streamed message is, so that a later worker need not look for it. */
export function rememberRef(lease: Lease, id: DeliveryId, ref: string): Query {
  return {
    text: "UPDATE deliveries SET ref = $3 WHERE company_id = $1 AND id = $2 AND ref IS NULL",
    values: [lease.tenantId, id, ref],
  };
}

/** What code tells people in the thread: a system notice, outside the epoch fence, sent exactly once. */
export interface NoticeRow {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly id: DeliveryId;
  readonly messageId: string;
  readonly recipient: string | undefined;
  /** The sealed reply, and the same text sealed as a message for the history. */
  readonly body: Buffer;
  readonly content: Buffer;
  readonly correlationId: string;
  /** It is said only while the bot has the conversation in this epoch; without one whoever has it. */
  readonly epoch?: number | undefined;
}

/** Puts a notice in the outbox and in the history; repeated with the same id it does nothing. */
export function enqueueNotice(notice: NoticeRow): Query {
  return {
    text: `WITH conversation AS (
             UPDATE conversations SET last_seq = last_seq + 1, updated_at = now()
             WHERE company_id = $1 AND id = $2 AND NOT EXISTS (SELECT FROM deliveries WHERE company_id = $1 AND id = $3)
             RETURNING last_seq
           ), message AS (
             INSERT INTO messages (company_id, id, conversation_id, seq, role, content, correlation_id)
             SELECT $1, $4, $2, last_seq, 'system', $7, $8 FROM conversation ON CONFLICT DO NOTHING
           )
           INSERT INTO deliveries (company_id, id, conversation_id, seq, kind, recipient, body, correlation_id, epoch)
           SELECT $1, $3, $2, last_seq * 1000, 'notice', $5, $6, $8, $9::int FROM conversation ON CONFLICT DO NOTHING`,
    values: [
      notice.tenantId,
      notice.conversationId,
      notice.id,
      notice.messageId,
      notice.recipient ?? null,
      notice.body,
      notice.content,
      notice.correlationId,
      notice.epoch ?? null,
    ],
  };
}

/** Tells the planner that a JSON list names a handful of rows, so that it looks them up instead of reading them all. */
export function isNamedIn(column: string, parameter: string): string {
  return `${column} = ANY (ARRAY(SELECT (named->>'id')::uuid FROM json_array_elements(${parameter}::json) AS named))`;
}

/** The fragment that stores outcomes given as JSON in parameter `$n`; part of a larger statement. */
export function outcomesCte(parameter: string): string {
  return `outcomes AS (
    UPDATE deliveries d SET state = o.state, ref = coalesce(o.ref, d.ref), error = o.error,
      next_attempt_at = clock_timestamp() + coalesce(o."retryInMs", 0) * interval '1 millisecond',
      sent_at = CASE WHEN o.state = 'sent' THEN clock_timestamp() END
    FROM json_to_recordset(${parameter}::json) AS o (id uuid, state text, ref text, error text, "retryInMs" float8)
    -- Said the other way round: the planner must not read the index of open deliveries, where all of a day's are dead.
    WHERE d.company_id = $1 AND d.id = o.id AND d.state <> ALL ('{sent,failed,unknown,cancelled}')
      AND ${isNamedIn("d.id", parameter)})`;
}

/** Stores outcomes by themselves, whoever holds the lease: what happened on the platform stays true. */
export function storeOutcomes(tenantId: TenantId, outcomes: readonly Outcome[]): Query {
  return {
    text: `WITH ${outcomesCte("$2")} SELECT 1`,
    values: [tenantId, JSON.stringify(outcomes)],
  };
}
