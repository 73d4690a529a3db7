import type { ConversationId, MessageId, TenantId, TurnId } from "../core/ids.ts";
import type { Role } from "../core/tool.ts";
import type { Lease } from "../core/lease.ts";
import { deliveryColumns } from "../outbox/delivery.ts";
import { fence, fenceValues, isNamedIn, outcomesCte } from "../outbox/outbox-store.ts";
import type { Outcome } from "../outbox/outcome.ts";
import type { Query } from "../store/database.ts";

/** Open messages one claim shows, oldest first. */
export const openLimit = 100;

/** Messages outside of the window one claim shows at most, for want of a summary. */
export const unsummarizedLimit = 12;

/** After such a silence a talk begins anew: an SQL interval. */
const talkPause = "interval '12 hours'";

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
        c.owner_queue, c.status, c.epoch, c.inbox_version, c.attempts,
        CASE WHEN c.summary_through_seq = $7 THEN NULL ELSE c.summary END AS summary, c.summary_through_seq,
        CASE WHEN c.length_epoch = c.epoch AND c.length_at > clock_timestamp() - ${talkPause} THEN c.length_turns ELSE 0 END
          AS length_turns,
        c.return_path, c.dialogue, c.hand_over, p.document AS profile,
        u.id AS contact_id, u.external_id AS contact_external_id, u.time_zone AS contact_time_zone,
        u.locale AS contact_locale, u.language AS contact_language,
        coalesce((SELECT json_agg(r.role) FROM staff_identities s
          JOIN staff p ON p.company_id = $1 AND p.id = s.staff_id AND p.state = 'active'
          JOIN staff_roles r ON r.company_id = $1 AND r.staff_id = p.id
          WHERE s.company_id = $1 AND s.installation_id = c.installation_id AND s.external_id = u.external_id),
          '[]') AS contact_roles,
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
    values: [
      ...fenceValues(lease),
      turn.id,
      turn.throughSeq,
      turn.inboxVersion,
      turn.correlationId,
      step.key,
      step.kind,
      step.name,
      step.repeatable,
      step.input,
    ],
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

/** What a turn leaves behind, in one statement. */
export interface TurnCommit {
  readonly turn: TurnRow;
  /** Open messages remain behind this turn: the conversation is not settled by it. */
  readonly partial: boolean;
  /** Commit only if nothing arrived since; otherwise think again. */
  readonly mustBeCurrent: boolean;
  readonly state: "answered" | "failed";
  /** The agent that answered. */
  readonly role: Role;
  readonly outcome: string;
  readonly messageId: MessageId;
  readonly content: Buffer;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly model: string | undefined;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly latencyMs: number;
  readonly lastStep: StepResult | undefined;
  readonly ignored: readonly { readonly id: MessageId; readonly reason: string }[];
  /** Sealed: where the dialogue stands now. Undefined: nothing is going on. */
  readonly dialogue?: Buffer | undefined;
  /** Where that is, in the open. */
  readonly dialoguePhase?: string | undefined;
  /** Sealed: the conversation goes to people next; it is not settled before that. */
  readonly handOver?: Buffer | undefined;
  /** The person is answered in this language from now on. */
  readonly language?: string | undefined;
  /** Names the prompt of the answer. */
  readonly promptVersion?: string | undefined;
  /** What the conversation's person said of what is answered. */
  readonly spokenByPerson?: number | undefined;
  /** Sealed: what is remembered of the person from now on, unless it is not `before` any more. */
  readonly profile?: { readonly after: Buffer; readonly before: Buffer | undefined } | undefined;
  readonly parts: readonly {
    readonly id: string;
    readonly part: number;
    readonly state: "pending" | "sending";
    readonly body: Buffer;
    readonly recipient: string | undefined;
  }[];
}

/**
 * The commit of a turn: answer, outbox, inbound settled, turn and step closed, counted; all or nothing, behind the fence.
 * Gives `mine` 0 when the conversation was lost, `committed` 0 when something arrived meanwhile, `remembered` 0 when the
 * profile changed meanwhile and stayed as it is; `seq` is the answer's place.
 */
export function commitTurn(lease: Lease, commit: TurnCommit): Query {
  const { turn, lastStep } = commit;
  return {
    text: `WITH ${fence}, conversation AS (
        UPDATE conversations c SET last_seq = c.last_seq + 1, settled_version = greatest(c.settled_version, CASE WHEN $31 THEN 0::bigint ELSE $7::bigint END),
          attempts = 0, updated_at = now(), dialogue = $32, dialogue_state = coalesce($40, 'GREETING'), hand_over = $33,
          agent_type = $35, length_epoch = c.epoch, length_at = clock_timestamp(),
          length_turns = $37 + CASE WHEN c.length_epoch = c.epoch AND c.length_at > clock_timestamp() - ${talkPause}
            THEN c.length_turns ELSE 0 END
        FROM fence WHERE c.company_id = $1 AND c.id = $2 AND (NOT $9 OR fence.inbox_version = $7)
        RETURNING c.last_seq, c.user_id
      ), answer AS (
        INSERT INTO messages (company_id, id, conversation_id, seq, role, content, metadata, turn_id, correlation_id)
        SELECT $1, $12, $2, last_seq, 'assistant', $13, $14, $5, $8 FROM conversation
      ), skipped AS (
        UPDATE messages m SET state = 'ignored', reason = i.reason, turn_id = $5
        FROM conversation, json_to_recordset($15::json) AS i (id uuid, reason text)
        WHERE m.company_id = $1 AND m.conversation_id = $2 AND m.id = i.id AND m.state = 'open'
          AND ${isNamedIn("m.id", "$15")}
      ), settled AS (
        UPDATE messages m SET state = 'settled', turn_id = $5 FROM conversation
        WHERE m.company_id = $1 AND m.conversation_id = $2 AND m.state = 'open' AND m.seq <= $6
          AND NOT EXISTS (SELECT FROM json_to_recordset($15::json) AS i (id uuid) WHERE i.id = m.id)
      ), closed AS (
        INSERT INTO turns (company_id, id, conversation_id, epoch, through_seq, inbox_version, correlation_id, state,
          outcome, model, input_tokens, output_tokens, cost_usd, latency_ms, prompt_version, finished_at)
        SELECT $1, $5, $2, $4, $6, $7, $8, $10, $11, $16, $17, $18, $19, $30, $36, now() FROM conversation
        ON CONFLICT (company_id, id) DO UPDATE SET state = excluded.state, outcome = excluded.outcome,
          prompt_version = excluded.prompt_version, model = excluded.model, input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
          cost_usd = excluded.cost_usd, latency_ms = excluded.latency_ms, finished_at = now()
      ), step AS (
        UPDATE steps SET output = $21, ok = $22, duration_ms = $23, cost_usd = $24, finished_at = now()
        FROM conversation WHERE company_id = $1 AND turn_id = $5 AND key = $20 AND output IS NULL
      ), parts AS (
        INSERT INTO deliveries (company_id, id, conversation_id, turn_id, part, seq, epoch, kind, recipient, body, state,
          sending_since, correlation_id, attempts)
        SELECT $1, p.id, $2, $5, p.part, conversation.last_seq * 1000 + p.part, $4, 'answer', p.recipient, p.body,
          p.state, CASE WHEN p.state = 'sending' THEN clock_timestamp() END, $8, CASE WHEN p.state = 'sending' THEN 1 ELSE 0 END
        FROM conversation, unnest($25::uuid[], $26::int[], $27::text[], $28::bytea[], $29::text[])
          AS p (id, part, state, body, recipient)
        ON CONFLICT (company_id, id) DO UPDATE SET body = excluded.body, seq = excluded.seq
      ), speaker AS (
        UPDATE contacts u SET language = $34 FROM conversation
        WHERE u.company_id = $1 AND u.id = conversation.user_id AND $34::text IS NOT NULL AND u.language IS DISTINCT FROM $34
      ), remembered AS (
        INSERT INTO profiles (company_id, user_id, document)
        SELECT $1, user_id, $38 FROM conversation WHERE $38::bytea IS NOT NULL
        ON CONFLICT (company_id, user_id) DO UPDATE SET document = excluded.document, updated_at = now()
          WHERE profiles.document = $39
        RETURNING user_id
      ), counted AS (
        INSERT INTO events (company_id, event_type, user_id, session_id, data)
        SELECT $1, 'response', user_id, $2,
          json_build_object('turn', $5::uuid, 'outcome', $11::text, 'latency_ms', $30::int, 'model', $16::text) FROM conversation
      )
      SELECT (SELECT count(*)::int FROM fence) AS mine, (SELECT count(*)::int FROM conversation) AS committed,
        (SELECT count(*)::int FROM remembered) AS remembered, (SELECT last_seq::float8 FROM conversation) AS seq`,
    values: [
      ...fenceValues(lease),
      turn.id,
      turn.throughSeq,
      turn.inboxVersion,
      turn.correlationId,
      commit.mustBeCurrent,
      commit.state,
      commit.outcome,
      commit.messageId,
      commit.content,
      JSON.stringify(commit.metadata),
      JSON.stringify(commit.ignored),
      commit.model ?? null,
      commit.inputTokens,
      commit.outputTokens,
      commit.costUsd,
      lastStep?.key ?? null,
      lastStep?.output ?? null,
      lastStep?.ok ?? null,
      lastStep === undefined ? null : Math.round(lastStep.durationMs),
      lastStep?.costUsd ?? null,
      commit.parts.map((part) => part.id),
      commit.parts.map((part) => part.part),
      commit.parts.map((part) => part.state),
      commit.parts.map((part) => part.body),
      commit.parts.map((part) => part.recipient ?? null),
      Math.round(commit.latencyMs),
      commit.partial || commit.handOver !== undefined,
      commit.dialogue ?? null,
      commit.handOver ?? null,
      commit.language ?? null,
      commit.role,
      commit.promptVersion ?? null,
      commit.spokenByPerson ?? 0,
      commit.profile?.after ?? null,
      commit.profile?.before ?? null,
      commit.dialoguePhase ?? null,
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
  ignored: readonly { readonly id: MessageId; readonly reason: string; readonly state: "ignored" | "dead" }[],
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
    values: [
      ...fenceValues(lease),
      turn.id,
      turn.throughSeq,
      turn.inboxVersion,
      turn.correlationId,
      externalId,
    ],
  };
}

/** Ends a turn without an answer. */
export function closeTurn(tenantId: TenantId, id: TurnId, state: "silent" | "stood down" | "dead"): Query {
  return {
    text: `UPDATE turns SET state = $3, finished_at = now() WHERE company_id = $1 AND id = $2 AND state = 'running'`,
    values: [tenantId, id, state],
  };
}
