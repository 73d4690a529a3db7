import { parseId, type ConversationId, type TenantId } from "../core/ids.ts";
import type { Announcement, EffectTools, TenantData, TenantSeal, TenantSql } from "../core/tenant-data.ts";
import type { Database } from "./database.ts";
import type { Sealer } from "./seal.ts";

export interface TenantDataParts {
  readonly database: Database;
  readonly sealer: Sealer;
  /** Told after an effect that has something to say was committed: a good moment for `deliver`. */
  readonly onAnnounced?: ((tenantId: TenantId) => void) | undefined;
}

/** An announcement on its way; `id` is the same at every try. */
export interface KeptAnnouncement extends Announcement {
  readonly id: string;
}

/** A company's data as tools see it, and the announcements their effects left behind. */
export interface KeptTenantData extends TenantData {
  /**
   * Hands on what has not been announced yet, oldest first, 50 at most, and resolves with how many. A crash after
   * `deliver` hands the same id on again. What `deliver` refuses stays, and rejects the call.
   */
  deliver(tenantId: TenantId, deliver: (announcement: KeptAnnouncement) => Promise<void>): Promise<number>;
  /** Companies that have something left to say. */
  companiesWithNews(): Promise<TenantId[]>;
  /** Forgets results of calls that nobody can repeat any more, and announcements handed on; after 30 days. */
  sweep(tenantId: TenantId): Promise<void>;
}

const purposes = { effect: "tool.effect", announcement: "announcement.body" } as const;

export function createTenantData({ database, sealer, onAnnounced }: TenantDataParts): KeptTenantData {
  const sealFor = (tenantId: TenantId) => sealer.forTenant(tenantId);

  async function once<T>(
    tenantId: TenantId,
    key: string,
    work: (tools: EffectTools) => Promise<T>,
  ): Promise<T> {
    const seal = await sealFor(tenantId);
    let announced = 0;
    const text = await database.withTenant(tenantId, async (sql) => {
      if (!(await claim(sql, tenantId, key))) return recall(sql, seal, key);
      const announce = async (announcement: Announcement) => {
        announced += 1;
        await write(sql, { tenantId, seal, announcement });
      };
      const result = JSON.stringify(await work({ sql, seal, announce }));
      await remember(sql, { key, result: seal.seal(purposes.effect, result) });
      return result;
    });
    if (announced > 0) onAnnounced?.(tenantId);
    return JSON.parse(text) as T;
  }

  async function deliver(
    tenantId: TenantId,
    hand: (announcement: KeptAnnouncement) => Promise<void>,
  ): Promise<number> {
    const seal = await sealFor(tenantId);
    const rows = await database.statement<AnnouncementRow>(tenantId, {
      text: `SELECT id, audience, topic, conversation_id, body FROM announcements
              WHERE announced_at IS NULL ORDER BY created_at LIMIT 50`,
    });
    for (const row of rows) {
      await hand(toAnnouncement(seal, row));
      await database.statement(tenantId, {
        text: "UPDATE announcements SET announced_at = now() WHERE id = $1",
        values: [row.id],
      });
    }
    return rows.length;
  }

  return {
    statement: (tenantId, query) => database.statement(tenantId, query),
    sealFor,
    once,
    deliver,
    companiesWithNews: async () => {
      const rows = await database.acrossTenants((sql) =>
        sql.query<{ company_id: string }>({
          text: "SELECT DISTINCT company_id FROM announcements WHERE announced_at IS NULL LIMIT 1000",
        }),
      );
      return rows.map((row) => parseId<TenantId>(row.company_id));
    },
    sweep: async (tenantId) => {
      await database.statement(tenantId, {
        text: `WITH old AS (DELETE FROM tool_effects WHERE created_at < now() - interval '30 days')
               DELETE FROM announcements WHERE announced_at < now() - interval '30 days'`,
      });
    },
  };
}

/** False where another call with this key was there first; waits for one that is under way. */
async function claim(sql: TenantSql, tenantId: TenantId, key: string): Promise<boolean> {
  const rows = await sql.query({
    text: "INSERT INTO tool_effects (company_id, key) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING key",
    values: [tenantId, key],
  });
  return rows.length > 0;
}

async function recall(sql: TenantSql, seal: TenantSeal, key: string): Promise<string> {
  const [row] = await sql.query<{ result: Buffer }>({
    text: "SELECT result FROM tool_effects WHERE key = $1",
    values: [key],
  });
  if (row === undefined) throw new Error("tenant data: an effect is neither new nor known");
  return seal.open(purposes.effect, row.result);
}

async function remember(sql: TenantSql, { key, result }: { key: string; result: Uint8Array }): Promise<void> {
  await sql.query({ text: "UPDATE tool_effects SET result = $2 WHERE key = $1", values: [key, result] });
}

async function write(
  sql: TenantSql,
  { tenantId, seal, announcement }: { tenantId: TenantId; seal: TenantSeal; announcement: Announcement },
): Promise<void> {
  const { audience, topic, conversationId, body } = announcement;
  await sql.query({
    text: `INSERT INTO announcements (company_id, audience, topic, conversation_id, body) VALUES ($1, $2, $3, $4, $5)`,
    values: [tenantId, audience, topic, conversationId ?? null, seal.seal(purposes.announcement, body)],
  });
}

interface AnnouncementRow {
  id: string;
  audience: Announcement["audience"];
  topic: Announcement["topic"];
  conversation_id: string | null;
  body: Buffer;
}

function toAnnouncement(seal: TenantSeal, row: AnnouncementRow): KeptAnnouncement {
  const { id, audience, topic, conversation_id: about, body } = row;
  return {
    id,
    audience,
    topic,
    conversationId: about === null ? undefined : parseId<ConversationId>(about),
    body: seal.open(purposes.announcement, body),
  };
}
