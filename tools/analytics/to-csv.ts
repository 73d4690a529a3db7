import type { ReportCell, ReportTable } from "../../src/core/reports.ts";

/**
 * A table as RFC 4180 has it, in UTF-8 with the mark by which spreadsheets know it. Text that a spreadsheet would take
 * for a formula gets an apostrophe in front; numbers stay numbers.
 */
export function toCsv({ columns, rows }: Pick<ReportTable, "columns" | "rows">): string {
  const lines = [columns, ...rows].map((row) => row.map(toField).join(","));
  return `\uFEFF${lines.join("\r\n")}\r\n`;
}

function toField(cell: ReportCell): string {
  if (cell === null) return "";
  if (typeof cell !== "string") return String(cell);
  const safe = isFormula(cell) ? `'${cell}` : cell;
  return /[",\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Full-width signs count too: spreadsheets in Japanese and Chinese take them for the others. */
function isFormula(text: string): boolean {
  return /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text);
}
