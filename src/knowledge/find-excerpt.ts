import { splitSentences } from "./chunk/split-sentences.ts";
import { leftOutLink } from "./retrieve/clean-passage.ts";
import { readQuestion, readTerms } from "./text/read-terms.ts";

/** The part of a passage that speaks most of a question. */
export interface Excerpt {
  /** CommonMark, in whole sentences, tables and code where they are no longer than a message should be. */
  readonly text: string;
  /** The share of the question's telling words that it has, with the headings it stands under; by how telling they are. */
  readonly covered: number;
}

export interface ExcerptOf {
  readonly question: string;
  readonly text: string;
  /** Its document's title and the headings it stands under. */
  readonly heads: readonly string[];
  readonly weigh: (word: string) => number;
}

const longest = 700;
const longestCode = 1_400;
// An earlier stretch is easier to follow than one that has a word more.
const nearlyMost = 0.75;
const longestLabel = 60;
// They ask, and tell nothing of what is asked for.
const asking = new Set(
  readTerms(
    "able across again always any best between both describe difference different during each either every explain ever give help here kind know many mean meaning more most much near need never now other per possible same show since still tell thing through until understand use want way within without word",
  ),
);

/** The first stretch of paragraphs that has most of the question's words, or nearly. */
export function findExcerpt({ question, text, heads, weigh }: ExcerptOf): Excerpt {
  const asked = tellingWordsOf(question);
  const inHeads = new Set(heads.flatMap(readTerms));
  const blocks = splitBlocks(text);
  const terms = blocks.map((block) => new Set(readTerms(block)));
  const total = sum(asked, weigh);
  const stretches = [...blocks.keys()].map((from) => {
    const to = endOf(blocks, from);
    const has = (word: string) => inHeads.has(word) || terms.slice(from, to).some((words) => words.has(word));
    return { from, to, weight: sum(asked.filter(has), weigh) };
  });
  const most = Math.max(0, ...stretches.map(({ weight }) => weight));
  const best = stretches.find(({ weight }) => weight >= most * nearlyMost) ?? { from: 0, to: 1, weight: 0 };
  const chosen = withoutOpenEnd(blocks.slice(best.from, best.to), best.to < blocks.length);
  return {
    text: `${best.from > 0 ? "… " : ""}${chosen}`,
    covered: total === 0 ? 0 : best.weight / total,
  };
}

/** A question's terms without those that only ask, unless it has no others. */
export function tellingWordsOf(question: string): readonly string[] {
  const all = readQuestion(question);
  const telling = all.filter((term) => !asking.has(term));
  return telling.length > 0 ? telling : all;
}

/** Paragraphs, tables and pieces of code; joined by empty lines they are the text again. */
function splitBlocks(text: string): string[] {
  const blocks: string[] = [];
  let fence = "";
  for (const part of text.split(/\n{2,}/u)) {
    if (fence === "") blocks.push(part);
    else blocks.push(`${blocks.pop() ?? ""}\n\n${part}`);
    for (const [mark] of part.matchAll(/^`{3,}/gmu)) {
      if (fence === "") fence = mark;
      else if (mark.length >= fence.length) fence = "";
    }
  }
  return blocks.filter((block) =>
    /[\p{L}\p{N}]/u.test(block.replaceAll(leftOutLink, "").replace(footnote, "")),
  );
}

const footnote = /^\[\d+\]$/u;

const isCode = (block: string) => block.startsWith("```");

/** As many blocks from there on as a message should have; code goes with the words that lead to it. */
function endOf(blocks: readonly string[], from: number): number {
  let [length, to] = [0, from];
  for (; to < blocks.length; to += 1) {
    const block = blocks[to] ?? "";
    length += block.length;
    if (to > from && length > (isCode(block) ? longestCode : longest)) break;
  }
  return to;
}

/** What is cut off ends with "…", and not with a line that leads to what is not there. */
function withoutOpenEnd(blocks: readonly string[], isCut: boolean): string {
  const kept = [...blocks];
  const leads = (block: string) =>
    !isCode(block) && !block.startsWith("|") && !/[.!?…]["'”’)\]*_`]*$/u.test(block);
  const isLabel = (block: string) => block.length <= longestLabel && !/^(?:[-*+]|\d+[.)])\s/u.test(block);
  while (kept.length > 1 && leads(kept.at(-1) ?? "") && (isCut || isLabel(kept.at(-1) ?? ""))) kept.pop();
  const [only] = kept;
  if (kept.length === 1 && only !== undefined && only.length > longest) return shorten(only);
  return `${kept.join("\n\n")}${isCut ? " …" : ""}`.replace(/``` …$/u, "```\n\n…");
}

/** Whole sentences or lines, as many as a message should have. */
function shorten(block: string): string {
  if (isCode(block)) return shortenCode(block);
  const pieces = block
    .split(/(?<=\n)/u)
    .flatMap((line) => (line.startsWith("|") ? [line] : splitSentences(line)));
  let kept = "";
  for (const piece of pieces) {
    if (kept !== "" && kept.length + piece.length > longest) break;
    kept += piece;
  }
  return kept.length >= block.length && block.length <= longestCode
    ? block
    : `${kept.slice(0, longestCode).trimEnd()} …`;
}

function shortenCode(block: string): string {
  if (block.length <= longestCode) return block;
  const fence = /^`+/.exec(block)?.[0] ?? "```";
  const cut = block.slice(0, longestCode);
  return `${cut.slice(0, Math.max(fence.length, cut.lastIndexOf("\n")))}\n${fence}\n\n…`;
}

function sum(words: readonly string[], weigh: (word: string) => number): number {
  return words.reduce((total, word) => total + weigh(word), 0);
}
