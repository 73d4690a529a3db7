import OpenAI from "openai";
import pg from "pg";

// What both peers share: the thread's history in PostgreSQL and the same model, as a careful user would write it.

const system = "You are a helpful support assistant. Answer briefly.";
const historyLength = 10;

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
pool.on("error", () => {});
const openai = new OpenAI({
  baseURL: process.env.OPENAI_BASE_URL,
  apiKey: process.env.OPENAI_API_KEY,
  maxRetries: 2,
});

/** Makes the table where it is missing. */
export async function prepare() {
  await pool.query(`CREATE TABLE IF NOT EXISTS messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    thread text NOT NULL,
    external_id text NOT NULL UNIQUE,
    role text NOT NULL,
    content text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`);
  await pool.query("CREATE INDEX IF NOT EXISTS messages_of_thread ON messages (thread, id)");
}

/** False when this message was kept before: the platform sent it again. */
export async function keepQuestion(thread, id, text) {
  const { rowCount } = await pool.query({
    name: "keep-question",
    text: `INSERT INTO messages (thread, external_id, role, content) VALUES ($1, $2, 'user', $3)
           ON CONFLICT (external_id) DO NOTHING`,
    values: [thread, id, text],
  });
  return rowCount === 1;
}

/** The answer as it is written, from the thread's history, the question included. */
export async function* think(thread, signal) {
  const { rows } = await pool.query({
    name: "history",
    text: "SELECT role, content FROM messages WHERE thread = $1 ORDER BY id DESC LIMIT $2",
    values: [thread, historyLength],
  });
  const messages = [{ role: "system", content: system }, ...rows.toReversed()];
  const stream = await openai.chat.completions.create(
    { model: process.env.OPENAI_MODEL, messages, stream: true },
    { signal },
  );
  for await (const chunk of stream) {
    const text = chunk.choices[0]?.delta?.content;
    if (text) yield text;
  }
}

export async function keepAnswer(thread, questionId, text) {
  await pool.query({
    name: "keep-answer",
    text: "INSERT INTO messages (thread, external_id, role, content) VALUES ($1, $2, 'assistant', $3)",
    values: [thread, `${questionId}:answer`, text],
  });
}

export async function close() {
  await pool.end();
}
