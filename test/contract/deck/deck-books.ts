import { slowlyMs } from "../../service/room-house.ts";
import { until, type Talk } from "../../support/talk.ts";
import type { Before, DeckState } from "./deck-commands.ts";

interface StateRow {
  readonly owner_kind: string;
  readonly owner_queue: string | null;
  readonly holder: string | null;
  readonly status: string;
  readonly sleeps_hours: number | null;
  readonly ticket: string;
  readonly priority: string;
  readonly tags: string[];
  readonly queue: string;
  readonly blocked: boolean;
}

/** What the database says of one conversation, and how a test puts it into the state a command begins from. */
export function openBooks({ rows }: Pick<Talk, "rows">, conversation: string) {
  /** `keepCard`: what the card shows is not true any more, and nobody has changed it yet. */
  async function stand(before: Before, { keepCard = false } = {}): Promise<void> {
    const isClosed = before === "closed" || before === "blocked";
    const holder = before === "mine" ? "Mia" : before === "theirs" ? "Kim" : undefined;
    const kind = holder !== undefined ? "human" : before === "queue" ? "queue" : "bot";
    const status = isClosed ? "closed" : before === "bot" ? "active" : "escalated";
    await rows(
      `WITH c AS (
         UPDATE conversations c SET owner_kind = $2, owner_queue = CASE WHEN $2 = 'queue' THEN 'general_support' END,
           owner_staff = (SELECT id FROM staff s WHERE s.company_id = c.company_id AND s.name LIKE $3 || '%' LIMIT 1),
           status = $4, epoch = epoch + 1, snoozed_until = NULL, previous_owner = NULL,
           waiting_since = CASE WHEN $2 = 'queue' THEN now() END, closed_at = CASE WHEN $4 = 'closed' THEN now() END
         WHERE id = $1 RETURNING company_id, id, user_id
       ), t AS (
         UPDATE tickets SET status = $5, priority = 'normal', tags = '{}', queue = 'general_support', merged_into = NULL
         FROM c WHERE conversation_id = c.id
       ), u AS (
         UPDATE contacts u SET blocked_at = CASE WHEN $6 THEN now() END FROM c WHERE u.id = c.user_id
       ), r AS (
         UPDATE rooms SET is_card_stale = NOT $7, state = 'open', live_staff = NULL FROM c WHERE conversation_id = c.id
       )
       INSERT INTO audit (company_id, conversation_id, actor, action, data)
       SELECT company_id, id, 'test', 'test', '{"to": "human"}' FROM c WHERE $8`,
      [
        conversation,
        kind,
        holder ?? null,
        status,
        isClosed ? "solved" : "open",
        before === "blocked",
        keepCard,
        before === "theirs",
      ],
    );
  }

  async function state(): Promise<DeckState> {
    const [row] = await rows<StateRow>(
      `SELECT c.owner_kind, c.owner_queue, s.name AS holder, c.status, t.status AS ticket, t.priority, t.tags, t.queue,
         u.blocked_at IS NOT NULL AS blocked, (extract(epoch FROM c.snoozed_until - now()) / 3600)::float8 AS sleeps_hours
       FROM conversations c JOIN contacts u ON u.id = c.user_id LEFT JOIN staff s ON s.id = c.owner_staff
       LEFT JOIN LATERAL (SELECT * FROM tickets t WHERE t.conversation_id = c.id ORDER BY number LIMIT 1) t ON true
       WHERE c.id = $1`,
      [conversation],
    );
    if (row === undefined) throw new Error("the conversation is gone");
    return {
      owner: row.holder?.split(" ")[0] ?? [row.owner_kind, row.owner_queue].filter(Boolean).join(" "),
      status: row.status,
      asleep: toSleep(row.sleeps_hours),
      ticket: row.ticket,
      priority: row.priority,
      tags: row.tags.join(" "),
      queue: row.queue,
      blocked: row.blocked,
    };
  }

  return {
    stand,
    state,
    /** The audit's rows of what people did, oldest first. */
    audited: async (): Promise<string[]> => {
      const found = await rows<{ action: string }>(
        "SELECT action FROM audit WHERE conversation_id = $1 AND actor <> 'test' ORDER BY id",
        [conversation],
      );
      return found.map(({ action }) => action);
    },
    /** What somebody wrote has been dealt with. */
    isDealtWith: async (externalId: string): Promise<boolean> => {
      const found = await rows(
        "SELECT 1 FROM messages WHERE right(external_id, length($1)) = $1 AND state <> 'open'",
        [externalId],
      );
      return found.length > 0;
    },
    /** A second ticket of the same person, and its number. */
    otherTicket: async (): Promise<string> => {
      const [row] = await rows<{ number: string }>(
        `INSERT INTO tickets (company_id, id, user_id, subject, description, idempotency_key)
         SELECT company_id, gen_random_uuid(), user_id, '', '', 'test:' || id FROM conversations WHERE id = $1 RETURNING number`,
        [conversation],
      );
      return row?.number ?? "";
    },
    /** What the card shows is true. */
    isCardFresh: (): Promise<unknown> =>
      until(async () => {
        const [row] = await rows<{ stale: boolean }>(
          "SELECT is_card_stale AS stale FROM rooms WHERE conversation_id = $1 ORDER BY created_at DESC LIMIT 1",
          [conversation],
        );
        return row?.stale === false;
      }, slowlyMs),
    /** The number of the newest reply that left the room. */
    newestReply: async (): Promise<string> => {
      const [row] = await rows<{ number: number }>(
        `SELECT p.number FROM room_replies p JOIN rooms r ON r.id = p.room_id
         WHERE r.conversation_id = $1 ORDER BY p.number DESC LIMIT 1`,
        [conversation],
      );
      return String(row?.number ?? "");
    },
    /** The newest reply has reached the person, and the room knows. */
    isReplySent: async (): Promise<boolean> => {
      const [row] = await rows<{ state: string }>(
        `SELECT p.state FROM room_replies p JOIN rooms r ON r.id = p.room_id
         WHERE r.conversation_id = $1 ORDER BY p.number DESC LIMIT 1`,
        [conversation],
      );
      return row?.state === "sent";
    },
    /** Lets out what is held back, so that nobody waits for the time in which it could be taken back. */
    release: async (): Promise<void> => {
      await rows(
        "UPDATE deliveries SET next_attempt_at = now() WHERE conversation_id = $1 AND state = 'pending'",
        [conversation],
      );
    },
  };
}

function toSleep(hours: number | null): string {
  if (hours === null) return "no";
  if (hours <= 2) return "for hours";
  return hours < 24 * 8 ? "for days" : "until they write";
}
