import { randomUUID } from "node:crypto";
import type { TenantId } from "../core/ids.ts";
import { isId } from "../core/ids.ts";
import type { Database } from "../store/database.ts";
import type { Sealer } from "../store/seal.ts";

/** A thread, as far as its files need it. */
interface FileThread {
  readonly tenantId: TenantId;
  readonly thread: string;
}

/** A file as it is kept: its type was sniffed, never believed. */
export interface WebFile {
  readonly id: string;
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Buffer;
}

/** What visitors attach, kept sealed in the database. A file belongs to one thread and is found in no other. */
export interface WebFiles {
  /** Undefined when the thread has no room left. */
  save(thread: FileThread, file: Omit<WebFile, "id">): Promise<{ readonly id: string } | undefined>;
  read(thread: FileThread, id: string): Promise<WebFile | undefined>;
  /** What is known of several files without their bytes; those that are not the thread's are left out. */
  describe(
    thread: FileThread,
    ids: readonly string[],
  ): Promise<readonly (Omit<WebFile, "bytes"> & { readonly size: number })[]>;
}

const bytesPurpose = "web.file";
const namePurpose = "web.file-name";
const maxBytesOfThread = 50 * 1024 * 1024;

export function createWebFiles({
  database,
  sealer,
}: {
  readonly database: Database;
  readonly sealer: Sealer;
}): WebFiles {
  return {
    save: async ({ tenantId, thread }, { name, mimeType, bytes }) => {
      const seal = await sealer.forTenant(tenantId);
      const id = randomUUID();
      const rows = await database.statement(tenantId, {
        text: `INSERT INTO web_files (company_id, thread_id, id, name, mime_type, size, content)
               SELECT $1, $2, $3, $4, $5, $6::int, $7
               WHERE (SELECT coalesce(sum(size), 0) FROM web_files WHERE company_id = $1 AND thread_id = $2) + $6::int <= $8::bigint
               RETURNING id`,
        values: [
          tenantId,
          thread,
          id,
          seal.seal(namePurpose, name),
          mimeType,
          bytes.length,
          seal.seal(bytesPurpose, bytes.toString("base64")),
          maxBytesOfThread,
        ],
      });
      return rows.length === 0 ? undefined : { id };
    },
    read: async ({ tenantId, thread }, id) => {
      if (!isId(id)) return undefined;
      const [row] = await database.statement<{ name: Buffer; mime_type: string; content: Buffer }>(tenantId, {
        text: `SELECT name, mime_type, content FROM web_files WHERE company_id = $1 AND thread_id = $2 AND id = $3`,
        values: [tenantId, thread, id],
      });
      if (row === undefined) return undefined;
      const seal = await sealer.forTenant(tenantId);
      const bytes = Buffer.from(seal.open(bytesPurpose, row.content), "base64");
      return { id, name: seal.open(namePurpose, row.name), mimeType: row.mime_type, bytes };
    },
    describe: async ({ tenantId, thread }, ids) => {
      if (ids.length === 0) return [];
      const rows = await database.statement<{ id: string; name: Buffer; mime_type: string; size: number }>(
        tenantId,
        {
          text: `SELECT id, name, mime_type, size FROM web_files
                 WHERE company_id = $1 AND thread_id = $2 AND id = ANY ($3::uuid[])`,
          values: [tenantId, thread, ids],
        },
      );
      const seal = await sealer.forTenant(tenantId);
      return rows.map(({ id, name, mime_type: mimeType, size }) => ({
        id,
        name: seal.open(namePurpose, name),
        mimeType,
        size,
      }));
    },
  };
}
