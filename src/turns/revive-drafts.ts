import type { ConversationId, TenantId } from "../core/ids.ts";
import type { FollowBaton, PassedBaton } from "../handoff/passed-baton.ts";
import { openContent } from "../inbox/message-content.ts";
import type { Query } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import { insertLater, laterPurpose, type LaterContent } from "./later-store.ts";

/** Words that wait for an answer, oldest first. */
interface UnansweredRow {
  readonly draft_id: string;
  readonly last_seq: string;
  readonly sender_id: string;
  readonly content: Buffer;
}

const mostWaiting = 1;

/**
 * A colleague took a conversation over while an answer waited for their word, and gives it back: what was asked is asked
 * again, in the transaction that gives it back, unless somebody has answered it meanwhile. What the person added belongs
 * to it.
 */
export const reviveDrafts: FollowBaton = async (sql, seal, passed) => {
  if (!isGivenBack(passed)) return;
  const { tenantId, conversationId, conversation, correlationId } = passed;
  const rows = await sql.query<UnansweredRow>(findUnanswered(tenantId, conversationId));
  const [first] = rows;
  if (first === undefined) return;
  const said = rows.map(({ content }) => openContent(seal, content));
  const { sender_id: senderId, draft_id: draftId } = first;
  const text = said.map((one) => one.text).join("\n");
  // Only what customers ask waits as a draft.
  const content: LaterContent = { text, senderId, name: said[0]?.name, role: "customer" };
  await sql.query(
    insertLater(
      tenantId,
      {
        id: deriveId("draft revived", draftId, String(conversation.baton.epoch)),
        conversationId,
        kind: "question",
        sealed: seal.seal(laterPurpose, JSON.stringify(content)),
        dueInMs: 0,
        throughSeq: Number(first.last_seq),
        correlationId,
      },
      mostWaiting,
    ),
  );
};

function isGivenBack({ before, conversation: { baton } }: PassedBaton): boolean {
  return before.owner.kind !== "bot" && baton.owner.kind === "bot" && baton.status === "active";
}

/**
 * What the newest draft that was never sent would have answered, and what its asker said behind it. No row where the bot
 * or a colleague has said something since: then it is answered. A draft that was discarded is not among them.
 */
function findUnanswered(tenantId: TenantId, conversationId: ConversationId): Query {
  return {
    text: `WITH draft AS (
        SELECT id, turn_id FROM drafts WHERE company_id = $1 AND conversation_id = $2
          AND state IN ('pending', 'stood down', 'expired') ORDER BY created_at DESC LIMIT 1
      ), asked AS (
        SELECT m.seq, m.sender_id FROM messages m, draft
        WHERE m.company_id = $1 AND m.conversation_id = $2 AND m.turn_id = draft.turn_id AND m.role IN ('user', 'system')
          AND m.deleted_at IS NULL ORDER BY m.seq LIMIT 1
      )
      SELECT draft.id AS draft_id, c.last_seq, asked.sender_id, m.content
      FROM draft, asked, conversations c, messages m
      WHERE c.company_id = $1 AND c.id = $2 AND m.company_id = $1 AND m.conversation_id = $2
        AND m.seq >= asked.seq AND m.deleted_at IS NULL
        AND (m.turn_id = draft.turn_id AND m.role IN ('user', 'system')
          OR m.role = 'user' AND m.kind = 'message' AND m.sender_id = asked.sender_id)
        AND NOT EXISTS (SELECT FROM messages said WHERE said.company_id = $1 AND said.conversation_id = $2
          AND said.seq > asked.seq AND said.role IN ('staff', 'assistant') AND said.kind = 'message'
          AND said.state <> 'open' AND coalesce(said.reason, '') NOT LIKE 'command %' AND said.reason IS DISTINCT FROM 'a draft'
          AND said.deleted_at IS NULL)
      ORDER BY m.seq`,
    values: [tenantId, conversationId],
  };
}
