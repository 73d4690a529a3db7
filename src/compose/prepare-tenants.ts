import { loadDemo } from "../../tools/registry.ts";
import type { TenantData } from "../core/tenant-data.ts";
import type { Settings } from "../settings.ts";
import type { TenantFile } from "../settings/tenant-files.ts";
import type { Database } from "../store/database.ts";
import { tenantIdOf, type Companies } from "../tenants/companies.ts";
import { ensureStaff } from "../tenants/staff.ts";

/** A company as its file describes it is in the database, with its colleagues and, for a demo, with its data. */
export async function prepareTenant(
  { database, data, companies }: { database: Database; data: TenantData; companies: Companies },
  tenant: TenantFile,
): Promise<void> {
  const id = await companies.ensure(tenant);
  await ensureStaff(database, id, { members: tenant.staff, groups: tenant.staffFrom ?? [] });
  const { demo: kind, timeZone = "UTC" } = tenant;
  if (kind !== undefined) await loadDemo(data, id, { kind, timeZone });
}

/** A workspace belongs to the tenant whose file names it, else to the default one. */
export function ownerIn({ tenants }: Settings) {
  return (channel: string, externalId: string) => {
    const named = tenants.find(({ installations }) =>
      installations.some((known) => known.channel === channel && known.id === externalId),
    );
    const owner = named ?? tenants.find(({ isDefault }) => isDefault);
    if (owner === undefined) throw new Error("the settings name no default tenant");
    return tenantIdOf(owner.slug);
  };
}
