import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import pg from "pg";
import { inject } from "vitest";
import { templateName, withDatabase } from "./postgres-template.ts";

/** A database of a test file's own. */
export interface TestDatabase {
  /** Connects as a superuser; `createDatabase` turns itself into baton_app. */
  readonly url: string;
  readonly name: string;
  /** Ends whoever is still connected. */
  drop(): Promise<void>;
}

/** Clones the migrated template, or makes an empty database with `{ empty: true }`. Takes about 50 ms; the first one about 1.5 s. */
export async function createTestDatabase({ empty = false }: { empty?: boolean } = {}): Promise<TestDatabase> {
  const ownerUrl = await askForServer();
  const name = `test_${randomBytes(8).toString("hex")}`;
  await asOwner(ownerUrl, `CREATE DATABASE ${name} TEMPLATE ${empty ? "template1" : templateName}`);
  return {
    url: withDatabase(ownerUrl, name),
    name,
    drop: () => asOwner(ownerUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function askForServer(): Promise<string> {
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(inject("testPostgresDoor"), "127.0.0.1");
    let said = "";
    socket.on("data", (chunk: Buffer) => (said += chunk.toString()));
    socket.on("end", () => resolve(said));
    socket.on("error", reject);
  });
  const answer: unknown = JSON.parse(text);
  if (
    typeof answer === "object" &&
    answer !== null &&
    "ownerUrl" in answer &&
    typeof answer.ownerUrl === "string"
  ) {
    return answer.ownerUrl;
  }
  throw new Error(`the test PostgreSQL did not start: ${text}`);
}

async function asOwner(ownerUrl: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
