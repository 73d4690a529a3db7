import type { TenantFile } from "../settings/tenant-files.ts";
import { isSameWorkspace } from "../settings/workspace-owners.ts";
import { ok, warning, type Finding } from "./finding.ts";

type Company = Pick<TenantFile, "slug" | "isDefault" | "installations" | "staffFrom">;

/** Whether the groups whose members are colleagues are in workspaces of their company, as far as the files tell. */
export function checkStaffGroups(tenants: readonly Company[]): Finding[] {
  const check = "staff groups";
  const groups = tenants.flatMap(({ staffFrom = [] }) => staffFrom);
  if (groups.length === 0) return [];
  const doubtful = tenants.flatMap(({ slug, isDefault, installations, staffFrom = [] }) =>
    staffFrom
      .filter(({ channel, workspace }) => {
        const isOwn = installations.some(
          (known) => known.channel === channel && isSameWorkspace(channel, known.id, workspace),
        );
        return !isDefault && !isOwn;
      })
      .map(({ channel, workspace, id }) =>
        warning(
          check,
          `${slug} names the group ${id} of ${channel} ${workspace}, which no file says is ${slug}'s`,
          `Name it under installations in config/tenants/${slug}.yaml: in another company's workspace nobody becomes a colleague of ${slug}`,
        ),
      ),
  );
  return doubtful.length > 0 ? doubtful : [ok(check, `all ${groups.length} in workspaces of their company`)];
}
