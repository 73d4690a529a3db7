import { z } from "zod";
import type { NumberedMessage, SummaryStore } from "../agent/rolling-summary.ts";
import type { SummaryCost } from "../agent/summarizer.ts";
import type { ContactId, ConversationId, TenantId } from "../core/ids.ts";
import type { Database, Query } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";
import { historyRow } from "./claim-row.ts";
import { summaryPurpose, toSpoken } from "./claim.ts";
import { isAfter, isSpoken } from "./claim-store.ts";

/** Whose talk it is. */
export interface SummaryOwner {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly contactId: ContactId;
}

/** Messages read at once; those behind them are the next summary's. */
const mostRead = 200;

const summaryRow = z.object({
  summary: z.instanceof(Buffer).nullable(),
  through: z.coerce.number(),
  memory_from: z.coerce.number(),
  messages: z.array(historyRow),
});
type SummaryRow = z.output<typeof summaryRow>;

const nothing: SummaryRow = { summary: null, through: 0, memory_from: 0, messages: [] };

/**
 * A conversation's summary, sealed on its row. It covers messages up to the first that is still open. What is edited,
 * deleted or put behind by a fresh start while a summary is written makes that summary void.
 */
export function createSummaryStore(
  { database, seal }: { readonly database: Database; readonly seal: TenantSeal },
  { tenantId, conversationId }: SummaryOwner,
): SummaryStore {
  let seen = nothing;
  return {
    async read() {
      const [row] = await database.statement(tenantId, readTalk(tenantId, conversationId));
      seen = row === undefined ? nothing : summaryRow.parse(row);
      const messages: NumberedMessage[] = seen.messages.flatMap((message) => toSpoken(message, seal));
      const text = seen.summary === null ? undefined : seal.open(summaryPurpose, seen.summary);
      return { summary: text === undefined ? undefined : { text, throughSeq: seen.through }, messages };
    },
    async save({ text, throughSeq }) {
      const covered = seen.messages.filter(({ seq }) => seq <= throughSeq);
      const [row] = await database.statement(tenantId, {
        text: `UPDATE conversations SET summary = $3, summary_through_seq = $4
               WHERE company_id = $1 AND id = $2 AND summary_through_seq = $5 AND memory_from_seq = $6
                 AND (SELECT array_agg(seq || ' ' || coalesce(edited_at::text, '') ORDER BY seq) FROM messages
                   WHERE company_id = $1 AND conversation_id = $2 AND ${isSpoken} AND ${isAfter("seq", "$5::bigint")}
                     AND ${isAfter("seq", "$6::bigint")} AND seq <= $4) = $7
               RETURNING id`,
        values: [
          tenantId,
          conversationId,
          seal.seal(summaryPurpose, text),
          throughSeq,
          seen.through,
          seen.memory_from,
          covered.map(({ seq, edited }) => `${seq} ${edited ?? ""}`),
        ],
      });
      return row !== undefined;
    },
  };
}

function readTalk(tenantId: TenantId, conversationId: ConversationId): Query {
  return {
    text: `SELECT c.summary, c.summary_through_seq AS through, c.memory_from_seq AS memory_from,
             coalesce((SELECT json_agg(m ORDER BY m.seq) FROM (
               SELECT seq, role, kind, content, edited_at::text AS edited FROM messages
               WHERE company_id = $1 AND conversation_id = $2 AND ${isSpoken}
                 AND ${isAfter("seq", "c.summary_through_seq")} AND ${isAfter("seq", "c.memory_from_seq")}
                 AND seq < coalesce((SELECT min(seq) FROM messages
                   WHERE company_id = $1 AND conversation_id = $2 AND state = 'open'), c.last_seq + 1)
               ORDER BY seq LIMIT ${mostRead}) m), '[]') AS messages
           FROM conversations c WHERE c.company_id = $1 AND c.id = $2`,
    values: [tenantId, conversationId],
  };
}

/**
 * Puts what a summary cost into the journal of the conversation's last finished turn, so that the ledger has it. By
 * itself: the row of a turn is never locked together with its conversation's from this side.
 */
export function payForSummary(
  { tenantId, conversationId }: SummaryOwner,
  key: string,
  cost: SummaryCost,
): Query {
  return {
    text: `WITH last AS (
        SELECT id FROM turns WHERE company_id = $1 AND conversation_id = $2 AND state <> 'running'
        ORDER BY started_at DESC LIMIT 1
      ), step AS (
        INSERT INTO steps (company_id, turn_id, key, kind, name, repeatable, input, ok, duration_ms, cost_usd, finished_at)
        SELECT $1, id, $3, 'model', $4, true, '', true, $5, $6, now() FROM last
        ON CONFLICT (company_id, turn_id, key) DO UPDATE SET cost_usd = steps.cost_usd + excluded.cost_usd
      )
      UPDATE turns t SET input_tokens = input_tokens + $7, output_tokens = output_tokens + $8, cost_usd = t.cost_usd + $6
      FROM last WHERE t.company_id = $1 AND t.id = last.id`,
    values: [
      tenantId,
      conversationId,
      key,
      cost.model,
      Math.round(cost.durationMs),
      cost.costUsd,
      cost.inputTokens,
      cost.outputTokens,
    ],
  };
}
