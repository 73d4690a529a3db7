import { z } from "zod";
import type { TenantId } from "../../core/ids.ts";
import { deriveId } from "../../store/derive-id.ts";
import type { Database } from "../../store/database.ts";
import type { Sealer } from "../../store/seal.ts";

/** How far a source has come. */
export interface SourceProgress {
  readonly name: string;
  readonly state: "running" | "done" | "failed";
  readonly done: number;
  readonly of: number;
  readonly failed: number;
  readonly problem?: string | undefined;
  /** Of what the company's file said of it then; absent for one that was added by hand. */
  readonly definition?: string | undefined;
  readonly begunAt: Date;
  readonly endedAt?: Date | undefined;
}

/** The progress of sources, for every process to tell. */
export interface SourceStore {
  list(tenantId: TenantId): Promise<SourceProgress[]>;
  keep(
    tenantId: TenantId,
    progress: Pick<SourceProgress, "name" | "state" | "done" | "of" | "failed" | "problem" | "definition">,
  ): Promise<void>;
  forget(tenantId: TenantId, names: readonly string[]): Promise<void>;
}

const purpose = "knowledge.source";
const details = z.object({ name: z.string(), problem: z.string().optional() });

interface SourceRow {
  details: Buffer;
  state: SourceProgress["state"];
  done_count: number;
  total_count: number;
  failed_count: number;
  definition: string | null;
  begun_at: Date;
  ended_at: Date | null;
}

export function createSourceStore({
  database,
  sealer,
}: {
  readonly database: Pick<Database, "statement">;
  readonly sealer: Pick<Sealer, "forTenant">;
}): SourceStore {
  return {
    async list(tenantId) {
      const seal = await sealer.forTenant(tenantId);
      const rows = await database.statement<SourceRow>(tenantId, {
        text: `SELECT details, state, done_count, total_count, failed_count, definition, begun_at, ended_at
                 FROM knowledge_sources ORDER BY id`,
      });
      return rows.map((row) => ({
        ...details.parse(JSON.parse(seal.open(purpose, row.details))),
        state: row.state,
        done: row.done_count,
        of: row.total_count,
        failed: row.failed_count,
        definition: row.definition ?? undefined,
        begunAt: row.begun_at,
        endedAt: row.ended_at ?? undefined,
      }));
    },

    async keep(tenantId, { name, state, done, of, failed, problem, definition }) {
      const seal = await sealer.forTenant(tenantId);
      await database.statement(tenantId, {
        text: `INSERT INTO knowledge_sources AS s
                 (company_id, id, details, state, done_count, total_count, failed_count, definition, ended_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN $4 = 'running' THEN NULL ELSE now() END)
               ON CONFLICT (id, company_id) DO UPDATE SET details = excluded.details, state = excluded.state,
                 done_count = excluded.done_count, total_count = excluded.total_count,
                 failed_count = excluded.failed_count, definition = excluded.definition,
                 ended_at = excluded.ended_at,
                 begun_at = CASE WHEN s.state = 'running' THEN s.begun_at ELSE now() END`,
        values: [
          tenantId,
          idOf(tenantId, name),
          seal.seal(purpose, JSON.stringify({ name, problem })),
          state,
          done,
          of,
          failed,
          definition ?? null,
        ],
      });
    },

    async forget(tenantId, names) {
      await database.statement(tenantId, {
        text: "DELETE FROM knowledge_sources WHERE id = ANY($1::uuid[])",
        values: [names.map((name) => idOf(tenantId, name))],
      });
    },
  };
}

function idOf(tenantId: TenantId, name: string): string {
  return deriveId<string>(tenantId, "knowledge source", name);
}
