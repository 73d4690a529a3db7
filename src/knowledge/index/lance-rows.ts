import type { Query, VectorQuery } from "@lancedb/lancedb";
import { Field, FixedSizeList, Float32, type RecordBatch, Schema, Utf8 } from "apache-arrow";
import { z } from "zod";
import { isId } from "../../core/ids.ts";
import type { IndexedChunk, IndexHit } from "./knowledge-index.ts";

/** A chunk's columns in a table of LanceDB, beside its identity. */
export const columns = { groups: "found_by", head: "head_terms", text: "terms", vector: "vector" } as const;
const row = z.object({
  id: z.string(),
  document_id: z.string(),
  terms: z.string().optional(),
  _score: z.number().optional(),
  _distance: z.number().optional(),
});
/** What a search finds. */
export type Row = z.output<typeof row>;
/** The chunk's id and its document's. */
export const identity: readonly string[] = ["id", "document_id"];

/** All rows a query finds. */
export async function read(query: Query | VectorQuery): Promise<Row[]> {
  return z
    .array(row)
    .parse((await query.toArrow()).toArray().map((found: { toJSON(): unknown }) => found.toJSON()));
}

/** Found, with no score yet. */
export function toHit({ id, document_id: documentId, terms = "" }: Row, asked: readonly string[]): IndexHit {
  const has = new Set(terms.split(" "));
  const matched = asked.filter((term) => has.has(term));
  return { id, documentId, matched, textScore: 0, headScore: 0, similarity: 0 };
}

/** Rows with all their columns. Column by column: a table has many. */
export function toChunks(batch: RecordBatch): IndexedChunk[] {
  const [ids, documentIds, lists, heads, terms] = [
    "id",
    "document_id",
    columns.groups,
    columns.head,
    columns.text,
  ].map((name) => textsOf(batch, name));
  const vectors = batch.getChild(columns.vector);
  return (ids ?? []).map((id, row) => ({
    id,
    documentId: documentIds?.[row] ?? "",
    groups: (lists?.[row] ?? "").slice(1, -1).split("|"),
    headTerms: heads?.[row] ?? "",
    terms: terms?.[row] ?? "",
    vector: toNumbers(vectors?.get(row)),
  }));
}

const texts = z.array(z.string());

/** A column of texts. */
export function textsOf(batch: RecordBatch, column: string): string[] {
  return texts.parse(batch.getChild(column)?.toArray());
}

/** A copy: what it is read from goes. */
function toNumbers(vector: { toArray?(): unknown } | null | undefined): Float32Array {
  const numbers = vector?.toArray?.();
  if (!(numbers instanceof Float32Array)) throw new TypeError("knowledge index: a vector is no vector");
  return numbers.slice();
}

/** A chunk as it is written. */
export function toRow({
  id,
  documentId,
  groups,
  headTerms,
  terms,
  vector,
}: IndexedChunk): Record<string, unknown> {
  return {
    id,
    document_id: documentId,
    found_by: toList(groups),
    head_terms: headTerms,
    terms,
    vector: [...vector],
  };
}

/** The columns, none of which is ever empty. */
export function toSchema(dimensions: number): Schema {
  const text = (name: string) => new Field(name, new Utf8(), false);
  const vector = new FixedSizeList(dimensions, new Field("item", new Float32(), true));
  return new Schema([
    ...[...identity, columns.head, columns.text, columns.groups].map(text),
    new Field(columns.vector, vector, false),
  ]);
}

/** Groups side by side, each between bars, so that none is part of another. */
export function toList(groups: readonly string[]): string {
  return `|${groups.map(toGroup).join("|")}|`;
}

/** A condition: one of these groups is in the list. Throws TypeError on what is no group's name. */
export function isFoundBy(groups: readonly string[]): string {
  return `(${groups.map((group) => `${columns.groups} LIKE '%|${toGroup(group)}|%'`).join(" OR ")})`;
}

function toGroup(group: string): string {
  if (!/^[a-z0-9]+$/.test(group)) throw new TypeError("knowledge index: a group is letters and digits");
  return group;
}

/** A condition. Ids only: nothing else may be written into one, anything else is a TypeError. */
export function isOneOf(ids: readonly string[]): string {
  const list = ids.map((id) => {
    if (!isId(id)) throw new TypeError("knowledge index: a document's id is a UUID");
    return `'${id}'`;
  });
  return `document_id IN (${list.join(", ")})`;
}
