import { randomUUID } from "node:crypto";
import { deckButton } from "../../core/deck.ts";
import type { ConversationId, StaffId, TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Reply } from "../../core/reply.ts";
import type { Database, Sql } from "../../store/database.ts";
import type { Sealer, TenantSeal } from "../../store/seal.ts";
import { sweepDue } from "../../store/sweep-due.ts";
import { plainName } from "../approval-card.ts";
import { mentionsOf } from "../mentions.ts";
import { parseBrief } from "../rooms/brief.ts";
import { briefPurpose } from "../rooms/room-store.ts";
import type { PostedInRoom, StaffRoom } from "../staff-room.ts";
import type { ApprovalNews } from "../pressed.ts";

/** Tells colleagues in their room that somebody waits whom nobody answers. */
export interface WaitAlerts {
  /** One look. Resolves with how many were due. */
  sweep(): Promise<number>;
}

/** One rung of a company's chain: after so long without an answer, whom to tell. */
export interface WaitStep {
  readonly afterMs: number;
  /** `next`: whoever of the colleagues there has least to do; `everybody`; or these, by their names. */
  readonly tell: "next" | "everybody" | readonly string[];
}

export interface WaitAlertsParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly staffRoom: Pick<StaffRoom, "post">;
  /** Each company's chain, the earliest step first; companies that are left out are never told. */
  readonly steps: ReadonlyMap<TenantId, readonly WaitStep[]>;
  readonly onNews: (news: ApprovalNews) => void;
  readonly log: Log;
}

const dueAtOnce = 100;

interface DueRow {
  readonly company_id: TenantId;
  readonly id: string;
}

interface WaitRow {
  readonly brief: Buffer;
  readonly conversation_id: ConversationId;
  readonly card_conversation_id: ConversationId;
  readonly alerts: number;
  readonly since: Date;
  readonly waited_ms: number;
  readonly queue: string | null;
  readonly holder: string | null;
  readonly told_staff: readonly StaffId[];
}

/** How often colleagues were told of this wait: a new one begins anew. */
const alertsNow = "CASE WHEN r.alerted_for = c.waiting_since THEN r.alerts ELSE 0 END";

export function createWaitAlerts(parts: WaitAlertsParts): WaitAlerts {
  const { database, sealer, staffRoom, steps, onNews, log } = parts;
  const rungs = [...steps].flatMap(([tenantId, chain]) =>
    chain.map(({ afterMs }, index) => ({ tenantId, index, afterMs })),
  );

  async function sweep(): Promise<number> {
    if (rungs.length === 0) return 0;
    return sweepDue<DueRow>(database, {
      find: {
        text: `SELECT r.company_id, r.id FROM rooms r
               JOIN conversations c ON c.company_id = r.company_id AND c.id = r.conversation_id
               JOIN unnest($1::uuid[], $2::int[], $3::float8[]) AS step (company, rung, ms)
                 ON step.company = r.company_id AND step.rung = ${alertsNow}
               WHERE r.state <> 'closed' AND c.owner_kind IN ('queue', 'human') AND c.status = 'escalated'
                 AND c.waiting_since < clock_timestamp() - step.ms * interval '1 millisecond'
               LIMIT ${dueAtOnce}`,
        values: [
          rungs.map(({ tenantId }) => tenantId),
          rungs.map(({ index }) => index),
          rungs.map(({ afterMs }) => afterMs),
        ],
      },
      one: ({ company_id: tenantId, id }) => tellOf(tenantId, id),
      onFailed: ({ id }, cause) =>
        log.warn({ roomId: id, err: cause }, "colleagues are not told who waits yet; trying again"),
    });
  }

  async function tellOf(tenantId: TenantId, id: string): Promise<void> {
    const seal = await sealer.forTenant(tenantId);
    const posted = await database.withTenant(tenantId, (sql) => tell(sql, seal, tenantId, id));
    if (posted !== undefined) onNews({ ...posted, correlationId: randomUUID() });
  }

  /** One of several processes tells it: whoever counts first. */
  async function tell(
    sql: Sql,
    seal: TenantSeal,
    tenantId: TenantId,
    id: string,
  ): Promise<PostedInRoom | undefined> {
    const chain = steps.get(tenantId) ?? [];
    const [row] = await sql.query<WaitRow>({
      text: `UPDATE rooms r SET alerts = ${alertsNow} + 1, alerted_for = c.waiting_since,
               told_staff = CASE WHEN r.alerted_for = c.waiting_since THEN r.told_staff ELSE '{}' END
             FROM conversations c LEFT JOIN staff s ON s.company_id = $1 AND s.id = c.owner_staff
             WHERE r.company_id = $1 AND r.id = $2 AND c.company_id = $1 AND c.id = r.conversation_id
               AND c.owner_kind IN ('queue', 'human') AND c.status = 'escalated'
               AND c.waiting_since < clock_timestamp() - ($3::float8[])[${alertsNow} + 1] * interval '1 millisecond'
             RETURNING r.brief, r.conversation_id, r.card_conversation_id, r.alerts, c.waiting_since AS since,
               c.owner_queue AS queue, s.name AS holder, r.told_staff,
               (extract(epoch FROM clock_timestamp() - c.waiting_since) * 1000)::float8 AS waited_ms`,
      values: [tenantId, id, chain.map(({ afterMs }) => afterMs)],
    });
    const step = row && chain[row.alerts - 1];
    if (row === undefined || step === undefined) return undefined;
    const told = await namesOf(sql, tenantId, id, { step, row });
    const mentions = await mentionsOf(sql, tenantId, row.card_conversation_id, told);
    const cause = `${id} waits ${row.alerts} ${row.since.toISOString()}`;
    return staffRoom.post(sql, seal, {
      tenantId,
      replies: [{ ...toAlert(seal, row, told), mentions }],
      cause,
      correlationId: "",
    });
  }

  return { sweep };
}

/** Whom a step names. The next is told once for each wait, and so is everybody else before anyone is again. */
async function namesOf(
  sql: Sql,
  tenantId: TenantId,
  roomId: string,
  { step: { tell }, row }: { readonly step: WaitStep; readonly row: WaitRow },
): Promise<readonly string[] | "everybody"> {
  if (tell !== "next") return tell;
  const [next] = await sql.query<{ id: StaffId; name: string }>({
    text: `SELECT s.id, s.name FROM staff s JOIN staff_identities i ON i.company_id = $1 AND i.staff_id = s.id
           JOIN conversations card ON card.company_id = $1 AND card.installation_id = i.installation_id
           JOIN rooms r ON r.company_id = $1 AND r.card_conversation_id = card.id AND r.id = $2
           JOIN conversations c ON c.company_id = $1 AND c.id = r.conversation_id
           WHERE s.company_id = $1 AND s.state = 'active' AND s.id IS DISTINCT FROM c.owner_staff AND s.id <> ALL ($3::uuid[])
           ORDER BY (SELECT count(*) FROM conversations o
                     WHERE o.company_id = $1 AND o.owner_staff = s.id AND o.status = 'escalated'),
             (SELECT max(a.at) FROM audit a WHERE a.company_id = $1 AND a.actor = s.id::text) NULLS FIRST, s.name
           LIMIT 1`,
    values: [tenantId, roomId, row.told_staff],
  });
  if (next === undefined) return "everybody";
  await sql.query({
    text: "UPDATE rooms SET told_staff = told_staff || $3::uuid WHERE company_id = $1 AND id = $2",
    values: [tenantId, roomId, next.id],
  });
  return [next.name];
}

function toAlert(seal: TenantSeal, row: WaitRow, told: readonly string[] | "everybody"): Reply {
  const { brief, conversation_id: conversationId, waited_ms: waitedMs, queue, holder } = row;
  const { name, channel } = parseBrief(seal.open(briefPurpose, brief));
  const minutes = Math.max(1, Math.round(waitedMs / 60_000));
  const span = minutes === 1 ? "a minute" : `${minutes} minutes`;
  const who = `**${plainName(name ?? "Somebody")}** (${channel}) has waited for ${span}`;
  const where = plainName((queue ?? "the queue").replaceAll("_", " "));
  const why = holder === null ? ` in ${where}, and nobody has taken it.` : `. ${plainName(holder)} has it.`;
  const call =
    told === "everybody"
      ? "**Everybody:** who can take it?"
      : `**${told.map(plainName).join(", ")}:** can you take it?`;
  return {
    body: `⏰ ${who}${why}\n\n${call}`,
    buttons: holder === null ? [deckButton("claim", "Claim", { conversationId, style: "primary" })] : [],
  };
}
