import type { Channel, Guild, Message, SeenChannel, SeenMessage, User } from "./model.ts";

interface Known {
  readonly users: ReadonlyMap<string, User>;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly guilds: ReadonlyMap<string, Guild>;
}

/** "… is thinking": the message stands for an answer to come. */
export const loadingFlag = 1 << 7;

/** The message as a person sees it, with its whole history. A copy: later changes do not show in it. */
export function toSeenMessage(known: Known, message: Message): SeenMessage {
  const user = known.users.get(message.authorId);
  const guildId = known.channels.get(message.channelId)?.guildId;
  return {
    id: message.id,
    channelId: message.channelId,
    ...defined("guildId", guildId),
    type: message.type,
    userId: message.authorId,
    userName: user?.globalName ?? user?.username ?? "unknown",
    isBot: user?.bot === true,
    text: message.text,
    embeds: message.embeds,
    components: message.components,
    files: message.files.map(({ id, name, contentType, content }) => ({
      id,
      name,
      contentType,
      size: content.length,
    })),
    ...defined("replyTo", message.type === 19 ? message.reference?.messageId : undefined),
    ...defined("interactionId", message.interaction?.id),
    ...defined("ephemeralTo", message.ephemeralTo),
    ...defined("threadId", message.threadId),
    ...defined("nonce", message.nonce),
    thinking: (message.flags & loadingFlag) !== 0,
    flags: message.flags,
    pings: message.pings,
    edited: message.editedAt !== undefined,
    edits: message.edits.slice(),
    deleted: message.deletedAt !== undefined,
    ...defined("deletedAt", message.deletedAt),
    reactions: message.reactions.map(({ emoji, users }) => ({ emoji, users: users.slice() })),
    createdAt: message.createdAt,
    changedAt: message.changedAt,
  };
}

/** The channel or thread as a listing shows it. A copy. */
export function toSeenChannel(channel: Channel): SeenChannel {
  return {
    id: channel.id,
    type: channel.type,
    name: channel.name,
    ...defined("guildId", channel.guildId),
    ...defined("parentId", channel.parentId),
    recipients: channel.recipients,
    ...(channel.thread === undefined
      ? {}
      : { archived: channel.thread.archived, locked: channel.thread.locked }),
    messages: [...channel.messages.values()].filter((message) => message.deletedAt === undefined).length,
  };
}

function defined<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}
