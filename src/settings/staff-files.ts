import { z } from "zod";
import type { GroupKind } from "../core/channel.ts";
import { channelNames } from "../core/envelope.ts";
import { staffRoles, type StaffGroup, type StaffMember } from "../core/staff.ts";

const roles = z.array(z.enum(staffRoles, "must be staff, admin or analytics")).default(["staff"]);

/** Colleagues by name, as a company's file has them. */
export const staffFile = z.array(
  z.strictObject({
    name: z.string("must be the colleague's name").min(1).max(200),
    roles,
    accounts: z
      .array(
        z.strictObject({
          channel: z.enum(channelNames, `must be one of ${channelNames.join(", ")}`),
          workspace: z.string("must be the workspace's id in quotes").min(1),
          id: z.string("must be the colleague's user id in quotes").min(1),
        }),
      )
      .default([]),
  }),
);

/** A room on a platform. A web site has none. */
export const staffRoomFile = z.strictObject({
  channel: z.enum(["slack", "discord", "teams"], "must be slack, discord or teams"),
  workspace: z.string("must be the workspace's id in quotes").min(1),
  id: z.string("must be the room's id in quotes").min(1),
});

/** Groups whose members are colleagues, as a company's file has them. */
export const staffFromFile = z
  .array(
    z.strictObject({
      staffRoom: z.literal(true, "must be true").optional(),
      channel: z.enum(["slack", "discord", "teams"], "must be slack, discord or teams").optional(),
      workspace: z.string("must be the workspace's id in quotes").min(1).optional(),
      kind: z
        .enum(["usergroup", "channel", "role", "team"], "must be usergroup, channel, role or team")
        .optional(),
      id: z.string("must be the group's id in quotes").min(1).optional(),
      roles: roles.refine((named) => named.length > 0, "must name at least one role"),
    }),
  )
  .max(20, "must be at most 20");

type Room = z.output<typeof staffRoomFile>;
type Entry = z.output<typeof staffFromFile>[number];

/** The kinds of groups each platform tells about; the first is meant where the file names none. */
const kinds: Readonly<Record<Room["channel"], readonly GroupKind[]>> = {
  slack: ["usergroup", "channel"],
  discord: ["role"],
  teams: ["team", "channel"],
};

const teamsId = /^19:[^\s;/]+@thread\.(?:tacv2|skype)$/;

const shapes: Readonly<Record<Room["channel"], Partial<Record<GroupKind, { like: RegExp; hint: string }>>>> =
  {
    slack: {
      usergroup: { like: /^S[A-Z0-9]+$/, hint: "a user group's id, which begins with S; its @name is none" },
      channel: { like: /^[CG][A-Z0-9]+$/, hint: "a channel's id, which begins with C; its #name is none" },
    },
    discord: { role: { like: /^\d{5,25}$/, hint: "a role's id: digits alone, from Copy Role ID" } },
    teams: {
      team: { like: teamsId, hint: "a team's id such as 19:…@thread.tacv2, out of Get link to team" },
      channel: {
        like: teamsId,
        hint: "a channel's id such as 19:…@thread.tacv2, out of Get link to channel",
      },
    },
  };

/**
 * Adds to `problems` colleagues on the web whom nobody vouches for: there an account proves who somebody is only where
 * the site signs it.
 */
export function checkStaffAccounts(
  {
    staff,
    sites,
  }: {
    readonly staff: readonly StaffMember[];
    readonly sites: readonly { readonly key: string; readonly userTokenSecret?: string | undefined }[];
  },
  { path, problems }: { readonly path: string; readonly problems: string[] },
): void {
  for (const { name, accounts } of staff) {
    for (const { channel, workspace, id } of accounts) {
      if (channel !== "web") continue;
      const site = sites.find(({ key }) => key === workspace);
      if (!/^user:./u.test(id))
        problems.push(
          `${path}: staff ${name}: an account on the web is user: and the sub of the token its site signs, such as user:42`,
        );
      else if (site !== undefined && site.userTokenSecret === undefined)
        problems.push(
          `${path}: staff ${name}: the site ${workspace} vouches for nobody: give it a userTokenSecret, or take the account out`,
        );
    }
  }
}

/** The groups. Adds to `problems` what no platform has, or what names nothing. */
export function toStaffGroups(
  { staffFrom, staffRoom }: { readonly staffFrom: readonly Entry[]; readonly staffRoom?: Room | undefined },
  { path, problems }: { readonly path: string; readonly problems: string[] },
): readonly StaffGroup[] {
  return staffFrom.flatMap((entry, index) => {
    const group = toGroup(entry, staffRoom);
    if (typeof group !== "string") return [group];
    problems.push(`${path}: staffFrom.${index}: ${group}`);
    return [];
  });
}

/** The group, or what is wrong with it. */
function toGroup(entry: Entry, room: Room | undefined): StaffGroup | string {
  if (entry.staffRoom === true) return toRoomGroup(entry, room);
  const { channel, workspace, id } = entry;
  if (channel === undefined || workspace === undefined || id === undefined)
    return "must have a channel, a workspace and an id, or staffRoom: true";
  const kind = entry.kind ?? kinds[channel][0];
  if (kind === undefined || !kinds[channel].includes(kind))
    return `${channel} has no ${String(kind)}: its groups are ${kinds[channel].join(" and ")}`;
  const shape = shapes[channel][kind];
  if (shape !== undefined && !shape.like.test(id)) return `id must be ${shape.hint}`;
  // Teams writes the ids of tenants either way, and Baton knows them in lower case.
  const known = channel === "teams" ? workspace.toLowerCase() : workspace;
  return { channel, workspace: known, kind, id, roles: entry.roles };
}

function toRoomGroup(entry: Entry, room: Room | undefined): StaffGroup | string {
  if (
    entry.channel !== undefined ||
    entry.workspace !== undefined ||
    entry.kind !== undefined ||
    entry.id !== undefined
  )
    return "staffRoom: true stands alone, with roles at most";
  if (room === undefined) return "there is no staffRoom whose people would be colleagues: add staffRoom";
  if (!kinds[room.channel].includes("channel"))
    return `${room.channel} tells nobody who is in a room: name a ${kinds[room.channel].join(" or ")}`;
  return toGroup({ ...room, kind: "channel", roles: entry.roles }, undefined);
}
