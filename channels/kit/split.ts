import type { Reply } from "../../src/core/reply.ts";
import { inlineReferences } from "./inline-references.ts";
import { splitMarkdown } from "./split-markdown.ts";
import type { Room } from "./split-phrasing.ts";

/**
 * Cuts a reply into replies whose bodies each fit the room of one message. A body that fits stays as it is,
 * byte for byte. What hangs on the reply goes to the last piece; `onlyFor` holds for all of them.
 */
export function splitReply(reply: Reply, room: Room): readonly Reply[] {
  if (reply.body.length <= 2 * room.limit && room.measure(reply.body) <= room.limit) return [reply];
  const bodies = splitMarkdown(inlineReferences(reply.body), room);
  const { onlyFor } = reply;
  return bodies.map((body, index) => {
    if (index === bodies.length - 1) return { ...reply, body };
    return onlyFor === undefined ? { body } : { body, onlyFor };
  });
}
