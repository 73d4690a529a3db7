import { PermanentError } from "../../src/core/errors.ts";
import { isId, type TenantId } from "../../src/core/ids.ts";
import type { TenantQuery, TenantSeal, TenantSql } from "../../src/core/tenant-data.ts";
import type { Fields, RecordKind } from "./record-kinds.ts";

/** Rows looked through by `list_…` at most, the newest ones. */
const mostRead = 500;

/** A record with its id. */
export type Kept = Fields & { readonly id: string };

type Row = Readonly<Record<string, unknown>> & { readonly id: string; readonly details: Uint8Array };

/** The newest records. */
export function selectRecords(kind: RecordKind): TenantQuery {
  return { text: `${selectFrom(kind)} ORDER BY created_at DESC LIMIT ${mostRead}` };
}

/** One record, locked where it is going to be changed. Throws PermanentError where there is none. */
export function selectRecord(kind: RecordKind, id: string, options: { lock?: boolean } = {}): TenantQuery {
  if (!isId(id)) throw notFound(kind, id);
  return {
    text: `${selectFrom(kind)} AND id = $1${options.lock === true ? " FOR UPDATE" : ""}`,
    values: [id],
  };
}

/** Throws PermanentError where there is none. */
export function foundRecord(kind: RecordKind, rows: readonly Row[], id: string): Row {
  const [row] = rows;
  if (row === undefined) throw notFound(kind, id);
  return row;
}

export function toKept(kind: RecordKind, row: Row, seal: TenantSeal): Kept {
  const sealed = JSON.parse(seal.open(purposeOf(kind), row.details)) as Fields;
  const own = Object.keys(kind.columns).flatMap((field) => {
    const value = row[field];
    return value === null || value === undefined ? [] : [[field, value]];
  });
  return { id: row.id, ...sealed, ...Object.fromEntries(own) };
}

/** Writes a new record, or the same one with other fields. */
export async function writeRecord(
  sql: TenantSql,
  kind: RecordKind,
  written: {
    readonly tenantId: TenantId;
    readonly seal: TenantSeal;
    readonly id: string;
    readonly fields: Fields;
    readonly isNew: boolean;
  },
): Promise<void> {
  const { tenantId, seal, id, fields, isNew } = written;
  const columns = Object.entries(kind.columns).filter(([field]) => fields[field] !== undefined);
  const own = new Set(Object.keys(kind.columns));
  const sealed = Object.fromEntries(Object.entries(fields).filter(([field]) => !own.has(field)));
  const names = columns.map(([, { name }]) => name);
  const values = [
    tenantId,
    id,
    seal.seal(purposeOf(kind), JSON.stringify(sealed)),
    ...columns.map(([field]) => fields[field]),
  ];
  const places = names.map((_, index) => `$${index + 4}`);
  const constants = Object.entries(kind.constants);
  const text = isNew
    ? `INSERT INTO ${kind.table} (${["company_id", "id", "details", ...names, ...constants.map(([name]) => name)].join(", ")})
       VALUES (${["$1", "$2", "$3", ...places, ...constants.map(([, value]) => value)].join(", ")})`
    : `UPDATE ${kind.table} SET updated_at = now(), details = $3${names.map((name, index) => `, ${name} = $${index + 4}`).join("")}
        WHERE company_id = $1 AND id = $2`;
  await sql.query({ text, values });
}

/** Gone for good. Throws PermanentError where there was none. */
export async function deleteRecord(sql: TenantSql, kind: RecordKind, id: string): Promise<void> {
  if (!isId(id)) throw notFound(kind, id);
  const rows = await sql.query({
    text: `DELETE FROM ${kind.table} WHERE ${kind.where} AND id = $1 RETURNING id`,
    values: [id],
  });
  if (rows.length === 0) throw notFound(kind, id);
}

function selectFrom({ columns, table, where }: RecordKind): string {
  const read = Object.entries(columns).map(([field, { read: from }]) => `, ${from} AS ${field}`);
  return `SELECT id, details${read.join("")} FROM ${table} WHERE ${where}`;
}

function purposeOf({ table }: RecordKind): string {
  return `${table}.details`;
}

function notFound({ noun }: RecordKind, id: string): PermanentError {
  return new PermanentError(`I found no ${noun.replace("_", " ")} with the id ${id.slice(0, 60)}.`);
}
