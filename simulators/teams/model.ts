/** The app under test: its Entra registration and its bot. */
export interface App {
  readonly appId: string;
  readonly secret: string;
  readonly name: string;
  /** Where the app is registered. A single-tenant app gets tokens only there, a multi-tenant one at `botframework.com` too. */
  readonly tenantId: string;
  readonly tenancy: "single" | "multi";
}

export interface Tenant {
  readonly id: string;
  readonly name: string;
}

/** Somebody in a tenant. `id` is what the bot sees: pairwise, other for every bot. */
export interface Person {
  readonly id: string;
  readonly aadObjectId: string;
  readonly tenantId: string;
  readonly name: string;
  readonly email: string;
  readonly locale: string;
  readonly country: string;
  readonly timezone: string;
  readonly isStaff: boolean;
  readonly isBot: boolean;
  /** Of another organization, and let into this one. */
  readonly isGuest: boolean;
}

export interface Team {
  readonly id: string;
  readonly tenantId: string;
  readonly aadGroupId: string;
  name: string;
}

export type ConversationKind = "personal" | "groupChat" | "channel";

/** A chat or a channel. A channel's threads are its messages' `rootId`s. */
export interface Conversation {
  /** `a:…`, `19:…@thread.v2` or `19:…@thread.tacv2`, without a thread's `;messageid=`. */
  readonly id: string;
  readonly kind: ConversationKind;
  readonly tenantId: string;
  readonly teamId?: string;
  /** A channel with its own people, into which the app has to be put by itself. */
  readonly isPrivate?: boolean;
  name: string;
  readonly members: Set<string>;
  /** Whether the bot is in the roster: outside of it every call is refused. */
  botInstalled: boolean;
  /** Whether the user blocked the bot. */
  blocked: boolean;
  readonly messages: Map<string, Message>;
  lastId: number;
}

export interface Reaction {
  readonly type: string;
  readonly users: string[];
}

export interface Edit {
  readonly at: number;
  readonly text: string;
}

/** The life of a streamed message. Times in milliseconds since the epoch. */
export interface StreamLife {
  state: "open" | "completed" | "expired" | "stopped";
  readonly startedAt: number;
  lastAt: number;
  lastSequence: number;
  endedAt?: number;
  readonly updates: {
    readonly at: number;
    readonly type: "informative" | "streaming" | "final";
    readonly sequence?: number;
    readonly text: string;
  }[];
}

/** What stands in a conversation. `activity` is what was last sent for it, as it came. */
export interface Message {
  readonly conversation: string;
  /** Milliseconds, unique in the conversation only. */
  readonly id: string;
  readonly rootId?: string;
  readonly from: string;
  readonly isBot: boolean;
  readonly createdAt: number;
  changedAt: number;
  activity: Record<string, unknown>;
  /** Whether the bot was told of it, so that it is told of edits and deletions too. */
  toldBot: boolean;
  edited: boolean;
  deleted: boolean;
  readonly edits: Edit[];
  readonly reactions: Reaction[];
  stream?: StreamLife;
}

/** A message as a person sees it. A copy: later changes do not show in it. */
export interface SeenMessage {
  /** The chat's or the channel's id, without a thread's `;messageid=`. */
  readonly conversation: string;
  readonly id: string;
  /** The first message of the channel thread; left out for that message itself and in chats. */
  readonly rootId?: string;
  readonly from: string;
  readonly fromName: string;
  readonly isBot: boolean;
  readonly text: string;
  readonly textFormat: string;
  /** Who was notified: mentions with both an entity and their `<at>` in the text. */
  readonly mentions: readonly { readonly id: string; readonly name: string }[];
  readonly attachments: readonly Readonly<Record<string, unknown>>[];
  /** The contents of the Adaptive Cards among the attachments. */
  readonly cards: readonly Readonly<Record<string, unknown>>[];
  readonly streaming: boolean;
  readonly stream?: StreamLife;
  readonly edited: boolean;
  readonly edits: readonly Edit[];
  readonly deleted: boolean;
  readonly reactions: readonly Reaction[];
  readonly createdAt: number;
  readonly changedAt: number;
  readonly activity: Readonly<Record<string, unknown>>;
}

/** Whatever just happened; what a live page redraws from. */
export type Change =
  | {
      readonly kind: "message";
      readonly what: "posted" | "changed" | "deleted" | "restored" | "reacted";
      readonly message: SeenMessage;
    }
  | {
      readonly kind: "stream";
      readonly what: "started" | "updated" | "completed" | "expired" | "stopped";
      readonly message: SeenMessage;
    }
  | { readonly kind: "typing"; readonly conversation: string; readonly rootId?: string }
  | { readonly kind: "conversation"; readonly conversation: string }
  | { readonly kind: "call"; readonly seq: number }
  | { readonly kind: "delivery"; readonly seq: number }
  | { readonly kind: "reset" };
