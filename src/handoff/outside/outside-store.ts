import type { ConversationId, TenantId } from "../../core/ids.ts";
import type { OutsideEventName } from "../../core/outside.ts";
import type { Query } from "../../store/database.ts";
import { deriveId } from "../../store/derive-id.ts";

/** Something to be told outside. */
export interface OutsideNews {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly name: OutsideEventName;
  /** What makes it one: the same name and cause are the same event. */
  readonly cause: string;
  readonly at: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A row for each system that is to hear of it, with the conversation's channel and its ticket. */
export function insertOutside(news: OutsideNews, systems: readonly string[]): Query {
  const { tenantId, conversationId, name, cause, at, data } = news;
  const eventId = deriveId("outside event", tenantId, conversationId, name, cause);
  return {
    text: `INSERT INTO outside_events (company_id, id, event_id, system, name, conversation_id, at, data)
           SELECT $1, s.id, $2, s.system, $3, $4, $5, $6::jsonb || jsonb_strip_nulls(jsonb_build_object(
               'conversation_id', c.id, 'channel', c.channel, 'ticket', (
                 SELECT jsonb_build_object('id', t.id, 'number', t.number, 'priority', t.priority, 'queue', t.queue)
                 FROM tickets t WHERE t.company_id = $1 AND t.conversation_id = $4
                 ORDER BY t.idempotency_key LIKE 'handoff:%' DESC, t.created_at DESC LIMIT 1)))
           FROM conversations c, unnest($7::uuid[], $8::text[]) AS s (id, system)
           WHERE c.company_id = $1 AND c.id = $4 ON CONFLICT DO NOTHING`,
    values: [
      tenantId,
      eventId,
      name,
      conversationId,
      at,
      JSON.stringify(data),
      systems.map((system) => deriveId("outside row", eventId, system)),
      systems,
    ],
  };
}

/** What is due, across all tenants; no system gets more than a few at once. */
export function findOutsideDue(most: number, perSystem: number): Query {
  return {
    text: `SELECT company_id, id, system FROM (
             SELECT company_id, id, system, next_attempt_at,
               row_number() OVER (PARTITION BY company_id, system ORDER BY next_attempt_at) AS place
             FROM outside_events WHERE state = 'pending' AND next_attempt_at <= clock_timestamp()) due
           WHERE place <= $2 ORDER BY next_attempt_at LIMIT $1`,
    values: [most, perSystem],
  };
}

/** One try, and what it is to tell. */
export interface OutsideTry {
  readonly id: string;
  readonly event_id: string;
  readonly system: string;
  readonly name: OutsideEventName;
  readonly conversation_id: ConversationId;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: Date;
  readonly attempts: number;
}

/**
 * Begins a try; no row where another process began it. The next one is due whatever becomes of this one, so that a process
 * that dies on it loses nothing.
 */
export function beginTry(tenantId: TenantId, id: string, waitsMs: readonly number[], lastMs: number): Query {
  return {
    text: `UPDATE outside_events SET attempts = attempts + 1,
             next_attempt_at = clock_timestamp() + coalesce(($3::float8[])[attempts + 1], $4) * interval '1 millisecond'
           WHERE company_id = $1 AND id = $2 AND state = 'pending' AND next_attempt_at <= clock_timestamp()
           RETURNING id, event_id, system, name, conversation_id, data, at, attempts`,
    values: [tenantId, id, waitsMs, lastMs],
  };
}

/** Ends it. */
export function endOutside(tenantId: TenantId, id: string, state: "delivered" | "given up"): Query {
  return {
    text: "UPDATE outside_events SET state = $3 WHERE company_id = $1 AND id = $2 AND state = 'pending'",
    values: [tenantId, id, state],
  };
}

/** What was told a month ago is forgotten. */
export function forgetOutside(tenantId: TenantId): Query {
  return {
    text: `DELETE FROM outside_events WHERE company_id = $1 AND state <> 'pending' AND created_at < now() - interval '30 days'`,
    values: [tenantId],
  };
}
