import { PermanentError } from "../core/errors.ts";
import { parseId, type TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { ReportCell, ReportQuestion, Reports, ReportTable } from "../core/reports.ts";
import { createConnections, type Connection } from "./connections.ts";
import { codeOf, isBrokenConnection, toStoreError } from "./errors.ts";

export interface ReportParts {
  readonly url: string;
  /** A replica, where there is one. */
  readonly readUrl: string | undefined;
  readonly log: Log;
  /** Milliseconds a question may take; 5 s when left out. */
  readonly timeoutMs?: number | undefined;
}

/** Reports, with connections of their own that are closed at the end. */
export interface KeptReports extends Reports {
  stop(): Promise<void>;
}

// Reports may be slow: they wait for each other, and never does an answer wait for them.
const connectionsAtMost = 2;

/** Opens nothing before the first question. */
export function createReports({ url, readUrl, log, timeoutMs = 5_000 }: ReportParts): KeptReports {
  const connections = createConnections({ url: readUrl ?? url, poolSize: connectionsAtMost, log });

  async function ask(tenantId: TenantId, question: ReportQuestion): Promise<ReportTable> {
    const begin = `BEGIN READ ONLY; SET LOCAL app.tenant = '${parseId<TenantId>(tenantId)}'; SET LOCAL statement_timeout = ${timeoutMs}`;
    const lines = await connections.lend(async (connection) => {
      // What SQL can leave behind outlives its transaction (a lock of the session), so each question gets a session of its own.
      connection.discard();
      try {
        return await run(connection, begin, question);
      } catch (cause) {
        throw toReportError(cause, timeoutMs);
      } finally {
        await connection.rollback();
      }
    });
    return toTable(lines, question.maxRows);
  }

  return { ask, stop: () => connections.stop() };
}

/** A row as PostgreSQL writes it: pairs of a column's name and its value. */
type Line = readonly (readonly [string, unknown])[];

async function run(
  connection: Connection,
  begin: string,
  { sql, maxRows, maxBytes }: ReportQuestion,
): Promise<readonly Line[]> {
  await connection.send(begin);
  const rows = await connection.run({
    text: "SELECT line FROM reports.run(reports.pass(), $1, $2, $3) AS line",
    values: [sql, maxRows + 1, maxBytes],
  });
  return (rows as readonly { readonly line: Line }[]).map(({ line }) => line);
}

function toTable(lines: readonly Line[], maxRows: number): ReportTable {
  return {
    columns: lines[0]?.map(([column]) => column) ?? [],
    rows: lines.slice(0, maxRows).map((line) => line.map(([, value]) => toCell(value))),
    truncated: lines.length > maxRows,
  };
}

function toCell(value: unknown): ReportCell {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  return typeof value === "number" ? value : JSON.stringify(value);
}

/** What the SQL itself is to blame for is told to whoever wrote it. */
function toReportError(cause: unknown, timeoutMs: number): unknown {
  const code = codeOf(cause);
  if (code === undefined || isBrokenConnection(cause)) return toStoreError(cause, "report");
  if (code === "57014") {
    const problem = `The query ran for more than ${timeoutMs / 1000} s and was stopped. Ask for less: a shorter period, fewer joins, groups instead of rows.`;
    return new PermanentError(problem, { cause, code });
  }
  const blame = /^(0A|2[0-9A-F]|34|3[BDF]|4[24]|54|P0)/;
  if (!blame.test(code)) return toStoreError(cause, "report");
  return new PermanentError(`The query failed: ${wordsOf(cause)}`, { cause, code });
}

function wordsOf(cause: unknown): string {
  const { message = "", hint = "" } = cause as { readonly message?: string; readonly hint?: string };
  return [message, hint].filter((words) => words !== "").join(". ");
}
