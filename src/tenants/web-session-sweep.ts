import type { TenantId } from "../core/ids.ts";
import type { Database } from "../store/database.ts";

/**
 * How long a session is kept after its last sign of life, days. Its token can be renewed for a week after it ended;
 * the rest is for pages that stay open, and for colleagues who answer late.
 */
const keptDays = 30;

/** It looks through all sessions of a company, for which once in a while is enough, milliseconds. */
const everyMs = 60 * 60_000;
const mostAtOnce = 10_000;

/**
 * Removes sessions of visitors who have not been heard of for a month, and threads in which nobody ever said anything.
 * One whose conversation waits for an answer, or is with a colleague, stays. Looks at most once an hour, whoever asks;
 * resolves with how many sessions went.
 */
export function createWebSessionSweep({
  database,
  now = () => performance.now(),
}: {
  readonly database: Database;
  readonly now?: () => number;
}): () => Promise<number> {
  let lookedAt = Number.NEGATIVE_INFINITY;

  return async () => {
    if (now() - lookedAt < everyMs) return 0;
    lookedAt = now();
    const tenants = await database.acrossTenants((sql) =>
      sql.query<{ company_id: TenantId }>({
        text: "SELECT DISTINCT company_id FROM installations WHERE channel = 'web'",
      }),
    );
    let gone = 0;
    for (const { company_id: tenantId } of tenants) {
      gone += await sweepSessions(database, tenantId);
      await sweepThreads(database, tenantId);
    }
    return gone;
  };
}

async function sweepSessions(database: Database, tenantId: TenantId): Promise<number> {
  const rows = await database.statement(tenantId, {
    text: `DELETE FROM web_sessions WHERE company_id = $1 AND id IN (
             SELECT s.id FROM web_sessions s JOIN installations i ON i.company_id = $1 AND i.id = s.installation_id
             WHERE s.company_id = $1 AND s.rotated_at < now() - $2 * interval '1 day' AND NOT EXISTS (
               SELECT FROM web_threads t LEFT JOIN conversations c
                 ON c.thread_id = concat('web:', i.external_id, ':', t.id, ':') AND c.company_id = $1
               WHERE t.company_id = $1 AND t.installation_id = s.installation_id AND t.visitor = s.visitor
                 AND (t.updated_at > now() - $2 * interval '1 day' OR c.status IN ('escalated', 'snoozed')
                   OR c.owner_kind IN ('queue', 'human') OR c.inbox_version > c.settled_version))
             LIMIT $3) RETURNING id`,
    values: [tenantId, keptDays, mostAtOnce],
  });
  return rows.length;
}

/** Pages open a thread before anything is said in it. */
async function sweepThreads(database: Database, tenantId: TenantId): Promise<void> {
  await database.statement(tenantId, {
    text: `DELETE FROM web_threads WHERE company_id = $1 AND id IN (
             SELECT t.id FROM web_threads t
             WHERE t.company_id = $1 AND t.last_position = 0 AND t.updated_at < now() - $2 * interval '1 day'
               AND NOT EXISTS (SELECT FROM web_sessions s
                 WHERE s.company_id = $1 AND s.installation_id = t.installation_id AND s.visitor = t.visitor)
             LIMIT $3)`,
    values: [tenantId, keptDays, mostAtOnce],
  });
}
