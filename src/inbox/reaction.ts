import type { ReactionEnvelope } from "../core/envelope.ts";
import type { ConversationId, InstallationId, MessageId, TenantId } from "../core/ids.ts";
import type { Route } from "../tenants/installations.ts";
import { conversationIdOf, messageIdOf } from "./conversation-key.ts";

/** A reaction, with what its message may be to us. */
export interface Reaction {
  readonly tenantId: TenantId;
  readonly installationId: InstallationId;
  readonly sender: string;
  readonly emoji: string;
  /** False where it was taken away. */
  readonly added: boolean;
  /** The room it happened in, by the platform's id. */
  readonly space: string;
  /** The message as ours, should we have it. */
  readonly messageId: MessageId;
  /** The platform's own id of it. */
  readonly targetId: string;
  /** What it is called where it is one of ours: the first message of a thread was sent before there was a thread. */
  readonly refs: readonly string[];
  /** Conversations it may stand in, should we not. */
  readonly conversations: readonly ConversationId[];
}

/** The control a reaction is. */
export interface Reacted {
  readonly conversationId: ConversationId;
  readonly action: string;
  /** What was reacted to, where it is a message somebody wrote. */
  readonly messageId: MessageId | undefined;
}

/** Some platforms tell the message alone: then it is looked for, also as the one a thread began with. */
export function toReaction(
  { place, targetId, sender, emoji, added }: ReactionEnvelope,
  { tenantId, installationId }: Route,
): Reaction {
  const { space, thread } = place;
  const threads = [...new Set([thread, targetId])];
  return {
    tenantId,
    installationId,
    sender: sender.id,
    emoji,
    added,
    space,
    targetId,
    refs: targetId === `${thread}/${thread}` ? [targetId, thread] : [targetId],
    messageId: messageIdOf(installationId, space, targetId),
    conversations: threads.map((one) => conversationIdOf(installationId, { space, thread: one })),
  };
}
