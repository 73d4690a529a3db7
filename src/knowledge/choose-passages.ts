import type { KeptChunk } from "./document-store.ts";
import { reviewedSource } from "./passage.ts";
import { isCopy, isSameText, toCopyable, type Copyable } from "./retrieve/is-copy.ts";
import type { Language } from "./text/languages.ts";
import { readQuestion, readTerms } from "./text/read-terms.ts";

/** A chunk that those who read along may read, and how much of the question it speaks of. */
export interface ReadableChunk {
  readonly chunk: KeptChunk;
  readonly relevance: number;
  /** What it is written in, as far as the words tell that found it. */
  readonly language?: Language | undefined;
}

const ofOneDocument = 2;
// As many as are needed to see that it says something else in another place.
const ofOneText = 2;

/**
 * The first passages in the order given, two of one document at most. What says the same in the same words elsewhere, as
 * a site's page and its PDF do, is told once: the one that tells most of what was asked, then the better rendered one.
 * Of one text that stands in many places with other numbers two are told, so that the rest is not all the same.
 */
export function choosePassages(
  question: string,
  found: readonly ReadableChunk[],
  limit: number,
): ReadableChunk[] {
  const groups: Group[] = [];
  const times = new Map<string, number>();
  for (const each of found) {
    const copyable = copyableOf(each);
    const same = groups.find(({ members }) =>
      members.some((member) => isSame(member, { ...each, copyable })),
    );
    if (same !== undefined) {
      same.members.push({ ...each, copyable });
      continue;
    }
    const { documentId } = each.chunk;
    const before = times.get(documentId) ?? 0;
    if (before >= ofOneDocument || groups.length === limit) continue;
    const alike = groups.filter(({ members: [first] }) => first && isSameText(first.copyable, copyable));
    if (alike.length >= ofOneText) continue;
    times.set(documentId, before + 1);
    groups.push({ members: [{ ...each, copyable }] });
  }
  return groups.map(({ members }) => bestOf(question, members));
}

/** How many texts there are among these, what differs in its numbers alone being one. */
export function countTexts(found: readonly ReadableChunk[]): number {
  const texts: Copyable[] = [];
  for (const each of found) {
    const copyable = copyableOf(each);
    const isKnown = texts.some((text) => text.text === copyable.text || isSameText(text, copyable));
    if (!isKnown) texts.push(copyable);
  }
  return texts.length;
}

function copyableOf({ chunk, language }: ReadableChunk): Copyable {
  return toCopyable(headingOf(chunk), chunk.text, language);
}

interface Member extends ReadableChunk {
  readonly copyable: Copyable;
}

interface Group {
  /** In the order found, never empty. */
  readonly members: Member[];
}

/** Parts of one document overlap and are no copies of each other. */
function isSame(one: Member, other: Member): boolean {
  if (one.chunk.text === other.chunk.text) return true;
  return one.chunk.documentId !== other.chunk.documentId && isCopy(one.copyable, other.copyable);
}

function bestOf(question: string, members: readonly Member[]): ReadableChunk {
  const [first, ...others] = members;
  if (first === undefined) throw new Error("copies of nothing");
  if (others.length === 0) return first;
  const told = ({ chunk, language }: ReadableChunk) => {
    const asked = readQuestion(question, language);
    const has = new Set(readTerms([chunk.title, ...chunk.headings, chunk.text].join("\n"), language));
    return asked.filter((term) => has.has(term)).length;
  };
  return others.reduce<ReadableChunk>(
    (best, other) =>
      told(other) >= told(best) && renderedHow(other.chunk) > renderedHow(best.chunk) ? other : best,
    first,
  );
}

/** A colleague's own answer first; what is laid out in pages has lost its lists, its code and its links. */
function renderedHow({ source, page, url }: KeptChunk): number {
  return (source === reviewedSource ? 4 : 0) + (page === undefined ? 2 : 0) + (url === undefined ? 0 : 1);
}

/** The heading that a chunk stands under; its document's title where there is none. */
export function headingOf({ title, headings }: Pick<KeptChunk, "title" | "headings">): string {
  return headings.at(-1) ?? title;
}
