import type { Lease } from "../core/lease.ts";
import type { Query } from "../store/database.ts";
import { endStep, type StepResult, type TurnRow } from "./turn-store.ts";

/** The one request that may land after a take-over is named so in the audit; never what it was about. */
const landedLate = "landed after the take-over";

/**
 * Records what an act gave that was on its way when the conversation changed hands, in the journal, and in the audit of
 * whoever has the conversation now. Not fenced: what happened stays true.
 */
export function endStepAfterTakeOver(
  lease: Pick<Lease, "tenantId" | "conversationId" | "epoch">,
  turn: TurnRow,
  result: StepResult & { readonly name: string },
): Query {
  const { text, values = [] } = endStep(lease.tenantId, turn.id, result);
  const data = { call: result.name, ok: result.ok, turn: turn.id };
  return {
    text: `WITH step AS (${text} RETURNING turn_id)
      INSERT INTO audit (company_id, conversation_id, actor, action, data, correlation_id)
      SELECT $1, c.id, 'bot', $8, $9, $10 FROM step, conversations c
      WHERE c.company_id = $1 AND c.id = $11 AND c.epoch > $12`,
    values: [
      ...values,
      landedLate,
      JSON.stringify(data),
      turn.correlationId,
      lease.conversationId,
      lease.epoch,
    ],
  };
}
