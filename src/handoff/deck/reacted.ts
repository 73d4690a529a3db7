import { deckActionOf, fixAction } from "../../core/deck.ts";
import type { ConversationId, MessageId } from "../../core/ids.ts";
import type { Reacted, Reaction } from "../../inbox/reaction.ts";
import type { Database, Query } from "../../store/database.ts";
import { isColleague } from "../../tenants/colleagues.ts";
import { answersShown } from "./shown-answer.ts";

interface PlaceRow {
  readonly conversation_id: ConversationId;
  readonly message_id: MessageId | null;
}

/**
 * Finds out whether a reaction is a colleague's command: only theirs, only where people help people, are more than
 * reactions. A hand raised is one in every conversation, and so is a pencil on an answer of the bot's.
 */
export function createReacted({ database }: { readonly database: Database }) {
  return async (reaction: Reaction): Promise<Reacted | undefined> => {
    const action = deckActionOf(reaction.emoji);
    if (action === undefined) return undefined;
    const query = action === fixAction ? findAnswered(reaction) : findPlace(reaction, action);
    const [found] = await database.statement<PlaceRow>(reaction.tenantId, query);
    return (
      found && { action, conversationId: found.conversation_id, messageId: found.message_id ?? undefined }
    );
  };
}

const claimAction = deckActionOf("🙋");

function findPlace(reaction: Reaction, action: string): Query {
  return {
    text: `SELECT place.conversation_id, place.message_id FROM (
             SELECT conversation_id, id AS message_id FROM messages WHERE company_id = $1 AND id = $2
             UNION ALL SELECT id, NULL FROM conversations WHERE company_id = $1 AND id = ANY ($3::uuid[])) place
           WHERE ${isColleague("$4", "$5")}
             AND ($6 OR EXISTS (SELECT FROM rooms r WHERE r.company_id = $1
               AND (r.conversation_id = place.conversation_id OR r.room_conversation_id = place.conversation_id)))
           LIMIT 1`,
    values: [
      reaction.tenantId,
      reaction.messageId,
      reaction.conversations,
      reaction.installationId,
      reaction.sender,
      action === claimAction,
    ],
  };
}

/**
 * The answer of the bot's that was reacted to: itself, or what shows it in a room. A card stands for the newest answer of
 * the conversation it is about.
 */
function findAnswered(reaction: Reaction): Query {
  const { tenantId, installationId, sender, space, refs, conversations } = reaction;
  return {
    text: `WITH shown AS (
             SELECT d.id, d.conversation_id, d.turn_id, d.kind FROM deliveries d
             JOIN conversations c ON c.company_id = $1 AND c.id = d.conversation_id
             WHERE d.company_id = $1 AND d.ref = ANY ($5::text[]) AND c.installation_id = $2 AND c.space = $3)
           SELECT place.conversation_id, place.message_id FROM (
             ${answersShown}
             UNION ALL
             SELECT r.room_conversation_id, NULL FROM shown s
             JOIN rooms r ON r.company_id = $1 AND r.card_id = s.id AND r.room_conversation_id IS NOT NULL
               AND (r.conversation_id = s.conversation_id OR r.room_conversation_id = ANY ($6::uuid[]))) place
           WHERE ${isColleague("$2", "$4")}
           LIMIT 1`,
    values: [tenantId, installationId, space, sender, refs, conversations],
  };
}
