import type { TenantId } from "./ids.ts";

/** A question about a company's own figures, asked in SQL that a model or a person wrote. */
export interface ReportQuestion {
  /** One SELECT over the views of the schema `reports`. */
  readonly sql: string;
  /** Rows past these are left out, and the table says so. */
  readonly maxRows: number;
  /** Of all rows together, as JSON; a larger result is refused. */
  readonly maxBytes: number;
}

/** What stands in one place of a table. Dates and times are ISO 8601 in UTC. */
export type ReportCell = string | number | boolean | null;

/** An answer in rows. Without rows the columns' names are not known. */
export interface ReportTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ReportCell[])[];
  /** There were more rows. */
  readonly truncated: boolean;
}

/** Reads a company's figures, and nothing else. */
export interface Reports {
  /**
   * Whatever the SQL tries, it reads these views and this company's rows alone, changes nothing and ends within seconds.
   * Rejects with PermanentError, in words for whoever wrote the SQL, and with TransientError where nobody could answer.
   */
  ask(tenantId: TenantId, question: ReportQuestion): Promise<ReportTable>;
}
