import { setTimeout as sleep } from "node:timers/promises";
import type { Channel } from "../../core/channel.ts";
import type { Envelope, MessageEnvelope } from "../../core/envelope.ts";
import { PermanentError, TransientError } from "../../core/errors.ts";

/** What people said in one thread of a room, as a document. */
export interface RoomThread {
  /** By the message it begins with. */
  readonly name: string;
  /** CommonMark under a heading: what was asked, else the day. Without the names of who said it. */
  readonly text: string;
  /** Threads done and known so far, this one included. */
  readonly done: number;
  readonly of: number;
}

export interface RoomHistoryOptions {
  /** Reads a place of the room's workspace; undefined where its channel is not open here. */
  readonly history: Channel["history"] | undefined;
  readonly installation: string;
  readonly space: string;
  /** Messages at most, the newest. */
  readonly most: number;
  readonly since: Date;
  readonly signal: AbortSignal;
}

const mostThreads = 300;
const mostReplies = 200;
const tries = 4;
const usualWaitMs = 5_000;
const longestWaitMs = 60_000;

/**
 * Goes through what was said in a room since a day, the newest threads first. What nobody but Baton was told, and
 * questions that nobody answered, tell nothing and are left out. Throws PermanentError where the room cannot be read.
 */
export async function* readRoom(options: RoomHistoryOptions): AsyncGenerator<RoomThread> {
  const { most, since, signal } = options;
  const said = await readPlace(options, "", most);
  const threads = Map.groupBy(
    said.filter(({ sentAt }) => sentAt >= since),
    rootOf,
  );
  const newest = [...threads].toSorted(([, one], [, other]) => lastOf(other) - lastOf(one));
  let [done, read] = [0, 0];
  for (const [root, own] of newest) {
    signal.throwIfAborted();
    const isLong = own.some(({ replies = 0 }) => replies > 0) && read < mostThreads;
    if (isLong) read += 1;
    const all = isLong ? [...own, ...(await readPlace(options, root, mostReplies))] : own;
    const text = toDocument(all);
    done += 1;
    if (text !== undefined) yield { name: nameOfThread(root), text, done, of: newest.length };
  }
}

/** The name of the document that a thread is, by the platform's id of the message it begins with. */
export function nameOfThread(root: string): string {
  return `${root}.md`;
}

/** What people said there; a pause that the platform asks for is made. */
async function readPlace(
  { history, installation, space, signal }: RoomHistoryOptions,
  thread: string,
  limit: number,
): Promise<MessageEnvelope[]> {
  if (history === undefined) throw new PermanentError("the room's platform is not connected here");
  // Only people of the room are told it, whatever kind of room it is.
  const target = { installation, place: { space, thread, audience: "group" } } as const;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return (await history(target, { after: undefined, limit })).filter(isSaid);
    } catch (cause) {
      if (!(cause instanceof TransientError) || attempt === tries) throw cause;
      await sleep(Math.min(longestWaitMs, cause.retryAfterMs ?? usualWaitMs), undefined, { signal });
    }
  }
}

function isSaid(envelope: Envelope): envelope is MessageEnvelope {
  return envelope.kind === "message" && envelope.sender.kind === "user" && envelope.text.trim() !== "";
}

function rootOf({ id, place }: MessageEnvelope): string {
  return place.thread === "" ? id : place.thread;
}

function lastOf(messages: readonly MessageEnvelope[]): number {
  return Math.max(...messages.map(({ sentAt }) => sentAt.getTime()));
}

const longestHead = 120;

function toDocument(messages: readonly MessageEnvelope[]): string | undefined {
  const said = [...new Map(messages.map((message) => [message.id, message])).values()].toSorted(
    (one, other) => one.sentAt.getTime() - other.sentAt.getTime(),
  );
  const [first, ...rest] = said;
  if (first === undefined || !said.some(tells)) return undefined;
  if (isQuestion(first) && !rest.some(tells)) return undefined;
  const head = first.text.replace(/\s+/gu, " ").trim();
  if (isQuestion(first) && head.length <= longestHead) return toMarkdown(head, rest);
  return toMarkdown(`Said here on ${first.sentAt.toISOString().slice(0, 10)}`, said);
}

function tells({ addressed }: MessageEnvelope): boolean {
  return addressed === "none";
}

function isQuestion({ text }: MessageEnvelope): boolean {
  return /[?？]\s*$/u.test(text);
}

function toMarkdown(head: string, messages: readonly MessageEnvelope[]): string {
  return [`# ${head}`, ...messages.map(({ text }) => text)].join("\n\n");
}
