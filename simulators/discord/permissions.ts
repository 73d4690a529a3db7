import type { Channel, Guild } from "./model.ts";

const bits = {
  AddReactions: 6n,
  Administrator: 3n,
  ManageChannels: 4n,
  ManageGuild: 5n,
  ViewChannel: 10n,
  SendMessages: 11n,
  ManageMessages: 13n,
  EmbedLinks: 14n,
  AttachFiles: 15n,
  ReadMessageHistory: 16n,
  MentionEveryone: 17n,
  UseApplicationCommands: 31n,
  ManageThreads: 34n,
  CreatePublicThreads: 35n,
  CreatePrivateThreads: 36n,
  SendMessagesInThreads: 38n,
} as const;

export type PermissionName = keyof typeof bits;

const all = (1n << 53n) - 1n;

/** The named permissions as one number. */
export function permissionBits(names: readonly PermissionName[]): bigint {
  return names.reduce((sum, name) => sum | (1n << bits[name]), 0n);
}

/** What everyone may do in a fresh guild. */
export const ordinaryPermissions = permissionBits([
  "AddReactions",
  "ViewChannel",
  "SendMessages",
  "EmbedLinks",
  "AttachFiles",
  "ReadMessageHistory",
  "UseApplicationCommands",
  "CreatePublicThreads",
  "CreatePrivateThreads",
  "SendMessagesInThreads",
]);

/** What a member may do in a channel of the guild; of a thread, `channel` is its parent. */
export function permissionsIn(guild: Guild, channel: Channel, userId: string): bigint {
  if (guild.ownerId === userId) return all;
  const member = guild.members.get(userId);
  if (member === undefined) return 0n;
  let allowed = guild.roles.get(guild.id)?.permissions ?? 0n;
  for (const id of member.roles) allowed |= guild.roles.get(id)?.permissions ?? 0n;
  if (has(allowed, "Administrator")) return all;
  const everyone = channel.overwrites.get(guild.id);
  if (everyone !== undefined) allowed = (allowed & ~everyone.deny) | everyone.allow;
  const ofRoles = member.roles.flatMap((id) => channel.overwrites.get(id) ?? []);
  for (const { deny } of ofRoles) allowed &= ~deny;
  for (const { allow } of ofRoles) allowed |= allow;
  const own = channel.overwrites.get(userId);
  if (own !== undefined) allowed = (allowed & ~own.deny) | own.allow;
  return allowed;
}

/** Whether a set of permissions has the named one. */
export function has(permissions: bigint, name: PermissionName): boolean {
  return (permissions & (1n << bits[name])) !== 0n;
}

/** Adds to what one member may and may not do in a channel. */
export function permitInChannel(
  channel: Channel,
  userId: string,
  change: { readonly allow?: readonly PermissionName[]; readonly deny?: readonly PermissionName[] },
): void {
  const former = channel.overwrites.get(userId) ?? { allow: 0n, deny: 0n };
  const [allow, deny] = [permissionBits(change.allow ?? []), permissionBits(change.deny ?? [])];
  channel.overwrites.set(userId, {
    id: userId,
    type: 1,
    allow: (former.allow | allow) & ~deny,
    deny: (former.deny | deny) & ~allow,
  });
}
