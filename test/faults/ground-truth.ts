import pg from "pg";

/** What the database says at the end, read with the rights of the owner. */
export interface Books {
  readonly messages: readonly {
    id: string;
    conversation_id: string;
    seq: number;
    external_id: string | null;
    state: string;
    reason: string | null;
    turn_id: string | null;
  }[];
  readonly deliveries: readonly {
    id: string;
    turn_id: string | null;
    kind: "answer" | "notice";
    state: string;
    ref: string | null;
    error: string | null;
    streamed: boolean;
  }[];
  readonly turns: readonly {
    id: string;
    conversation_id: string;
    state: string;
    receipt: string | null;
    through_seq: number;
    inbox_version: number;
  }[];
  readonly tickets: readonly { conversation_id: string; idempotency_key: string }[];
  readonly steps: readonly { turn_id: string; key: string; kind: string; ok: boolean | null }[];
  readonly conversations: readonly {
    id: string;
    owner_kind: string;
    epoch: number;
    lease_token: string | null;
    attempts: number;
    is_settled: boolean;
  }[];
  /** When the baton left the bot, by PostgreSQL's own record of the commit, milliseconds since 1970. */
  readonly takeOvers: readonly { conversation_id: string; committed_ms: number }[];
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
        `SELECT id, conversation_id, seq::int, external_id, state, reason, turn_id FROM messages
         WHERE role IN ('user', 'staff') ORDER BY seq`,
      ),
      deliveries: await read("SELECT id, turn_id, kind, state, ref, error, streamed FROM deliveries"),
      turns: await read(
        "SELECT id, conversation_id, state, receipt, through_seq::int, inbox_version::int FROM turns",
      ),
      tickets: await read("SELECT conversation_id, idempotency_key FROM tickets"),
      steps: await read("SELECT turn_id, key, kind, ok FROM steps ORDER BY started_at"),
      conversations: await read(
        `SELECT id, owner_kind, epoch, lease_token, attempts, inbox_version <= settled_version AS is_settled
         FROM conversations`,
      ),
      takeOvers: await read(
        `SELECT conversation_id, extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000 AS committed_ms
         FROM audit WHERE data->>'from' = 'bot' AND data->>'to' <> 'bot'`,
      ),
    };
  } finally {
    await client.end();
  }
}

/** What is still to do, in words; empty when everything is done. */
export function unfinished(books: Books): string[] {
  return [
    ...books.messages
      .filter(({ state }) => state === "open")
      .map(({ external_id }) => `message ${external_id} open`),
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
