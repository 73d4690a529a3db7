import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import type { Reports } from "../../src/core/reports.ts";
import { defineTool, type Tool } from "../../src/core/tool.ts";
import { askReports, report, sqlText } from "./ask-reports.ts";
import { toFileName } from "./file-name.ts";
import { toCsv } from "./to-csv.ts";

const limits = { maxRows: 10_000, maxBytes: 4 * 1024 * 1024 };

/** Hangs the rows of a question on the answer, as a file for spreadsheets. */
export function createExportCsv(reports: Reports): Tool {
  return defineTool({
    name: "export_csv",
    description: `Runs a query as query_data does (same views) and attaches all its rows, ${limits.maxRows} at most, to the answer as a CSV file.`,
    input: z.strictObject({
      sql: sqlText,
      title: z.string().trim().min(1).max(120).describe("Names the file, e.g. Tickets in November"),
    }),
    output: z.object({ attached: z.string(), rows: z.int(), note: z.string().optional() }),
    ...report,
    rateLimit: { perMinute: 20 },
    async run({ sql, title }, { tenantId, attach }) {
      const table = await askReports(reports, tenantId, { sql, ...limits });
      if (table.rows.length === 0)
        throw new PermanentError("The query gave no rows, so there is nothing to export.");
      const name = toFileName(title, "export", "csv");
      await attach({ name, mimeType: "text/csv", bytes: Buffer.from(toCsv(table)) });
      const note = `There are more rows; the file has the first ${table.rows.length}.`;
      return { attached: name, rows: table.rows.length, ...(table.truncated && { note }) };
    },
  });
}
