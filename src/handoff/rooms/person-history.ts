import { cutToLine } from "../../core/cut-text.ts";
import type { ConversationId, TenantId } from "../../core/ids.ts";
import { parseMarkedCommand } from "../../core/text-command.ts";
import type { Sql } from "../../store/database.ts";

const mostNotes = 2;
const mostOrders = 3;
const longestNote = 160;

/**
 * What is known of the person of a conversation from before, in lines for colleagues: how often people helped them and
 * how that was, what colleagues noted, and what they have ordered that is still on its way. Empty for somebody new.
 */
export async function readHistory(
  sql: Sql,
  {
    tenantId,
    conversationId,
    textOf,
  }: {
    readonly tenantId: TenantId;
    readonly conversationId: ConversationId;
    /** What a message says; undefined where nobody can read it. */
    readonly textOf: (content: Buffer) => string | undefined;
  },
): Promise<readonly string[]> {
  const values = [tenantId, conversationId];
  const [past] = await sql.query<PastRow>({ text: selectPast, values });
  const notes = await sql.query<{ content: Buffer }>({ text: selectNotes, values });
  const orders = await sql.query<OrderRow>({ text: selectOrders, values });
  return [
    ...toPastLine(past),
    ...notes.flatMap(({ content }) => toNoteLine(textOf(content))),
    ...orders.map(toOrderLine),
  ];
}

interface PastRow {
  readonly talks: number;
  readonly helped: number;
  readonly resolved: string | null;
  readonly thumb: "up" | "down" | null;
  readonly score: number | null;
}

interface OrderRow {
  readonly what: string;
  readonly status: string;
  readonly day: string | null;
}

// Everything the same contact ever had to do with, this conversation included: a direct one never ends.
const ofPerson = `SELECT o.id FROM conversations c JOIN conversations o ON o.company_id = $1 AND o.user_id = c.user_id
  WHERE c.company_id = $1 AND c.id = $2`;

const selectPast = `WITH theirs AS (${ofPerson})
  SELECT (SELECT count(*)::int FROM theirs) AS talks,
    (SELECT count(*)::int FROM audit a WHERE a.company_id = $1 AND a.conversation_id IN (SELECT id FROM theirs)
       AND a.action = 'resolve' AND a.actor NOT IN ('bot', 'idle rule')) AS helped,
    (SELECT to_char(max(a.at), 'YYYY-MM-DD') FROM audit a WHERE a.company_id = $1
       AND a.conversation_id IN (SELECT id FROM theirs) AND a.action = 'resolve') AS resolved,
    s.thumb, s.score
  FROM (SELECT 1) one LEFT JOIN LATERAL (
    SELECT thumb, score FROM satisfaction WHERE company_id = $1 AND conversation_id IN (SELECT id FROM theirs)
      AND thumb IS NOT NULL ORDER BY answered_at DESC LIMIT 1) s ON true`;

const selectNotes = `WITH theirs AS (${ofPerson})
  SELECT m.content FROM audit a JOIN messages m ON m.company_id = $1 AND m.id = (a.data->>'message')::uuid
  WHERE a.company_id = $1 AND a.conversation_id IN (SELECT id FROM theirs) AND a.action = 'command note'
    AND m.deleted_at IS NULL ORDER BY a.id DESC LIMIT ${mostNotes}`;

const selectOrders = `WITH theirs AS (${ofPerson})
  (SELECT b.kind || ' ' || b.code AS what, b.status, to_char(coalesce(b.event_date, b.starts_at::date), 'YYYY-MM-DD') AS day
   FROM bookings b WHERE b.company_id = $1 AND b.status IN ('pending', 'held', 'payment failed', 'confirmed')
     AND (b.conversation_id IN (SELECT id FROM theirs) OR b.user_id = (SELECT user_id FROM conversations WHERE company_id = $1 AND id = $2))
   ORDER BY b.created_at DESC LIMIT ${mostOrders})
  UNION ALL
  (SELECT 'order ' || r.number, r.status, to_char(r.expected_on, 'YYYY-MM-DD')
   FROM orders r JOIN accounts a ON a.company_id = $1 AND a.id = r.account_id
   WHERE r.company_id = $1 AND r.status IN ('processing', 'shipped')
     AND a.user_id = (SELECT user_id FROM conversations WHERE company_id = $1 AND id = $2)
   ORDER BY r.placed_on DESC LIMIT ${mostOrders})`;

function toPastLine(past: PastRow | undefined): readonly string[] {
  if (past === undefined || (past.helped === 0 && past.talks < 2)) return [];
  const { talks, helped, resolved, thumb, score } = past;
  const rating =
    thumb === null ? "" : `, rated ${thumb === "up" ? "👍" : "👎"}${score === null ? "" : ` ${score}/5`}`;
  const help =
    helped === 0
      ? "never with a colleague"
      : `${helped} resolved by colleagues, last on ${resolved}${rating}`;
  return [`${talks === 1 ? "1 conversation" : `${talks} conversations`}, ${help}`];
}

function toNoteLine(text: string | undefined): readonly string[] {
  const note = text === undefined ? undefined : (parseMarkedCommand(text)?.argument ?? text);
  if (note === undefined || note.trim() === "") return [];
  return [`Note: ${cutToLine(note, longestNote)}`];
}

function toOrderLine({ what, status, day }: OrderRow): string {
  return `Open: ${what}, ${status}${day === null ? "" : `, ${day}`}`;
}
