import type { ChannelName } from "../core/envelope.ts";
import type { StaffId, TenantId } from "../core/ids.ts";
import type { Database } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import { installationIdOf } from "./installations.ts";

/** A colleague as the tenant's file names them: who they are on which platform, and what they may do. */
export interface StaffMember {
  readonly name: string;
  readonly roles: readonly ("staff" | "admin" | "analytics")[];
  /** Their accounts: the platform's workspace id and their own id in it. A display name proves nothing. */
  readonly accounts: readonly {
    readonly channel: ChannelName;
    readonly workspace: string;
    readonly id: string;
  }[];
}

/** Makes the database agree with the named members: new ones are added, roles and accounts replaced. */
export async function ensureStaff(
  database: Database,
  tenantId: TenantId,
  members: readonly StaffMember[],
): Promise<void> {
  for (const member of members) {
    const id = deriveId<StaffId>("staff", tenantId, member.name);
    await database.withTenant(tenantId, async (sql) => {
      await sql.query({
        text: `INSERT INTO staff (company_id, id, name) VALUES ($1, $2, $3)
               ON CONFLICT (company_id, id) DO UPDATE SET state = 'active'`,
        values: [tenantId, id, member.name],
      });
      await sql.query({
        text: "DELETE FROM staff_roles WHERE company_id = $1 AND staff_id = $2 AND role <> ALL ($3::text[])",
        values: [tenantId, id, member.roles],
      });
      await sql.query({
        text: `INSERT INTO staff_roles (company_id, staff_id, role) SELECT $1, $2, unnest($3::text[])
               ON CONFLICT DO NOTHING`,
        values: [tenantId, id, member.roles],
      });
      await sql.query({
        text: "DELETE FROM staff_identities WHERE company_id = $1 AND staff_id = $2",
        values: [tenantId, id],
      });
      await sql.query({
        text: `INSERT INTO staff_identities (company_id, installation_id, external_id, staff_id)
               SELECT $1, a.installation, a.account, $2 FROM unnest($3::uuid[], $4::text[]) AS a (installation, account)
               ON CONFLICT (company_id, installation_id, external_id) DO UPDATE SET staff_id = excluded.staff_id`,
        values: [
          tenantId,
          id,
          member.accounts.map(({ channel, workspace }) => installationIdOf(tenantId, channel, workspace)),
          member.accounts.map((account) => account.id),
        ],
      });
    });
  }
}
