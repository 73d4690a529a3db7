import type { Faults } from "./faults.ts";
import type { Gateway } from "./gateway.ts";
import type { Interaction, ModalAnswer, Press } from "./interactions.ts";
import type { App, Change, Channel, ChannelType, Guild, Modal, SeenChannel, SeenMessage } from "./model.ts";
import type { Dispatching, ForumPost, Said, Say, ThreadOpening } from "./people.ts";
import type { PermissionName } from "./permissions.ts";
import type { Complaint, History } from "./record.ts";
import type { GuildSeed } from "./seed.ts";
import type { Settings, SettingsChange } from "./settings.ts";
import type { SlashUse } from "./slash-options.ts";
import type { State } from "./state.ts";

/**
 * A running local Discord. A user is named by id or name (`"Ana"`), a channel by id, `"#support"` or `"dm"`
 * (the direct channel of the acting user with the bot). See README.md for the meaning of each call.
 */
export interface DiscordSimulator {
  readonly url: string;
  readonly port: number;
  /** For `rest: { api }` of discord.js: ends in `/api`. */
  readonly apiUrl: string;
  readonly gatewayUrl: string;
  readonly app: App;
  /** The first guild. */
  readonly guild: Guild;
  readonly state: State;
  readonly settings: Readonly<Settings>;
  configure(change: SettingsChange): void;

  /** The bot joins another guild. */
  addGuild(seed: GuildSeed): Guild;
  /** The bot is thrown out. */
  removeGuild(guildId: string): Dispatching;
  /** The guild is gone for a while, or back. */
  guildOutage(guildId: string, gone: boolean): Dispatching;
  addChannel(draft: { name: string; guildId?: string; type?: ChannelType }): Channel;
  removeChannel(channel: string): Dispatching;
  /** Changes what the bot may do in a channel. */
  permit(change: {
    channel: string;
    allow?: readonly PermissionName[];
    deny?: readonly PermissionName[];
  }): Dispatching;
  /** Gives a member a role, or takes it away; a role is an id or a name, the guild the first one when left out. */
  givesRole(change: { user: string; role: string; guildId?: string; remove?: boolean }): Dispatching;

  userSays(say: Say): Said;
  userOpensThread(opening: ThreadOpening): Dispatching & { readonly threadId: string };
  forumPost(post: ForumPost): Said & { readonly threadId: string };
  userEdits(edit: { channel: string; messageId: string; text: string; user?: string }): Dispatching;
  userDeletes(deletion: { channel: string; messageId: string; user?: string }): Dispatching;
  /** A moderator takes several messages away at once. */
  bulkDeletes(deletion: { channel: string; messageIds: readonly string[] }): Dispatching;
  reacts(reaction: {
    user: string;
    channel: string;
    messageId: string;
    emoji: string;
    remove?: boolean;
  }): Dispatching;
  types(typing: { user: string; channel: string }): Dispatching;
  archives(change: { thread: string; archived?: boolean; locked?: boolean }): Dispatching;

  slash(use: SlashUse): Interaction;
  /** A button, or a select with `values`. */
  clicks(press: Press): Interaction;
  /** The last form shown to that person, or the one with that custom id. */
  submitsModal(answer: ModalAnswer): Interaction;
  contextMenu(use: { user: string; channel: string; messageId: string; name: string }): Interaction;

  /** Oldest first, deleted ones included. */
  messages(channel: string, user?: string): SeenMessage[];
  message(channel: string, messageId: string): SeenMessage | undefined;
  /** The bot's messages there that still stand, deferred ones not yet filled left out; `after` is a message id. */
  botReplies(channel: string, after?: string, user?: string): SeenMessage[];
  /** The thread opened on that message, if there is one. */
  threadOf(channel: string, messageId: string): SeenChannel | undefined;
  threads(channel?: string): SeenChannel[];
  /** The direct channel of that person with the bot, opened when needed. */
  directChannel(user: string): string;
  ephemerals(user?: string): SeenMessage[];
  modals(user?: string): Modal[];
  history(): History<SeenMessage>;
  complaints(): readonly Complaint[];
  /** Asks the probe after every change; rejects after `timeoutMs` (default 20 000). */
  waitFor<T>(probe: () => T | undefined | false, timeoutMs?: number): Promise<T>;
  /** A session is identified and connected on each shard (default limit 20 000 ms). */
  connected(timeoutMs?: number): Promise<void>;
  /** No call, delayed event or open acknowledgement in hand (default limit 20 000 ms). */
  settled(timeoutMs?: number): Promise<void>;
  onChange(listener: (change: Change) => void): () => void;

  readonly faults: Faults;
  readonly gateway: Gateway;
  /** Back to the seed: messages, commands, faults, history and limits are gone; sessions are invalid. */
  reset(): void;
  /** Closes everything; safe to call twice. */
  stop(): Promise<void>;
}
