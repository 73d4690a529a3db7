import type { Channel } from "../core/channel.ts";
import { beginningOf } from "../core/cut-text.ts";
import { fileMark, type Reply, type ReplyFile } from "../core/reply.ts";
import { ticketDays } from "./file-tickets.ts";

/** The messages a reply takes. */
export interface CutReply {
  readonly words: readonly Reply[];
  readonly files: readonly Reply[];
}

/**
 * Cuts a reply into the messages it takes on a platform: its words as the channel cuts them, then each file by itself.
 * A file of its own delivery is sent, looked for and given up by itself: it can neither take words down with it nor
 * be sent twice because of them.
 */
export function cutReply(channel: Pick<Channel, "split">, { files = [], ...words }: Reply): CutReply {
  const seenBy = words.onlyFor === undefined ? {} : { onlyFor: words.onlyFor };
  return {
    words: channel.split(words),
    files: files.map((file) => ({ body: "", files: [file], ...seenBy })),
  };
}

/**
 * As much of a reply as one message of the platform takes: all of it, or its beginning with a mark, and what hangs on
 * it. For a message that stands already and cannot become several.
 */
export function fitReply(channel: Pick<Channel, "split">, reply: Reply): Reply {
  const [first = reply, ...others] = channel.split(reply);
  if (others.length === 0) return reply;
  for (let { length } = first.body; length > 0; length = Math.floor(length * 0.9)) {
    const cut = { ...reply, body: `${beginningOf(first.body, length)}\n…` };
    if (channel.split(cut).length === 1) return cut;
  }
  return { ...reply, body: "…" };
}

/** The file a message is; undefined where it is words. */
export function fileOf({ files }: Reply): ReplyFile | undefined {
  return files?.[0];
}

/** What is said where a file cannot go: where to get it, or honestly that it did not arrive. */
export function toFileLine({ onlyFor }: Reply, file: ReplyFile, link: string | undefined): Reply {
  const named = `${fileMark} ${toCode(file.name)} (${toSize(file.bytes)})`;
  const line =
    link === undefined
      ? `${named}: this file could not be sent here.`
      : `${named} could not be sent here as a file. [Download it](${link}) within ${ticketDays} days.`;
  return { body: line, ...(onlyFor !== undefined && { onlyFor }) };
}

/** As code: a name is neither markdown nor an address, whatever it looks like. */
function toCode(name: string): string {
  const runs = name.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  return runs.length === 0 ? `${fence}${name}${fence}` : `${fence} ${name} ${fence}`;
}

function toSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.ceil(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
