import { PermanentError } from "../../src/core/errors.ts";
import type { ReportCell, ReportTable } from "../../src/core/reports.ts";

/** What can be drawn. */
export const chartKinds = ["bar", "line", "pie"] as const;
export type ChartKind = (typeof chartKinds)[number];

/** A chart, before it is drawn. Every series has one value for each label; `null` is a gap. */
export interface Chart {
  readonly kind: ChartKind;
  readonly title: string;
  readonly labels: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

const labelsAtMost: Readonly<Record<ChartKind, number>> = { bar: 60, line: 500, pie: 12 };
const seriesAtMost = 8;

/**
 * Reads a table as a chart: the first column gives the labels, each further one a series of numbers.
 * Throws PermanentError, in words for a model, for a table that cannot be drawn so.
 */
export function readChart(
  { kind, title }: Pick<Chart, "kind" | "title">,
  { columns, rows }: Pick<ReportTable, "columns" | "rows">,
): Chart {
  const names = columns.slice(1);
  refuse(rows.length === 0, "There are no rows to draw.");
  refuse(
    names.length === 0,
    "A chart needs a first column with labels and at least one column with numbers.",
  );
  refuse(names.length > seriesAtMost, `A chart shows ${seriesAtMost} columns of numbers at most.`);
  refuse(kind === "pie" && names.length > 1, "A pie shows one column of numbers. Take a bar chart.");
  const most = labelsAtMost[kind];
  refuse(
    rows.length > most,
    `A ${kind} chart shows ${most} rows at most, and there are ${rows.length}. Group them, or take the largest.`,
  );
  const series = names.map((name, index) => ({
    name,
    values: rows.map((row) => toNumber(row[index + 1] ?? null, name)),
  }));
  refuse(
    kind === "pie" && series.some(({ values }) => values.some((value) => value === null || value < 0)),
    "A pie needs a number of 0 or more in each row.",
  );
  return { kind, title, labels: rows.map(([label = null]) => toLabel(label)), series };
}

/** Nobody sees the hour where every one is midnight. */
function toLabel(cell: ReportCell): string {
  const text = cell === null ? "none" : String(cell);
  return text.replace(/^(\d{4}-\d{2}-\d{2})T00:00:00(\.0+)?(\+00:00|Z)?$/, "$1");
}

function toNumber(cell: ReportCell, column: string): number | null {
  if (cell === null) return null;
  const number = typeof cell === "string" && cell.trim() !== "" ? Number(cell) : cell;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  throw new PermanentError(
    `The column ${column} has something that is no number: ${String(cell).slice(0, 40)}`,
  );
}

function refuse(is: boolean, problem: string): void {
  if (is) throw new PermanentError(problem);
}
