import type { AttachmentUrls } from "./attachment-urls.ts";
import type { Channel, Guild, Message, StoredFile } from "./model.ts";
import { has } from "./permissions.ts";
import type { State } from "./state.ts";
import { toTimestamp, toWireGuild, toWireGuildMember, toWireMember, toWireUser } from "./wire-people.ts";

type Fields = Record<string, unknown>;

/** The message as REST answers with it. A reply carries the message it replies to. */
export function toWireMessage(state: State, urls: AttachmentUrls, message: Message): Fields {
  const { reference } = message;
  return {
    ...toBareMessage(state, urls, message),
    ...(reference === undefined ? {} : toReference(state, urls, message)),
    ...toThreadField(state, message),
  };
}

/** The message as MESSAGE_CREATE and MESSAGE_UPDATE carry it: with guild, author's membership and channel type. */
export function toWireMessageEvent(state: State, urls: AttachmentUrls, message: Message): Fields {
  const channel = state.channels.get(message.channelId);
  const guild = channel === undefined ? undefined : state.guildOf(channel);
  const member = guild?.members.get(message.authorId);
  return {
    ...toWireMessage(state, urls, message),
    ...(channel === undefined ? {} : { channel_type: channel.type }),
    ...(guild === undefined ? {} : { guild_id: guild.id }),
    ...(member === undefined ? {} : { member: toWireMember(member) }),
    mentions: toMentions(state, message, guild),
  };
}

function toBareMessage(state: State, urls: AttachmentUrls, message: Message): Fields {
  const author = state.users.get(message.authorId);
  return {
    id: message.id,
    channel_id: message.channelId,
    type: message.type,
    content: message.text,
    author: author === undefined ? {} : toWireUser(author),
    timestamp: toTimestamp(message.createdAt),
    edited_timestamp: message.editedAt === undefined ? null : toTimestamp(message.editedAt),
    attachments: message.files.map((file) => toWireAttachment(file, urls)),
    embeds: message.embeds,
    components: message.components,
    mentions: toMentions(state, message, undefined),
    mention_roles: message.pings.roles.slice(),
    mention_everyone: message.pings.everyone,
    flags: message.flags,
    pinned: false,
    tts: false,
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
    ...(message.position === undefined ? {} : { position: message.position }),
    ...toReactions(state, message),
    ...toInteractionFields(state, message),
  };
}

function toMentions(state: State, message: Message, guild: Guild | undefined): Fields[] {
  return message.pings.users.flatMap((id) => {
    const user = state.users.get(id);
    if (user === undefined) return [];
    const member = guild?.members.get(id);
    return [{ ...toWireUser(user), ...(member === undefined ? {} : { member: toWireMember(member) }) }];
  });
}

function toReactions(state: State, message: Message): Fields {
  if (message.reactions.length === 0) return {};
  return {
    reactions: message.reactions.map(({ emoji, users }) => ({
      emoji: toWireEmoji(emoji),
      count: users.length,
      count_details: { burst: 0, normal: users.length },
      burst_colors: [],
      me_burst: false,
      burst_me: false,
      me: users.includes(state.app.botUserId),
      burst_count: 0,
    })),
  };
}

/** A unicode emoji, or a custom one as `name:id`. */
export function toWireEmoji(emoji: string): Fields {
  const [name, id] = emoji.split(":");
  return { id: id ?? null, name: name ?? emoji };
}

function toInteractionFields(state: State, message: Message): Fields {
  const { interaction } = message;
  if (interaction === undefined) return {};
  const user = state.users.get(interaction.userId);
  const guildId = state.channels.get(message.channelId)?.guildId;
  return {
    application_id: state.app.applicationId,
    webhook_id: state.app.applicationId,
    interaction_metadata: {
      id: interaction.id,
      type: interaction.type,
      authorizing_integration_owners: { "0": guildId ?? "0" },
      ...(user === undefined ? {} : { user: toWireUser(user) }),
      ...(message.type === 19 ? { original_response_message_id: message.reference?.messageId } : {}),
    },
  };
}

function toReference(state: State, urls: AttachmentUrls, message: Message): Fields {
  const { reference } = message;
  if (reference === undefined) return {};
  const fields = toReferenceField(state, message);
  if (message.type !== 19 && message.type !== 21) return fields;
  const target = state.channels.get(reference.channelId)?.messages.get(reference.messageId);
  const stands = target !== undefined && target.deletedAt === undefined;
  // It says in turn what it refers to, and that is as deep as it goes.
  const referenced = stands
    ? { ...toBareMessage(state, urls, target), ...toReferenceField(state, target) }
    : null;
  return { ...fields, referenced_message: referenced };
}

function toReferenceField(state: State, { reference }: Message): Fields {
  if (reference === undefined) return {};
  const guildId = state.channels.get(reference.channelId)?.guildId;
  return {
    message_reference: {
      type: 0,
      message_id: reference.messageId,
      channel_id: reference.channelId,
      ...(guildId === undefined ? {} : { guild_id: guildId }),
    },
  };
}

function toThreadField(state: State, message: Message): Fields {
  const thread = message.threadId === undefined ? undefined : state.channels.get(message.threadId);
  return thread === undefined ? {} : { thread: toWireChannel(state, thread) };
}

export function toWireAttachment(file: StoredFile, urls: AttachmentUrls): Fields {
  const url = urls.sign(file);
  return {
    id: file.id,
    filename: file.name,
    size: file.content.length,
    url,
    proxy_url: url,
    content_type: file.contentType,
    content_scan_version: 0,
    ...(file.description === undefined ? {} : { description: file.description }),
  };
}

/** A channel, a direct channel or a thread. */
export function toWireChannel(state: State, channel: Channel): Fields {
  if (channel.thread !== undefined) return toWireThread(state, channel);
  if (channel.type === 1)
    return {
      id: channel.id,
      type: 1,
      last_message_id: channel.lastMessageId,
      flags: 0,
      recipients: channel.recipients.flatMap((id) => {
        const user = state.users.get(id);
        return user === undefined ? [] : [toWireUser(user)];
      }),
    };
  return {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guildId,
    name: channel.name,
    topic: channel.topic,
    position: channel.position,
    parent_id: null,
    nsfw: false,
    rate_limit_per_user: 0,
    last_message_id: channel.lastMessageId,
    flags: 0,
    permission_overwrites: [...channel.overwrites.values()].map(({ id, type, allow, deny }) => ({
      id,
      type,
      allow: allow.toString(),
      deny: deny.toString(),
    })),
    ...(channel.type === 15
      ? {
          available_tags: [],
          default_reaction_emoji: null,
          default_sort_order: null,
          default_forum_layout: 0,
        }
      : {}),
  };
}

function toWireThread(state: State, channel: Channel): Fields {
  const { thread } = channel;
  if (thread === undefined) return {};
  return {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guildId,
    parent_id: channel.parentId,
    owner_id: thread.ownerId,
    name: channel.name,
    last_message_id: channel.lastMessageId,
    rate_limit_per_user: 0,
    message_count: thread.messageCount,
    total_message_sent: thread.totalMessages,
    member_count: Math.min(thread.members.size, 50),
    flags: 0,
    applied_tags: thread.appliedTags.slice(),
    thread_metadata: {
      archived: thread.archived,
      locked: thread.locked,
      archive_timestamp: toTimestamp(thread.archivedAt),
      create_timestamp: toTimestamp(thread.createdAt),
      auto_archive_duration: thread.autoArchiveMinutes,
      ...(channel.type === 12 ? { invitable: true } : {}),
    },
    ...(thread.members.has(state.app.botUserId)
      ? { member: toWireThreadMember(channel, state.app.botUserId) }
      : {}),
  };
}

export function toWireThreadMember(channel: Channel, userId: string): Fields {
  const joined = channel.thread?.members.get(userId)?.joinedAt ?? Date.now();
  return { id: channel.id, user_id: userId, join_timestamp: toTimestamp(joined), flags: 0 };
}

/** The guild as GUILD_CREATE brings it. */
export function toWireGuildCreate(state: State, guild: Guild): Fields {
  const channels = state.channelsOf(guild.id);
  const bot = state.app.botUserId;
  return {
    ...toWireGuild(guild),
    joined_at: toTimestamp(guild.members.get(bot)?.joinedAt ?? Date.now()),
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    voice_states: [],
    members: [...guild.members.values()].flatMap((member) => {
      const user = state.users.get(member.userId);
      return user === undefined ? [] : [toWireGuildMember(member, user)];
    }),
    // All of them, hidden ones too; only of threads are those left out that the bot cannot see.
    channels: channels.filter(({ thread }) => thread === undefined).map((one) => toWireChannel(state, one)),
    threads: channels
      .filter((one) => one.thread?.archived === false && has(state.botPermissions(one), "ViewChannel"))
      .map((one) => toWireChannel(state, one)),
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}
