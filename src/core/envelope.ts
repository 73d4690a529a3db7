/** The platforms Baton speaks to. Adding one means a folder in `channels/` and a name here. */
export const channelNames = ["slack", "discord", "teams", "web"] as const;
export type ChannelName = (typeof channelNames)[number];

/**
 * Where something was said, in the platform's own ids.
 * `space` is the room (Slack channel or DM), `thread` the thread in it, empty where the room is one rolling
 * conversation (a DM without threads). `audience` says who can read what is said there:
 * `direct` only the sender, `group` the members of a private room, `public` the whole workspace,
 * `shared` people of other organizations too.
 */
export interface Place {
  readonly space: string;
  readonly thread: string;
  readonly audience: "direct" | "group" | "public" | "shared";
}

/** Who said it. `self` is this bot; `bot` any other; names are for display and never prove a role. */
export interface Sender {
  readonly id: string;
  readonly kind: "user" | "bot" | "self";
  readonly name?: string | undefined;
  readonly locale?: string | undefined;
  readonly timeZone?: string | undefined;
  /** The sender's own organization where it is not the installation's (Slack Connect). */
  readonly homeTeam?: string | undefined;
}

/** A file as a handle: what the worker needs to fetch it later with the channel's credentials. Never the bytes. */
export interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: number;
  readonly handle: string;
}

/** The one message that somebody replies to, or quotes. */
export interface RepliedTo {
  /** The platform's own id of it. */
  readonly id: string;
  /** How it begins, where the platform says so. */
  readonly text?: string | undefined;
  /** The words of the answer begin with it, as a quote. */
  readonly isQuoted?: boolean | undefined;
}

interface EnvelopeBase {
  /**
   * The platform's identity of what happened, unique within installation and space:
   * for a message its own id (not the delivery's), for the rest the id of the event.
   */
  readonly id: string;
  readonly channel: ChannelName;
  /** The platform's workspace id (Slack team, Discord guild, Teams tenant, web site key). */
  readonly installation: string;
  readonly place: Place;
  readonly sender: Sender;
  readonly sentAt: Date;
  readonly receivedAt: Date;
  /** Follows the message through every log line and span. */
  readonly correlationId: string;
  /** The payload as received, kept encrypted for replay. */
  readonly raw?: unknown;
  /**
   * What the channel needs beside the place to answer here, in its own words: an address or a token that changes
   * with time and is no part of any identity. The newest one of a conversation comes back in `Target.returnPath`.
   */
  readonly returnPath?: string | undefined;
}

/** Somebody said something. `text` is CommonMark with mentions resolved to `@name`. */
export interface MessageEnvelope extends EnvelopeBase {
  readonly kind: "message";
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** How it is for us: named us, was sent to us alone, answers a message of ours, or none of these. */
  readonly addressed: "mention" | "direct" | "reply" | "none";
  /** It names somebody else (a person, a group, everyone). */
  readonly mentionsOthers: boolean;
  /** It continues an existing thread: there may be earlier messages we never saw. */
  readonly inThread: boolean;
  /** How many replies stand under it, where a history tells. */
  readonly replies?: number | undefined;
  /** Where the platform lets people answer one certain message, and they did. */
  readonly repliesTo?: RepliedTo | undefined;
}

export interface EditEnvelope extends EnvelopeBase {
  readonly kind: "edit";
  readonly targetId: string;
  readonly text: string;
}

export interface DeleteEnvelope extends EnvelopeBase {
  readonly kind: "delete";
  readonly targetId: string;
}

/** A button, a select or a submitted form. `action` is our own name for it, `value` what was chosen. */
export interface ActionEnvelope extends EnvelopeBase {
  readonly kind: "action";
  readonly action: string;
  readonly value: string;
  /** Fields of a submitted form, by our own names. */
  readonly fields?: Readonly<Record<string, string>> | undefined;
  /** The message the control sits on. */
  readonly targetId?: string | undefined;
}

export interface CommandEnvelope extends EnvelopeBase {
  readonly kind: "command";
  /** Without the slash, e.g. `baton`. */
  readonly command: string;
  readonly text: string;
}

export interface ReactionEnvelope extends EnvelopeBase {
  readonly kind: "reaction";
  readonly emoji: string;
  readonly added: boolean;
  readonly targetId: string;
}

/** Somebody is writing something. Kept nowhere: what is late or lost does not matter. */
export interface TypingEnvelope extends EnvelopeBase {
  readonly kind: "typing";
}

/** The bot was added to or removed from a space, its home was opened, or the installation itself ended. */
export interface MembershipEnvelope extends EnvelopeBase {
  readonly kind: "membership";
  readonly change: "joined" | "left" | "home opened" | "uninstalled" | "rate limited";
}

export type Envelope =
  | MessageEnvelope
  | EditEnvelope
  | DeleteEnvelope
  | ActionEnvelope
  | CommandEnvelope
  | ReactionEnvelope
  | TypingEnvelope
  | MembershipEnvelope;

/** What a channel's `parse` gives: an envelope, or why there is none. */
export type Parsed =
  | { readonly kind: "envelope"; readonly envelope: Envelope }
  | { readonly kind: "ignored"; readonly reason: string };

/** What became of an envelope. Whatever the answer, the platform may be told "received". */
export type Accepted =
  | { readonly kind: "accepted" }
  | { readonly kind: "duplicate" }
  | { readonly kind: "ignored"; readonly reason: string };

/**
 * Takes an envelope in, durably. When it resolves the platform may be acknowledged;
 * when it rejects nothing was kept and the platform must be told to send again.
 */
export type Accept = (envelope: Envelope) => Promise<Accepted>;

/** The unique external name of a conversation: one thread, or one DM. */
export function threadIdOf(envelope: Pick<Envelope, "channel" | "installation" | "place">): string {
  const { channel, installation, place } = envelope;
  return [channel, installation, place.space, place.thread].join(":");
}
