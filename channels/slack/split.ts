import type { Reply } from "../../src/core/reply.ts";
import { inlineReferences } from "./inline-references.ts";
import { markdownLimit } from "./render.ts";
import { mayForge, toSafeMarkdown } from "./safe-markdown.ts";
import { splitMarkdown } from "./split-markdown.ts";

/**
 * Cuts a reply into replies whose bodies fit one Slack message after rendering. A body that fits stays as it is,
 * byte for byte. What hangs on the reply goes to the last piece; `onlyFor` holds for all of them.
 */
export function splitReply(reply: Reply, limit: number = markdownLimit): readonly Reply[] {
  if (fits(reply.body, limit)) return [reply];
  const bodies = splitMarkdown(inlineReferences(reply.body), limit);
  const { onlyFor } = reply;
  return bodies.map((body, index) => {
    if (index === bodies.length - 1) return { ...reply, body };
    return onlyFor === undefined ? { body } : { body, onlyFor };
  });
}

/** What making a text harmless adds at most, for each character: `<` becomes `&lt;` and a joiner, a link shows its host. */
const maxGrowth = 6;

function fits(body: string, limit: number): boolean {
  if (body.length > limit) return false;
  // A definition can put a long address into every short reference, everything else grows by little.
  if (!mayForge(body) || (body.length * maxGrowth <= limit && !body.includes("]:"))) return true;
  return toSafeMarkdown(body).length <= limit;
}
