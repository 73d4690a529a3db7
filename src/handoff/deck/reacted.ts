import { deckActionOf } from "../../core/deck.ts";
import type { ConversationId, MessageId } from "../../core/ids.ts";
import type { Reacted, Reaction } from "../../inbox/inbox.ts";
import type { Database } from "../../store/database.ts";

/**
 * Finds out whether a reaction is a colleague's command: only theirs, only where people help people, are more than
 * reactions. A hand raised is one in every conversation.
 */
export function createReacted({ database }: { readonly database: Database }) {
  return async (reaction: Reaction): Promise<Reacted | undefined> => {
    const action = deckActionOf(reaction.emoji);
    if (action === undefined) return undefined;
    const [found] = await database.statement<{
      conversation_id: ConversationId;
      message_id: MessageId | null;
    }>(reaction.tenantId, {
      text: `SELECT place.conversation_id, place.message_id FROM (
                 SELECT conversation_id, id AS message_id FROM messages WHERE company_id = $1 AND id = $2
                 UNION ALL SELECT id, NULL FROM conversations WHERE company_id = $1 AND id = ANY ($3::uuid[])) place
               WHERE EXISTS (SELECT FROM staff_identities WHERE company_id = $1 AND installation_id = $4 AND external_id = $5)
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
    });
    return (
      found && { action, conversationId: found.conversation_id, messageId: found.message_id ?? undefined }
    );
  };
}

const claimAction = deckActionOf("🙋");
