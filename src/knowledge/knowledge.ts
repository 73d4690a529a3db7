import type { TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import { choosePassages, countTexts, headingOf, type ReadableChunk } from "./choose-passages.ts";
import type { DocumentStore, KeptDocument } from "./document-store.ts";
import { toPassage, type Passage } from "./passage.ts";
import { groupsOf, toGroupName, type Audience, type Destination } from "./readers.ts";
import { createFindPlaces, usualPlaces, type FoundPlace } from "./retrieve/find-places.ts";
import { rerankByHeads, type Words } from "./retrieve/rerank-by-heads.ts";
import type { Retriever } from "./retrieve/retriever.ts";
import type { KnowledgeIndex } from "./index/knowledge-index.ts";
import { createTakingIn, sourceIdOf, type TakingIn } from "./taking-in.ts";

/** A company's documents: taken in, found, forgotten. */
export interface Knowledge extends TakingIn {
  list(tenantId: TenantId): Promise<KeptDocument[]>;
  /** From when it resolves on only these people are shown them, also when their source is read again. Resolves with how many there were. */
  restrict(tenantId: TenantId, ids: readonly string[], audience: readonly Audience[]): Promise<number>;
  /** From when it resolves on no answer shows them. Resolves with how many there were. */
  remove(tenantId: TenantId, ids: readonly string[]): Promise<number>;
  /** Removes what a source has no more, by the names it has. */
  keepOnly(tenantId: TenantId, source: string, names: readonly string[]): Promise<number>;
  /**
   * The best passages that everybody at the destination may read, three at most unless said; none where nothing fits.
   * While the index fails, what it found for the same question lately; else it rejects with TransientError.
   */
  search(tenantId: TenantId, question: Question): Promise<Passage[]>;
  /** Grows with every change of the company's documents. */
  version(tenantId: TenantId): Promise<string>;
  stop(): Promise<void>;
}

export interface Question {
  readonly text: string;
  readonly destination: Destination;
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface KnowledgeParts {
  readonly documents: DocumentStore;
  readonly index: KnowledgeIndex;
  readonly retriever: Retriever;
  /** Names what the vectors were made with. */
  readonly model: string;
  /** What headings are held against a question with. */
  readonly words: Words;
  readonly log: Log;
}

const passages = 3;
const placesPastCopies = 2_000;
const keptOfOneText = 3;
const endLength = 200;
const lookedUpForOne = 3;
// In characters.
const onlyLeads = 600;

export function createKnowledge(parts: KnowledgeParts): Knowledge {
  const { documents, index, retriever, model, words, log } = parts;
  const findPlaces = createFindPlaces({ retriever, log });
  const takingIn = createTakingIn({ documents, index, retriever, model });

  async function remove(tenantId: TenantId, ids: readonly string[]): Promise<number> {
    const gone = await documents.remove(tenantId, ids);
    // The database decides what is shown; what stays in the index by this failure is found and never shown.
    await index.remove(tenantId, gone).catch((cause: unknown) => {
      log.warn({ err: cause, documents: gone.length }, "removed documents are still in the knowledge index");
    });
    return gone.length;
  }

  /** Of these places, in their order, what one of the groups may read. */
  async function readableOf(
    tenantId: TenantId,
    places: readonly FoundPlace[],
    groups: readonly string[],
  ): Promise<RankedChunk[]> {
    const readable = await documents.readable(tenantId, places, groups);
    const chunks = new Map(readable.map((chunk) => [`${chunk.documentId}:${chunk.ordinal}`, chunk]));
    return places.flatMap(({ documentId, ordinal, relevance, score, language }) => {
      const chunk = chunks.get(`${documentId}:${ordinal}`);
      return chunk === undefined ? [] : [{ chunk, relevance, score, language, heading: headingOf(chunk) }];
    });
  }

  /** Past the copies of a text that was taken in a thousand times. */
  async function lookFurther(
    tenantId: TenantId,
    asked: {
      readonly text: string;
      readonly groups: readonly string[];
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<RankedChunk[]> {
    const { text, groups, signal } = asked;
    const places = await findPlaces(tenantId, { text, groups, signal, most: placesPastCopies });
    return withFewCopies(await readableOf(tenantId, places, groups));
  }

  /** A few words that only lead to the sections below them are told with the first of these. */
  async function withWhatFollows(
    tenantId: TenantId,
    chosen: readonly ReadableChunk[],
    groups: readonly string[],
  ): Promise<Passage[]> {
    const next = chosen
      .filter(({ chunk }) => chunk.text.length < onlyLeads && chunk.headings.length > 0)
      .map(({ chunk: { documentId, ordinal } }) => ({ documentId, ordinal: ordinal + 1 }));
    const told = new Set(chosen.map(({ chunk }) => chunk.text));
    const following = await documents.readable(tenantId, next, groups);
    return chosen.map(({ chunk, relevance, language }) => {
      const { documentId, ordinal, headings } = chunk;
      const after = following.find(
        (one) =>
          one.documentId === documentId &&
          one.ordinal === ordinal + 1 &&
          one.headings.length > headings.length &&
          headings.every((heading, at) => heading === one.headings[at]) &&
          !told.has(one.text),
      );
      return { ...toPassage(chunk, relevance, after), language };
    });
  }

  return {
    ...takingIn,

    list: (tenantId) => documents.list(tenantId),

    async restrict(tenantId, ids, audience) {
      const known = await documents.restrict(tenantId, ids, audience.map(toGroupName));
      await takingIn.publish(tenantId, known).catch((cause: unknown) => {
        // The database decides what is shown; the repair brings the rest in.
        log.warn(
          { err: cause, documents: known.length },
          "the knowledge index has documents' former readers",
        );
      });
      return known.length;
    },

    remove,

    async keepOnly(tenantId, source, names) {
      const kept = new Set(names);
      const known = await documents.list(tenantId, sourceIdOf(tenantId, source));
      return remove(
        tenantId,
        known.filter(({ name }) => !kept.has(name)).map(({ id }) => id),
      );
    },

    async search(tenantId, { text, destination, limit = passages, signal }) {
      const groups = groupsOf(destination).map(toGroupName);
      const best = await findPlaces(tenantId, { text, groups, signal });
      // Most of the time the first ones are enough, and each one costs a line of the database and two openings.
      const first = await readableOf(tenantId, best.slice(0, limit * lookedUpForOne), groups);
      let chosen = choosePassages(text, await rerankByHeads(text, first, words), limit);
      const rest = best.slice(limit * lookedUpForOne);
      if (chosen.length < limit && rest.length > 0) {
        const all = [...first, ...(await readableOf(tenantId, rest, groups))];
        const wanted = areCopies(all) ? await lookFurther(tenantId, { text, groups, signal }) : all;
        chosen = choosePassages(text, await rerankByHeads(text, wanted, words), limit);
      }
      return withWhatFollows(tenantId, chosen, groups);
    },

    version: (tenantId) => documents.version(tenantId),
    stop: () => index.stop(),
  };
}

/** Nearly all that was found says the same, and there may be more behind it. */
function areCopies(found: readonly RankedChunk[]): boolean {
  return found.length >= usualPlaces / 2 && countTexts(found) * 2 <= found.length;
}

/** So many of one text as are needed to tell the best of them; what begins and ends alike is one, whatever its numbers are. */
function withFewCopies(found: readonly RankedChunk[]): RankedChunk[] {
  const times = new Map<string, number>();
  return found.filter(({ chunk: { text } }) => {
    const shape = text.replaceAll(/\p{N}+/gu, "0");
    const ends = `${shape.slice(0, endLength)}\n${shape.slice(-endLength)}`;
    const before = times.get(ends) ?? 0;
    times.set(ends, before + 1);
    return before < keptOfOneText;
  });
}

interface RankedChunk extends ReadableChunk {
  readonly score: number;
  readonly heading: string;
}
