import type {
  App,
  Change,
  Channel,
  ChannelType,
  Command,
  Guild,
  Message,
  Modal,
  Role,
  SeenMessage,
  ThreadState,
  User,
} from "./model.ts";
import { permissionBits, permissionsIn } from "./permissions.ts";
import { toGuild, toUser } from "./seed.ts";
import type { ChannelSeed, GuildSeed } from "./seed.ts";
import { toSeenMessage } from "./seen.ts";
import { createSnowflake } from "./snowflakes.ts";

/** What it takes to put a message somewhere; the rest is empty. */
export type MessageDraft = Pick<Message, "authorId"> &
  Partial<
    Omit<Message, "channelId" | "authorId" | "createdAt" | "changedAt" | "edits" | "reactions" | "position">
  >;

export interface ChannelDraft {
  readonly id?: string;
  readonly type: ChannelType;
  readonly name: string;
  readonly guildId?: string;
  readonly parentId?: string;
  readonly topic?: string;
  readonly recipients?: readonly string[];
  readonly thread?: ThreadState;
}

/** Everything there is on the platform. Changes nothing by itself and tells the gateway nothing. */
export class State {
  readonly app: App;
  readonly users = new Map<string, User>();
  readonly guilds = new Map<string, Guild>();
  readonly channels = new Map<string, Channel>();
  readonly commands = new Map<string, Command>();
  readonly ephemerals = new Map<string, Message>();
  readonly modals: Modal[] = [];
  /** The bot's last message by nonce. */
  readonly nonces = new Map<string, Message>();
  readonly #poke: () => void;
  readonly #listeners = new Set<(change: Change) => void>();

  /** `poke` is called at every change, whoever listens. */
  constructor(app: App, poke: () => void) {
    this.app = app;
    this.#poke = poke;
  }

  load(guilds: readonly GuildSeed[]): void {
    this.users.set(this.app.botUserId, {
      id: this.app.botUserId,
      username: this.app.name,
      globalName: null,
      bot: true,
      discriminator: "0042",
      locale: "en-US",
    });
    for (const seed of guilds) this.addGuild(seed);
  }

  clear(): void {
    for (const map of [this.users, this.guilds, this.channels, this.commands, this.ephemerals, this.nonces])
      map.clear();
    this.modals.length = 0;
  }

  addGuild(seed: GuildSeed): Guild {
    const ids = new Map<string, string>();
    for (const person of seed.people ?? []) {
      const known = [...this.users.values()].find((user) => isNamed(user, person.name));
      const user = known ?? toUser(person);
      this.users.set(user.id, user);
      ids.set(person.name, user.id);
    }
    const guild = toGuild(seed, this.app, ids);
    this.guilds.set(guild.id, guild);
    for (const channel of seed.channels ?? []) this.#seedChannel(guild, channel);
    return guild;
  }

  removeGuild(guildId: string): void {
    this.guilds.delete(guildId);
    for (const channel of this.channelsOf(guildId)) this.channels.delete(channel.id);
  }

  addChannel(draft: ChannelDraft): Channel {
    const channel: Channel = {
      id: draft.id ?? createSnowflake(),
      type: draft.type,
      name: draft.name,
      topic: draft.topic ?? null,
      position: this.channels.size,
      recipients: draft.recipients ?? [],
      messages: new Map(),
      overwrites: new Map(),
      lastMessageId: null,
      ...(draft.guildId === undefined ? {} : { guildId: draft.guildId }),
      ...(draft.parentId === undefined ? {} : { parentId: draft.parentId }),
      ...(draft.thread === undefined ? {} : { thread: draft.thread }),
    };
    this.channels.set(channel.id, channel);
    return channel;
  }

  /** With its threads. */
  channelsOf(guildId: string): Channel[] {
    return [...this.channels.values()].filter((channel) => channel.guildId === guildId);
  }

  threadsOf(channelId: string): Channel[] {
    return [...this.channels.values()].filter(
      (channel) => channel.thread !== undefined && channel.parentId === channelId,
    );
  }

  /** Opened when there is none yet; the platform then has told no one of it. */
  directChannel(userId: string): { readonly channel: Channel; readonly opened: boolean } {
    const known = [...this.channels.values()].find(
      (channel) => channel.type === 1 && channel.recipients[0] === userId,
    );
    if (known !== undefined) return { channel: known, opened: false };
    return { channel: this.addChannel({ type: 1, name: "", recipients: [userId] }), opened: true };
  }

  post(channel: Channel, draft: MessageDraft): Message {
    const now = Date.now();
    const { thread } = channel;
    const message: Message = {
      type: 0,
      text: "",
      embeds: [],
      components: [],
      files: [],
      pings: { users: [], roles: [], everyone: false },
      flags: 0,
      ...draft,
      id: draft.id ?? createSnowflake(),
      channelId: channel.id,
      createdAt: now,
      changedAt: now,
      edits: [],
      reactions: [],
      ...(thread === undefined ? {} : { position: thread.totalMessages }),
    };
    if (message.nonce !== undefined && message.authorId === this.app.botUserId)
      this.nonces.set(String(message.nonce), message);
    if (message.ephemeralTo !== undefined) {
      this.ephemerals.set(message.id, message);
      return message;
    }
    channel.messages.set(message.id, message);
    channel.lastMessageId = message.id;
    // The line that says what the thread was opened on is not counted.
    if (thread !== undefined && message.type !== 21) {
      thread.messageCount += 1;
      thread.totalMessages += 1;
      if (!thread.members.has(message.authorId)) thread.members.set(message.authorId, { joinedAt: now });
    }
    return message;
  }

  remove(message: Message): void {
    message.deletedAt = Date.now();
    message.changedAt = message.deletedAt;
    const thread = this.channels.get(message.channelId)?.thread;
    if (thread !== undefined) thread.messageCount -= 1;
  }

  /** A message that stands; deleted ones are gone as far as the platform tells. */
  findMessage(channel: Channel, id: string): Message | undefined {
    const message = channel.messages.get(id) ?? this.ephemerals.get(id);
    return message?.deletedAt === undefined && message?.channelId === channel.id ? message : undefined;
  }

  findUser(nameOrId: string): User {
    const found =
      this.users.get(nameOrId) ?? [...this.users.values()].find((user) => isNamed(user, nameOrId));
    if (found === undefined) throw new Error(`discord simulator: no user ${nameOrId}`);
    return found;
  }

  /** By id, `#name` (the first guild that has it) or `dm` with the person whose it is. */
  findChannel(nameOrId: string, user?: string): Channel {
    if (nameOrId === "dm") {
      if (user === undefined) throw new Error("discord simulator: whose direct channel?");
      return this.directChannel(this.findUser(user).id).channel;
    }
    const found =
      this.channels.get(nameOrId) ??
      [...this.channels.values()].find(({ type, name }) => type !== 1 && `#${name}` === nameOrId);
    if (found === undefined) throw new Error(`discord simulator: no channel ${nameOrId}`);
    return found;
  }

  guildOf(channel: Channel): Guild | undefined {
    return channel.guildId === undefined ? undefined : this.guilds.get(channel.guildId);
  }

  /** Of the bot, in a channel, a thread or a direct channel. */
  botPermissions(channel: Channel): bigint {
    return this.permissionsOf(this.app.botUserId, channel);
  }

  permissionsOf(userId: string, channel: Channel): bigint {
    const guild = this.guildOf(channel);
    if (guild === undefined) return channel.type === 1 ? directPermissions : 0n;
    const parent = channel.thread === undefined ? channel : this.channels.get(channel.parentId ?? "");
    return parent === undefined ? 0n : permissionsIn(guild, parent, userId);
  }

  roleNamed(guild: Guild, name: string): Role | undefined {
    return [...guild.roles.values()].find((role) => role.name === name);
  }

  seen(message: Message): SeenMessage {
    return toSeenMessage(this, message);
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Built only when someone listens. */
  changed(change: () => Change): void {
    this.#poke();
    if (this.#listeners.size === 0) return;
    const told = change();
    for (const listener of this.#listeners) listener(told);
  }

  #seedChannel(guild: Guild, seed: ChannelSeed): void {
    const channel = this.addChannel({
      type: seed.type ?? 0,
      name: seed.name,
      guildId: guild.id,
      ...(seed.id === undefined ? {} : { id: seed.id }),
      ...(seed.topic === undefined ? {} : { topic: seed.topic }),
    });
    if (seed.onlyRoles === undefined) return;
    const view = permissionBits(["ViewChannel"]);
    channel.overwrites.set(guild.id, { id: guild.id, type: 0, allow: 0n, deny: view });
    const { botUserId } = this.app;
    channel.overwrites.set(botUserId, { id: botUserId, type: 1, allow: view, deny: 0n });
    for (const name of seed.onlyRoles) {
      const role = this.roleNamed(guild, name);
      if (role === undefined) throw new Error(`discord simulator: no role ${name} in the seed`);
      channel.overwrites.set(role.id, { id: role.id, type: 0, allow: view, deny: 0n });
    }
  }
}

const directPermissions = permissionBits([
  "ViewChannel",
  "SendMessages",
  "EmbedLinks",
  "AttachFiles",
  "ReadMessageHistory",
  "AddReactions",
  "UseApplicationCommands",
]);

function isNamed(user: User, name: string): boolean {
  return user.globalName === name || user.username === name || user.username === name.toLowerCase();
}
