import type { Log } from "../core/log.ts";
import { parseId, type TenantId } from "../core/ids.ts";
import { TransientError } from "../core/errors.ts";
import { codeOf, isBrokenConnection, isStalePlan, toCommitError, toStoreError } from "./errors.ts";
import { createConnections, type Connection, type Connections, type Query } from "./connections.ts";

export type { Query };

/** A transaction in progress. Usable only until the function it was handed to settles. */
export interface Sql {
  query<Row = Record<string, unknown>>(query: Query): Promise<Row[]>;
}

/** How a transaction runs. */
export interface TransactionOptions {
  /** Further tries after a serialization failure or a deadlock, at most 3; only for functions that touch nothing but `sql`. */
  readonly retries?: number | undefined;
  /** Reads only: asks the read replica where there is one, and a lost connection is never uncertain. */
  readonly readOnly?: boolean | undefined;
  /** `false` lets COMMIT return before the disk has it: a crash of PostgreSQL may lose the last half second. */
  readonly durable?: boolean | undefined;
}

/** What was asked of the database since the process started; for benches and metrics. */
export interface DatabaseCounters {
  statements: number;
  transactions: number;
  /** Times somebody waited for an answer. */
  roundTrips: number;
}

/**
 * PostgreSQL with the tenant in every transaction. Failures: TransientError (did not happen, try again),
 * UncertainError (the connection broke during COMMIT), anything else as `pg` throws it, with its SQLSTATE in `code`.
 */
export interface Database {
  readonly counters: Readonly<DatabaseCounters>;
  /**
   * Runs `fn` in one transaction in which only the tenant's rows exist. BEGIN travels with the first statement.
   * Commits when `fn` resolves, rolls back when it rejects. Does not nest: `fn` must not ask for another connection.
   */
  withTenant<T>(tenantId: TenantId, fn: (sql: Sql) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** One statement in a tenant transaction of its own, in one network round trip; resolves after its COMMIT was confirmed. */
  statement<Row = Record<string, unknown>>(
    tenantId: TenantId,
    query: Query,
    options?: TransactionOptions,
  ): Promise<Row[]>;
  /** A transaction that sees every tenant's ids and nothing else; for sweepers and lookups before the tenant is known. */
  acrossTenants<T>(fn: (sql: Sql) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Can it answer within a second? Never throws. */
  health(): Promise<{ ok: boolean; detail: string }>;
  /** Waits for transactions in hand, closes all connections. Safe to call twice. */
  stop(): Promise<void>;
}

/** What a database is made of. */
export interface DatabaseParts {
  readonly url: string;
  /** A replica for `readOnly` work. */
  readonly readUrl?: string | undefined;
  /** Connections at most, per url. */
  readonly poolSize: number;
  readonly log: Log;
}

const maxRetries = 3;

/** Opens connections when they are first needed; never fails by itself. */
export function createDatabase({ url, readUrl, poolSize, log }: DatabaseParts): Database {
  const counters: DatabaseCounters = { statements: 0, transactions: 0, roundTrips: 0 };
  const writer = createConnections({ url, poolSize, log });
  const reader = readUrl === undefined ? writer : createConnections({ url: readUrl, poolSize, log });
  const connectionsFor = (options: TransactionOptions): Connections =>
    options.readOnly === true ? reader : writer;

  async function statement<Row>(
    tenantId: TenantId,
    query: Query,
    options: TransactionOptions = {},
  ): Promise<Row[]> {
    const begin = beginAs(tenantScope(tenantId), options);
    return again(options, () =>
      connectionsFor(options).lend(async (connection) => {
        counters.statements += 1;
        counters.transactions += 1;
        counters.roundTrips += 1;
        return runInOneRoundTrip<Row>(connection, begin, query, options.readOnly === true);
      }),
    );
  }

  async function transaction<T>(
    scope: string,
    fn: (sql: Sql) => Promise<T>,
    options: TransactionOptions,
  ): Promise<T> {
    const begin = beginAs(scope, options);
    return again(options, () =>
      connectionsFor(options).lend((connection) => {
        counters.transactions += 1;
        return runTransaction(connection, { begin, fn, counters, readOnly: options.readOnly === true });
      }),
    );
  }

  return {
    counters,
    withTenant: (tenantId, fn, options = {}) => transaction(tenantScope(tenantId), fn, options),
    statement,
    acrossTenants: (fn, options = {}) => transaction("SET LOCAL ROLE baton_system", fn, options),
    health: () => writer.health(),
    stop: async () => {
      await Promise.all([writer.stop(), reader.stop()]);
    },
  };
}

/** Does the same work again after it met another transaction's, as often as the caller allows. */
async function again<T>(options: TransactionOptions, work: () => Promise<T>): Promise<T> {
  const retries = Math.min(options.retries ?? 0, maxRetries);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (cause) {
      if (attempt >= retries || !isConflict(cause)) throw cause;
    }
  }
}

/** The id goes into the text of a statement, so nothing but a UUID may pass. */
function tenantScope(tenantId: TenantId): string {
  return `SET LOCAL app.tenant = '${parseId<TenantId>(tenantId)}'`;
}

function beginAs(scope: string, { readOnly, durable }: TransactionOptions): string {
  const begin = readOnly === true ? "BEGIN READ ONLY" : "BEGIN";
  return durable === false ? `${begin}; ${scope}; SET LOCAL synchronous_commit = off` : `${begin}; ${scope}`;
}

/** All three are on the wire before the first answer: a failed statement makes COMMIT answer ROLLBACK. */
async function runInOneRoundTrip<Row>(
  connection: Connection,
  begin: string,
  query: Query,
  readOnly: boolean,
): Promise<Row[]> {
  const [began, ran, committed] = await Promise.allSettled(
    connection.together(() => [connection.send(begin), connection.run(query), connection.commit()] as const),
  );
  if (ran.status === "rejected" && began.status === "fulfilled" && committed.status === "fulfilled") {
    if (isStalePlan(ran.reason)) connection.discard();
    throw toStoreError(ran.reason, "statement");
  }
  for (const step of [began, ran, committed]) {
    if (step.status === "fulfilled") continue;
    connection.discard();
    throw readOnly ? toStoreError(step.reason, "statement") : toCommitError(step.reason, "statement");
  }
  if (ran.status === "rejected" || committed.status === "rejected") throw new Error("unreachable");
  if (committed.value !== "COMMIT")
    throw new TransientError("postgres: statement: the transaction was rolled back");
  return ran.value as Row[];
}

interface TransactionRun<T> {
  readonly begin: string;
  readonly fn: (sql: Sql) => Promise<T>;
  readonly counters: DatabaseCounters;
  readonly readOnly: boolean;
}

async function runTransaction<T>(
  connection: Connection,
  { begin, fn, counters, readOnly }: TransactionRun<T>,
): Promise<T> {
  let open = true;
  let firstFailure: unknown;
  const began = connection.send(begin);
  began.catch((cause: unknown) => (firstFailure ??= cause));
  const sql: Sql = {
    query: async <Row>(query: Query): Promise<Row[]> => {
      if (!open) throw new Error("postgres: the transaction is over: await every query inside the function");
      counters.statements += 1;
      counters.roundTrips += 1;
      try {
        return (await connection.run(query)) as Row[];
      } catch (cause) {
        firstFailure ??= cause;
        if (isBrokenConnection(cause) || isStalePlan(cause)) connection.discard();
        throw toStoreError(firstFailure, "transaction");
      }
    },
  };
  try {
    const result = await fn(sql);
    open = false;
    await began;
    counters.roundTrips += 1;
    await commit(connection, readOnly, () => firstFailure);
    return result;
  } catch (cause) {
    open = false;
    await connection.rollback();
    throw toStoreError(cause, "transaction");
  }
}

async function commit(connection: Connection, readOnly: boolean, firstFailure: () => unknown): Promise<void> {
  let tag: string;
  try {
    tag = await connection.commit();
  } catch (cause) {
    connection.discard();
    throw readOnly ? toStoreError(cause, "commit") : toCommitError(cause, "commit");
  }
  if (tag === "COMMIT") return;
  // A statement failed, the function went on as if it had not, and PostgreSQL rolled everything back.
  throw toStoreError(firstFailure() ?? new Error("postgres: the transaction was rolled back"), "commit");
}

/**
 * An upsert decides by one unique index: a row that another transaction adds at the same moment can break another
 * index first, and is there when the upsert is tried again.
 */
function isConflict(cause: unknown): boolean {
  const code = codeOf(cause);
  return code === "40001" || code === "40P01" || code === "23505";
}
