import type { Attachment } from "./envelope.ts";
import type { Button, Citation } from "./reply.ts";

/** A visitor's thread on a web site: the site's key and the thread's id. */
export interface WebThread {
  readonly site: string;
  readonly thread: string;
}

/** What one message of a transcript says. `text` of ours is CommonMark made harmless, of a visitor as typed. */
export interface TranscriptContent {
  readonly text: string;
  readonly citations?: readonly Citation[] | undefined;
  readonly buttons?: readonly Button[] | undefined;
  readonly suggestions?: readonly string[] | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  /** Identifies the answer when its reader judges it. */
  readonly feedback?: string | undefined;
  readonly rating?: "up" | "down" | undefined;
  /** What colleagues react to it with. */
  readonly reactions?: readonly string[] | undefined;
  /** The message of this thread it answers. */
  readonly repliesTo?: string | undefined;
}

/** A message as the visitor sees it. */
export interface TranscriptItem {
  /** The visitor's own id of what they said, the delivery's id of what we said. */
  readonly id: string;
  readonly role: "user" | "assistant";
  /** `streaming`: still being written, `text` is a part of it. `deleted`: nothing is left of it. */
  readonly state: "streaming" | "final" | "deleted";
  readonly content: TranscriptContent;
  /** Its place in the conversation; never changes. */
  readonly position: number;
  /** When it last changed, on the thread's own clock: every change of any message gets the next number. */
  readonly cursor: number;
  readonly edited: boolean;
  readonly at: Date;
}

/** A message to be added. */
export interface NewTranscriptItem {
  readonly id: string;
  readonly role: TranscriptItem["role"];
  readonly state: "streaming" | "final";
  readonly content: TranscriptContent;
}

/** Something to be seen at once or never: lost when nobody listens. */
export type LiveEvent =
  /** The transcript has changed: read on. */
  | { readonly kind: "changed" }
  /** `text` stands at `from` in the message's text, and nothing behind it yet. */
  | { readonly kind: "token"; readonly id: string; readonly from: number; readonly text: string }
  | { readonly kind: "typing" };

/** What happened to a message that was to be added. `conflict`: there is another one under its id. */
export interface Added {
  readonly kind: "added" | "known" | "conflict";
  readonly cursor: number;
}

/** How a message is to change; what is left out stays. Only a message in one of the states `from` is changed. */
export interface TranscriptChange {
  readonly content: TranscriptContent;
  readonly state: TranscriptItem["state"];
  readonly from: readonly TranscriptItem["state"][];
  readonly edited?: boolean | undefined;
  /** Only as it stood at this cursor: whoever made it out of what they read loses nobody else's change. */
  readonly at?: number | undefined;
  /** `false`: a crash of the database may lose it. */
  readonly durable?: boolean | undefined;
}

/**
 * What visitors of web sites see, kept: each message once, whoever writes it how often. Every change is announced to
 * all who follow the thread, in any process. Writing throws TransientError when it did not happen and
 * PermanentError for a thread nobody has.
 */
export interface Transcript {
  /** Adds a message once: the same id and content again change nothing. */
  add(thread: WebThread, item: NewTranscriptItem): Promise<Added>;
  /** False when there is no such message in such a state, or it has changed since `at`. */
  change(thread: WebThread, id: string, change: TranscriptChange): Promise<boolean>;
  find(thread: WebThread, id: string): Promise<TranscriptItem | undefined>;
  /** What has changed after a cursor, in the order of the changes, at most `limit`. */
  changedAfter(thread: WebThread, cursor: number, limit: number): Promise<readonly TranscriptItem[]>;
  /** What stands before a position, oldest first: the last `limit` messages there, without deleted ones. */
  before(
    thread: WebThread,
    position: number | undefined,
    limit: number,
  ): Promise<{ readonly items: readonly TranscriptItem[]; readonly cursor: number }>;
  /** What visitors said after one of their messages, oldest first; everything when it is not known. */
  saidAfter(thread: WebThread, id: string | undefined, limit: number): Promise<readonly SaidItem[]>;
  /** Tells everybody who follows the thread now. Never throws. */
  tell(thread: WebThread, event: LiveEvent): Promise<void>;
  /** Reads a file a visitor attached; undefined when there is none. */
  readFile(thread: WebThread, id: string): Promise<Buffer | undefined>;
}

/** A visitor's message with who said it. */
export interface SaidItem extends TranscriptItem {
  readonly visitor: Visitor;
}

/** Who talks to us through a web site. The id cannot be guessed, or its owner proved to the site who they are. */
export interface Visitor {
  readonly id: string;
  readonly name?: string | undefined;
  readonly locale?: string | undefined;
}
