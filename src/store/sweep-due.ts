import type { Database, Query } from "./database.ts";

/** What is due, and what is done about it. */
export interface Sweep<Row> {
  /** Of all companies, as many as are dealt with at once. */
  readonly find: Query;
  readonly one: (row: Row) => Promise<void>;
  /** Told of one that failed: it is due still, and found by the next sweep. */
  readonly onFailed: (row: Row, cause: unknown) => void;
}

/** Deals with what is due, one after the other; what fails keeps nothing else waiting. Resolves with how much was due. */
export async function sweepDue<Row>(
  database: Pick<Database, "acrossTenants">,
  { find, one, onFailed }: Sweep<Row>,
): Promise<number> {
  const due = await database.acrossTenants((sql) => sql.query<Row>(find));
  for (const row of due) {
    try {
      await one(row);
    } catch (cause) {
      onFailed(row, cause);
    }
  }
  return due.length;
}
