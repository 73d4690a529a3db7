import type { Reports } from "../../src/core/reports.ts";
import type { Tool } from "../../src/core/tool.ts";
import { createExportCsv } from "./export-csv.ts";
import { createMakeChart } from "./make-chart.ts";
import { createQueryData } from "./query-data.ts";

/** The company's figures for those who may see them: in rows, as a picture, as a file. */
export function createAnalyticsTools(reports: Reports): readonly Tool[] {
  return [createQueryData(reports), createMakeChart(reports), createExportCsv(reports)];
}
