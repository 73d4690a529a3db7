import { createHash } from "node:crypto";
import type { GuildSeed } from "./discord/seed.ts";
import { seedGuilds } from "./discord/seed.ts";
import type { TeamSeed } from "./slack/seed.ts";
import { toStableGuid } from "./teams/ids.ts";
import type { TenantSeed } from "./teams/seed.ts";

/** A company that has workspaces of its own beside the first one's. `slug` is its name in ids: a-z, 0-9 and dashes. */
export interface SimulatedCompany {
  readonly slug: string;
  readonly name: string;
}

/** Its Slack: two channels, Ana, Ben, Mia of the staff, and the bot. Ids are the same in every run. */
export function toSlackTeam({ slug, name }: SimulatedCompany): TeamSeed {
  const mark = shortMark(slug);
  const person = (first: string, last: string, isAdmin: boolean) => ({
    id: `U0${first.toUpperCase()}${mark}`,
    name: first,
    realName: `${first} ${last}`,
    email: `${first.toLowerCase()}@${slug}.test`,
    isAdmin,
  });
  return {
    id: `T0${mark}`,
    name,
    domain: slug,
    bot: { userId: `U0BOT${mark}`, botId: `B0${mark}`, token: `xoxb-baton-T0${mark}`, name: "baton" },
    users: [person("Ana", "Lima", false), person("Ben", "Osei", false), person("Mia", "Braun", true)],
    channels: [
      { id: `C0SUP${mark}`, name: "support" },
      { id: `C0GEN${mark}`, name: "general" },
    ],
  };
}

/** The team with a place that only its staff read: there they see what waits for them. */
export function withStaffChannel(team: TeamSeed): TeamSeed {
  const members = team.users.filter(({ isAdmin }) => isAdmin === true).map(({ id }) => id);
  const id = `C0STF${shortMark(team.id)}`;
  return { ...team, channels: [...team.channels, { id, name: "staff", type: "group", members }] };
}

/** Its Discord guild: the same people as in the first one, who are known by one account everywhere. */
export function toDiscordGuild({ slug, name }: SimulatedCompany): GuildSeed {
  const base = 1_310_000_000_000_000_000n + BigInt(`0x${hash(slug).slice(0, 8)}`) * 1_000n;
  const [first] = seedGuilds;
  return {
    id: String(base),
    name,
    owner: "Mia",
    roles: [
      { id: String(base + 11n), name: "Staff", permissions: ["ManageMessages", "ManageThreads"] },
      { id: String(base + 12n), name: "Members" },
    ],
    people: (first?.people ?? []).filter(({ bot }) => bot !== true),
    channels: [
      { id: String(base + 21n), name: "support" },
      { id: String(base + 22n), name: "general" },
    ],
  };
}

/** Its Teams tenant: a team with a help desk, two people and one of the staff. */
export function toTeamsTenant({ slug, name }: SimulatedCompany): TenantSeed {
  return {
    id: toStableGuid(`company/${slug}`),
    name,
    people: [{ name: "Ana Costa" }, { name: "Ben Okafor" }, { name: "Mia Berg", isStaff: true }],
    teams: [{ name: "Support", channels: ["General", "Helpdesk"] }],
    groupChats: [],
  };
}

/** Eight characters that Slack's ids may have. */
function shortMark(slug: string): string {
  return hash(slug).slice(0, 8).toUpperCase();
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
