import { behindQuotes } from "../../core/behind-quotes.ts";
import { cutToLine } from "../../core/cut-text.ts";
import type { ChannelName, RepliedTo } from "../../core/envelope.ts";
import type { ConversationId, TenantId } from "../../core/ids.ts";
import { plainText } from "../../core/plain-text.ts";
import type { Reply } from "../../core/reply.ts";
import { tryOpenContent, type MessageContent } from "../../inbox/message-content.ts";
import { openReply } from "../../outbox/delivery.ts";
import type { Sql } from "../../store/database.ts";
import type { TenantSeal } from "../../store/seal.ts";
import { withoutMarks } from "./brief.ts";
import type { RoomRow } from "./room-store.ts";

/** A transaction of a company's. */
interface Reading {
  readonly sql: Sql;
  readonly seal: TenantSeal;
  readonly tenantId: TenantId;
}

const longestBeginning = 60;

/**
 * What the person's message answers, as colleagues read it: a reply of theirs by its number, anything else by its first
 * words. Undefined where it answers no certain message, or nobody can tell which.
 */
export async function toAnsweredMark(
  reading: Reading,
  conversation: ConversationId,
  repliesTo: RepliedTo | undefined,
): Promise<string | undefined> {
  if (repliesTo === undefined) return undefined;
  const { sql, seal, tenantId } = reading;
  const [sent] = await sql.query<{ number: number | null; body: Buffer }>({
    text: `SELECT p.number, d.body FROM deliveries d
           LEFT JOIN room_replies p ON p.company_id = $1 AND p.conversation_id = $2 AND d.id = ANY (p.deliveries)
           WHERE d.company_id = $1 AND d.conversation_id = $2 AND d.ref = $3 ORDER BY p.number DESC NULLS LAST LIMIT 1`,
    values: [tenantId, conversation, repliesTo.id],
  });
  if (typeof sent?.number === "number") return `**#${sent.number}**`;
  const answered = await findSaid(reading, conversation, repliesTo.id);
  if (answered?.isDeleted === true) return undefined;
  const text =
    repliesTo.text ??
    (sent && openReply(seal, sent.body).body) ??
    (answered && tryOpenContent(seal, answered.content)?.text) ??
    "";
  const words = beginningOf(text);
  return words === "" ? undefined : `“${plainText(words)}”`;
}

/** What was said in a conversation, by the platform's id of it. */
async function findSaid(
  { sql, tenantId }: Pick<Reading, "sql" | "tenantId">,
  conversation: ConversationId,
  externalId: string,
): Promise<{ readonly content: Buffer; readonly isDeleted: boolean } | undefined> {
  const [row] = await sql.query<{ content: Buffer; is_deleted: boolean }>({
    text: `SELECT content, deleted_at IS NOT NULL AS is_deleted FROM messages
           WHERE company_id = $1 AND conversation_id = $2 AND external_id = $3 ORDER BY is_deleted DESC LIMIT 1`,
    values: [tenantId, conversation, externalId],
  });
  return row && { content: row.content, isDeleted: row.is_deleted };
}

/** The person's own message that a colleague's words answer, with how it begins; undefined where they answer none. */
export async function findAnswered(
  { sql, seal, tenantId }: Reading,
  room: RoomRow,
  repliesTo: RepliedTo | undefined,
): Promise<RepliedTo | undefined> {
  if (repliesTo === undefined) return undefined;
  const [shown] = await sql.query<{ external_id: string; content: Buffer }>({
    text: `SELECT m.external_id, m.content FROM deliveries d
           JOIN room_mirrors x ON x.company_id = $1 AND x.room_id = $2 AND d.id = ANY (x.deliveries)
           JOIN messages m ON m.company_id = $1 AND m.id = x.message_id
           WHERE d.company_id = $1 AND d.conversation_id = $3 AND d.ref = $4 AND m.deleted_at IS NULL
             AND m.role = 'user' AND m.external_id IS NOT NULL LIMIT 1`,
    values: [tenantId, room.id, room.room_conversation_id, repliesTo.id],
  });
  if (shown === undefined) return undefined;
  const text = wordsBehindQuote(tryOpenContent(seal, shown.content) ?? { text: "" });
  return { id: shown.external_id, text: beginningOf(text) };
}

/** What was written in a message, without the quote of what it answers. */
export function wordsBehindQuote({ text, repliesTo }: Pick<MessageContent, "text" | "repliesTo">): string {
  if (repliesTo?.isQuoted !== true) return text;
  return text.replace(/^(?:>[^\n]*(?:\n|$))+\s*/u, "");
}

/** The same of a colleague's message, which may quote several: none of what was said in the room is for the person. */
export function wordsBehindQuotes({ text, repliesTo }: Pick<MessageContent, "text" | "repliesTo">): string {
  return repliesTo?.isQuoted === true ? behindQuotes(text) : text;
}

/** As long as it stands: what a person has deleted is quoted to nobody any more. */
export async function stillAnswered(
  reading: Pick<Reading, "sql" | "tenantId">,
  conversation: ConversationId,
  answered: RepliedTo | undefined,
): Promise<RepliedTo | undefined> {
  if (answered === undefined) return undefined;
  const said = await findSaid(reading, conversation, answered.id);
  return said?.isDeleted === true ? undefined : answered;
}

/** Words to the person: with what they answer quoted before them, where the person's platform does not show that itself. */
export function quoting(words: string, answered: RepliedTo | undefined, isShown: boolean): string {
  const quote = answered?.text ?? "";
  return isShown || quote === "" ? words : `> ${plainText(quote)}\n\n${words}`;
}

/** The messages that words to the person are cut into; the first of them is the answer. */
export function toAnswers(
  pieces: readonly string[],
  answered: RepliedTo | undefined,
  isShown: boolean,
): readonly Reply[] {
  return pieces.map((body, index) =>
    index === 0 && isShown && answered !== undefined ? { body, repliesTo: answered.id } : { body },
  );
}

/** Channels that show by themselves which message a reply answers. */
export type ShowsAnswered = (channel: ChannelName | undefined) => boolean;

function beginningOf(text: string): string {
  return cutToLine(withoutMarks(text), longestBeginning);
}
