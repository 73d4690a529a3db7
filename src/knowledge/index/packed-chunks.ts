import { z } from "zod";
import type { IndexedChunk } from "./knowledge-index.ts";

const texts = z.array(z.string());

/** Chunks column by column, as processes hand them to each other: a few large things instead of many small ones. */
export const packedChunks = z.object({
  ids: texts,
  documentIds: texts,
  /** The names of each chunk's groups with bars between. */
  groups: texts,
  heads: texts,
  terms: texts,
  /** All vectors one after the other. */
  vectors: z.instanceof(Float32Array),
});
export type PackedChunks = z.output<typeof packedChunks>;

/** All vectors have the length of the first one. */
export function packChunks(chunks: readonly IndexedChunk[]): PackedChunks {
  const dimensions = chunks[0]?.vector.length ?? 0;
  const vectors = new Float32Array(chunks.length * dimensions);
  for (const [at, { vector }] of chunks.entries()) vectors.set(vector, at * dimensions);
  return {
    ids: chunks.map(({ id }) => id),
    documentIds: chunks.map(({ documentId }) => documentId),
    groups: chunks.map(({ groups }) => groups.join("|")),
    heads: chunks.map(({ headTerms }) => headTerms),
    terms: chunks.map(({ terms }) => terms),
    vectors,
  };
}

/** Their vectors are parts of one array. */
export function unpackChunks({
  ids,
  documentIds,
  groups,
  heads,
  terms,
  vectors,
}: PackedChunks): IndexedChunk[] {
  const dimensions = vectors.length / Math.max(1, ids.length);
  return ids.map((id, at) => ({
    id,
    documentId: documentIds[at] ?? "",
    groups: (groups[at] ?? "").split("|"),
    headTerms: heads[at] ?? "",
    terms: terms[at] ?? "",
    vector: vectors.subarray(at * dimensions, (at + 1) * dimensions),
  }));
}
