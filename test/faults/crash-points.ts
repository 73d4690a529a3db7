import { existsSync, openSync, closeSync, writeSync } from "node:fs";
import path from "node:path";
import type { Queue } from "../../src/queue/queue.ts";
import type { Database, Query, Sql } from "../../src/store/database.ts";

/** Where a process can be struck: right before or right after one statement, or before the bell is rung. */
export const crashPoints = [
  "message accepted",
  "before the bell",
  "claimed",
  "receipt noted",
  "model step begun",
  "tool step begun",
  "ticket made",
  "tool outcome kept",
  "stream intended",
  "stream goes on",
  "before the commit",
  "committed",
  "delivery marked",
  "before the outcomes",
  "outcomes kept",
  "before the take-over commits",
  "taken over",
] as const;

export type CrashPoint = (typeof crashPoints)[number];

/** Strikes the process that first comes to a point, once. */
export interface Strike {
  readonly point: CrashPoint;
  /** Lets a process pass the point this often first. */
  readonly skip?: number | undefined;
  /** `stop` is SIGSTOP: the process sleeps until it is woken, and knows nothing of it. */
  readonly act: "kill" | "stop";
}

/** What a struck process says last; read by the test from its standard output. */
export interface StruckLine {
  readonly struck: CrashPoint;
  readonly act: Strike["act"];
}

// Places among the values of the statement that begins a step.
const kindAt = 9;
const repeatableAt = 11;

/** Which point a statement is, and on which side of it. */
function pointsOf(query: Query): { readonly before?: CrashPoint; readonly after?: CrashPoint } {
  const { text, values = [] } = query;
  if (text.startsWith("WITH claimed AS")) return { after: "claimed" };
  if (text.includes("INSERT INTO steps")) {
    return { after: values[kindAt] === "tool" ? "tool step begun" : "model step begun" };
  }
  if (text.startsWith("UPDATE steps SET output")) {
    return String(values[2]).includes(":tool:") ? { after: "tool outcome kept" } : {};
  }
  if (text.includes("skipped AS")) return { before: "before the commit", after: "committed" };
  if (text.includes("INSERT INTO tickets")) return { after: "ticket made" };
  if (text.includes("receipt = excluded.receipt")) return { after: "receipt noted" };
  if (text.includes("delivery AS (") && text.includes("INSERT INTO deliveries")) {
    return { after: "stream intended" };
  }
  if (text.trimEnd().endsWith("SELECT id FROM fence") && !text.includes("step AS")) {
    return { after: "stream goes on" };
  }
  if (text.includes("SET state = 'sending'")) return { after: "delivery marked" };
  if (text.includes("SET lease_token = NULL")) {
    return { before: "before the outcomes", after: "outcomes kept" };
  }
  if (text.includes("wanted AS (") && text.includes("INSERT INTO messages")) {
    return { after: "message accepted" };
  }
  return {};
}

const isTakeOver = (query: Query): boolean =>
  query.text.includes("SET owner_kind = $3") && query.values?.[2] !== "bot";

/** Each strike is one file: the process that creates it is the one that is struck. */
export interface StrikeOrders {
  readonly folder: string;
  readonly strikes: readonly Strike[];
  /** Tools are recorded as ones that must not be called a second time. */
  readonly unrepeatableTools: boolean;
}

/** Wraps what the service lends out, so that this very process ends or sleeps at the points ordered. */
export function lendWithStrikes({ folder, strikes, unrepeatableTools }: StrikeOrders): {
  database(database: Database): Database;
  queue(queue: Queue): Queue;
} {
  const passed = new Map<CrashPoint, number>();

  function reach(point: CrashPoint | undefined): void {
    if (point === undefined) return;
    const times = (passed.get(point) ?? 0) + 1;
    passed.set(point, times);
    for (const [index, strike] of strikes.entries()) {
      if (strike.point !== point || times <= (strike.skip ?? 0)) continue;
      if (take(path.join(folder, String(index)))) return fall(strike);
    }
  }

  const wrapSql = (sql: Sql, onTakeOver: () => void): Sql => ({
    query: async <Row>(query: Query): Promise<Row[]> => {
      const rows = await sql.query<Row>(query);
      reach(pointsOf(query).after);
      if (isTakeOver(query)) {
        onTakeOver();
        reach("before the take-over commits");
      }
      return rows;
    },
  });

  return {
    database: (database) => ({
      ...database,
      statement: async <Row>(...[tenantId, query, options]: Parameters<Database["statement"]>) => {
        const { before, after } = pointsOf(query);
        reach(before);
        const asked = unrepeatableTools ? withoutRepeat(query) : query;
        const rows = await database.statement<Row>(tenantId, asked, options);
        reach(after);
        return rows;
      },
      withTenant: async (tenantId, fn, options) => {
        let takenOver = false;
        const result = await database.withTenant(
          tenantId,
          (sql) => fn(wrapSql(sql, () => (takenOver = true))),
          options,
        );
        if (takenOver) reach("taken over");
        return result;
      },
    }),
    queue: (queue) => ({
      ...queue,
      ring: async (name, ids, options) => {
        if (name === "turn") reach("before the bell");
        await queue.ring(name, ids, options);
      },
    }),
  };
}

/** The journal's intent of a tool call, with `repeatable` off. */
function withoutRepeat(query: Query): Query {
  const { values = [] } = query;
  if (pointsOf(query).after !== "tool step begun") return query;
  return { ...query, values: values.map((value, index) => (index === repeatableAt ? false : value)) };
}

function take(file: string): boolean {
  if (existsSync(file)) return false;
  try {
    closeSync(openSync(file, "wx"));
    return true;
  } catch {
    return false;
  }
}

function fall({ point, act }: Strike): void {
  const line: StruckLine = { struck: point, act };
  writeSync(1, `${JSON.stringify(line)}\n`);
  process.kill(process.pid, act === "kill" ? "SIGKILL" : "SIGSTOP");
}
