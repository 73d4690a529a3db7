import type { Accept, Attachment, ChannelName, Envelope, Place } from "./envelope.ts";
import type { DeliveryId } from "./ids.ts";
import type { Reply, ReplyFile } from "./reply.ts";

/** What a channel can do natively; what it cannot, the callers replace by the next best thing. */
export interface Capabilities {
  /** Shows an answer while it is being written. */
  readonly streaming: boolean;
  /** The least time between two writes to the same stream, milliseconds. */
  readonly streamIntervalMs: number;
  /** A streamed message must be closed and continued in a new one after this long, milliseconds. */
  readonly streamMaxAgeMs: number;
  readonly reactions: boolean;
  readonly typing: boolean;
  /** What shows typing goes away by itself within seconds, also where nothing is said. */
  readonly typingFades?: boolean | undefined;
  readonly ephemeral: boolean;
  /** Shows which message a reply answers (`Reply.repliesTo`); elsewhere the caller quotes it. */
  readonly repliesTo?: boolean | undefined;
  /** `find` can tell for certain whether a message was posted. */
  readonly reconciles: boolean;
}

/** Where a reply goes, in the platform's own ids. */
export interface Target {
  /** The platform's workspace id. */
  readonly installation: string;
  readonly place: Place;
  /** The person being answered; some platforms need it to stream or to whisper. */
  readonly recipient?: string | undefined;
  /** The newest `returnPath` an envelope of this conversation brought; missing where none did. */
  readonly returnPath?: string | undefined;
}

/** What a channel may ask about a file of ours while it sends it. */
export interface FileDesk {
  /** Throws PermanentError with code `file_gone` for what is not kept any more. */
  read(file: ReplyFile): Promise<Buffer>;
  /** A signed word that stands for the file for some days, for a platform that wants the bytes later. */
  ticket(file: ReplyFile): string;
  /** Where whoever has the address can save the file for some days; undefined where Baton has no public address. */
  link(file: ReplyFile): string | undefined;
}

/** A file of ours with what is in it. */
export interface LentFile extends ReplyFile {
  readonly content: Buffer;
}

/** Opens what `FileDesk.ticket` gave; undefined for a ticket that is forged or over, or whose file is gone. */
export type OpenTicket = (ticket: string) => Promise<LentFile | undefined>;

/** One try to put one message on the platform. */
export interface Attempt {
  /** Written into the message where the platform lets us, so that `find` can recognize it. */
  readonly deliveryId: DeliveryId;
  readonly correlationId: string;
  readonly signal: AbortSignal;
  /**
   * Called right before bytes go on the wire, after any waiting for rate limits.
   * Throws when the right to send was lost meanwhile.
   */
  readonly checkpoint: () => void;
  /** There whenever the reply has a file. */
  readonly files?: FileDesk | undefined;
}

/** The platform's id of a message that is there. */
export interface MessageRef {
  readonly id: string;
}

/** What reconciliation found. */
export type Found =
  | { readonly kind: "found"; readonly ref: MessageRef }
  | { readonly kind: "absent" }
  | { readonly kind: "cannot tell" };

/** What `find` looks for: a message of ours in a place, posted after `since`, none of `known`. */
export interface Sought {
  readonly deliveryId: DeliveryId;
  readonly since: Date;
  /** Messages of ours in that place that other deliveries already account for. */
  readonly known: readonly string[];
  /** The message was being streamed, so it may not carry the delivery's id yet. */
  readonly streamed: boolean;
  /** The message is this file, or a line that stands for it. */
  readonly file?: ReplyFile | undefined;
}

/** A message being written in front of the reader's eyes. One at a time per place. */
export interface ReplyStream {
  /** Where it stands; the end of a stream that the platform broke may stand elsewhere. */
  readonly ref: MessageRef;
  /**
   * Shows `text`, the whole body so far, always growing. Throws PermanentError with code `stream closed`
   * when the platform ended the stream: the message stands, finish it with `Channel.update`.
   */
  show(text: string): Promise<void>;
  /** Ends the stream on the full, final reply. Idempotent: also right for a stream another process began. */
  finish(reply: Reply): Promise<void>;
}

/** A door of the channel that the HTTP server opens for it. The body arrives as raw bytes, bounded. */
export interface ChannelRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly maxBodyBytes: number;
  handle(request: ChannelRequest): Promise<ChannelResponse>;
}

export interface ChannelRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly correlationId: string;
}

export interface ChannelResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/**
 * A platform. Failures of every sending method are told apart by what to do next:
 * TransientError (not delivered, try again), PermanentError (refused for good),
 * UncertainError (may have been delivered: `find` before trying again).
 * The SDK's own retries are off for whatever creates something.
 */
export interface Channel {
  readonly name: ChannelName;
  readonly capabilities: Capabilities;
  readonly routes: readonly ChannelRoute[];
  /** Opens the doors. Resolves when events can arrive. */
  start(accept: Accept): Promise<void>;
  /** Cuts a reply into replies that each fit one message; the bodies' text, joined, is the source text. Pure. */
  split(reply: Reply): readonly Reply[];
  /**
   * Puts one reply (already split) on the platform as a new message. PermanentError for a file means that it cannot
   * go there as a file: the caller says so in words.
   */
  send(target: Target, reply: Reply, attempt: Attempt): Promise<MessageRef>;
  /** Replaces a message's content. Idempotent. Also ends a stream that was left open. */
  update(target: Target, ref: MessageRef, reply: Reply, attempt: Attempt): Promise<void>;
  /**
   * Ends a message that was left half written, keeping what stands there and adding `line`. `begun` is what it began
   * with: all there is to keep where the platform does not tell what stands there.
   * Idempotent: one that is ended already stays as it is.
   */
  endStream(target: Target, ref: MessageRef, line: string, attempt: Attempt, begun: string): Promise<void>;
  /** Takes a message of ours away. Idempotent. */
  remove(target: Target, ref: MessageRef, attempt: Attempt): Promise<void>;
  /** Whether answers can be streamed there; wherever `capabilities` says so when left out. Pure. */
  streamsIn?(place: Place): boolean;
  /** Opens a streamed message that begins with `text`. */
  stream(target: Target, text: string, attempt: Attempt): Promise<ReplyStream>;
  /** Sets or clears a reaction of ours. Idempotent both ways. */
  react(target: Target, ref: MessageRef, emoji: string, on: boolean): Promise<void>;
  /** Shows that an answer is being written; renewing it is the caller's business. Failures are not errors. */
  typing(target: Target): Promise<void>;
  find(target: Target, sought: Sought): Promise<Found>;
  /** What was said in a place after `after` (a platform message id), oldest first, at most `limit`. */
  history(
    target: Target,
    query: { readonly after: string | undefined; readonly limit: number },
  ): Promise<Envelope[]>;
  /**
   * How a person is called in a workspace, where a platform does not say so with what they write; undefined where it
   * tells no name. For display only.
   */
  nameOf?(installation: string, person: string): Promise<string | undefined>;
  /** Where a thread opens in the platform's own application; undefined where it has no address. Pure. */
  linkTo?(installation: string, place: Pick<Place, "space" | "thread">): string | undefined;
  /**
   * Everybody in a group of the workspace, read whole from the platform. PermanentError with a sentence that says what
   * to change where the group is not there, Baton may not read it, or the platform has no groups of this kind.
   */
  membersOf?(group: Group): Promise<readonly GroupMember[]>;
  /** Reads a file the person attached, with the right credentials; at most `maxBytes`. */
  fetchAttachment(installation: string, attachment: Attachment, maxBytes: number): Promise<Buffer>;
  /** Stops receiving. A stopped channel still sends, so that draining workers can deliver. */
  stop(): Promise<void>;
}

/** People whom a platform keeps together: Slack's user groups and channels, Discord's roles, a team of Teams. */
export interface Group {
  /** The platform's workspace id. */
  readonly workspace: string;
  readonly kind: GroupKind;
  /** The platform's own id of it. */
  readonly id: string;
}

export type GroupKind = "usergroup" | "channel" | "role" | "team";

/** Somebody in a group. Bots, and accounts that are switched off, are none. */
export interface GroupMember {
  /** The id that the envelopes of this channel name them by. */
  readonly id: string;
  /** How they are called there. For display only. */
  readonly name: string;
}

/** The credentials of one workspace, as the channel wrote them. Stored encrypted. */
export interface InstallationRecord {
  /** The platform's workspace id. */
  readonly externalId: string;
  readonly name: string;
  /** Whatever the channel needs: tokens, bot user id, scopes. Parsed by the channel, opaque to everyone else. */
  readonly credentials: unknown;
}

/** What a channel may know of the installations: its own. Reads are cached, changes seen by every process. */
export interface Installations {
  find(externalId: string): Promise<InstallationRecord | undefined>;
  /** All enabled installations of this channel. */
  list(): Promise<readonly InstallationRecord[]>;
  /** Adds or replaces; binds a new workspace to the given tenant, or to the deployment's default one. */
  save(record: InstallationRecord, tenant?: string): Promise<void>;
  /** Ends an installation: its credentials are destroyed, its conversations kept. */
  remove(externalId: string): Promise<void>;
}
