import { setImmediate as breathe } from "node:timers/promises";
import type { TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Chunk } from "../chunk/chunk-blocks.ts";
import type { Embedder } from "../embed/embedder.ts";
import type { WeighWord } from "../embed/offline-embedder.ts";
import type { IndexedChunk, KnowledgeIndex } from "../index/knowledge-index.ts";
import { readAsked } from "../text/asked-words.ts";
import { languageOf, toLanguage, type Language } from "../text/languages.ts";
import { readTerms, spokenIn } from "../text/read-terms.ts";
import { expandShortForms } from "../text/expand-short-forms.ts";
import { rankHits, type RankedHit } from "./rank-hits.ts";

/** A chunk with the id it is stored under, and its document's title. */
export interface TitledChunk extends Pick<Chunk, "headings" | "text"> {
  readonly id: string;
  readonly title: string;
}

/** A document as it is found. */
export interface FindableDocument {
  readonly id: string;
  /** Who may find it, as the index names them. */
  readonly groups: readonly string[];
  /** What it is written in, where its source says so; else its words tell. */
  readonly language?: string | undefined;
  readonly chunks: readonly TitledChunk[];
}

/** Brings chunks into the index and finds them again. */
export interface Retriever {
  /** Makes the documents' chunks findable in the place of those they had. */
  put(tenantId: TenantId, documents: readonly FindableDocument[], signal?: AbortSignal): Promise<void>;
  /**
   * The best chunks for a question, ordered. By terms alone while the embedder fails; rejects with TransientError when
   * the index does.
   */
  find(tenantId: TenantId, question: string, options?: FindOptions): Promise<RankedHit[]>;
}

export interface FindOptions {
  /** Only what one of these groups may find; everything when left out. */
  readonly groups?: readonly string[] | undefined;
  /** Of each kind of search so many at most, where the usual fifty are not enough. */
  readonly candidates?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RetrieverParts {
  readonly index: KnowledgeIndex;
  readonly embedder: Embedder;
  readonly weigh: WeighWord;
  readonly log: Log;
}

// Of each kind of search. Deep enough that what is second in all of them is not lost to what is first in one.
const usualCandidates = 50;
const batch = 64;
// Then others have their turn: chunks are read by the hundred while messages come in.
const readAtOnce = 16;
const longestQuestion = 2_000;
const looked = 300;

export function createRetriever({ index, embedder, weigh, log }: RetrieverParts): Retriever {
  async function embedQuestion(tenantId: TenantId, question: string, signal: AbortSignal | undefined) {
    try {
      return (await embedder.embed([question], signal, tenantId))[0];
    } catch (cause) {
      signal?.throwIfAborted();
      log.warn({ err: cause, model: embedder.model }, "a question is searched by its words alone");
      return undefined;
    }
  }

  return {
    async put(tenantId, documents, signal) {
      const chunks = documents.flatMap((document) =>
        document.chunks.map((chunk) => ({
          ...chunk,
          documentId: document.id,
          groups: document.groups,
          whole: toWhole(chunk),
        })),
      );
      const languages = new Map(documents.map((document) => [document.id, languageIn(document)]));
      const indexed: IndexedChunk[] = [];
      for (let from = 0; from < chunks.length; from += batch) {
        const some = chunks.slice(from, from + batch);
        const texts = some.map(({ whole }) => whole);
        const vectors = await embedder.embed(texts, signal, tenantId);
        for (const [at, { whole, ...chunk }] of some.entries()) {
          if (at % readAtOnce === 0) await breathe();
          const language = languages.get(chunk.documentId)?.(chunk);
          indexed.push({
            id: chunk.id,
            documentId: chunk.documentId,
            groups: chunk.groups,
            headTerms: readTerms(toHead(chunk), language).join(" "),
            terms: readTerms(whole, language).join(" "),
            vector: vectors[at] ?? new Float32Array(embedder.dimensions),
          });
        }
      }
      await index.replace(
        tenantId,
        documents.map(({ id }) => id),
        indexed,
      );
    },

    async find(tenantId, question, { groups, candidates = usualCandidates, signal } = {}) {
      const text = question.slice(0, longestQuestion);
      const asked = readAsked(expandShortForms(text));
      const { terms, parts } = asked;
      const vector = await embedQuestion(tenantId, text, signal);
      const hits = await index.search(tenantId, { terms, parts, vector, groups, limit: candidates });
      return rankHits(hits, asked, { weigh, most: candidates });
    },
  };
}

/** What each chunk is written in: as its source says, else as its words tell, or those of the whole document. */
function languageIn({ language, chunks }: FindableDocument): (chunk: TitledChunk) => Language {
  const named = language === undefined ? undefined : toLanguage(language);
  if (named !== undefined) return () => named;
  const whole = languageOf(chunks.map(toWhole).join("\n"));
  // Listening costs as much as all the rest of reading a chunk: only to one whose words are of another language.
  return ({ text }) => {
    const looksLike = spokenIn(text.slice(0, looked));
    return looksLike === undefined || looksLike === whole ? whole : languageOf(text, whole);
  };
}

/** Title and headings; a first heading that only repeats the title counts once. */
function toHead({ title, headings }: TitledChunk): string {
  return [title, ...headings.filter((heading) => heading !== title)].join("\n");
}

function toWhole(chunk: TitledChunk): string {
  return `${toHead(chunk)}\n${chunk.text}`;
}
