import { LRUCache } from "lru-cache";
import { TransientError } from "../../core/errors.ts";
import type { TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { RankedHit } from "./rank-hits.ts";
import type { Retriever } from "./retriever.ts";

/** Where a chunk stands that may answer a question. */
export interface FoundPlace extends Pick<RankedHit, "relevance" | "score" | "language" | "documentId"> {
  readonly ordinal: number;
}

/** The best places for a question, in their order; of those many at most, so that what was deleted or repeated leaves enough. */
export type FindPlaces = (
  tenantId: TenantId,
  question: {
    readonly text: string;
    readonly groups: readonly string[];
    readonly signal: AbortSignal | undefined;
    /** So many instead of the usual two dozen, where copies of one text took the place of all else. */
    readonly most?: number | undefined;
  },
) => Promise<readonly FoundPlace[]>;

/** Places for one question, unless more are asked for. */
export const usualPlaces = 24;
const questionsKept = 2_000;
// What shares neither words nor meaning with a question is no answer to it, even where nothing else is nearer.
const leastRelevance = 0.15;
const leastSimilarity = 0.35;

/**
 * Finds places by the retriever; while it fails, what it found for the same question lately. Only places are kept: the
 * words, and who may read them, are for the caller to ask of the database each time.
 */
export function createFindPlaces({
  retriever,
  log,
}: {
  readonly retriever: Retriever;
  readonly log: Log;
}): FindPlaces {
  const found = new LRUCache<string, readonly FoundPlace[]>({ max: questionsKept });
  return async (tenantId, { text, groups, signal, most = usualPlaces }) => {
    const key = JSON.stringify([tenantId, groups, most, text.trim().toLowerCase()]);
    const candidates = most === usualPlaces ? undefined : most;
    try {
      const hits = await retriever.find(tenantId, text, { groups, candidates, signal });
      const best = hits.filter(fits).slice(0, most).map(toPlace);
      found.set(key, best);
      return best;
    } catch (cause) {
      const before = cause instanceof TransientError ? found.get(key) : undefined;
      if (before === undefined) throw cause;
      log.warn(
        { err: cause, company_id: tenantId },
        "a question is answered by what was found for it before",
      );
      return before;
    }
  };
}

function fits({ relevance, similarity }: RankedHit): boolean {
  return relevance >= leastRelevance || similarity >= leastSimilarity;
}

function toPlace({ id, documentId, relevance, score, language }: RankedHit): FoundPlace {
  return { documentId, ordinal: Number(id.slice(id.lastIndexOf(":") + 1)), relevance, score, language };
}
