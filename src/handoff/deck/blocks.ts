import { isColleague } from "../../tenants/colleagues.ts";
import type { Passing, Work } from "../baton-work.ts";
import { auditCommand } from "./desk.ts";
import type { StaffCall } from "./deck-call.ts";
import { refuseColleague, tellColleague } from "./tell-colleague.ts";

/** Commands by which colleagues decide who is not answered any more. */
export interface Blocks {
  /** Closes the conversation without a word to its person; whatever they write from now on is nobody's. */
  block(work: Work, call: StaffCall): Promise<void>;
  /** What they write from now on counts again. */
  unblock(work: Work, call: StaffCall): Promise<void>;
}

export function createBlocks({ passing }: { readonly passing: Passing }): Blocks {
  async function block(work: Work, call: StaffCall): Promise<void> {
    if (await isOfColleague(work)) return refuseColleague(passing, work, call, "they are a colleague");
    const isNew = await setBlocked(work, true);
    const { epoch } = work.conversation.baton;
    const reason = `blocked by staff, as said in message ${call.control.id}`;
    const event = { kind: "resolve", by: call.staff, reason, quietly: true } as const;
    await passing.pass(work, { ...event, at: call.control.created_at }, call.control.id);
    const isClosed = work.conversation.baton.epoch !== epoch;
    if (!isNew && !isClosed) return refuseColleague(passing, work, call, "they are blocked already");
    if (!isClosed) await work.sql.query(auditCommand(work, call));
    const body = "⛔ **Blocked.** Nothing they write is answered, or comes here. `!unblock` lifts it.";
    await tellColleague(passing, work, call, { body });
  }

  async function unblock(work: Work, call: StaffCall): Promise<void> {
    if (!(await setBlocked(work, false))) return refuseColleague(passing, work, call, "they are not blocked");
    await work.sql.query(auditCommand(work, call));
    await tellColleague(passing, work, call, { body: "They are not blocked any more." });
  }

  return { block, unblock };
}

/** True where it was not so before. */
async function setBlocked({ sql, subject, conversation }: Work, blocked: boolean): Promise<boolean> {
  const changed = await sql.query({
    text: `UPDATE contacts SET blocked_at = CASE WHEN $3 THEN clock_timestamp() END
           WHERE company_id = $1 AND id = $2 AND (blocked_at IS NULL) = $3 RETURNING id`,
    values: [subject.tenantId, conversation.contactId, blocked],
  });
  return changed.length > 0;
}

async function isOfColleague({ sql, subject, conversation }: Work): Promise<boolean> {
  const found = await sql.query({
    text: `SELECT 1 FROM contacts u WHERE u.company_id = $1 AND u.id = $2
             AND ${isColleague("u.installation_id", "u.external_id")}`,
    values: [subject.tenantId, conversation.contactId],
  });
  return found.length > 0;
}
