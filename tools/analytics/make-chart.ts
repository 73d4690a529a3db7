import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import type { TenantId } from "../../src/core/ids.ts";
import type { Reports, ReportTable } from "../../src/core/reports.ts";
import { defineTool, type Tool, type ToolContext } from "../../src/core/tool.ts";
import { askReports, report, sqlText } from "./ask-reports.ts";
import { drawChart } from "./draw-chart.ts";
import { findFonts } from "./find-fonts.ts";
import { toFileName } from "./file-name.ts";
import { chartKinds, readChart, type Chart } from "./read-chart.ts";

const limits = { maxRows: 501, maxBytes: 100_000 };
const data = z.strictObject({
  columns: z.array(z.string().max(80)).min(2).max(9),
  rows: z
    .array(z.array(z.union([z.string().max(200), z.number(), z.null()])).max(9))
    .min(1)
    .max(500),
});
const input = z.strictObject({
  kind: z.enum(chartKinds),
  title: z
    .string()
    .trim()
    .min(1)
    .max(120)
    .describe("Stands above the chart and names the file; say the period"),
  sql: sqlText.optional().describe("Where the rows come from; leave out if `data` has them"),
  data: data.optional().describe("Rows you have already; leave out if `sql` asks for them"),
  format: z.enum(["png", "svg"]).default("png").describe("png is shown in every chat"),
});

// The scripts the built-in face has. Others are drawn with the machine's fonts; where it has none, the program that
// shows the SVG brings its own.
const drawable =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Georgian}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Common}\p{Script=Inherited}]*$/u;

/** Draws rows as a chart and hangs the picture on the answer. */
export function createMakeChart(
  reports: Reports,
  { fontFolders }: { readonly fontFolders?: readonly string[] | undefined } = {},
): Tool {
  return defineTool({
    name: "make_chart",
    description:
      "Draws a bar, line or pie chart and attaches it to the answer as a picture. The first column has the labels (line: in order of time), each further one is a series of numbers. Rows come from `sql` (as in query_data) or from `data`.",
    input,
    output: z.object({ attached: z.string(), labels: z.int(), series: z.array(z.string()) }),
    ...report,
    rateLimit: { perMinute: 20 },
    async run({ kind, title, sql, data: given, format }, context) {
      const table = await readTable(reports, context.tenantId, { sql, data: given });
      const chart = readChart({ kind, title }, table);
      const attached = await drawAndAttach(chart, { format, fontFolders }, context);
      return { attached, labels: chart.labels.length, series: chart.series.map(({ name }) => name) };
    },
  });
}

async function readTable(
  reports: Reports,
  tenantId: TenantId,
  { sql, data: given }: Pick<z.output<typeof input>, "sql" | "data">,
): Promise<Pick<ReportTable, "columns" | "rows">> {
  if ((sql === undefined) === (given === undefined))
    throw new PermanentError("make_chart needs either sql or data, and not both.");
  if (sql !== undefined) return askReports(reports, tenantId, { sql, ...limits });
  const { columns = [], rows = [] } = given ?? {};
  if (rows.some((row) => row.length !== columns.length))
    throw new PermanentError("Each row of data needs one cell for each column.");
  return { columns, rows };
}

async function drawAndAttach(
  chart: Chart,
  {
    format,
    fontFolders,
  }: { readonly format: "png" | "svg"; readonly fontFolders?: readonly string[] | undefined },
  { attach, signal }: Pick<ToolContext, "attach" | "signal">,
): Promise<string> {
  const texts = [chart.title, ...chart.labels, ...chart.series.map(({ name }) => name)].join("");
  const foreign = Array.from(texts).filter((letter) => !drawable.test(letter));
  const fonts =
    format === "png"
      ? await findFonts(new Set(foreign.map((letter) => letter.codePointAt(0) ?? 0)), fontFolders)
      : undefined;
  const kind = fonts === undefined ? "svg" : "png";
  const bytes = await drawChart(chart, { format: kind, fonts }, signal);
  const name = toFileName(chart.title, "chart", kind);
  await attach({ name, mimeType: kind === "png" ? "image/png" : "image/svg+xml", bytes });
  return name;
}
