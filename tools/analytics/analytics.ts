import type { Reports } from "../../src/core/reports.ts";
import type { Tool } from "../../src/core/tool.ts";
import { createExportCsv } from "./export-csv.ts";
import { createMakeChart } from "./make-chart.ts";
import { createQueryData } from "./query-data.ts";

/**
 * The company's figures for those who may see them: in rows, as a picture, as a file. Pictures with letters that the
 * built-in face lacks are drawn with fonts of these folders, those of the system when left out.
 */
export function createAnalyticsTools(
  reports: Reports,
  { fontFolders }: { readonly fontFolders?: readonly string[] } = {},
): readonly Tool[] {
  return [createQueryData(reports), createMakeChart(reports, { fontFolders }), createExportCsv(reports)];
}
