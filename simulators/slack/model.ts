/** A workspace. */
export interface Team {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
}

/** The app under test: one set of secrets, installed in any number of teams. */
export interface App {
  readonly appId: string;
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly signingSecret: string;
  readonly appToken: string;
  /** The deprecated verification token that every payload still carries. */
  readonly verificationToken: string;
  /** Event types subscribed to (`message` covers all its subtypes); all when undefined. */
  readonly events?: readonly string[];
}

/** The app inside one team. */
export interface Installation {
  readonly teamId: string;
  readonly botUserId: string;
  readonly botId: string;
  readonly botName: string;
  scopes: readonly string[];
  botToken: string;
  active: boolean;
}

/** What a token may do. `expiresAt` is in milliseconds since the epoch. */
export interface TokenRecord {
  readonly token: string;
  readonly kind: "bot" | "app";
  readonly teamId: string;
  readonly scopes: readonly string[];
  revoked: boolean;
  expiresAt?: number;
}

export interface User {
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
  readonly realName: string;
  readonly email: string;
  readonly locale: string;
  readonly tz: string;
  readonly isBot: boolean;
  readonly isGuest?: boolean;
  readonly isAdmin: boolean;
  readonly deleted: boolean;
  readonly botId?: string;
}

export type ChannelType = "channel" | "group" | "im" | "mpim";

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly type: ChannelType;
  /** The team that created it. */
  readonly teamId: string;
  /** Every team that shares it; more than one makes it Slack Connect. */
  readonly teamIds: readonly string[];
  readonly members: Set<string>;
  readonly created: number;
  /** The other side of a direct conversation, as the bot sees it. */
  readonly imUser?: string;
  archived: boolean;
  topic: string;
  purpose: string;
  /** Ascending by ts: everything that shows in the channel itself. */
  readonly roots: Message[];
  /** Replies by root ts, ascending. */
  readonly threads: Map<string, Message[]>;
  readonly byTs: Map<string, Message>;
  lastMicros: number;
}

export interface Reaction {
  readonly name: string;
  readonly users: string[];
}

export interface Edit {
  readonly at: number;
  readonly by: string;
  readonly text: string;
}

/** The life of a streamed message; times in milliseconds since the epoch. */
export interface StreamLife {
  state: "in_progress" | "completed" | "expired";
  readonly startedAt: number;
  stoppedAt?: number;
  readonly appends: { at: number; text: string }[];
  appendCount: number;
  firstTextAt?: number;
}

export interface MessageMetadata {
  readonly event_type: string;
  readonly event_payload: Record<string, unknown>;
}

export interface Message {
  readonly channel: string;
  readonly ts: string;
  readonly teamId: string;
  readonly threadTs?: string;
  readonly user?: string;
  readonly botId?: string;
  readonly appId?: string;
  readonly username?: string;
  readonly clientMsgId?: string;
  readonly createdAt: number;
  readonly ephemeralTo?: string;
  subtype?: string;
  changedAt: number;
  text: string;
  blocks?: readonly unknown[];
  attachments?: readonly unknown[];
  files?: readonly StoredFile[];
  metadata?: MessageMetadata;
  edited?: { readonly user: string; readonly ts: string };
  deleted?: boolean;
  stream?: StreamLife;
  readonly edits: Edit[];
  readonly reactions: Reaction[];
}

export interface StoredFile {
  readonly id: string;
  readonly teamId: string;
  readonly user: string;
  readonly name: string;
  readonly mimetype: string;
  readonly created: number;
  title: string;
  content: Buffer;
  uploaded: boolean;
  readonly expectedLength: number;
  readonly channels: string[];
  altText?: string;
}

export interface Usergroup {
  readonly id: string;
  readonly teamId: string;
  readonly handle: string;
  readonly users: readonly string[];
  readonly disabled: boolean;
}

export interface View {
  readonly id: string;
  readonly teamId: string;
  readonly user: string;
  readonly rootViewId: string;
  readonly previousViewId?: string;
  hash: string;
  content: Record<string, unknown>;
  open: boolean;
}

/** A message as a person sees it. */
export interface SeenMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string;
  readonly user?: string;
  readonly botId?: string;
  readonly userName: string;
  readonly text: string;
  readonly blocks?: readonly unknown[];
  readonly attachments?: readonly unknown[];
  readonly files?: readonly { id: string; name: string; mimetype: string; size: number }[];
  readonly subtype?: string;
  readonly isBot: boolean;
  readonly streaming: boolean;
  readonly stream?: StreamLife;
  readonly edited: boolean;
  readonly edits: readonly Edit[];
  readonly deleted: boolean;
  readonly reactions: readonly Reaction[];
  readonly metadata?: MessageMetadata;
  readonly ephemeralTo?: string;
  readonly createdAt: number;
  readonly changedAt: number;
}

/** Whatever just happened; what a live page redraws from. */
export type Change =
  | {
      readonly kind: "message";
      readonly what: "posted" | "changed" | "deleted" | "reacted";
      readonly message: SeenMessage;
    }
  | {
      readonly kind: "stream";
      readonly what: "started" | "appended" | "stopped" | "expired";
      readonly message: SeenMessage;
      readonly appended: string;
    }
  | { readonly kind: "ephemeral"; readonly message: SeenMessage }
  | { readonly kind: "view"; readonly what: "opened" | "updated" | "closed" | "home"; readonly view: View }
  | { readonly kind: "status"; readonly channel: string; readonly threadTs: string; readonly status: string }
  | {
      readonly kind: "prompts";
      readonly channel: string;
      readonly threadTs?: string;
      readonly prompts: readonly unknown[];
    }
  | { readonly kind: "call"; readonly seq: number }
  | { readonly kind: "delivery"; readonly seq: number }
  | { readonly kind: "channel"; readonly channel: string }
  | { readonly kind: "reset" };
