import { z } from "zod";
import type { Reports } from "../../src/core/reports.ts";
import { defineTool, type Tool } from "../../src/core/tool.ts";
import { askReports, report, sqlText } from "./ask-reports.ts";
import { describeViews } from "./report-views.ts";

// What a model reads comfortably, and below what an agent cuts off.
const limits = { maxRows: 100, maxBytes: 16_000 };
const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** Answers a question about the company's figures, asked in SQL. */
export function createQueryData(reports: Reports): Tool {
  return defineTool({
    name: "query_data",
    description: `Runs one read-only PostgreSQL SELECT over these views and gives at most ${limits.maxRows} rows. Group and count in SQL rather than reading rows. ids join: conversations.id = messages.conversation_id, contacts.id = conversations.contact_id and so on.\n${describeViews()}`,
    input: z.strictObject({ sql: sqlText }),
    output: z.object({
      columns: z.array(z.string()),
      rows: z.array(z.array(cell)),
      rowCount: z.int(),
      note: z.string().optional(),
    }),
    ...report,
    rateLimit: { perMinute: 60 },
    async run({ sql }, { tenantId }) {
      const { columns, rows, truncated } = await askReports(reports, tenantId, { sql, ...limits });
      const note = `There are more rows; these are the first ${rows.length}. Group them, or use export_csv.`;
      return {
        columns: [...columns],
        rows: rows.map((row) => [...row]),
        rowCount: rows.length,
        ...(truncated && { note }),
      };
    },
  });
}
