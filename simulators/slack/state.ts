import { createId, createSecret } from "./ids.ts";
import type {
  App,
  Channel,
  ChannelType,
  Change,
  Installation,
  Message,
  SeenMessage,
  StoredFile,
  Team,
  TokenRecord,
  User,
  Usergroup,
  View,
} from "./model.ts";
import { toSeenMessage } from "./seen-message.ts";

/** What a new message is made of; the ts is given by the channel. */
export type MessageDraft = Omit<
  Message,
  "ts" | "createdAt" | "changedAt" | "edits" | "reactions" | "channel"
>;

/**
 * The model of the simulated platform: everything that exists, and nothing about how it travels.
 * Whoever changes it calls `changed`, which tells all listeners.
 */
export class State {
  readonly app: App;
  readonly teams = new Map<string, Team>();
  readonly installations = new Map<string, Installation>();
  readonly tokens = new Map<string, TokenRecord>();
  readonly users = new Map<string, User>();
  readonly channels = new Map<string, Channel>();
  readonly usergroups = new Map<string, Usergroup>();
  readonly files = new Map<string, StoredFile>();
  readonly views = new Map<string, View>();
  readonly homes = new Map<string, View>();
  readonly ephemerals: Message[] = [];
  openStreams = 0;
  /** With `counts`, edits and appends are counted but not kept. */
  keepText = true;
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #touched: () => void;

  /** `touched` is called at every change, also when nobody listens. */
  constructor(app: App, touched: () => void) {
    this.app = app;
    this.#touched = touched;
  }

  /** Forgets everything except who listens. */
  clear(): void {
    // The clock of a forgotten stream still runs: ended here, it changes nothing when it strikes.
    for (const channel of this.channels.values())
      for (const { stream } of channel.byTs.values())
        if (stream?.state === "in_progress") stream.state = "expired";
    for (const map of [
      this.teams,
      this.installations,
      this.tokens,
      this.users,
      this.channels,
      this.usergroups,
      this.files,
      this.views,
      this.homes,
    ])
      map.clear();
    this.ephemerals.length = 0;
    this.openStreams = 0;
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells all listeners; the change is only described when somebody listens. */
  changed(change: () => Change): void {
    this.#touched();
    if (this.#listeners.size === 0) return;
    const made = change();
    for (const listener of this.#listeners) listener(made);
  }

  /** Binds the app to a team, as the end of an OAuth install does. */
  install(
    teamId: string,
    bot: { userId: string; botId: string; token: string; name: string; scopes: readonly string[] },
  ): Installation {
    const installation: Installation = {
      teamId,
      botUserId: bot.userId,
      botId: bot.botId,
      botName: bot.name,
      scopes: bot.scopes,
      botToken: bot.token,
      active: true,
    };
    this.installations.set(teamId, installation);
    this.tokens.set(bot.token, { token: bot.token, kind: "bot", teamId, scopes: bot.scopes, revoked: false });
    if (!this.users.has(bot.userId))
      this.users.set(bot.userId, {
        id: bot.userId,
        teamId,
        name: bot.name,
        realName: bot.name,
        email: "",
        locale: "en-US",
        tz: "Etc/UTC",
        isBot: true,
        isAdmin: false,
        deleted: false,
        botId: bot.botId,
      });
    return installation;
  }

  addChannel(options: {
    id?: string;
    name: string;
    type: ChannelType;
    teamIds: readonly string[];
    members: Iterable<string>;
    imUser?: string;
    archived?: boolean;
  }): Channel {
    const prefix = { channel: "C", group: "G", im: "D", mpim: "G" }[options.type];
    const channel: Channel = {
      id: options.id ?? createId(prefix),
      name: options.name,
      type: options.type,
      teamId: options.teamIds[0] ?? "",
      teamIds: options.teamIds,
      members: new Set(options.members),
      created: Math.floor(Date.now() / 1000),
      ...(options.imUser === undefined ? {} : { imUser: options.imUser }),
      archived: options.archived ?? false,
      topic: "",
      purpose: "",
      roots: [],
      threads: new Map(),
      byTs: new Map(),
      lastMicros: 0,
    };
    this.channels.set(channel.id, channel);
    return channel;
  }

  /** The direct conversation between a user and another, opened when it does not exist yet. */
  directChannel(userId: string, otherId: string): Channel {
    for (const channel of this.channels.values())
      if (channel.type === "im" && channel.members.has(userId) && channel.members.has(otherId))
        return channel;
    const teamId = this.users.get(userId)?.teamId ?? "";
    return this.addChannel({
      name: "",
      type: "im",
      teamIds: [teamId],
      members: [userId, otherId],
      imUser: userId,
    });
  }

  findUser(nameOrId: string, teamId?: string): User {
    const byId = this.users.get(nameOrId);
    if (byId !== undefined) return byId;
    const wanted = nameOrId.replace(/^@/, "").toLowerCase();
    for (const user of this.users.values())
      if (user.name.toLowerCase() === wanted && (teamId === undefined || user.teamId === teamId)) return user;
    throw new Error(`slack simulator: no user ${nameOrId}`);
  }

  findChannel(nameOrId: string, user?: User): Channel {
    const byId = this.channels.get(nameOrId);
    if (byId !== undefined) return byId;
    if (nameOrId === "dm" && user !== undefined) {
      const bot = this.installations.get(user.teamId)?.botUserId;
      if (bot !== undefined) return this.directChannel(user.id, bot);
    }
    const wanted = nameOrId.replace(/^#/, "");
    for (const channel of this.channels.values())
      if (
        channel.name === wanted &&
        wanted !== "" &&
        (user === undefined || channel.teamIds.includes(user.teamId))
      )
        return channel;
    throw new Error(`slack simulator: no channel ${nameOrId}`);
  }

  botOf(botId: string): Installation | undefined {
    for (const installation of this.installations.values())
      if (installation.botId === botId) return installation;
    return undefined;
  }

  /** Adds a message with the next ts of its channel: unique and ascending, like the platform's. */
  post(channel: Channel, draft: MessageDraft): Message {
    const message = this.#create(channel, draft);
    channel.byTs.set(message.ts, message);
    if (message.threadTs === undefined) channel.roots.push(message);
    else {
      const replies = channel.threads.get(message.threadTs);
      if (replies === undefined) channel.threads.set(message.threadTs, [message]);
      else replies.push(message);
      if (message.subtype === "thread_broadcast") channel.roots.push(message);
    }
    return message;
  }

  postEphemeral(channel: Channel, draft: MessageDraft): Message {
    const message = this.#create(channel, draft);
    this.ephemerals.push(message);
    if (this.ephemerals.length > 10_000) this.ephemerals.shift();
    return message;
  }

  /** Marks it deleted; it goes from what the Web API shows, and its record stays readable here. */
  remove(message: Message): void {
    message.deleted = true;
    message.changedAt = Date.now();
    if (message.stream?.state === "in_progress") {
      message.stream.state = "completed";
      this.openStreams -= 1;
    }
  }

  seen(message: Message): SeenMessage {
    return toSeenMessage(this, message);
  }

  #create(channel: Channel, draft: MessageDraft): Message {
    const now = Date.now();
    // Microseconds look random on the platform; the low three digits come from a counter here.
    const micros = Math.max(now * 1000 + 9, channel.lastMicros + 10);
    channel.lastMicros = micros;
    const text = String(micros);
    const ts = `${text.slice(0, -6)}.${text.slice(-6)}`;
    return { ...draft, channel: channel.id, ts, createdAt: now, changedAt: now, edits: [], reactions: [] };
  }
}

/** The next short-lived id of an interaction, in the platform's shape. */
export function createTriggerId(): string {
  return `${Date.now()}.${Math.floor(Math.random() * 1e10)}.${createSecret()}`;
}
