import type { Guild, Member } from "./model.ts";
import type { State } from "./state.ts";

/** Gives a member a role that is not everybody's, or takes it away. Changes the state alone. */
export function giveRole(
  state: State,
  guild: Guild,
  { user, role, remove }: { readonly user: string; readonly role: string; readonly remove?: boolean },
): Member {
  const member = guild.members.get(state.findUser(user).id);
  const roleId = (guild.roles.get(role) ?? state.roleNamed(guild, role))?.id;
  if (member === undefined || roleId === undefined || roleId === guild.id)
    throw new Error(`discord simulator: ${guild.name} has no member ${user}, or no role ${role} to give`);
  const index = member.roles.indexOf(roleId);
  if (remove === true && index >= 0) member.roles.splice(index, 1);
  if (remove !== true && index < 0) member.roles.push(roleId);
  return member;
}
