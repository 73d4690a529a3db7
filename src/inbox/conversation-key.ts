import { threadIdOf, type Envelope } from "../core/envelope.ts";
import type { ContactId, ConversationId, InstallationId, MessageId } from "../core/ids.ts";
import { deriveId } from "../store/derive-id.ts";

/**
 * The ids of what an envelope speaks of. They follow from the platform's own identity, so the second delivery of
 * the same message, on any node, at any time, meets the first one's primary key.
 */
export interface ConversationKey {
  readonly conversationId: ConversationId;
  readonly contactId: ContactId;
  readonly threadId: string;
  messageId(externalId: string): MessageId;
}

export function conversationKeyOf(envelope: Envelope, installationId: InstallationId): ConversationKey {
  const { space, thread } = envelope.place;
  const conversationId = deriveId<ConversationId>("conversation", installationId, space, thread);
  return {
    conversationId,
    contactId: deriveId<ContactId>("contact", installationId, envelope.sender.id),
    threadId: threadIdOf(envelope),
    messageId: (externalId) => deriveId<MessageId>("message", installationId, space, externalId),
  };
}
