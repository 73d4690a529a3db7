import { LRUCache } from "lru-cache";
import type { Attempt, Target } from "../../src/core/channel.ts";
import type { Log } from "../../src/core/log.ts";
import { isCode } from "./errors.ts";
import { readReturnPath } from "./return-path.ts";
import type { DiscordWeb } from "./web.ts";

/** Where in Discord's terms a reply goes. */
export interface Address {
  readonly channel: string;
  /** The message it answers, where there is no thread to tell. */
  readonly reference?: string | undefined;
}

/** Finds, and where needed opens, the thread a place stands for. */
export interface Addresses {
  /** The thread of the place, opened from its first message when there is none; its room when none may be. */
  open(target: Target, attempt: Pick<Attempt, "signal" | "checkpoint">): Promise<Address>;
  /** What `open` found in this process, without asking Discord. */
  known(target: Target): Address | undefined;
}

const day = 24 * 60;
const remembered = 20_000;
/** A permission that is given later is noticed after a while. */
const roomTtlMs = 10 * 60_000;

/** Remembers what it found; opening the same thread from two sides at once is one and the same thread on Discord. */
export function createAddresses({ web, log }: { readonly web: DiscordWeb; readonly log: Log }): Addresses {
  const found = new LRUCache<string, Address>({ max: remembered });
  const opening = new Map<string, Promise<Address>>();

  async function open(target: Target, attempt: Pick<Attempt, "signal" | "checkpoint">): Promise<Address> {
    const { space, thread } = target.place;
    if (thread === "" || target.place.audience === "direct") return { channel: space };
    const key = keyOf(target);
    const known = found.get(key);
    if (known !== undefined) return known;
    const running = opening.get(key);
    if (running !== undefined) {
      const address = await running.catch(() => undefined); // its failure belongs to who asked first
      return address ?? open(target, attempt);
    }
    const search = openThread(target, attempt).finally(() => opening.delete(key));
    opening.set(key, search);
    const address = await search;
    found.set(key, address, { ttl: address.reference === undefined ? 0 : roomTtlMs });
    return address;
  }

  async function openThread(
    { place, returnPath }: Target,
    { signal, checkpoint }: Pick<Attempt, "signal" | "checkpoint">,
  ): Promise<Address> {
    const { space, thread } = place;
    const name = readReturnPath(returnPath).name ?? "Conversation";
    try {
      await web.call("POST", `/channels/${space}/messages/${thread}/threads`, {
        doing: "open a thread",
        body: { name: name.slice(0, 100), auto_archive_duration: day },
        signal,
        checkpoint,
      });
      return { channel: thread };
    } catch (cause) {
      if (isCode(cause, alreadyThere)) return { channel: thread };
      if (!isCode(cause, ...notFromHere)) throw cause;
      if (await isThread(thread, signal)) return { channel: thread };
      log.info({ space, code: cause.code }, "discord opens no thread here, answering in the channel");
      return { channel: space, reference: thread };
    }
  }

  /** A thread that people opened, or a post in a forum: its id is no message of the room. */
  async function isThread(id: string, signal: AbortSignal): Promise<boolean> {
    try {
      await web.call("GET", `/channels/${id}`, { doing: "look up a thread", signal });
      return true;
    } catch (cause) {
      if (isCode(cause, 10003, 50001, 50013, 50035)) return false;
      throw cause;
    }
  }

  return { open, known: (target) => found.get(keyOf(target)) };
}

const alreadyThere = 160004;

/**
 * No such message or channel, no permission, a kind of channel without threads, a message no thread can begin with,
 * too many threads, a form it does not take.
 */
const notFromHere = [10003, 10008, 50001, 50013, 50024, 50008, 50068, 160006, 30033, 50035] as const;

function keyOf({ place }: Target): string {
  return `${place.space}:${place.thread}`;
}

/**
 * Does something to a message of the place, wherever in it the message stands: in the thread, or in the room, as the
 * message does that a thread was opened from.
 */
export async function atMessage<T>(
  target: Target,
  messageId: string,
  act: (channel: string) => Promise<T>,
): Promise<T> {
  const { space, thread, audience } = target.place;
  if (thread === "" || audience === "direct") return act(space);
  const [first, second] = messageId === thread ? [space, thread] : [thread, space];
  try {
    return await act(first);
  } catch (cause) {
    if (!isCode(cause, 10003, 10008, 50001, 50008, 50024)) throw cause;
    // What the first place says is the better reason, should the second one know nothing either.
    return await act(second).catch((other: unknown) => {
      throw isCode(other, 10003, 50001) ? cause : other;
    });
  }
}
