import { z } from "zod";
import type { TenantId } from "../core/ids.ts";
import type { Database, Query } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { FastState } from "../store/fast-state.ts";
import type { SealerParts } from "../store/seal.ts";

/** What the rest of the house needs to know of a tenant. */
export interface Company {
  readonly id: TenantId;
  readonly slug: string;
  readonly name: string;
  readonly tier: "free" | "pro" | "enterprise";
  /** The system prompt's persona, already read from its file. */
  readonly persona: string;
}

/** A tenant as its file in `config/tenants` describes it. */
export interface CompanyFile {
  readonly slug: string;
  readonly name: string;
  readonly tier: Company["tier"];
  readonly persona: string;
}

/** The tenants of this deployment. */
export interface Companies {
  /** Makes the database agree with the tenant's file; safe to run from many processes at once. */
  ensure(file: CompanyFile): Promise<TenantId>;
  /** Cached for a day under `company:{id}:config`; `ensure` makes every process forget it. */
  get(id: TenantId): Promise<Company>;
}

const settings = z.object({ persona: z.string().default("") });
const cached = z.object({
  id: z.custom<TenantId>((value) => typeof value === "string"),
  slug: z.string(),
  name: z.string(),
  tier: z.enum(["free", "pro", "enterprise"]),
  persona: z.string(),
});
const oneDayMs = 24 * 60 * 60 * 1000;

/** A tenant's id follows from its slug, so that configuration files need no ids. */
export function tenantIdOf(slug: string): TenantId {
  return deriveId<TenantId>("company", slug);
}

export function createCompanies({ database, fast }: { database: Database; fast: FastState }): Companies {
  const keyOf = (id: TenantId) => `company:${id}:config`;

  async function ensure({ slug, name, tier, persona }: CompanyFile): Promise<TenantId> {
    const id = tenantIdOf(slug);
    const upsert: Query = {
      text: `INSERT INTO companies (id, slug, name, tier, settings) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, tier = excluded.tier,
               settings = companies.settings || excluded.settings
             WHERE (companies.name, companies.tier, companies.settings->'persona')
               IS DISTINCT FROM (excluded.name, excluded.tier, excluded.settings->'persona')
             RETURNING id`,
      values: [id, slug, name, tier, JSON.stringify({ persona })],
    };
    const changed = await database.statement(id, upsert, { retries: 2 });
    if (changed.length > 0) await fast.delete(keyOf(id));
    return id;
  }

  async function load(id: TenantId): Promise<string> {
    const [row] = await database.statement<Company & { settings: unknown }>(id, {
      text: "SELECT id, slug, name, tier, settings FROM companies WHERE id = $1",
      values: [id],
    });
    if (row === undefined) throw new Error(`companies: there is no company ${id}`);
    const { persona } = settings.parse(row.settings);
    return JSON.stringify({ id: row.id, slug: row.slug, name: row.name, tier: row.tier, persona });
  }

  return {
    ensure,
    get: async (id) => {
      const text = await fast.getOrLoad(keyOf(id), { ttlMs: oneDayMs, nearby: true }, () => load(id));
      return cached.parse(JSON.parse(text));
    },
  };
}

/** Where the sealer keeps each tenant's wrapped data key. */
export function dataKeysIn(database: Database): Pick<SealerParts, "loadDataKey" | "saveDataKey"> {
  const read = async (id: TenantId): Promise<Buffer | undefined> => {
    const [row] = await database.statement<{ data_key: Buffer | null }>(id, {
      text: "SELECT data_key FROM companies WHERE id = $1",
      values: [id],
    });
    return row?.data_key ?? undefined;
  };
  return {
    loadDataKey: read,
    saveDataKey: async (id, wrapped, expected) => {
      await database.statement(id, {
        text: "UPDATE companies SET data_key = $2 WHERE id = $1 AND data_key IS NOT DISTINCT FROM $3",
        values: [id, wrapped, expected ?? null],
      });
      const stored = await read(id);
      if (stored === undefined) throw new Error(`companies: there is no company ${id}`);
      return stored;
    },
  };
}
