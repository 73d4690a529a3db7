import { isId, type StaffId, type TenantId } from "../../core/ids.ts";
import { toTextLanguage } from "../../core/texts/texts.ts";
import type { Sql } from "../../store/database.ts";
import { deriveId } from "../../store/derive-id.ts";
import type { TenantSeal } from "../../store/seal.ts";
import { toNotice } from "../notice.ts";
import type { OutsideNews } from "../outside/outside-store.ts";
import type { FollowBaton } from "../passed-baton.ts";
import { answerPress, type ApprovalNews, type PressedControl } from "../pressed.ts";
import { toLastThanks, toQuestion, toRating, toThanks, type Rating } from "./satisfaction-words.ts";

/** Asks people what the help was like, and keeps what they say. */
export interface Satisfaction {
  /** Asks when a colleague resolves a conversation: once for each, and never when it ended by itself. */
  readonly follow: FollowBaton;
  /** Keeps an answer of whoever was asked; anybody else's press changes nothing, and neither does a second one. */
  press(sql: Sql, seal: TenantSeal, pressed: PressedControl): Promise<ApprovalNews | undefined>;
}

export interface SatisfactionParts {
  /** Whether a company wants its people asked. */
  readonly isAsked: (tenantId: TenantId) => boolean;
  /** Keeps what systems outside are to be told, in the same transaction. */
  readonly note: (sql: Sql, news: OutsideNews) => Promise<void>;
  readonly count: (thumb: "up" | "down") => void;
}

export function createSatisfaction({ isAsked, note, count }: SatisfactionParts): Satisfaction {
  const follow: FollowBaton = async (sql, seal, passed) => {
    const { tenantId, conversationId, correlationId, event, conversation } = passed;
    if (event.kind !== "resolve" || event.by === "bot" || event.by === "idle rule") return;
    if (event.quietly === true) return;
    if (!isAsked(tenantId)) return;
    const id = deriveId("satisfaction", tenantId, conversationId);
    const [asked] = await sql.query({
      text: `INSERT INTO satisfaction (company_id, id, conversation_id, resolved_by)
             SELECT $1, $2, c.id, $4 FROM conversations c
             WHERE c.company_id = $1 AND c.id = $3 AND NOT EXISTS (
               SELECT FROM staff_identities s WHERE s.company_id = $1 AND s.installation_id = c.installation_id
                 AND s.external_id = $5 AND s.staff_id = $4)
             ON CONFLICT DO NOTHING RETURNING id`,
      values: [tenantId, id, conversationId, event.by, conversation.requesterId],
    });
    if (asked === undefined) return;
    const place = { tenantId, conversationId, correlationId, recipient: conversation.requesterId };
    const notice = {
      ...place,
      place: conversation,
      kind: "satisfaction",
      cause: [id],
      reply: toQuestion(id, conversation.language),
    };
    await sql.query(toNotice(seal, notice));
  };

  async function press(sql: Sql, seal: TenantSeal, pressed: PressedControl): Promise<undefined> {
    const rating = toRating(pressed.action);
    if (rating === undefined || !isId(pressed.value)) return;
    const [kept] = await keep(sql, pressed, rating);
    if (kept === undefined) return;
    if (rating.kind === "thumb") count(rating.thumb);
    const { tenantId, conversationId } = pressed;
    const { thumb, score, resolved_by: staffId, answered_at: at } = kept;
    const data = { thumb, ...(score !== null && { score }), staff_id: staffId };
    await note(sql, { tenantId, conversationId, name: "csat.received", cause: rating.kind, at, data });
    const language = toTextLanguage(kept.language);
    const reply = rating.kind === "thumb" ? toThanks(pressed.value, language) : toLastThanks(language);
    await sql.query(answerPress(seal, pressed, "satisfaction answer", reply));
  }

  return { follow, press };
}

interface KeptRow {
  readonly thumb: "up" | "down";
  readonly score: number | null;
  readonly resolved_by: StaffId;
  readonly answered_at: Date;
  readonly language: string | null;
}

/** Each answer counts once, and only from whom it was asked of; its event is for the counters. */
function keep(sql: Sql, { tenantId, conversationId, senderId, value }: PressedControl, rating: Rating) {
  const isThumb = rating.kind === "thumb";
  return sql.query<KeptRow>({
    text: `WITH kept AS (
             UPDATE satisfaction s SET ${isThumb ? "thumb" : "score"} = $5, answered_at = coalesce(answered_at, clock_timestamp())
             FROM conversations c JOIN contacts u ON u.company_id = c.company_id AND u.id = c.user_id
             WHERE s.company_id = $1 AND s.id = $2 AND s.conversation_id = $3 AND c.company_id = $1 AND c.id = $3
               AND u.external_id = $4 AND ${isThumb ? "s.thumb IS NULL" : "s.thumb IS NOT NULL AND s.score IS NULL"}
             RETURNING s.thumb, s.score, s.resolved_by, s.answered_at, coalesce(u.language, u.locale) AS language
           ), counted AS (
             INSERT INTO events (company_id, event_type, session_id, data)
             SELECT $1, 'csat', $3, jsonb_build_object('thumb', thumb, 'score', score) FROM kept)
           SELECT thumb, score, resolved_by, answered_at, language FROM kept`,
    values: [tenantId, value, conversationId, senderId, isThumb ? rating.thumb : rating.score],
  });
}
