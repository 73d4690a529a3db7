import path from "node:path";
import type { Log } from "../core/log.ts";
import { createDatabase, type Database } from "./database.ts";
import { createEmbeddedPostgres } from "./embedded-postgres.ts";
import type { FastState } from "./fast-state.ts";
import { readMasterKey, parseMasterKey } from "./master-key.ts";
import { createMemoryFastState } from "./memory-fast-state.ts";
import { migrate } from "./migrate.ts";
import { createRedisFastState } from "./redis-fast-state.ts";
import { toUnreachable } from "./reach-fix.ts";
import { createReports, type KeptReports } from "./reports.ts";

/** Everything that is kept, opened: the database migrated, the fast state listening, the master key read. */
export interface Store {
  readonly database: Database;
  /** The same, with connections of its own: taking messages in never waits behind the answering of others. */
  readonly doors: Database;
  /** For questions about figures; opens a connection when one is asked. */
  readonly reports: KeptReports;
  readonly fast: FastState;
  /** With the rights of the owner: for the queue's own tables. */
  readonly ownerUrl: string;
  readonly masterKey: Buffer;
  readonly previousMasterKey: Buffer | undefined;
  /** Closes everything; the embedded PostgreSQL is stopped last. */
  close(): Promise<void>;
}

export interface StoreParts {
  /** Undefined: the embedded PostgreSQL in `dataDir`. */
  readonly url: string | undefined;
  readonly readUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly poolSize: number;
  readonly dataDir: string;
  readonly masterKey: string | undefined;
  readonly previousMasterKey: string | undefined;
  readonly log: Log;
  /** Told what is being prepared, for a person who waits. */
  readonly onProgress: (what: string) => void;
}

// Each takes a millisecond or two, so that a few carry hundreds of messages a second.
const doorConnections = 4;
const migrations = path.join(import.meta.dirname, "migrations");

/** Opens the stores in their order. What fails closes what was opened. */
export async function openStore(parts: StoreParts): Promise<Store> {
  const { url, redisUrl, dataDir, log, onProgress } = parts;
  const embedded = url === undefined ? createEmbeddedPostgres({ dataDir, log }) : undefined;
  try {
    if (embedded !== undefined) onProgress("starting the embedded PostgreSQL");
    const ownerUrl = url ?? (await embedded?.start())?.ownerUrl ?? "";
    const setting = parts.masterKey;
    const masterKey = await readMasterKey({ setting, dataDir: embedded === undefined ? undefined : dataDir });
    await migrate({
      ownerUrl,
      folder: migrations,
      onProgress: ({ name, position, of }) =>
        onProgress(`preparing the database: ${name} (${position} of ${of})`),
    }).catch((cause: unknown) => {
      throw url === undefined ? cause : toUnreachable(cause, url);
    });
    const database = createDatabase({ url: ownerUrl, readUrl: parts.readUrl, poolSize: parts.poolSize, log });
    const doors = createDatabase({ url: ownerUrl, poolSize: doorConnections, log });
    const reports = createReports({ url: ownerUrl, readUrl: parts.readUrl, log });
    const fast =
      redisUrl === undefined ? createMemoryFastState() : createRedisFastState({ url: redisUrl, log });
    const previous = parts.previousMasterKey;
    return {
      database,
      doors,
      reports,
      fast,
      ownerUrl,
      masterKey,
      previousMasterKey:
        previous === undefined ? undefined : parseMasterKey(previous, "BATON_MASTER_KEY_PREVIOUS"),
      close: async () => {
        await fast.stop();
        await Promise.all([database.stop(), doors.stop(), reports.stop()]);
        await embedded?.stop();
      },
    };
  } catch (cause) {
    await embedded?.stop();
    throw cause;
  }
}
