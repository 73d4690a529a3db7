import pg from "pg";

/** What the database says at the end, read with the rights of the owner. */
export interface Books {
  readonly messages: readonly {
    id: string;
    conversation_id: string;
    seq: number;
    /** Space and message: platforms repeat the ids of messages across spaces. */
    at: string;
    state: string;
    reason: string | null;
    turn_id: string | null;
  }[];
  readonly deliveries: readonly {
    id: string;
    conversation_id: string;
    turn_id: string | null;
    kind: "answer" | "notice";
    state: string;
    /** Space and message, where it is known to stand. */
    at: string | null;
    error: string | null;
    streamed: boolean;
  }[];
  readonly turns: readonly {
    id: string;
    conversation_id: string;
    epoch: number;
    state: string;
    receipt: string | null;
    through_seq: number;
    inbox_version: number;
  }[];
  readonly tickets: readonly { conversation_id: string; idempotency_key: string }[];
  readonly steps: readonly { turn_id: string; key: string; kind: string; ok: boolean | null }[];
  readonly conversations: readonly {
    id: string;
    /** Space and thread. */
    at: string;
    owner_kind: string;
    epoch: number;
    lease_token: string | null;
    attempts: number;
    is_settled: boolean;
  }[];
  /** When the baton left the bot, by PostgreSQL's own record of the commit, milliseconds since 1970. */
  readonly takeOvers: readonly { conversation_id: string; committed_ms: number }[];
  /** Calls that were on their way when somebody took over, as the audit names them. */
  readonly lateCalls: readonly { turn_id: string }[];
}

/** Reads everything in one snapshot. */
export async function readBooks(url: string): Promise<Books> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  const read = async <Row>(text: string): Promise<Row[]> => (await client.query(text)).rows as Row[];
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    return {
      messages: await read(
        `SELECT m.id, m.conversation_id, m.seq::int, c.space || ' ' || m.external_id AS at, m.state, m.reason, m.turn_id
         FROM messages m JOIN conversations c ON c.id = m.conversation_id
         WHERE m.role IN ('user', 'staff') ORDER BY m.seq`,
      ),
      deliveries: await read(
        `SELECT d.id, d.conversation_id, d.turn_id, d.kind, d.state, c.space || ' ' || d.ref AS at, d.error, d.streamed
         FROM deliveries d JOIN conversations c ON c.id = d.conversation_id`,
      ),
      turns: await read(
        "SELECT id, conversation_id, epoch, state, receipt, through_seq::int, inbox_version::int FROM turns",
      ),
      tickets: await read("SELECT conversation_id, idempotency_key FROM tickets"),
      steps: await read("SELECT turn_id, key, kind, ok FROM steps ORDER BY started_at"),
      conversations: await read(
        `SELECT id, space || ' ' || thread AS at, owner_kind, epoch, lease_token, attempts, inbox_version <= settled_version AS is_settled
         FROM conversations`,
      ),
      takeOvers: await read(
        `SELECT conversation_id, extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000 AS committed_ms
         FROM audit WHERE data->>'from' = 'bot' AND data->>'to' <> 'bot'`,
      ),
      lateCalls: await read(
        "SELECT data->>'turn' AS turn_id FROM audit WHERE action = 'landed after the take-over'",
      ),
    };
  } finally {
    await client.end();
  }
}

/** What is still to do, in words; empty when everything is done. */
export function unfinished(books: Books): string[] {
  return [
    ...books.messages.filter(({ state }) => state === "open").map(({ at }) => `message ${at} open`),
    ...books.deliveries
      .filter(({ state }) => state === "pending" || state === "sending")
      .map(({ id, state }) => `delivery ${id} ${state}`),
    ...books.turns.filter(({ state }) => state === "running").map(({ id }) => `turn ${id} running`),
    ...books.turns.filter(({ receipt }) => receipt !== null).map(({ id }) => `turn ${id} has a receipt`),
    ...books.conversations.filter((row) => !row.is_settled).map(({ id }) => `conversation ${id} unsettled`),
    ...books.conversations
      .filter((row) => row.lease_token !== null)
      .map(({ id }) => `conversation ${id} held by a lease`),
  ];
}

/** Tables in which a text stands in the clear. */
export async function tablesContaining(url: string, text: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    );
    const found: string[] = [];
    for (const { name } of rows) {
      const { rows: hits } = await client.query(`SELECT 1 FROM ${name} t WHERE t::text LIKE $1 LIMIT 1`, [
        `%${text}%`,
      ]);
      if (hits.length > 0) found.push(name);
    }
    return found;
  } finally {
    await client.end();
  }
}
