import type { TenantId } from "../../core/ids.ts";

/** A chunk as it is searched for. Its words are in the database, sealed; here is only what finds it. */
export interface IndexedChunk {
  readonly id: string;
  readonly documentId: string;
  /** Who may find it: names of groups, in lower-case letters and digits. */
  readonly groups: readonly string[];
  /** The title's and headings' terms, with spaces between. */
  readonly headTerms: string;
  /** The terms of everything: title, headings and text. */
  readonly terms: string;
  readonly vector: Float32Array;
}

/** What is looked for: terms, a vector, or both. */
export interface IndexQuery {
  readonly terms: readonly string[];
  /** Terms that count for less, by `partsWorth`. */
  readonly parts?: readonly string[] | undefined;
  /** Undefined where nothing could be embedded: terms alone are searched then. */
  readonly vector: Float32Array | undefined;
  /** Only what one of these groups may find; everything when left out. */
  readonly groups?: readonly string[] | undefined;
  /** Hits of each kind at most. */
  readonly limit: number;
}

/** What a part of a word is worth of what the word itself would be. */
export const partsWorth = 0.3;

/** A chunk that was found. What did not find it may leave its score at 0. */
export interface IndexHit {
  readonly id: string;
  readonly documentId: string;
  /** Those of the asked terms that it has. */
  readonly matched: readonly string[];
  /** BM25 over all its terms, and over those of its headings. */
  readonly textScore: number;
  readonly headScore: number;
  /** Cosine, from -1 to 1. */
  readonly similarity: number;
}

/**
 * Finds chunks, each company's in a table of its own. It decides nothing about who may read them: the caller checks
 * every hit against the database. Failures are TransientError.
 */
export interface KnowledgeIndex {
  /**
   * Puts the documents' chunks in the place of those they had; many at once cost little more than one. A crash in between
   * leaves the old ones, the new ones or none.
   */
  replace(tenantId: TenantId, documentIds: readonly string[], chunks: readonly IndexedChunk[]): Promise<void>;
  remove(tenantId: TenantId, documentIds: readonly string[]): Promise<void>;
  /** Unordered: who asks decides which score counts how much. */
  search(tenantId: TenantId, query: IndexQuery): Promise<IndexHit[]>;
  /**
   * Another one after each change, at once where it was made and about a second later in other processes. Costs little:
   * whoever keeps a copy asks each time.
   */
  version(tenantId: TenantId): Promise<string>;
  /** All chunks as they are now, in no order, some at a time. */
  scan(tenantId: TenantId): AsyncIterable<readonly IndexedChunk[]>;
  /** Chunks of one company. */
  count(tenantId: TenantId): Promise<number>;
  /** Forgets a company. */
  drop(tenantId: TenantId): Promise<void>;
  /** Forgets what was made of a company's documents with other models. */
  dropFormer(tenantId: TenantId): Promise<void>;
  /** Brings what was added since into the indexes and forgets old versions; for the background. */
  optimize(tenantId: TenantId): Promise<void>;
  stop(): Promise<void>;
}
