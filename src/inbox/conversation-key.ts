import { threadIdOf, type Envelope, type Place } from "../core/envelope.ts";
import type { ContactId, ConversationId, InstallationId, MessageId } from "../core/ids.ts";
import { actions } from "../core/reply.ts";
import { deriveId } from "../store/derive-id.ts";

/**
 * The ids of what an envelope speaks of. They follow from the platform's own identity, so the second delivery of
 * the same message, on any node, at any time, meets the first one's primary key.
 */
export interface ConversationKey {
  readonly conversationId: ConversationId;
  readonly contactId: ContactId;
  readonly threadId: string;
  /** The thread it is answered in; empty where the room has none, and where only one person sees the answer. */
  readonly thread: string;
  messageId(externalId: string): MessageId;
}

export function conversationKeyOf(envelope: Envelope, installationId: InstallationId): ConversationKey {
  const { space } = envelope.place;
  const whispersTo = isBetweenTwo(envelope) ? [envelope.sender.id] : [];
  const thread = whispersTo.length > 0 ? "" : envelope.place.thread;
  const conversationId = conversationIdOf(installationId, { space, thread }, ...whispersTo);
  const contactId = deriveId<ContactId>("contact", installationId, envelope.sender.id);
  const place = { ...envelope.place, thread };
  return {
    conversationId,
    contactId,
    threadId: [threadIdOf({ ...envelope, place }), ...whispersTo].join(":"),
    thread,
    messageId: (externalId) => messageIdOf(installationId, space, externalId),
  };
}

/** The conversation of a thread, or of a room without any. */
export function conversationIdOf(
  installationId: InstallationId,
  { space, thread }: Pick<Place, "space" | "thread">,
  ...whispersTo: readonly string[]
): ConversationId {
  return deriveId<ConversationId>("conversation", installationId, space, thread, ...whispersTo);
}

/** A message of a room. */
export function messageIdOf(installationId: InstallationId, space: string, externalId: string): MessageId {
  return deriveId<MessageId>("message", installationId, space, externalId);
}

/** In a room others can read, what is said outside of a thread is seen by the person spoken to alone. */
export function isWhispered({ thread, audience }: Pick<Place, "thread" | "audience">): boolean {
  return thread === "" && audience !== "direct";
}

const ownControls: ReadonlySet<string> = new Set(Object.values(actions));

/**
 * A command typed where others read, or a control of ours on a message that stands in no thread: only whispers do.
 * Everybody has a conversation of their own there, so that nobody is told what another one whispered.
 */
function isBetweenTwo(envelope: Envelope): boolean {
  if (envelope.place.audience === "direct") return false;
  if (envelope.kind === "command") return true;
  return (
    envelope.kind === "action" &&
    ownControls.has(envelope.action) &&
    envelope.targetId !== undefined &&
    envelope.place.thread === envelope.targetId
  );
}
