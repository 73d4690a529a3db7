import type { Citation } from "../core/reply.ts";
import { splitSentences } from "./chunk/split-sentences.ts";
import type { Passage } from "./knowledge.ts";
import { findDisagreement } from "./retrieve/find-disagreement.ts";

/** What the documents say in their own words. */
export interface Quoted {
  readonly body: string;
  readonly citations: readonly Citation[];
  /** The documents contradict each other, and the body has both. */
  readonly disagree: boolean;
}

// Words of the question that the passage must speak of, by how telling they are: less is somebody else's answer.
const surelyFrom = 0.6;
const longest = 700;

/** The best passage with its source, or two that contradict each other; undefined where none surely answers. */
export function quotePassages(passages: readonly Passage[]): Quoted | undefined {
  const sure = passages.filter(({ relevance }) => relevance >= surelyFrom);
  const [best] = sure;
  if (best === undefined) return undefined;
  const [one, other] = (findDisagreement(sure) ?? []).map((at) => sure[at]);
  if (one === undefined || other === undefined)
    return { body: shorten(best.text), citations: [toCitation(best)], disagree: false };
  const both = [one, other];
  const body = both
    .map(({ title, asOf, text }) => `- **${title}** (${toDay(asOf)}): ${oneLine(shorten(text))}`)
    .join("\n");
  return { body, citations: both.map(toCitation), disagree: true };
}

function toCitation({ title, url, locator, asOf }: Passage): Citation {
  const day = `as of ${toDay(asOf)}`;
  return { title, url, locator: locator === undefined ? day : `${locator} · ${day}` };
}

function toDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/gu, " ");
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
