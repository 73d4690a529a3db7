import type { Citation } from "../core/reply.ts";
import { splitSentences } from "./chunk/split-sentences.ts";
import type { Passage } from "./knowledge.ts";

// Words of the question that the passage must speak of, by how telling they are: less is somebody else's answer.
const surelyFrom = 0.6;
const longest = 700;

/** The best passage in its own words, with its source; undefined where none surely answers. */
export function quotePassages(
  passages: readonly Passage[],
): { readonly body: string; readonly citations: readonly Citation[] } | undefined {
  const [best] = passages.filter(({ relevance }) => relevance >= surelyFrom);
  if (best === undefined) return undefined;
  const { title, url, locator } = best;
  return { body: shorten(best.text), citations: [{ title, url, locator }] };
}

/** Whole sentences or lines, as many as a message should have. */
function shorten(text: string): string {
  if (text.length <= longest) return text;
  const pieces = text
    .split(/(?<=\n)/u)
    .flatMap((line) => (line.startsWith("|") ? [line] : splitSentences(line)));
  let kept = "";
  for (const piece of pieces) {
    if (kept !== "" && kept.length + piece.length > longest) break;
    kept += piece;
  }
  return `${kept.slice(0, 2 * longest).trimEnd()} …`;
}
