import { z } from "zod";
import { parseId, type TenantId } from "../../core/ids.ts";
import type { IndexQuery } from "./knowledge-index.ts";
import { packedChunks } from "./packed-chunks.ts";

// What Baton and the process its index works in say to each other.
const tenantId = z.string().transform((text) => parseId<TenantId>(text));
const ids = z.array(z.string());
const query = z
  .object({
    terms: ids,
    parts: ids.optional(),
    vector: z.instanceof(Float32Array).optional(),
    groups: ids.optional(),
    limit: z.number(),
  })
  .transform(({ vector, ...rest }): IndexQuery => ({ ...rest, vector }));

const limits = z.object({ bytes: z.number(), vectorNumbers: z.number() });

/** The first message: where its tables are and what they hold. */
export const indexPlace = z.object({
  uri: z.string(),
  dimensions: z.number(),
  model: z.string().optional(),
  openTables: z.number().optional(),
});

const work = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("replace"), tenantId, documentIds: ids, chunks: packedChunks }),
  z.object({ kind: z.literal("remove"), tenantId, documentIds: ids }),
  z.object({ kind: z.literal("search"), tenantId, query }),
  z.object({ kind: z.enum(["version", "count", "drop", "dropFormer", "optimize"]), tenantId }),
  // The next chunks of a table that is being read, from its first ones at step 0; nothing behind its last ones.
  z.object({ kind: z.literal("read"), tenantId, reading: z.number(), step: z.number() }),
  // The same of what is searched in memory.
  z.object({ kind: z.literal("load"), tenantId, reading: z.number(), step: z.number(), limits }),
  z.object({ kind: z.literal("leave"), reading: z.number() }),
]);
export type IndexWork = z.output<typeof work>;

/** What is asked of it, with a number that its answer repeats. */
export const indexRequest = z.object({ number: z.number(), work });

/** The answer, and the resident memory of the process that gives it, in bytes. */
export const indexAnswer = z.union([
  z.object({ number: z.number(), resident: z.number(), problem: z.string(), cause: z.string() }),
  z.object({ number: z.number(), resident: z.number(), value: z.unknown() }),
]);
export type IndexAnswer = z.output<typeof indexAnswer>;

export const foundHits = z.array(
  z.object({
    id: z.string(),
    documentId: z.string(),
    matched: ids,
    textScore: z.number(),
    headScore: z.number(),
    similarity: z.number(),
  }),
);
