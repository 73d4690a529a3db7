import type { InstallationId, StaffId, TenantId } from "../core/ids.ts";
import type { StaffGroup, StaffMember } from "../core/staff.ts";
import type { Database, Sql } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import { dropReplaced, followGroups, lockColleagues } from "./colleagues.ts";
import { installationIdOf } from "./installations.ts";

/** So long at most a group that no file names any more counts, where those in its place cannot be read. */
const longestReplacedMs = 60 * 60_000;

/**
 * Makes the database agree with the tenant's file. Colleagues it names are added, their roles and accounts replaced;
 * those it names no longer are removed with their accounts. Groups it names are read from then on, and the colleagues
 * they are known to have stay.
 */
export async function ensureStaff(
  database: Database,
  tenantId: TenantId,
  { members, groups }: { readonly members: readonly StaffMember[]; readonly groups: readonly StaffGroup[] },
): Promise<void> {
  const isEmpty = members.length === 0 && groups.length === 0;
  if (isEmpty && !(await hasColleagues(database, tenantId))) return;
  const named = members.map((member) => ({
    ...member,
    staffId: deriveId<StaffId>("staff", tenantId, member.name),
  }));
  await database.withTenant(
    tenantId,
    async (sql) => {
      await sql.query(lockColleagues(tenantId));
      const before = await accountsOf(sql, tenantId);
      await removeOthers(
        sql,
        tenantId,
        named.map(({ staffId }) => staffId),
      );
      for (const member of named) await ensureMember(sql, tenantId, member);
      await ensureGroups(sql, tenantId, groups);
      await followGroups(sql, tenantId);
      await handOn(sql, tenantId, before);
    },
    { retries: 2 },
  );
}

async function hasColleagues(database: Database, tenantId: TenantId): Promise<boolean> {
  const rows = await database.statement(tenantId, {
    text: `SELECT WHERE EXISTS (SELECT FROM staff WHERE company_id = $1 AND source <> 'other' AND state = 'active')
             OR EXISTS (SELECT FROM staff_groups WHERE company_id = $1)`,
    values: [tenantId],
  });
  return rows.length > 0;
}

interface Account {
  readonly installation_id: InstallationId;
  readonly external_id: string;
  readonly staff_id: StaffId;
}

function accountsOf(sql: Sql, tenantId: TenantId): Promise<Account[]> {
  return sql.query<Account>({
    text: "SELECT installation_id, external_id, staff_id FROM staff_identities WHERE company_id = $1",
    values: [tenantId],
  });
}

/**
 * Whoever is called something else from now on, or is known by a group instead of the file, is the same person: what
 * they have taken stays theirs, by their account.
 */
async function handOn(sql: Sql, tenantId: TenantId, before: readonly Account[]): Promise<void> {
  await sql.query({
    text: `UPDATE conversations c SET owner_staff = s.staff_id
           FROM unnest($2::uuid[], $3::text[], $4::uuid[]) AS b (installation, account, staff)
           JOIN staff_identities s ON s.company_id = $1 AND s.installation_id = b.installation
             AND s.external_id = b.account AND s.staff_id <> b.staff
           JOIN staff f ON f.company_id = $1 AND f.id = b.staff AND f.state = 'removed'
           WHERE c.company_id = $1 AND c.owner_staff = b.staff`,
    values: [
      tenantId,
      before.map((account) => account.installation_id),
      before.map((account) => account.external_id),
      before.map((account) => account.staff_id),
    ],
  });
}

/** Whom the file named and names no longer has no account left by which they could be recognized. */
async function removeOthers(sql: Sql, tenantId: TenantId, named: readonly StaffId[]): Promise<void> {
  await sql.query({
    text: `WITH gone AS (
             UPDATE staff SET state = 'removed'
             WHERE company_id = $1 AND source = 'file' AND state = 'active' AND id <> ALL ($2::uuid[]) RETURNING id
           ), roles AS (
             DELETE FROM staff_roles r USING gone WHERE r.company_id = $1 AND r.staff_id = gone.id)
           DELETE FROM staff_identities s USING gone WHERE s.company_id = $1 AND s.staff_id = gone.id`,
    values: [tenantId, named],
  });
}

async function ensureMember(
  sql: Sql,
  tenantId: TenantId,
  { staffId, name, roles, accounts }: StaffMember & { readonly staffId: StaffId },
): Promise<void> {
  const installations = accounts.map(({ channel, workspace }) =>
    installationIdOf(tenantId, channel, workspace),
  );
  const ids = accounts.map((account) => account.id);
  await sql.query({
    text: `INSERT INTO staff (company_id, id, name, source) VALUES ($1, $2, $3, 'file')
           ON CONFLICT (company_id, id) DO UPDATE SET state = 'active', source = 'file'`,
    values: [tenantId, staffId, name],
  });
  await sql.query({
    text: "DELETE FROM staff_roles WHERE company_id = $1 AND staff_id = $2 AND source = 'file' AND role <> ALL ($3::text[])",
    values: [tenantId, staffId, roles],
  });
  await sql.query({
    text: `INSERT INTO staff_roles (company_id, staff_id, role, source) SELECT $1, $2, unnest($3::text[]), 'file'
           ON CONFLICT DO NOTHING`,
    values: [tenantId, staffId, roles],
  });
  await sql.query({
    text: "DELETE FROM staff_identities WHERE company_id = $1 AND staff_id = $2 AND source = 'file'",
    values: [tenantId, staffId],
  });
  await sql.query({
    text: `INSERT INTO staff_identities (company_id, installation_id, external_id, staff_id, source)
           SELECT DISTINCT $1::uuid, a.installation, a.account, $2::uuid, 'file' FROM unnest($3::uuid[], $4::text[]) AS a (installation, account)
           ON CONFLICT (company_id, installation_id, external_id) DO UPDATE SET staff_id = excluded.staff_id, source = 'file'`,
    values: [tenantId, staffId, installations, ids],
  });
}

/**
 * Groups that are named anew are due at once, and so is every one at a start. Those that are named no longer count until
 * the new ones have been read.
 */
async function ensureGroups(sql: Sql, tenantId: TenantId, groups: readonly StaffGroup[]): Promise<void> {
  const ids = groups.map(({ channel, workspace, kind, id }) =>
    deriveId("staff group", tenantId, channel, workspace, kind, id),
  );
  await sql.query({
    text: `UPDATE staff_groups SET leaves_at = clock_timestamp() + $3 * interval '1 millisecond',
             due_at = clock_timestamp() + $3 * interval '1 millisecond'
           WHERE company_id = $1 AND id <> ALL ($2::uuid[]) AND leaves_at IS NULL`,
    values: [tenantId, ids, longestReplacedMs],
  });
  for (const [index, { channel, workspace, kind, id, roles }] of groups.entries()) {
    await sql.query({
      text: `INSERT INTO staff_groups (company_id, id, installation_id, channel, workspace, kind, external_id, roles)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (id, company_id) DO UPDATE SET roles = excluded.roles, leaves_at = NULL,
               due_at = least(staff_groups.due_at, clock_timestamp())`,
      values: [
        tenantId,
        ids[index],
        installationIdOf(tenantId, channel, workspace),
        channel,
        workspace,
        kind,
        id,
        roles,
      ],
    });
  }
  await sql.query(dropReplaced(tenantId));
}
