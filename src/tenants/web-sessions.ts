import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { TenantId } from "../core/ids.ts";
import type { Visitor } from "../core/transcript.ts";
import type { Database } from "../store/database.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";
import type { Route } from "./installations.ts";

/** What a site's signed token says of a visitor, kept sealed. */
export interface VisitorProfile {
  readonly name?: string | undefined;
  readonly locale?: string | undefined;
  readonly email?: string | undefined;
}

/** A session as its row has it. `generation` grows when it comes back after being idle; older tokens end then. */
export interface WebSession {
  readonly id: string;
  readonly visitor: Visitor;
  readonly identified: boolean;
  readonly generation: number;
  /** When the generation began. */
  readonly rotatedAt: Date;
}

/** Sessions of visitors and the threads that are theirs. */
export interface WebSessions {
  begin(
    route: Route,
    visitor: { readonly id: string; readonly identified: boolean; readonly profile: VisitorProfile },
  ): Promise<string>;
  /** Undefined for a session that ended, or never was. */
  find(route: Route, id: string): Promise<WebSession | undefined>;
  /** The next generation, if the present one is still `generation`. */
  rotate(route: Route, id: string, generation: number): Promise<boolean>;
  end(route: Route, id: string): Promise<void>;
  beginThread(
    route: Route,
    visitor: { readonly id: string; readonly profile: VisitorProfile },
  ): Promise<string>;
  /** Whether the thread is this visitor's, on this site. */
  owns(route: Route, visitor: string, thread: string): Promise<boolean>;
  /** The visitor's thread that was talked in last, if that was within `withinMs`. */
  latestThread(route: Route, visitor: string, withinMs: number): Promise<string | undefined>;
}

const profilePurpose = "web.profile";
const profile = z.object({
  name: z.string().optional(),
  locale: z.string().optional(),
  email: z.string().optional(),
});

/** Reads what `begin` and `beginThread` sealed. */
export function openProfile(seal: TenantSeal, sealed: Buffer): VisitorProfile {
  return profile.parse(JSON.parse(seal.open(profilePurpose, sealed)));
}

interface SessionRow {
  visitor: string;
  identified: boolean;
  generation: number;
  rotated_at: Date;
  profile: Buffer;
}

export function createWebSessions({
  database,
  sealer,
}: {
  readonly database: Database;
  readonly sealer: Sealer;
}): WebSessions {
  async function sealed(tenantId: TenantId, of: VisitorProfile): Promise<Buffer> {
    return (await sealer.forTenant(tenantId)).seal(profilePurpose, JSON.stringify(of));
  }

  return {
    begin: async ({ tenantId, installationId }, { id: visitor, identified, profile: of }) => {
      const id = randomUUID();
      await database.statement(tenantId, {
        text: `INSERT INTO web_sessions (company_id, id, installation_id, visitor, identified, profile)
               VALUES ($1, $2, $3, $4, $5, $6)`,
        values: [tenantId, id, installationId, visitor, identified, await sealed(tenantId, of)],
      });
      return id;
    },
    find: async ({ tenantId, installationId }, id) => {
      const [row] = await database.statement<SessionRow>(tenantId, {
        text: `SELECT visitor, identified, generation, rotated_at, profile FROM web_sessions
               WHERE company_id = $1 AND id = $2 AND installation_id = $3`,
        values: [tenantId, id, installationId],
      });
      if (row === undefined) return undefined;
      const { name, locale } = openProfile(await sealer.forTenant(tenantId), row.profile);
      return {
        id,
        visitor: { id: row.visitor, name, locale },
        identified: row.identified,
        generation: row.generation,
        rotatedAt: row.rotated_at,
      };
    },
    rotate: async ({ tenantId }, id, generation) => {
      const rows = await database.statement(tenantId, {
        text: `UPDATE web_sessions SET generation = generation + 1, rotated_at = now()
               WHERE company_id = $1 AND id = $2 AND generation = $3 RETURNING id`,
        values: [tenantId, id, generation],
      });
      return rows.length > 0;
    },
    end: async ({ tenantId }, id) => {
      await database.statement(tenantId, {
        text: "DELETE FROM web_sessions WHERE company_id = $1 AND id = $2",
        values: [tenantId, id],
      });
    },
    beginThread: async ({ tenantId, installationId }, { id: visitor, profile: of }) => {
      const id = randomUUID();
      await database.statement(tenantId, {
        text: `INSERT INTO web_threads (company_id, id, installation_id, visitor, profile) VALUES ($1, $2, $3, $4, $5)`,
        values: [tenantId, id, installationId, visitor, await sealed(tenantId, of)],
      });
      return id;
    },
    owns: async ({ tenantId, installationId }, visitor, thread) => {
      const rows = await database.statement(tenantId, {
        text: `SELECT id FROM web_threads WHERE company_id = $1 AND id = $2 AND installation_id = $3 AND visitor = $4`,
        values: [tenantId, thread, installationId, visitor],
      });
      return rows.length > 0;
    },
    latestThread: async ({ tenantId, installationId }, visitor, withinMs) => {
      const [row] = await database.statement<{ id: string }>(tenantId, {
        text: `SELECT id FROM web_threads WHERE company_id = $1 AND installation_id = $2 AND visitor = $3
                 AND last_position > 0 AND updated_at > now() - $4 * interval '1 millisecond'
               ORDER BY updated_at DESC LIMIT 1`,
        values: [tenantId, installationId, visitor, withinMs],
      });
      return row?.id;
    },
  };
}
