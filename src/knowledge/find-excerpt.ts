import { splitSentences } from "./chunk/split-sentences.ts";
import { leftOutLink } from "./retrieve/clean-passage.ts";
import { shareOf, toAskedWords, type AskedWord } from "./text/asked-words.ts";
import type { Language } from "./text/languages.ts";
import { readTerms } from "./text/read-terms.ts";
import { tellingWordsOf } from "./text/telling-words.ts";

/** The part of a passage that speaks most of a question. */
export interface Excerpt {
  /** CommonMark, in whole sentences, tables and code where they are no longer than a message should be. */
  readonly text: string;
  /** The share of the question's telling words that it has, with the headings it stands under; by how telling they are. */
  readonly covered: number;
  /** From 0 to 1: it has the steps that were asked for, as far as they and the words before them speak of it. */
  readonly steps: number;
}

export interface ExcerptOf {
  readonly question: string;
  readonly text: string;
  /** Its document's title and the headings it stands under. */
  readonly heads: readonly string[];
  /** What it is written in. */
  readonly language?: Language | undefined;
  readonly weigh: (word: string) => number;
}

const longest = 1_000;
// Of steps, lists and code, which are no answer when they are cut.
const longestWhole = 1_600;
// Of a question for steps, what a stretch counts for that has any.
const ofSteps = 0.35;
// Headings speak for all that stands under them: what a stretch says itself tells it from its neighbours.
const ofOwn = 0.3;
// The share of that for steps that have none of the words asked for, nor the paragraph before them.
const anySteps = 0.4;
// An earlier stretch is easier to follow than one that has a word more.
const nearlyMost = 0.75;
const longestLabel = 60;

/** The first stretch of paragraphs that has most of the question's words, or nearly. */
export function findExcerpt({ question, text, heads, language, weigh }: ExcerptOf): Excerpt {
  const asked = toAskedWords(tellingWordsOf(question, language));
  const inHeads = new Set(heads.flatMap((head) => readTerms(head, language)));
  const blocks = splitBlocks(text);
  const terms = blocks.map((block) => new Set(readTerms(block, language)));
  const total = sum(asked, weigh, () => true);
  const forSteps = asksForSteps(question) ? ofSteps : 0;
  const stepsOf = (from: number, to: number) =>
    Math.max(
      0,
      ...[...blocks.keys()]
        .slice(from, to)
        .filter((at) => hasSteps(blocks[at] ?? ""))
        .map((at) => {
          const near = terms.slice(Math.max(from, at - 1), at + 1);
          const told = sum(asked, weigh, (word) => near.some((words) => words.has(word)));
          return anySteps + (1 - anySteps) * (total === 0 ? 0 : told / total);
        }),
    );
  const stretches = [...blocks.keys()].map((from) => {
    const to = endOf(blocks, from);
    const has = (word: string) => inHeads.has(word) || terms.slice(from, to).some((words) => words.has(word));
    const weight = sum(asked, weigh, has);
    const own = sum(asked, weigh, (word) => terms.slice(from, to).some((words) => words.has(word)));
    const steps = stepsOf(from, to);
    return { from, to, weight, own, steps, fit: weight + ofOwn * own + forSteps * total * steps };
  });
  const most = Math.max(0, ...stretches.map(({ fit }) => fit));
  const best = stretches.find(({ fit }) => fit >= most * nearlyMost) ?? {
    from: 0,
    to: 1,
    weight: 0,
    own: 0,
    steps: 0,
  };
  // Code that nothing leads to says nothing of what it is for.
  const from = isCode(blocks[best.from] ?? "") ? Math.max(0, best.from - 1) : best.from;
  const chosen = withoutOpenEnd(blocks.slice(from, best.to), best.to < blocks.length);
  return {
    text: `${from > 0 ? goesOnWith(chosen) : ""}${chosen}`,
    covered: total === 0 ? 0 : best.weight / total,
    steps: best.steps,
  };
}

/** Marks that something stands before: on a line of its own where the line's beginning says what it is. */
function goesOnWith(text: string): string {
  return isCode(text) || isItem(text) || text.startsWith("|") ? "…\n\n" : "… ";
}

const stepsAsked =
  /^(?:how (?:do|does|to|can|could|should|would)\b|wie\b|comment\b|c[oó]mo\b|(?:install|create|configure|change|remove|upgrade|set up|disable|enable|mount)\b)/iu;

/** Somebody wants to do something, and needs to know with which steps. */
export function asksForSteps(question: string): boolean {
  return stepsAsked.test(question.trim().replace(/^(?:please|hi|hello|hey)[\s,!]+/iu, ""));
}

/** Code, a command within a line, or what is numbered. */
export function hasSteps(text: string): boolean {
  return /^```|^\d+[.)]\s|(?<!`)`[^`\n]+\s[^`\n]+`(?!`)/mu.test(text);
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
const isItem = (block: string) => /^(?:[-*+]|\d+[.)])\s/u.test(block);

/** As many blocks from there on as a message should have; code and lists go with the words that lead to them. */
function endOf(blocks: readonly string[], from: number): number {
  let [length, to] = [0, from];
  for (; to < blocks.length; to += 1) {
    const block = blocks[to] ?? "";
    length += block.length;
    if (to > from && length > (isCode(block) || isItem(block) ? longestWhole : longest)) break;
  }
  return to;
}

/** What is cut off ends with "…", and not with a line that leads to what is not there. */
function withoutOpenEnd(blocks: readonly string[], isCut: boolean): string {
  const kept = [...blocks];
  const leads = (block: string) =>
    !isCode(block) && !isItem(block) && !block.startsWith("|") && !/[.!?…]["'”’)\]*_`]*$/u.test(block);
  const isLabel = (block: string) => block.length <= longestLabel;
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
  return kept.length >= block.length && block.length <= longestWhole
    ? block
    : `${kept.slice(0, longestWhole).trimEnd()} …`;
}

function shortenCode(block: string): string {
  if (block.length <= longestWhole) return block;
  const fence = /^`+/.exec(block)?.[0] ?? "```";
  const cut = block.slice(0, longestWhole);
  return `${cut.slice(0, Math.max(fence.length, cut.lastIndexOf("\n")))}\n${fence}\n\n…`;
}

function sum(
  words: readonly AskedWord[],
  weigh: (word: string) => number,
  has: (term: string) => boolean,
): number {
  return words.reduce((total, word) => total + weigh(word.term) * shareOf(word, has), 0);
}
