import type { Reply } from "../../src/core/reply.ts";
import { splitReply } from "../kit/split.ts";
import { markdownLimit } from "./render.ts";
import { mayForge, toSafeMarkdown } from "./safe-markdown.ts";

/** Cuts a reply into replies that each fit one Slack message once made harmless. */
export function splitForSlack(reply: Reply, limit: number = markdownLimit): readonly Reply[] {
  return fits(reply.body, limit)
    ? [reply]
    : splitReply(reply, { limit, measure: (piece) => toSafeMarkdown(piece).length });
}

/** What making a text harmless adds at most, for each character: `<` becomes `&lt;` and a joiner, a link shows its host. */
const maxGrowth = 6;

/** Without parsing, where that can be told. */
function fits(body: string, limit: number): boolean {
  if (body.length > limit) return false;
  // A definition can put a long address into every short reference, everything else grows by little.
  return !mayForge(body) || (body.length * maxGrowth <= limit && !body.includes("]:"));
}
