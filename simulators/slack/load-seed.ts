import { createId } from "./ids.ts";
import { seedScopes, type SharedChannelSeed, type TeamSeed, type UserSeed } from "./seed.ts";
import type { State } from "./state.ts";

/** Puts the workspaces of a seed into the model, and the channels they share. */
export function loadSeed(
  state: State,
  teams: readonly TeamSeed[],
  shared: readonly SharedChannelSeed[],
): void {
  for (const team of teams) loadTeam(state, team);
  for (const channel of shared) loadShared(state, channel);
}

/** Gives people accounts in a workspace. */
export function addUsers(state: State, teamId: string, users: readonly UserSeed[]): void {
  for (const user of users)
    state.users.set(user.id, {
      id: user.id,
      teamId,
      name: user.name,
      realName: user.realName ?? user.name,
      email: user.email ?? `${user.name.toLowerCase()}@${teamId.toLowerCase()}.test`,
      locale: user.locale ?? "en-US",
      tz: user.tz ?? "Europe/Berlin",
      isBot: user.isBot ?? false,
      isGuest: user.isGuest ?? false,
      isAdmin: user.isAdmin ?? false,
      deleted: user.deleted ?? false,
      ...(user.isBot === true ? { botId: createId("B") } : {}),
    });
}

/** Makes user groups in a workspace. */
export function addUsergroups(
  state: State,
  teamId: string,
  groups: NonNullable<TeamSeed["usergroups"]>,
): void {
  for (const { id, handle, users, disabled = false } of groups)
    state.usergroups.set(id, { id, teamId, handle, users, disabled });
}

function loadTeam(state: State, seed: TeamSeed): void {
  state.teams.set(seed.id, { id: seed.id, name: seed.name, domain: seed.domain ?? seed.name.toLowerCase() });
  addUsers(state, seed.id, seed.users);
  if (seed.bot !== undefined)
    state.install(seed.id, {
      ...seed.bot,
      name: seed.bot.name ?? state.app.name,
      scopes: seed.bot.scopes ?? seedScopes,
    });
  for (const channel of seed.channels) {
    const members = new Set(channel.members ?? seed.users.map((user) => user.id));
    if (channel.bot !== false && seed.bot !== undefined) members.add(seed.bot.userId);
    state.addChannel({
      id: channel.id,
      name: channel.name,
      type: channel.type ?? "channel",
      teamIds: [seed.id],
      members,
      archived: channel.archived ?? false,
    });
  }
  addUsergroups(state, seed.id, seed.usergroups ?? []);
  state.tokens.set(state.app.appToken, {
    token: state.app.appToken,
    kind: "app",
    teamId: seed.id,
    scopes: ["connections:write"],
    revoked: false,
  });
}

function loadShared(state: State, seed: SharedChannelSeed): void {
  const everyone = [...state.users.values()]
    .filter((user) => seed.teamIds.includes(user.teamId))
    .map((user) => user.id);
  state.addChannel({
    id: seed.id,
    name: seed.name,
    type: "channel",
    teamIds: seed.teamIds,
    members: seed.members ?? everyone,
  });
}
