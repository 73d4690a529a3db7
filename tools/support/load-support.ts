import type { TenantId } from "../../src/core/ids.ts";
import type { TenantData } from "../../src/core/tenant-data.ts";

/** Grows when what the demo writes down at the beginning changes. */
export const supportVersion = 1;

/** Makes a company the demo support desk; accounts come with who asks. Again it changes nothing. */
export async function loadSupport(data: TenantData, tenantId: TenantId, timeZone: string): Promise<void> {
  await data.statement(tenantId, {
    text: `INSERT INTO businesses (company_id, kind, version, time_zone, samples) VALUES ($1, 'support', $2, $3, true)
           ON CONFLICT (kind, company_id) DO UPDATE SET version = excluded.version`,
    values: [tenantId, supportVersion, timeZone],
  });
}
