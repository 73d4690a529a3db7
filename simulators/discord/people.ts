import { toPings } from "./mentions.ts";
import type { Channel, Message, StoredFile, User } from "./model.ts";
import { changeThread, openThread } from "./open-thread.ts";
import type { Platform } from "./platform.ts";
import type { DispatchRecord } from "./record.ts";
import { applyReaction } from "./rest/reactions.ts";
import { createSnowflake } from "./snowflakes.ts";

/** Behind it the events travel; `delivered` tells where they went once they are out. */
export interface Dispatching {
  readonly delivered: Promise<DispatchRecord[]>;
}

export interface Said extends Dispatching {
  readonly messageId: string;
  readonly channelId: string;
}

export interface FileDraft {
  readonly name: string;
  readonly content: string | Buffer;
  readonly contentType?: string;
}

export interface Say {
  readonly user: string;
  /** A channel, a thread, or `dm`. */
  readonly channel: string;
  /** `@baton`, `@Ana`, `@Staff` and `#support` become mentions; `<@id>` stands as it is. */
  readonly text: string;
  /** A message id. */
  readonly replyTo?: string;
  /** Whether the reply notifies the one replied to, as it does unless switched off. */
  readonly pingsReplied?: boolean;
  readonly files?: readonly FileDraft[];
}

export interface ThreadOpening {
  readonly user: string;
  readonly channel: string;
  readonly name: string;
  /** The message it hangs on; without one it stands by itself. */
  readonly messageId?: string;
  readonly private?: boolean;
}

export interface ForumPost {
  readonly user: string;
  readonly channel: string;
  readonly title: string;
  readonly text: string;
  readonly files?: readonly FileDraft[];
}

/** What people do in the guild and in direct messages. Each call returns at once; events follow behind. */
export class People {
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  says(say: Say): Said {
    const user = this.#platform.state.findUser(say.user);
    const channel = this.#open(say.channel, user);
    if (channel.thread?.archived === true) void changeThread(this.#platform, channel, { archived: false });
    return this.#post(channel, user, say);
  }

  opensThread(opening: ThreadOpening): Dispatching & { readonly threadId: string } {
    const { state } = this.#platform;
    const user = state.findUser(opening.user);
    const parent = state.findChannel(opening.channel, user.id);
    const on = opening.messageId === undefined ? undefined : find(this.#platform, parent, opening.messageId);
    const { thread, told } = openThread(this.#platform, parent, {
      ownerId: user.id,
      name: opening.name,
      ...(opening.private === true ? { type: 12 } : {}),
      ...(on === undefined ? {} : { on }),
    });
    return { threadId: thread.id, delivered: told };
  }

  postsInForum(post: ForumPost): Said & { readonly threadId: string } {
    const { state } = this.#platform;
    const user = state.findUser(post.user);
    const forum = state.findChannel(post.channel);
    if (forum.type !== 15) throw new Error(`discord simulator: ${post.channel} is no forum`);
    const { thread, told } = openThread(this.#platform, forum, { ownerId: user.id, name: post.title });
    const said = this.#post(thread, user, { ...post, channel: thread.id }, thread.id);
    const delivered = Promise.all([told, said.delivered]).then((records) => records.flat());
    return { ...said, threadId: thread.id, delivered };
  }

  edits(edit: { channel: string; messageId: string; text: string; user?: string }): Dispatching {
    const { state, publisher, embeds } = this.#platform;
    const channel = state.findChannel(edit.channel, edit.user);
    const message = find(this.#platform, channel, edit.messageId);
    const now = Date.now();
    message.edits.push({ at: now, text: message.text, components: message.components });
    message.text = this.#typed(edit.text, channel);
    message.pings = toPings(state, { channel, authorId: message.authorId, text: message.text });
    message.editedAt = now;
    message.changedAt = now;
    const delivered = publisher.edited(message);
    embeds.look(message);
    return { delivered };
  }

  deletes(deletion: { channel: string; messageId: string; user?: string }): Dispatching {
    const { state, publisher } = this.#platform;
    const channel = state.findChannel(deletion.channel, deletion.user);
    const message = find(this.#platform, channel, deletion.messageId);
    state.remove(message);
    return { delivered: publisher.deleted(channel, message) };
  }

  bulkDeletes(deletion: { channel: string; messageIds: readonly string[] }): Dispatching {
    const { state, publisher } = this.#platform;
    const channel = state.findChannel(deletion.channel);
    const messages = deletion.messageIds.map((id) => find(this.#platform, channel, id));
    for (const message of messages) state.remove(message);
    return { delivered: publisher.bulkDeleted(channel, messages) };
  }

  reacts(reaction: {
    user: string;
    channel: string;
    messageId: string;
    emoji: string;
    remove?: boolean;
  }): Dispatching {
    const { state, publisher } = this.#platform;
    const userId = state.findUser(reaction.user).id;
    const channel = state.findChannel(reaction.channel, userId);
    const message = find(this.#platform, channel, reaction.messageId);
    const change = { userId, emoji: reaction.emoji, on: reaction.remove !== true };
    if (!applyReaction(message, change)) return { delivered: Promise.resolve([]) };
    return { delivered: publisher.reacted(channel, message, change) };
  }

  types(typing: { user: string; channel: string }): Dispatching {
    const { state, publisher } = this.#platform;
    const user = state.findUser(typing.user);
    return { delivered: publisher.typed(state.findChannel(typing.channel, user.id), user.id) };
  }

  archives(change: { thread: string; archived?: boolean; locked?: boolean }): Dispatching {
    const { thread, archived, locked } = change;
    const channel = this.#platform.state.findChannel(thread);
    const wanted = archived ?? (locked === undefined ? true : undefined);
    return {
      delivered: changeThread(this.#platform, channel, {
        ...(wanted === undefined ? {} : { archived: wanted }),
        ...(locked === undefined ? {} : { locked }),
      }),
    };
  }

  #post(channel: Channel, user: User, say: Say, id?: string): Said {
    const { state, publisher, embeds } = this.#platform;
    const repliesTo = say.replyTo === undefined ? undefined : find(this.#platform, channel, say.replyTo);
    const text = this.#typed(say.text, channel);
    const files = (say.files ?? []).map((file) => toFile(file, channel));
    const message = state.post(channel, {
      authorId: user.id,
      text,
      files,
      // The apps of people send one with every message.
      nonce: createSnowflake(),
      pings: toPings(state, {
        channel,
        authorId: user.id,
        text,
        repliesTo: say.pingsReplied === false ? undefined : repliesTo,
      }),
      ...(id === undefined ? {} : { id }),
      ...(repliesTo === undefined
        ? {}
        : { type: 19, reference: { messageId: repliesTo.id, channelId: channel.id } }),
    });
    const joins = joinedThread(channel, user, message);
    if (joins) void publisher.threadMembers(channel, { added: [user.id] });
    const delivered = publisher.posted(message);
    embeds.look(message);
    return { messageId: message.id, channelId: channel.id, delivered };
  }

  #open(nameOrId: string, user: User): Channel {
    const { state } = this.#platform;
    const channel = state.findChannel(nameOrId, user.id);
    if (channel.type === 15) throw new Error("discord simulator: a forum takes posts (`forumPost`) only");
    const isStranger = channel.type === 1 && !channel.recipients.includes(user.id);
    if (isStranger) throw new Error(`discord simulator: that direct channel is not ${user.username}'s`);
    return channel;
  }

  /** What was typed, as the person's app sends it. */
  #typed(text: string, channel: Channel): string {
    const { state } = this.#platform;
    const guild = state.guildOf(channel);
    return text
      .replaceAll(/(?<![\w<])@([\p{L}\w.-]*[\p{L}\w])/gu, (whole, name: string) => {
        const user = [...state.users.values()].find(
          ({ username, globalName }) => username === name.toLowerCase() || globalName === name,
        );
        if (user !== undefined) return `<@${user.id}>`;
        const role = guild === undefined ? undefined : state.roleNamed(guild, name);
        return role === undefined ? whole : `<@&${role.id}>`;
      })
      .replaceAll(/(?<![\w<])#([\w-]+)/g, (whole, name: string) => {
        const found = [...state.channels.values()].find(
          (one) => one.guildId !== undefined && one.name === name,
        );
        return found === undefined ? whole : `<#${found.id}>`;
      });
  }
}

/** Whoever speaks in a thread joins it; whether this message was the first. */
function joinedThread({ thread }: Channel, user: User, message: Message): boolean {
  const member = thread?.members.get(user.id);
  return member !== undefined && member.joinedAt === message.createdAt && thread?.ownerId !== user.id;
}

function find({ state }: Platform, channel: Channel, id: string): Message {
  const message = state.findMessage(channel, id);
  if (message === undefined) throw new Error(`discord simulator: no message ${id} in ${channel.id}`);
  return message;
}

const contentTypes: Readonly<Record<string, string>> = {
  txt: "text/plain; charset=utf-8",
  md: "text/markdown; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  json: "application/json",
  pdf: "application/pdf",
  png: "image/png",
  jpg: "image/jpeg",
};

function toFile(draft: FileDraft, channel: Channel): StoredFile {
  const extension = draft.name.slice(draft.name.lastIndexOf(".") + 1).toLowerCase();
  return {
    id: createSnowflake(),
    channelId: channel.id,
    name: draft.name.replaceAll(/[^\w.-]/g, "_"),
    contentType: draft.contentType ?? contentTypes[extension] ?? "application/octet-stream",
    content: Buffer.isBuffer(draft.content) ? draft.content : Buffer.from(draft.content, "utf8"),
  };
}
