import type { MessageId } from "../core/ids.ts";
import type { Lease } from "../core/lease.ts";
import type { Role } from "../core/tool.ts";
import { fence, isNamedIn } from "../outbox/outbox-store.ts";
import type { Query } from "../store/database.ts";
import { talkPause } from "./claim-store.ts";
import { turnValues, type StepResult, type TurnRow } from "./turn-store.ts";

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
      ...turnValues(lease, turn),
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
