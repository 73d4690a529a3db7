import type { ChannelName } from "../core/envelope.ts";

/** Where the companies' files stand, in the operator's folder. */
export const tenantFolder = "config/tenants";

/** Of a company's file: whose it is, which workspaces are its own, and whose members are its colleagues. */
interface Owner {
  readonly slug: string;
  readonly isDefault: boolean;
  readonly installations: readonly { readonly channel: ChannelName; readonly id: string }[];
  readonly staffFrom?:
    readonly { readonly channel: ChannelName; readonly workspace: string; readonly id: string }[] | undefined;
}

/** What is wrong between the files: a workspace that belongs to two companies, and two defaults. */
export function findDoubles(tenants: readonly Owner[]): string[] {
  const problems: string[] = [];
  const owners = new Map<string, string>();
  for (const { slug, installations } of tenants) {
    for (const { channel, id } of installations) {
      const owner = owners.get(`${channel}:${id}`);
      if (owner !== undefined)
        problems.push(`${tenantFolder}: ${channel} ${id} belongs to ${owner} and to ${slug}. Remove one`);
      owners.set(`${channel}:${id}`, slug);
    }
  }
  const defaults = tenants.filter(({ isDefault }) => isDefault).map(({ slug }) => slug);
  if (defaults.length > 1)
    problems.push(`${tenantFolder}: ${defaults.join(" and ")} both say default: true. Keep one`);
  return problems;
}

/** Groups of a workspace that another company's file names as its own: nobody in them is a colleague here. */
export function findForeignGroups(tenants: readonly Owner[]): string[] {
  return tenants.flatMap(({ slug, staffFrom = [] }) =>
    staffFrom.flatMap(({ channel, workspace, id }) => {
      const owner = tenants.find(({ installations }) =>
        installations.some(
          (known) => known.channel === channel && isSameWorkspace(channel, known.id, workspace),
        ),
      );
      if (owner === undefined || owner.slug === slug) return [];
      return [
        `${tenantFolder}/${slug}.yaml: staffFrom: the group ${id} is in ${channel} ${workspace}, which belongs to ${owner.slug}. Name a group of a workspace of ${slug}'s`,
      ];
    }),
  );
}

/** One workspace of a platform: Teams writes the ids of tenants either way. */
export function isSameWorkspace(channel: ChannelName, a: string, b: string): boolean {
  return channel === "teams" ? a.toLowerCase() === b.toLowerCase() : a === b;
}
