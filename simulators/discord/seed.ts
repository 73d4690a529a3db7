import type { App, ChannelType, Guild, User } from "./model.ts";
import { ordinaryPermissions, permissionBits } from "./permissions.ts";
import type { PermissionName } from "./permissions.ts";
import { createSnowflake } from "./snowflakes.ts";

/** What a guild is built from. Everything left out gets a fresh id. */
export interface GuildSeed {
  readonly id?: string;
  readonly name: string;
  /** A member's name; the first person when left out. */
  readonly owner?: string;
  readonly roles?: readonly RoleSeed[];
  readonly people?: readonly PersonSeed[];
  readonly channels?: readonly ChannelSeed[];
  /** Of the bot's own role in the guild. */
  readonly botPermissions?: readonly PermissionName[];
}

export interface RoleSeed {
  readonly id?: string;
  readonly name: string;
  readonly permissions?: readonly PermissionName[];
  readonly mentionable?: boolean;
}

export interface PersonSeed {
  readonly id?: string;
  readonly name: string;
  readonly bot?: boolean;
  readonly nick?: string;
  readonly locale?: string;
  /** Names of roles. */
  readonly roles?: readonly string[];
}

export interface ChannelSeed {
  readonly id?: string;
  readonly name: string;
  readonly type?: ChannelType;
  readonly topic?: string;
  /** Only these roles (by name) and the bot see it. */
  readonly onlyRoles?: readonly string[];
}

export const seedApp: App = {
  applicationId: "1300000000000000100",
  name: "baton",
  botUserId: "1300000000000000100",
  // Only its shape is the platform's: the account's id in base64, then two parts.
  botToken: "MTMwMDAwMDAwMDAwMDAwMDEwMA.Baton0.simulator-bot-token-0001",
  ownerId: "1300000000000000203",
};

export const seedGuilds: readonly GuildSeed[] = [
  {
    id: "1300000000000000001",
    name: "Acme",
    owner: "Mia",
    roles: [
      {
        id: "1300000000000000011",
        name: "Staff",
        permissions: ["ManageMessages", "ManageThreads", "MentionEveryone"],
        mentionable: true,
      },
      { id: "1300000000000000012", name: "Members", mentionable: true },
    ],
    people: [
      { id: "1300000000000000201", name: "Ana", roles: ["Members"] },
      { id: "1300000000000000202", name: "Ben", roles: ["Members"], locale: "de" },
      { id: "1300000000000000203", name: "Mia", roles: ["Staff"] },
      { id: "1300000000000000204", name: "Parrot", bot: true },
    ],
    channels: [
      { id: "1300000000000000301", name: "support" },
      { id: "1300000000000000302", name: "general" },
      { id: "1300000000000000303", name: "staff", onlyRoles: ["Staff"] },
      { id: "1300000000000000304", name: "help-forum", type: 15 },
    ],
  },
];

/** A person's account, as far as a seed describes it. */
export function toUser(seed: PersonSeed): User {
  return {
    id: seed.id ?? createSnowflake(),
    username: seed.name.toLowerCase().replaceAll(/[^a-z0-9._]/g, ""),
    globalName: seed.bot === true ? null : seed.name,
    bot: seed.bot === true,
    discriminator: seed.bot === true ? "4321" : "0",
    locale: seed.locale ?? "en-US",
  };
}

/** The guild with its roles and members, without channels. The bot is a member with a role of its own. */
export function toGuild(seed: GuildSeed, app: App, people: ReadonlyMap<string, string>): Guild {
  const id = seed.id ?? createSnowflake();
  const everyone = { id, name: "@everyone", permissions: ordinaryPermissions, position: 0 };
  const botRole = {
    id: createSnowflake(),
    name: app.name,
    permissions: permissionBits(seed.botPermissions ?? ["ManageThreads", "MentionEveryone"]),
    position: 1,
  };
  const roles = [
    { ...everyone, mentionable: false, managed: false },
    // People pick it from the list by mistake for the bot of the same name.
    { ...botRole, mentionable: true, managed: true },
    ...(seed.roles ?? []).map((role, index) => ({
      id: role.id ?? createSnowflake(),
      name: role.name,
      permissions: permissionBits(role.permissions ?? []),
      position: index + 2,
      mentionable: role.mentionable ?? false,
      managed: false,
    })),
  ];
  const joinedAt = Date.now();
  const members = (seed.people ?? []).map((person) => ({
    userId: idOf(people, person.name),
    roles: (person.roles ?? []).map((name) => roleId(roles, name)),
    nick: person.nick ?? null,
    joinedAt,
  }));
  members.push({ userId: app.botUserId, roles: [botRole.id], nick: null, joinedAt });
  const owner = seed.owner ?? seed.people?.[0]?.name;
  return {
    id,
    name: seed.name,
    ownerId: owner === undefined ? app.ownerId : idOf(people, owner),
    roles: new Map(roles.map((role) => [role.id, role])),
    members: new Map(members.map((member) => [member.userId, member])),
    unavailable: false,
  };
}

function idOf(people: ReadonlyMap<string, string>, name: string): string {
  const id = people.get(name);
  if (id === undefined) throw new Error(`discord simulator: no person ${name} in the seed`);
  return id;
}

function roleId(roles: readonly { readonly id: string; readonly name: string }[], name: string): string {
  const found = roles.find((role) => role.name === name);
  if (found === undefined) throw new Error(`discord simulator: no role ${name} in the seed`);
  return found.id;
}
