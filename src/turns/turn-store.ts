import type { MessageId, TenantId, TurnId } from "../core/ids.ts";
import type { Lease } from "../core/lease.ts";
import { fence, fenceValues, isNamedIn, outcomesCte } from "../outbox/outbox-store.ts";
import type { Outcome } from "../outbox/outcome.ts";
import type { Query } from "../store/database.ts";

/** Keeps the lease; no row when it is lost. */
export function renewLease(lease: Lease, ttlMs: number): Query {
  return {
    text: `UPDATE conversations SET lease_until = clock_timestamp() + $4 * interval '1 millisecond'
           WHERE company_id = $1 AND id = $2 AND lease_token = $3 RETURNING epoch, owner_kind`,
    values: [lease.tenantId, lease.conversationId, lease.token, ttlMs],
  };
}

/** A turn's row as it is first written, by whichever statement comes first. */
export interface TurnRow {
  readonly id: TurnId;
  readonly throughSeq: number;
  readonly inboxVersion: number;
  readonly correlationId: string;
}

/** What `$1` to `$8` are in a statement that writes a turn's row behind the fence. */
export function turnValues(lease: Lease, turn: TurnRow): readonly unknown[] {
  return [...fenceValues(lease), turn.id, turn.throughSeq, turn.inboxVersion, turn.correlationId];
}

/** Records that a step is about to run, and the turn with its first one. No row: stand down. */
export function beginStep(
  lease: Lease,
  turn: TurnRow,
  step: {
    readonly key: string;
    readonly kind: string;
    readonly name: string;
    readonly repeatable: boolean;
    readonly input: Buffer;
  },
): Query {
  return {
    text: `WITH ${fence}, turn AS (
        INSERT INTO turns (company_id, id, conversation_id, epoch, through_seq, inbox_version, correlation_id)
        SELECT $1, $5, $2, $4, $6, $7, $8 FROM fence
        ON CONFLICT (company_id, id) DO UPDATE SET through_seq = excluded.through_seq, inbox_version = excluded.inbox_version
      ), step AS (
        INSERT INTO steps (company_id, turn_id, key, kind, name, repeatable, input)
        SELECT $1, $5, $9, $10, $11, $12, $13 FROM fence
        ON CONFLICT (company_id, turn_id, key) DO UPDATE SET started_at = now()
      )
      SELECT id FROM fence`,
    values: [...turnValues(lease, turn), step.key, step.kind, step.name, step.repeatable, step.input],
  };
}

/** A step's outcome on its way into the journal. */
export interface StepResult {
  readonly key: string;
  readonly output: Buffer;
  readonly ok: boolean;
  readonly durationMs: number;
  readonly costUsd: number;
}

/** Records what a step gave. Not fenced: what happened stays true, whoever has the conversation now. */
export function endStep(tenantId: TenantId, turnId: TurnId, result: StepResult): Query {
  return {
    text: `UPDATE steps SET output = $4, ok = $5, duration_ms = $6, cost_usd = $7, finished_at = now()
           WHERE company_id = $1 AND turn_id = $2 AND key = $3 AND output IS NULL`,
    values: [
      tenantId,
      turnId,
      result.key,
      result.output,
      result.ok,
      Math.round(result.durationMs),
      result.costUsd,
    ],
  };
}

/** The conversation looks no further back than to what is open now. Fenced; no row when it changed hands. */
export function startOver(lease: Lease, firstOpen: number): Query {
  return {
    text: `WITH ${fence}
      UPDATE conversations c SET memory_from_seq = $5, summary = NULL, summary_through_seq = 0, dialogue = NULL,
        length_turns = 0, length_epoch = c.epoch, length_at = clock_timestamp()
      FROM fence WHERE c.company_id = $1 AND c.id = $2 RETURNING c.id`,
    values: [...fenceValues(lease), firstOpen - 1],
  };
}

/** Settles messages nobody will answer: not for us, or a person has the conversation. Fenced by the lease alone. */
export function settleSilently(
  lease: Lease,
  inboxVersion: number,
  ignored: readonly {
    readonly id: MessageId;
    readonly reason: string;
    readonly state: "ignored" | "dead" | "settled";
  }[],
): Query {
  return {
    text: `WITH conversation AS (
        UPDATE conversations SET settled_version = greatest(settled_version, $4), attempts = 0
        WHERE company_id = $1 AND id = $2 AND lease_token = $3 RETURNING id)
      UPDATE messages m SET state = i.state, reason = i.reason
      FROM conversation, json_to_recordset($5::json) AS i (id uuid, reason text, state text)
      WHERE m.company_id = $1 AND m.conversation_id = $2 AND m.id = i.id AND m.state = 'open'
        AND ${isNamedIn("m.id", "$5")}`,
    values: [lease.tenantId, lease.conversationId, lease.token, inboxVersion, JSON.stringify(ignored)],
  };
}

/** Stores outcomes and gives the conversation back. `more`: something arrived meanwhile and nobody was told. */
export function finishWork(
  lease: Lease,
  finish: {
    readonly outcomes: readonly Outcome[];
    readonly turnId: TurnId | undefined;
    readonly turnState: "stood down" | undefined;
    readonly receiptCleared: boolean;
    /** Nobody may take the conversation for this long, milliseconds; 0 for at once. */
    readonly coolDownMs: number;
    /** The work ended as it should, so the next failure counts from one. */
    readonly clean: boolean;
  },
): Query {
  return {
    text: `WITH ${outcomesCte("$4")}, turn AS (
        UPDATE turns SET receipt = CASE WHEN $6::boolean THEN NULL ELSE receipt END, state = coalesce($7::text, state),
          finished_at = CASE WHEN $7::text IS NULL THEN finished_at ELSE now() END
        WHERE company_id = $1 AND id = $5 AND ($6::boolean OR $7::text IS NOT NULL)
      )
      UPDATE conversations SET lease_token = NULL, attempts = CASE WHEN $9 THEN 0 ELSE attempts END,
        lease_until = CASE WHEN $8::float8 > 0 THEN clock_timestamp() + $8 * interval '1 millisecond' END
      WHERE company_id = $1 AND id = $2 AND lease_token = $3
      RETURNING inbox_version > settled_version AS more`,
    values: [
      lease.tenantId,
      lease.conversationId,
      lease.token,
      JSON.stringify(finish.outcomes),
      finish.turnId ?? null,
      finish.receiptCleared,
      finish.turnState ?? null,
      finish.coolDownMs,
      finish.clean,
    ],
  };
}

/** Remembers, before it is put there, on which message the receipt stands. No row: the turn has moved on. */
export function noteReceipt(lease: Lease, turn: TurnRow, externalId: string): Query {
  return {
    text: `WITH ${fence}
      INSERT INTO turns (company_id, id, conversation_id, epoch, through_seq, inbox_version, correlation_id, receipt)
      SELECT $1, $5, $2, $4, $6, $7, $8, $9 FROM fence
      ON CONFLICT (company_id, id) DO UPDATE SET receipt = excluded.receipt RETURNING id`,
    values: [...turnValues(lease, turn), externalId],
  };
}

/** Ends a turn without an answer. */
export function closeTurn(tenantId: TenantId, id: TurnId, state: "silent" | "stood down" | "dead"): Query {
  return {
    text: `UPDATE turns SET state = $3, finished_at = now() WHERE company_id = $1 AND id = $2 AND state = 'running'`,
    values: [tenantId, id, state],
  };
}
