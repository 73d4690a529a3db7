import type { CallRecord, DispatchRecord, GatewayRecord } from "./record.ts";

/** The application and its bot, as an operator would have registered it. */
export interface App {
  readonly applicationId: string;
  readonly name: string;
  /** The bot's account; the platform gives it the application's id. */
  readonly botUserId: string;
  readonly botToken: string;
  readonly ownerId: string;
}

export interface User {
  readonly id: string;
  readonly username: string;
  readonly globalName: string | null;
  readonly bot: boolean;
  readonly discriminator: string;
  readonly locale: string;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  permissions: bigint;
  readonly position: number;
  readonly mentionable: boolean;
  readonly managed: boolean;
}

export interface Member {
  readonly userId: string;
  readonly roles: string[];
  readonly nick: string | null;
  readonly joinedAt: number;
}

export interface Guild {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly roles: Map<string, Role>;
  readonly members: Map<string, Member>;
  /** In an outage of the platform. */
  unavailable: boolean;
}

/** What of a channel is allowed or denied to a role (`type` 0) or a member (`type` 1). */
export interface Overwrite {
  readonly id: string;
  readonly type: 0 | 1;
  readonly allow: bigint;
  readonly deny: bigint;
}

/** Text 0, direct 1, announcements 5, thread of announcements 10, public thread 11, private thread 12, forum 15. */
export type ChannelType = 0 | 1 | 5 | 10 | 11 | 12 | 15;

export interface ThreadState {
  readonly ownerId: string;
  readonly createdAt: number;
  readonly members: Map<string, { readonly joinedAt: number }>;
  readonly appliedTags: readonly string[];
  archived: boolean;
  locked: boolean;
  archivedAt: number;
  autoArchiveMinutes: number;
  messageCount: number;
  totalMessages: number;
}

export interface Channel {
  readonly id: string;
  readonly type: ChannelType;
  readonly guildId?: string;
  readonly parentId?: string;
  readonly position: number;
  /** Of a direct channel: the people besides the bot. */
  readonly recipients: readonly string[];
  readonly messages: Map<string, Message>;
  readonly overwrites: Map<string, Overwrite>;
  readonly thread?: ThreadState;
  name: string;
  topic: string | null;
  lastMessageId: string | null;
}

export interface StoredFile {
  readonly id: string;
  readonly channelId: string;
  readonly name: string;
  readonly contentType: string;
  readonly content: Buffer;
  readonly description?: string;
}

export interface Reaction {
  readonly emoji: string;
  readonly users: string[];
}

/** What a message was before an edit; `at` is when it ceased to be so. */
export interface Edit {
  readonly at: number;
  readonly text: string;
  readonly components: readonly unknown[];
}

/** Whom a message notified, after `allowed_mentions` and permissions. */
export interface Pings {
  readonly users: readonly string[];
  readonly roles: readonly string[];
  readonly everyone: boolean;
}

export interface MessageReference {
  readonly messageId: string;
  readonly channelId: string;
}

export interface Message {
  readonly id: string;
  readonly channelId: string;
  readonly authorId: string;
  readonly type: number;
  readonly createdAt: number;
  readonly nonce?: string | number;
  readonly reference?: MessageReference;
  /** The interaction it answers, and whose that was. */
  readonly interaction?: { readonly id: string; readonly type: number; readonly userId: string };
  /** Shown to that person only, in no channel. */
  readonly ephemeralTo?: string;
  /** Within a thread: how many messages stood before it. */
  readonly position?: number;
  text: string;
  embeds: readonly unknown[];
  components: readonly unknown[];
  files: readonly StoredFile[];
  pings: Pings;
  flags: number;
  changedAt: number;
  editedAt?: number;
  deletedAt?: number;
  threadId?: string;
  readonly edits: Edit[];
  readonly reactions: Reaction[];
}

/** A message as a person sees it, with its whole history. A copy. */
export interface SeenMessage {
  readonly id: string;
  /** The channel or thread it stands in. */
  readonly channelId: string;
  readonly guildId?: string;
  readonly type: number;
  readonly userId: string;
  readonly userName: string;
  readonly isBot: boolean;
  readonly text: string;
  readonly embeds: readonly unknown[];
  readonly components: readonly unknown[];
  readonly files: readonly { id: string; name: string; contentType: string; size: number }[];
  readonly replyTo?: string;
  readonly interactionId?: string;
  readonly ephemeralTo?: string;
  /** The thread that was opened on it. */
  readonly threadId?: string;
  readonly nonce?: string | number;
  /** "… is thinking": a deferred answer not given yet. */
  readonly thinking: boolean;
  readonly flags: number;
  readonly pings: Pings;
  readonly edited: boolean;
  /** What it said before each edit, oldest first. */
  readonly edits: readonly Edit[];
  readonly deleted: boolean;
  readonly deletedAt?: number;
  readonly reactions: readonly { readonly emoji: string; readonly users: readonly string[] }[];
  readonly createdAt: number;
  readonly changedAt: number;
}

/** A channel or thread as a listing shows it. */
export interface SeenChannel {
  readonly id: string;
  readonly type: ChannelType;
  readonly name: string;
  readonly guildId?: string;
  readonly parentId?: string;
  readonly recipients: readonly string[];
  readonly archived?: boolean;
  readonly locked?: boolean;
  readonly messages: number;
}

/** Something that can be seen from outside, told to `onChange`. */
export type Change =
  | {
      readonly kind: "message";
      readonly what: "posted" | "changed" | "deleted";
      readonly message: SeenMessage;
    }
  | { readonly kind: "ephemeral"; readonly message: SeenMessage }
  | { readonly kind: "channel"; readonly what: "opened" | "changed" | "gone"; readonly channel: SeenChannel }
  | { readonly kind: "typing"; readonly channelId: string; readonly userId: string }
  | { readonly kind: "modal"; readonly modal: Modal }
  | { readonly kind: "call"; readonly call: CallRecord }
  | { readonly kind: "dispatch"; readonly dispatch: DispatchRecord }
  | { readonly kind: "gateway"; readonly gateway: GatewayRecord }
  | { readonly kind: "reset" };

/** A form shown to a person, to be answered with `submitsModal`. */
export interface Modal {
  readonly interactionId: string;
  readonly userId: string;
  readonly channelId: string;
  readonly customId: string;
  readonly title: string;
  readonly components: readonly unknown[];
  /** The message whose button opened it. */
  readonly messageId?: string;
}

/** A command the application registered, as it was sent plus its ids. */
export interface Command {
  readonly id: string;
  /** None: a global command. */
  readonly guildId?: string;
  readonly type: 1 | 2 | 3;
  readonly name: string;
  readonly definition: Readonly<Record<string, unknown>>;
  readonly version: string;
}
