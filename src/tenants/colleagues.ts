import type { StaffId, TenantId } from "../core/ids.ts";
import type { Query, Sql } from "../store/database.ts";

/** Whoever changes a company's colleagues does it behind the others: what one of them derives, the next one sees. */
export function lockColleagues(tenantId: TenantId): Query {
  return { text: "SELECT FROM companies WHERE id = $1 FOR NO KEY UPDATE", values: [tenantId] };
}

/**
 * In SQL, whether an account is a colleague's in the company `$1`: both are expressions of the query it stands in, the
 * installation and the platform's own id.
 */
export function isColleague(installation: string, account: string): string {
  return `EXISTS (SELECT FROM staff_identities its JOIN staff who ON who.company_id = $1 AND who.id = its.staff_id
    WHERE its.company_id = $1 AND its.installation_id = ${installation} AND its.external_id = ${account}
      AND who.state = 'active')`;
}

/** The same for the roles it has: a query of them, empty where it is no colleague's. */
export function rolesOf(installation: string, account: string): string {
  return `SELECT given.role FROM staff_identities its
    JOIN staff who ON who.company_id = $1 AND who.id = its.staff_id AND who.state = 'active'
    JOIN staff_roles given ON given.company_id = $1 AND given.staff_id = who.id
    WHERE its.company_id = $1 AND its.installation_id = ${installation} AND its.external_id = ${account}`;
}

/** Groups that no file names any more are gone, once those named in their place have been read or their time is up. */
export function dropReplaced(tenantId: TenantId): Query {
  return {
    text: `DELETE FROM staff_groups g WHERE g.company_id = $1 AND (g.leaves_at <= clock_timestamp()
             OR g.leaves_at IS NOT NULL AND NOT EXISTS (SELECT FROM staff_groups n
               WHERE n.company_id = $1 AND n.leaves_at IS NULL AND n.read_at IS NULL))`,
    values: [tenantId],
  };
}

/** Accounts that are in a group and that nothing else names: each is a colleague of its own. */
const wanted = `wanted AS (
  SELECT DISTINCT ON (g.installation_id, m.external_id) g.installation_id, m.external_id, m.staff_id, m.name
  FROM staff_group_members m JOIN staff_groups g ON g.company_id = $1 AND g.id = m.group_id
  WHERE m.company_id = $1 AND NOT EXISTS (SELECT FROM staff_identities s WHERE s.company_id = $1
    AND s.installation_id = g.installation_id AND s.external_id = m.external_id AND s.source <> 'group')
  ORDER BY g.installation_id, m.external_id, g.read_at DESC)`;

/**
 * Makes the colleagues agree with the groups as they were last read. What the file and others name stays; an account
 * that they name too has what its groups give beside that. Resolves with who came and who went.
 */
export async function followGroups(
  sql: Sql,
  tenantId: TenantId,
): Promise<{ readonly came: number; readonly went: number }> {
  const values = [tenantId];
  const came = await sql.query<{ id: StaffId }>({
    text: `WITH ${wanted}, before AS (SELECT id FROM staff WHERE company_id = $1 AND state = 'active'), kept AS (
             INSERT INTO staff (company_id, id, name, source) SELECT $1, staff_id, name, 'group' FROM wanted
             ON CONFLICT (company_id, id) DO UPDATE SET name = excluded.name, state = 'active'
             WHERE (staff.name, staff.state) IS DISTINCT FROM (excluded.name, 'active')
             RETURNING id)
           SELECT id FROM kept WHERE id NOT IN (SELECT id FROM before)`,
    values,
  });
  await sql.query({
    text: `WITH ${wanted}, gone AS (
             DELETE FROM staff_identities s WHERE s.company_id = $1 AND s.source = 'group' AND NOT EXISTS (
               SELECT FROM wanted w WHERE w.installation_id = s.installation_id AND w.external_id = s.external_id))
           INSERT INTO staff_identities (company_id, installation_id, external_id, staff_id, source)
           SELECT $1, installation_id, external_id, staff_id, 'group' FROM wanted ON CONFLICT DO NOTHING`,
    values,
  });
  const went = await sql.query<{ id: StaffId }>({
    text: `UPDATE staff s SET state = 'removed' WHERE s.company_id = $1 AND s.source = 'group' AND s.state = 'active'
             AND NOT EXISTS (SELECT FROM staff_identities i WHERE i.company_id = $1 AND i.staff_id = s.id)
           RETURNING s.id`,
    values,
  });
  await sql.query({
    text: `WITH given AS (
             SELECT DISTINCT s.staff_id, r.role FROM staff_group_members m
             JOIN staff_groups g ON g.company_id = $1 AND g.id = m.group_id
             JOIN staff_identities s ON s.company_id = $1 AND s.installation_id = g.installation_id
               AND s.external_id = m.external_id
             CROSS JOIN unnest(g.roles) AS r (role) WHERE m.company_id = $1
           ), gone AS (
             DELETE FROM staff_roles o WHERE o.company_id = $1 AND o.source = 'group' AND NOT EXISTS (
               SELECT FROM given v WHERE v.staff_id = o.staff_id AND v.role = o.role))
           INSERT INTO staff_roles (company_id, staff_id, role, source) SELECT $1, staff_id, role, 'group' FROM given
           ON CONFLICT DO NOTHING`,
    values,
  });
  return { came: came.length, went: went.length };
}
