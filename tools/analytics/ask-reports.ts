import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import type { TenantId } from "../../src/core/ids.ts";
import type { ReportQuestion, Reports, ReportTable } from "../../src/core/reports.ts";
import { lookUp } from "../../src/core/tool.ts";
import { checkSql } from "./check-sql.ts";

/** SQL as a model hands it over. */
export const sqlText = z
  .string()
  .trim()
  .min(6)
  .max(5_000)
  .describe("One PostgreSQL SELECT over the views. Times are in UTC.");

/** What is the same for every tool that reads the reports. */
export const report = {
  ...lookUp,
  roles: ["analytics", "admin"],
  timeoutMs: 10_000,
  cost: 0,
} as const;

/** Asks what was found harmless; what is not ends in a PermanentError that says what would be. */
export async function askReports(
  reports: Reports,
  tenantId: TenantId,
  question: ReportQuestion,
): Promise<ReportTable> {
  const problem = await checkSql(question.sql);
  if (problem !== undefined) throw new PermanentError(problem);
  return reports.ask(tenantId, question);
}
