import type { TenantId } from "../core/ids.ts";
import type { Queue } from "../queue/queue.ts";
import type { TenantFile } from "../settings/tenant-files.ts";
import { tenantIdOf } from "../tenants/companies.ts";
import type { Priority } from "../turns/admission.ts";

/** Behind everything people of other companies wait for, before what is never urgent. */
const lowPriority = 20;

/** Whose work comes first: what a company's file says, else its tier. */
export function createPriorities(
  tenants: readonly Pick<TenantFile, "slug" | "tier" | "priority">[],
): (tenantId: TenantId) => Priority {
  const usual = (tier: TenantFile["tier"]) => (tier === "enterprise" ? "high" : "normal");
  const byTenant = new Map(
    tenants.map(({ slug, tier, priority = usual(tier) }) => [tenantIdOf(slug), priority]),
  );
  return (tenantId) => byTenant.get(tenantId) ?? "normal";
}

/** The same queue, in which the conversations of some companies come after those of the others. */
export function putLowLast(queue: Queue, priorityOf: (tenantId: TenantId) => Priority): Queue {
  return {
    ...queue,
    ring: (name, ids, options = {}) => {
      const isLow = name === "turn" && "tenantId" in ids && priorityOf(ids.tenantId) === "low";
      return queue.ring(name, ids, isLow ? { ...options, priority: lowPriority } : options);
    },
  };
}
