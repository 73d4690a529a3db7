import type { GatewayEvent } from "./gateway-book.ts";
import type { Gateway } from "./gateway.ts";
import { intents } from "./intents.ts";
import type { AttachmentUrls } from "./attachment-urls.ts";
import type { Channel, Guild, Member, Message } from "./model.ts";
import { has } from "./permissions.ts";
import type { DispatchRecord } from "./record.ts";
import { toSeenChannel } from "./seen.ts";
import type { State } from "./state.ts";
import {
  toWireChannel,
  toWireEmoji,
  toWireGuildCreate,
  toWireMessageEvent,
  toWireThreadMember,
} from "./wire.ts";
import { toWireGuildMember } from "./wire-people.ts";

type Fields = Record<string, unknown>;
type Told = Promise<DispatchRecord[]>;

/** Tells the gateway, and whoever watches, what changed in the state. */
export class Publisher {
  readonly #state: State;
  readonly #gateway: Gateway;
  readonly #urls: AttachmentUrls;

  constructor(state: State, gateway: Gateway, urls: AttachmentUrls) {
    this.#state = state;
    this.#gateway = gateway;
    this.#urls = urls;
  }

  posted(message: Message): Told {
    const state = this.#state;
    if (message.ephemeralTo !== undefined) return this.#whispered(message);
    state.changed(() => ({ kind: "message", what: "posted", message: state.seen(message) }));
    return this.#messageEvent("MESSAGE_CREATE", message);
  }

  edited(message: Message): Told {
    const state = this.#state;
    if (message.ephemeralTo !== undefined) return this.#whispered(message);
    state.changed(() => ({ kind: "message", what: "changed", message: state.seen(message) }));
    return this.#messageEvent("MESSAGE_UPDATE", message);
  }

  deleted(channel: Channel, message: Message): Told {
    const state = this.#state;
    if (message.ephemeralTo !== undefined) return this.#whispered(message);
    state.changed(() => ({ kind: "message", what: "deleted", message: state.seen(message) }));
    return this.#inChannel("MESSAGE_DELETE", channel, messageIntents(channel), {
      messageId: message.id,
      data: { id: message.id, channel_id: channel.id },
    });
  }

  bulkDeleted(channel: Channel, messages: readonly Message[]): Told {
    const state = this.#state;
    for (const message of messages)
      state.changed(() => ({ kind: "message", what: "deleted", message: state.seen(message) }));
    return this.#inChannel("MESSAGE_DELETE_BULK", channel, intents.guildMessages, {
      data: { ids: messages.map(({ id }) => id), channel_id: channel.id },
    });
  }

  reacted(
    channel: Channel,
    message: Message,
    reaction: { userId: string; emoji: string; on: boolean },
  ): Told {
    const state = this.#state;
    state.changed(() => ({ kind: "message", what: "changed", message: state.seen(message) }));
    const { userId, emoji, on } = reaction;
    const wanted = channel.guildId === undefined ? intents.directReactions : intents.guildReactions;
    return this.#inChannel(on ? "MESSAGE_REACTION_ADD" : "MESSAGE_REACTION_REMOVE", channel, wanted, {
      messageId: message.id,
      data: {
        user_id: userId,
        type: 0,
        message_id: message.id,
        channel_id: channel.id,
        emoji: toWireEmoji(emoji),
        burst: false,
        ...(on ? { message_author_id: message.authorId, ...this.#memberOf(channel, userId) } : {}),
      },
    });
  }

  typed(channel: Channel, userId: string): Told {
    this.#state.changed(() => ({ kind: "typing", channelId: channel.id, userId }));
    const wanted = channel.guildId === undefined ? intents.directTyping : intents.guildTyping;
    return this.#inChannel("TYPING_START", channel, wanted, {
      data: {
        channel_id: channel.id,
        user_id: userId,
        timestamp: Math.floor(Date.now() / 1000),
        ...this.#memberOf(channel, userId),
      },
    });
  }

  threadOpened(channel: Channel): Told {
    this.#toldChannel(channel, "opened");
    return this.#inChannel("THREAD_CREATE", channel, intents.guilds, {
      data: { ...toWireChannel(this.#state, channel), newly_created: true },
    });
  }

  threadChanged(channel: Channel): Told {
    this.#toldChannel(channel, "changed");
    return this.#inChannel("THREAD_UPDATE", channel, intents.guilds, {
      data: toWireChannel(this.#state, channel),
    });
  }

  /** Someone joined or left. */
  threadMembers(channel: Channel, change: { added?: readonly string[]; removed?: readonly string[] }): Told {
    const { added = [], removed = [] } = change;
    const self = this.#state.app.botUserId;
    const wanted = [...added, ...removed].includes(self)
      ? intents.guilds | intents.guildMembers
      : intents.guildMembers;
    return this.#inChannel("THREAD_MEMBERS_UPDATE", channel, wanted, {
      data: {
        id: channel.id,
        member_count: Math.min(channel.thread?.members.size ?? 0, 50),
        ...(added.length === 0
          ? {}
          : {
              added_members: added.map((id) => ({
                ...toWireThreadMember(channel, id),
                ...this.#memberOf(channel, id),
                presence: null,
              })),
            }),
        ...(removed.length === 0 ? {} : { removed_member_ids: removed }),
      },
    });
  }

  channelOpened(channel: Channel): Told {
    this.#toldChannel(channel, "opened");
    return this.#channelEvent("CHANNEL_CREATE", channel);
  }

  channelChanged(channel: Channel): Told {
    this.#toldChannel(channel, "changed");
    return this.#channelEvent("CHANNEL_UPDATE", channel);
  }

  /** Of a thread, THREAD_DELETE. The channel must be out of the state already. */
  channelGone(channel: Channel): Told {
    this.#toldChannel(channel, "gone");
    if (channel.thread === undefined) return this.#channelEvent("CHANNEL_DELETE", channel);
    return this.#gateway.dispatch({
      type: "THREAD_DELETE",
      guildId: channel.guildId,
      channelId: channel.id,
      intents: intents.guilds,
      data: () => ({
        id: channel.id,
        guild_id: channel.guildId,
        parent_id: channel.parentId,
        type: channel.type,
      }),
    });
  }

  guildJoined(guild: Guild): Told {
    return this.#gateway.dispatch(this.guildCreate(guild));
  }

  /** Thrown out, or with `unavailable` in an outage. */
  guildGone(guild: Guild, unavailable: boolean): Told {
    return this.#gateway.dispatch({
      type: "GUILD_DELETE",
      guildId: guild.id,
      intents: intents.guilds,
      data: () => ({ id: guild.id, ...(unavailable ? { unavailable: true } : {}) }),
    });
  }

  /** Told to sessions that asked for members, and of the bot itself to all. */
  memberChanged(guild: Guild, member: Member): Told {
    const user = this.#state.users.get(member.userId);
    if (user === undefined) return Promise.resolve([]);
    const isSelf = user.id === this.#state.app.botUserId;
    return this.#gateway.dispatch({
      type: "GUILD_MEMBER_UPDATE",
      guildId: guild.id,
      intents: isSelf ? intents.guilds | intents.guildMembers : intents.guildMembers,
      data: () => ({ ...toWireGuildMember(member, user), guild_id: guild.id }),
    });
  }

  guildCreate(guild: Guild): GatewayEvent {
    return {
      type: "GUILD_CREATE",
      guildId: guild.id,
      intents: intents.guilds,
      data: () => toWireGuildCreate(this.#state, guild),
    };
  }

  interaction(channel: Channel, interactionId: string, data: Fields): Told {
    return this.#gateway.dispatch({
      type: "INTERACTION_CREATE",
      guildId: channel.guildId,
      channelId: channel.id,
      interactionId,
      data: () => data,
    });
  }

  #whispered(message: Message): Told {
    const state = this.#state;
    state.changed(() => ({ kind: "ephemeral", message: state.seen(message) }));
    return Promise.resolve([]);
  }

  #toldChannel(channel: Channel, what: "opened" | "changed" | "gone"): void {
    this.#state.changed(() => ({ kind: "channel", what, channel: toSeenChannel(channel) }));
  }

  #channelEvent(type: string, channel: Channel): Told {
    return this.#gateway.dispatch({
      type,
      guildId: channel.guildId,
      channelId: channel.id,
      intents: intents.guilds,
      data: () => toWireChannel(this.#state, channel),
    });
  }

  #messageEvent(type: string, message: Message): Told {
    const state = this.#state;
    const channel = state.channels.get(message.channelId);
    if (channel === undefined || !this.#isVisible(channel)) return Promise.resolve([]);
    return this.#gateway.dispatch({
      type,
      guildId: channel.guildId,
      channelId: channel.id,
      messageId: message.id,
      text: message.text,
      intents: messageIntents(channel),
      data: (asked) => {
        const wire = toWireMessageEvent(state, this.#urls, message);
        return (asked & intents.messageContent) !== 0 ? wire : withoutContent(state, message, wire);
      },
    });
  }

  #inChannel(
    type: string,
    channel: Channel,
    wanted: number,
    event: { readonly messageId?: string; readonly data: Fields },
  ): Told {
    if (!this.#isVisible(channel)) return Promise.resolve([]);
    return this.#gateway.dispatch({
      type,
      guildId: channel.guildId,
      channelId: channel.id,
      messageId: event.messageId,
      intents: wanted,
      data: () => ({
        ...event.data,
        ...(channel.guildId === undefined ? {} : { guild_id: channel.guildId }),
      }),
    });
  }

  #isVisible(channel: Channel): boolean {
    const isSecret = channel.type === 12 && channel.thread?.members.has(this.#state.app.botUserId) !== true;
    return !isSecret && has(this.#state.botPermissions(channel), "ViewChannel");
  }

  #memberOf(channel: Channel, userId: string): Fields {
    const member = this.#state.guildOf(channel)?.members.get(userId);
    const user = this.#state.users.get(userId);
    return member === undefined || user === undefined ? {} : { member: toWireGuildMember(member, user) };
  }
}

/**
 * What is left of a message for a bot that may not read contents: nothing but its envelope, unless the message is its
 * own, came to it directly, or mentions it.
 */
export function withoutContent(state: State, message: Message, wire: Fields): Fields {
  const self = state.app.botUserId;
  const mayRead =
    message.authorId === self ||
    message.pings.users.includes(self) ||
    state.channels.get(message.channelId)?.type === 1;
  return mayRead ? wire : { ...wire, content: "", embeds: [], attachments: [], components: [] };
}

function messageIntents(channel: Channel): number {
  return channel.guildId === undefined ? intents.directMessages : intents.guildMessages;
}
