import type { TenantId } from "../core/ids.ts";

/** A set that grows, with parts of it that grow along. */
export function createGrowingSet(first: readonly TenantId[]) {
  const all = new Set(first);
  const followers: { readonly chosen: ReadonlySet<TenantId> | undefined; readonly among: Set<TenantId> }[] =
    [];
  return {
    all,
    add(id: TenantId): void {
      if (all.has(id)) return;
      all.add(id);
      for (const { chosen, among } of followers) if (chosen?.has(id) !== false) among.add(id);
    },
    among(chosen?: ReadonlySet<TenantId>): ReadonlySet<TenantId> {
      const among = new Set([...all].filter((id) => chosen?.has(id) !== false));
      followers.push({ chosen, among });
      return among;
    },
  };
}
