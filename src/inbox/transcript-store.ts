import type { InstallationId, TenantId } from "../core/ids.ts";
import type { Query } from "../store/database.ts";

/** A thread by its row's key. */
export interface ThreadKey {
  readonly tenantId: TenantId;
  readonly installationId: InstallationId;
  readonly thread: string;
}

/** A message as its row has it; `content` is sealed. */
export interface ItemRow {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly state: "streaming" | "final" | "deleted";
  readonly content: Buffer;
  readonly position: number;
  readonly cursor: number;
  readonly edited: boolean;
  readonly created_at: Date;
}

/** What an insert found. `added` is null where a message with that id stood already, or came meanwhile. */
export interface AddedRow {
  readonly thread: boolean;
  readonly added: number | null;
  readonly known: number | null;
  readonly digest: Buffer | null;
}

/**
 * Adds a message under the thread's next number. The thread's row is locked by counting, so that numbers become
 * visible in their order: who has read up to one misses none before it.
 */
export function addItem(
  key: ThreadKey,
  item: {
    readonly id: string;
    readonly role: string;
    readonly state: string;
    readonly digest: Buffer;
    readonly content: Buffer;
  },
): Query {
  return {
    text: `WITH known AS (
             SELECT cursor, digest FROM web_messages WHERE company_id = $1 AND thread_id = $3 AND id = $4
           ), thread AS (
             UPDATE web_threads SET last_cursor = last_cursor + 1, last_position = last_position + 1, updated_at = now()
             WHERE company_id = $1 AND installation_id = $2 AND id = $3 AND NOT EXISTS (SELECT FROM known)
             RETURNING last_cursor, last_position
           ), added AS (
             INSERT INTO web_messages (company_id, thread_id, id, position, cursor, role, state, digest, content)
             SELECT $1, $3, $4, last_position, last_cursor, $5, $6, $7, $8 FROM thread
             ON CONFLICT DO NOTHING RETURNING cursor)
           SELECT EXISTS (SELECT FROM web_threads WHERE company_id = $1 AND installation_id = $2 AND id = $3) AS thread,
             (SELECT cursor::float8 FROM added) AS added, (SELECT cursor::float8 FROM known) AS known,
             (SELECT digest FROM known) AS digest`,
    values: [
      key.tenantId,
      key.installationId,
      key.thread,
      item.id,
      item.role,
      item.state,
      item.digest,
      item.content,
    ],
  };
}

/** Changes a message in one of the states `from`, under the thread's next number. Gives back its id when it did. */
export function changeItem(
  key: ThreadKey,
  change: {
    readonly id: string;
    readonly from: readonly string[];
    readonly state: string;
    readonly content: Buffer;
    readonly edited: boolean;
    readonly at?: number | undefined;
  },
): Query {
  return {
    text: `WITH thread AS (
             UPDATE web_threads SET last_cursor = last_cursor + 1, updated_at = now()
             WHERE company_id = $1 AND installation_id = $2 AND id = $3
               AND EXISTS (SELECT FROM web_messages WHERE company_id = $1 AND thread_id = $3 AND id = $4
                             AND state = ANY ($5::text[]) AND ($9::bigint IS NULL OR cursor = $9))
             RETURNING last_cursor)
           UPDATE web_messages m SET state = $6, content = $7, edited = m.edited OR $8, cursor = thread.last_cursor,
             updated_at = now()
           FROM thread WHERE m.company_id = $1 AND m.thread_id = $3 AND m.id = $4 AND m.state = ANY ($5::text[])
             AND ($9::bigint IS NULL OR m.cursor = $9)
           RETURNING m.id`,
    values: [
      key.tenantId,
      key.installationId,
      key.thread,
      change.id,
      change.from,
      change.state,
      change.content,
      change.edited,
      change.at ?? null,
    ],
  };
}

const columns = `m.id, m.role, m.state, m.content, m.position::float8 AS position, m.cursor::float8 AS cursor, m.edited,
  m.created_at`;

const inThread = `FROM web_messages m JOIN web_threads t ON t.company_id = m.company_id AND t.id = m.thread_id
  WHERE m.company_id = $1 AND t.installation_id = $2 AND m.thread_id = $3`;

export function findItem({ tenantId, installationId, thread }: ThreadKey, id: string): Query {
  return {
    text: `SELECT ${columns} ${inThread} AND m.id = $4`,
    values: [tenantId, installationId, thread, id],
  };
}

export function itemsChangedAfter(
  { tenantId, installationId, thread }: ThreadKey,
  cursor: number,
  limit: number,
): Query {
  return {
    text: `SELECT ${columns} ${inThread} AND m.cursor > $4 ORDER BY m.cursor LIMIT $5`,
    values: [tenantId, installationId, thread, cursor, limit],
  };
}

/** Newest first; each row carries the thread's own number, so that reading on from it misses nothing. */
export function itemsBefore(
  { tenantId, installationId, thread }: ThreadKey,
  position: number | undefined,
  limit: number,
): Query {
  return {
    text: `SELECT t.last_cursor::float8 AS last_cursor, coalesce((
             SELECT json_agg(p) FROM (
               SELECT ${columns} FROM web_messages m WHERE m.company_id = $1 AND m.thread_id = $3
                 AND m.state <> 'deleted' AND ($4::bigint IS NULL OR m.position < $4)
               ORDER BY m.position DESC LIMIT $5) p), '[]') AS items
           FROM web_threads t WHERE t.company_id = $1 AND t.installation_id = $2 AND t.id = $3`,
    values: [tenantId, installationId, thread, position ?? null, limit],
  };
}

/** Visitors' messages after one of theirs, with the visitor whose thread it is. */
export function itemsSaidAfter(
  { tenantId, installationId, thread }: ThreadKey,
  id: string | undefined,
  limit: number,
): Query {
  return {
    text: `SELECT ${columns}, t.visitor, t.profile ${inThread} AND m.role = 'user' AND m.state = 'final'
             AND m.position > coalesce((SELECT position FROM web_messages
               WHERE company_id = $1 AND thread_id = $3 AND id = $4), 0)
           ORDER BY m.position LIMIT $5`,
    values: [tenantId, installationId, thread, id ?? null, limit],
  };
}
