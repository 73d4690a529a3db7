import { randomUUID } from "node:crypto";
import { defaultQueue } from "../core/baton-event.ts";
import type { ConversationId, StaffId, TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Database, Query } from "../store/database.ts";
import { sweepDue } from "../store/sweep-due.ts";
import type { Handoff } from "./handoff.ts";

/** Gives others what somebody has who is no colleague any more. */
export interface LeftColleagues {
  /** One look. Resolves with how many conversations it found. */
  sweep(): Promise<number>;
}

export interface LeftColleaguesParts {
  readonly database: Database;
  readonly handoff: Pick<Handoff, "apply">;
  readonly log: Log;
}

interface HeldRow {
  readonly company_id: TenantId;
  readonly id: ConversationId;
  readonly owner_staff: StaffId;
}

const dueAtOnce = 100;

export function createLeftColleagues({ database, handoff, log }: LeftColleaguesParts): LeftColleagues {
  async function giveBack({ company_id: tenantId, id, owner_staff: staff }: HeldRow): Promise<void> {
    const subject = { tenantId, conversationId: id, correlationId: randomUUID() };
    await handoff.apply(subject, async (sql) => {
      const [left] = await sql.query<{ queue: string | null }>(findLeft(tenantId, id, staff));
      if (left === undefined) return undefined;
      return { kind: "holder left", staff, queue: left.queue ?? defaultQueue, at: new Date() };
    });
  }

  return {
    sweep: () =>
      sweepDue<HeldRow>(database, {
        find: {
          text: `SELECT c.company_id, c.id, c.owner_staff FROM staff s
                 JOIN conversations c ON c.company_id = s.company_id AND c.owner_staff = s.id
                 WHERE s.state = 'removed' AND c.owner_kind = 'human' AND c.status = 'escalated' LIMIT $1`,
          values: [dueAtOnce],
        },
        one: giveBack,
        onFailed: ({ id }, cause) =>
          log.warn({ conversationId: id, err: cause }, "what a former colleague has is given back later"),
      }),
  };
}

/** Where it goes. No row for whoever is a colleague again: what they took in the meantime, or had all along, is theirs. */
function findLeft(tenantId: TenantId, id: ConversationId, staff: StaffId): Query {
  return {
    text: `SELECT (SELECT queue FROM tickets WHERE company_id = $1 AND conversation_id = $2
             AND status IN ('open', 'pending') ORDER BY number DESC LIMIT 1) AS queue
           FROM staff WHERE company_id = $1 AND id = $3 AND state = 'removed' FOR SHARE`,
    values: [tenantId, id, staff],
  };
}
