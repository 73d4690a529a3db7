import { createHash } from "node:crypto";
import pg from "pg";
import type { Log } from "../core/log.ts";
import { toStoreError } from "./errors.ts";

/** One SQL statement. The text is a constant: it is prepared once per connection, values go beside it. */
export interface Query {
  /** Replaces the name under which it is prepared, which otherwise derives from the text. */
  readonly name?: string | undefined;
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
}

/** One connection lent for one transaction. Statements are written to the wire at once and answered in order. */
export interface Connection {
  /** Session commands without values. Rejects with what `pg` gives. */
  send(text: string): Promise<void>;
  /** A prepared statement. */
  run(query: Query): Promise<unknown[]>;
  /** Resolves with what the server answered: COMMIT, or ROLLBACK for a transaction that had failed. */
  commit(): Promise<string>;
  /** Never rejects: a connection that cannot roll back is discarded. */
  rollback(): Promise<void>;
  /** What `write` sends goes out as one piece: the server is woken once, and so are we. */
  together<T>(write: () => T): T;
  /** The connection is not to be lent again. */
  discard(): void;
}

/** A bounded set of connections to one server, all in the role `baton_app`. */
export interface Connections {
  /** Waits at most 5 s for a free connection; rejects with TransientError when there is none. */
  lend<T>(fn: (connection: Connection) => Promise<T>): Promise<T>;
  health(): Promise<{ ok: boolean; detail: string }>;
  stop(): Promise<void>;
}

const connectTimeoutMs = 5_000;
const statementTimeoutMs = 10_000;
const idleInTransactionMs = 15_000;
// The server gives up first; this ends the wait for one that no longer answers at all.
const answerTimeoutMs = 15_000;
const healthTimeoutMs = 1_000;

/** What @types/pg does not know yet. */
interface PipelinedPoolConfig extends pg.PoolConfig {
  readonly pipeline: boolean;
}
interface TimedQueryConfig extends pg.QueryConfig {
  readonly query_timeout: number;
}

/** Opens nothing yet. */
export function createConnections(parts: { url: string; poolSize: number; log: Log }): Connections {
  const { log } = parts;
  const config: PipelinedPoolConfig = {
    connectionString: parts.url,
    max: parts.poolSize,
    pipeline: true,
    // A role given at startup is also what RESET ROLE comes back to.
    options: "-c role=baton_app",
    application_name: "baton",
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    types: { getTypeParser },
  };
  const pool = new pg.Pool(config);
  // A pool without this listener takes the process down when an idle connection breaks; it is replaced by itself.
  pool.on("error", (err) => {
    if (stopped === undefined) log.warn({ err: err.message }, "postgres: an idle connection broke");
  });
  pool.on("connect", (client) => client.on("error", () => {})); // the query in hand rejects with it
  let stopped: Promise<void> | undefined;

  async function lend<T>(fn: (connection: Connection) => Promise<T>): Promise<T> {
    const client = await pool.connect().catch((cause: unknown) => {
      throw toStoreError(cause, "connect");
    });
    let broken = false;
    const connection = toConnection(client, () => (broken = true));
    try {
      return await fn(connection);
    } finally {
      client.release(broken);
    }
  }

  return {
    lend,
    health: () => checkHealth(pool),
    stop: () => (stopped ??= pool.end()),
  };
}

function toConnection(client: pg.PoolClient, discard: () => void): Connection {
  const end = async (text: string): Promise<string> => {
    const timed: TimedQueryConfig = { text, query_timeout: answerTimeoutMs };
    return (await client.query(timed)).command;
  };
  return {
    send: async (text) => {
      await client.query(text);
    },
    run: async (query) => {
      const timed: TimedQueryConfig = {
        name: query.name ?? nameOf(query.text),
        text: query.text,
        values: [...(query.values ?? [])],
        query_timeout: answerTimeoutMs,
      };
      return (await client.query<Record<string, unknown>>(timed)).rows;
    },
    commit: () => end("COMMIT"),
    rollback: async () => {
      await end("ROLLBACK").catch(discard);
    },
    together: (write) => {
      const { stream } = toCorkable(client);
      stream.cork();
      try {
        return write();
      } finally {
        stream.uncork();
      }
    },
    discard,
  };
}

/** The socket below a client, which @types/pg keeps to itself. */
function toCorkable(client: pg.PoolClient): { readonly stream: { cork(): void; uncork(): void } } {
  return (client as unknown as { connection: { stream: { cork(): void; uncork(): void } } }).connection;
}

const names = new Map<string, string>();

/** Planning a statement of many common table expressions costs more than running it, so each is prepared under a stable name. */
function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `b${createHash("sha256").update(text).digest("base64url").slice(0, 22)}`;
    names.set(text, name);
  }
  return name;
}

async function checkHealth(pool: pg.Pool): Promise<{ ok: boolean; detail: string }> {
  const started = performance.now();
  const answer = pool.query("SELECT 1").then(
    () => ({ ok: true, detail: `answered in ${Math.round(performance.now() - started)} ms` }),
    (cause: unknown) => ({ ok: false, detail: cause instanceof Error ? cause.message : "no answer" }),
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<{ ok: boolean; detail: string }>((resolve) => {
    timer = setTimeout(
      () => resolve({ ok: false, detail: `no answer within ${healthTimeoutMs} ms` }),
      healthTimeoutMs,
    );
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

const int8 = 20;

/** Counts and sequence numbers stay far below 2^53, so bigint arrives as a number instead of a string. */
function getTypeParser(oid: number, format?: "text" | "binary"): (value: string) => unknown {
  if (oid === int8 && format !== "binary") return Number;
  return pg.types.getTypeParser(oid, "text");
}
