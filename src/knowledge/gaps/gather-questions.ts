import { actions } from "../../core/reply.ts";
import type { ConversationId, TenantId } from "../../core/ids.ts";
import { openContent } from "../../inbox/message-content.ts";
import type { Database } from "../../store/database.ts";
import type { Sealer } from "../../store/seal.ts";
import type { AskedQuestions } from "./asked-questions.ts";
import { removePersonalData } from "./remove-personal-data.ts";

const most = 500;
const longestTalkSeconds = 3_600;

interface FoundRow {
  id: string;
  conversation_id: ConversationId;
  question: Buffer;
  answer: Buffer | null;
  seconds: number;
}

/**
 * Keeps the questions of the last days that people disliked the answer to, and those that a colleague answered in the
 * conversation itself, with that answer. Repeating it adds nothing.
 */
export async function gatherQuestions(
  {
    database,
    sealer,
    questions,
  }: {
    readonly database: Pick<Database, "statement">;
    readonly sealer: Pick<Sealer, "forTenant">;
    readonly questions: Pick<AskedQuestions, "keep">;
  },
  tenantId: TenantId,
  days: number,
): Promise<void> {
  const seal = await sealer.forTenant(tenantId);
  const read = (sealed: Buffer) => openContent(seal, sealed);
  const disliked = await database.statement<FoundRow>(tenantId, {
    text: `SELECT a.id, a.conversation_id, u.content AS question, NULL AS answer, 0 AS seconds
             FROM events e
             JOIN messages a ON a.turn_id = (e.data ->> 'value')::uuid AND a.role = 'assistant'
             ${askedBefore("a")}
            WHERE e.event_type = 'feedback' AND e.data ->> 'name' = $1 AND e.data ? 'value'
              AND e.occurred_at > now() - $2 * interval '1 day' LIMIT ${most}`,
    values: [actions.feedbackDown, days],
  });
  const byPeople = await database.statement<FoundRow>(tenantId, {
    text: `SELECT a.id, a.conversation_id, u.content AS question, a.content AS answer,
                  least(${longestTalkSeconds}, extract(epoch FROM a.created_at - u.created_at))::int AS seconds
             FROM messages a
             ${askedBefore("a")}
            WHERE a.role = 'staff' AND a.kind = 'message' AND a.state <> 'open' AND a.deleted_at IS NULL
              AND ${isSaid("a")}
              AND a.created_at > now() - $1 * interval '1 day'
              AND NOT EXISTS (SELECT FROM messages b WHERE b.conversation_id = a.conversation_id
                                AND b.role = 'staff' AND b.seq > u.seq AND b.seq < a.seq
                                AND ${isSaid("b")})
            LIMIT ${most}`,
    values: [days],
  });
  for (const { id, conversation_id: conversationId, question } of disliked)
    await questions.keep(tenantId, {
      key: ["disliked", id],
      conversationId,
      question: read(question).text,
      answer: undefined,
      reason: "disliked",
    });
  for (const { id, conversation_id: conversationId, question, answer, seconds } of byPeople) {
    const [asked, given] = [read(question), answer === null ? undefined : read(answer)];
    await questions.keep(tenantId, {
      key: ["answered", id],
      conversationId,
      question: asked.text,
      answer: given && removePersonalData(given.text, [asked.name ?? "", given.name ?? ""]),
      reason: "answered by a person",
      humanSeconds: seconds,
    });
  }
}

/** It was said to people: what is told to Baton, such as a note or a correction, is no question and no answer. */
function isSaid(message: string): string {
  return `coalesce(${message}.reason, '') NOT LIKE 'command %'`;
}

/** The person's last message before one of ours. */
function askedBefore(ours: string): string {
  return `JOIN LATERAL (
    SELECT m.content, m.seq, m.created_at FROM messages m
     WHERE m.conversation_id = ${ours}.conversation_id AND m.role = 'user' AND m.kind = 'message'
       AND m.deleted_at IS NULL AND m.seq < ${ours}.seq AND ${isSaid("m")}
     ORDER BY m.seq DESC LIMIT 1) u ON true`;
}
