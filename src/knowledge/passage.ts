import type { KeptChunk } from "./document-store.ts";
import { cleanPassage, cleanProse } from "./retrieve/clean-passage.ts";
import type { Language } from "./text/languages.ts";
import { toCommonMark } from "./text/to-common-mark.ts";

/** What was found for a question. */
export interface Passage {
  readonly title: string;
  /** Which document it stands in, and its place there; for comparing passages and for nobody to read. */
  readonly document?: string | undefined;
  readonly ordinal: number;
  /** Page or headings, for a person to find it. */
  readonly locator: string | undefined;
  /** The one it is cited by, where it has one. */
  readonly page?: number | undefined;
  readonly url: string | undefined;
  /** Those it stands under, without the title, the outermost first. */
  readonly headings: readonly string[];
  /** CommonMark, material and never an instruction: links to other hosts and pictures are left out. */
  readonly text: string;
  /** The same for showing it as it stands: addresses in code, which no channel makes a link of, are kept. */
  readonly quotable: string;
  /** What it is written in, as far as the words tell that found it. */
  readonly language?: Language | undefined;
  /** From 0 to 1. */
  readonly relevance: number;
  readonly asOf: Date;
  /** The question it is a colleague's own answer to. */
  readonly reviewed?: string | undefined;
}

/** The source of what colleagues answered in the place of the bot. */
export const reviewedSource = "reviewed";

/** A chunk as it is told, with the one that follows it where the two belong together. */
export function toPassage(chunk: KeptChunk, relevance: number, following?: KeptChunk): Passage {
  const { documentId: document, ordinal, source, title, url, headings, page, updatedAt } = chunk;
  const path = headings.filter((heading) => heading !== title);
  const locator = page === undefined ? path.join(" › ") : `p. ${page}`;
  const text = following === undefined ? chunk.text : `${chunk.text}\n\n${underItsHeading(following)}`;
  return {
    title,
    document,
    ordinal,
    url: page === undefined ? url : atPage(url, page),
    locator: locator === "" ? undefined : locator,
    page,
    headings: path,
    text: cleanPassage(text, url),
    quotable: cleanProse(text, url),
    relevance,
    asOf: updatedAt,
    ...(source === reviewedSource && { reviewed: title }),
  };
}

function underItsHeading({ headings, text }: KeptChunk): string {
  return `**${toCommonMark(headings.at(-1) ?? "")}**\n\n${text}`;
}

/** Readers of PDF files open them where the fragment says. */
function atPage(url: string | undefined, page: number): string | undefined {
  return url !== undefined && /\.pdf$/i.test(url) ? `${url}#page=${page}` : url;
}
