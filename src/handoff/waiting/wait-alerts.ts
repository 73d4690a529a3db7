import { randomUUID } from "node:crypto";
import { deckButton } from "../../core/deck.ts";
import type { ConversationId, TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Reply } from "../../core/reply.ts";
import type { Database, Sql } from "../../store/database.ts";
import type { Sealer, TenantSeal } from "../../store/seal.ts";
import { plainName } from "../approval-card.ts";
import { parseBrief } from "../rooms/brief.ts";
import { briefPurpose } from "../rooms/room-store.ts";
import type { PostedInRoom, StaffRoom } from "../staff-room.ts";
import type { ApprovalNews } from "../pressed.ts";

/** Tells colleagues in their room that somebody waits whom nobody has taken. */
export interface WaitAlerts {
  /** One look. Resolves with how many were due. */
  sweep(): Promise<number>;
}

export interface WaitAlertsParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly staffRoom: Pick<StaffRoom, "post">;
  /** After how long, milliseconds, by company; companies that are left out are never told. */
  readonly afterMs: ReadonlyMap<TenantId, number>;
  readonly onNews: (news: ApprovalNews) => void;
  readonly log: Log;
}

// Each comes after twice the time of the one before; then the team has been told often enough.
const mostAlerts = 3;
const dueAtOnce = 100;

interface DueRow {
  readonly company_id: TenantId;
  readonly id: string;
}

interface WaitRow {
  readonly brief: Buffer;
  readonly conversation_id: ConversationId;
  readonly alerts: number;
  readonly waited_ms: number;
  readonly queue: string;
}

export function createWaitAlerts(parts: WaitAlertsParts): WaitAlerts {
  const { database, sealer, staffRoom, afterMs, onNews, log } = parts;

  async function sweep(): Promise<number> {
    if (afterMs.size === 0) return 0;
    const due = await database.acrossTenants((sql) =>
      sql.query<DueRow>({
        text: `SELECT r.company_id, r.id FROM rooms r
               JOIN unnest($1::uuid[], $2::float8[]) AS told (company, ms) ON told.company = r.company_id
               JOIN conversations c ON c.company_id = r.company_id AND c.id = r.conversation_id
               WHERE r.state <> 'closed' AND r.alerts < ${mostAlerts} AND c.owner_kind = 'queue' AND c.status = 'escalated'
                 AND c.waiting_since < clock_timestamp() - told.ms * (2 ^ r.alerts) * interval '1 millisecond'
               LIMIT ${dueAtOnce}`,
        values: [[...afterMs.keys()], [...afterMs.values()]],
      }),
    );
    for (const { company_id: tenantId, id } of due) await tellOf(tenantId, id);
    return due.length;
  }

  async function tellOf(tenantId: TenantId, id: string): Promise<void> {
    try {
      const seal = await sealer.forTenant(tenantId);
      const posted = await database.withTenant(tenantId, (sql) => tell(sql, seal, tenantId, id));
      if (posted !== undefined) onNews({ ...posted, correlationId: randomUUID() });
    } catch (cause) {
      log.warn({ roomId: id, err: cause }, "colleagues are not told who waits yet; trying again");
    }
  }

  /** One of several processes tells it: whoever counts first. */
  async function tell(
    sql: Sql,
    seal: TenantSeal,
    tenantId: TenantId,
    id: string,
  ): Promise<PostedInRoom | undefined> {
    const [row] = await sql.query<WaitRow>({
      text: `UPDATE rooms r SET alerts = r.alerts + 1 FROM conversations c
             WHERE r.company_id = $1 AND r.id = $2 AND c.company_id = $1 AND c.id = r.conversation_id AND c.owner_kind = 'queue'
               AND c.waiting_since < clock_timestamp() - $3::float8 * (2 ^ r.alerts) * interval '1 millisecond'
             RETURNING r.brief, r.conversation_id, r.alerts, c.owner_queue AS queue,
               (extract(epoch FROM clock_timestamp() - c.waiting_since) * 1000)::float8 AS waited_ms`,
      values: [tenantId, id, afterMs.get(tenantId) ?? Number.POSITIVE_INFINITY],
    });
    if (row === undefined) return undefined;
    const cause = `${id} waits ${row.alerts}`;
    return staffRoom.post(sql, seal, { tenantId, replies: [toAlert(seal, row)], cause, correlationId: "" });
  }

  return { sweep };
}

function toAlert(
  seal: TenantSeal,
  { brief, conversation_id: conversationId, waited_ms: waitedMs, queue }: WaitRow,
): Reply {
  const { name, channel } = parseBrief(seal.open(briefPurpose, brief));
  const minutes = Math.max(1, Math.round(waitedMs / 60_000));
  const span = minutes === 1 ? "a minute" : `${minutes} minutes`;
  return {
    body: `⏰ **${plainName(name ?? "Somebody")}** (${channel}) has waited for ${span} in ${plainName(queue.replaceAll("_", " "))}, and nobody has taken it.`,
    buttons: [deckButton("claim", "Claim", { conversationId, style: "primary" })],
  };
}
