import { ApiError } from "../api-error.ts";
import { textOf } from "../arguments.ts";
import type { TokenRecord, User } from "../model.ts";
import type { Call, Methods } from "./method.ts";
import { pageOf } from "./method.ts";

/** `users.*` and `usergroups.users.list`. */
export const userMethods: Methods = {
  "users.info": {
    token: "bot",
    scopes: ["users:read"],
    args: { user: "string!", include_locale: "boolean" },
    run: (call) => ({
      user: toWireUser(
        call.token,
        visibleUser(call, textOf(call.args, "user")),
        call.args["include_locale"] === true,
      ),
    }),
  },
  "users.list": {
    token: "bot",
    scopes: ["users:read"],
    args: { cursor: "string", limit: "number", include_locale: "boolean", team_id: "string" },
    run(call) {
      const users = [...call.platform.state.users.values()].filter(
        (user) => user.teamId === call.token.teamId,
      );
      const { page, response_metadata } = pageOf(call, users, 1_000);
      return {
        members: page.map((user) => toWireUser(call.token, user, call.args["include_locale"] === true)),
        cache_ts: Math.floor(Date.now() / 1000),
        response_metadata,
      };
    },
  },
  "users.lookupByEmail": {
    token: "bot",
    scopes: ["users:read.email"],
    args: { email: "string!" },
    run(call) {
      const email = (textOf(call.args, "email") ?? "").toLowerCase();
      for (const user of call.platform.state.users.values())
        if (user.teamId === call.token.teamId && user.email.toLowerCase() === email && !user.deleted)
          return { user: toWireUser(call.token, user, false) };
      throw new ApiError("users_not_found");
    },
  },
  "usergroups.users.list": {
    token: "bot",
    scopes: ["usergroups:read"],
    args: { usergroup: "string!", include_disabled: "boolean", team_id: "string" },
    run(call) {
      const group = call.platform.state.usergroups.get(textOf(call.args, "usergroup") ?? "");
      if (group === undefined || group.teamId !== call.token.teamId) throw new ApiError("no_such_subteam");
      if (group.disabled && call.args["include_disabled"] !== true) return { users: [] };
      return { users: group.users };
    },
  },
};

/** People of the own team, and those met in a shared channel. */
function visibleUser(call: Call, id: string | undefined): User {
  const { state } = call.platform;
  const user = state.users.get(id ?? "");
  if (user === undefined) throw new ApiError("user_not_found");
  if (user.teamId === call.token.teamId) return user;
  for (const channel of state.channels.values())
    if (channel.teamIds.length > 1 && channel.members.has(user.id) && channel.members.has(call.bot.botUserId))
      return user;
  throw new ApiError("user_not_visible");
}

function toWireUser(token: TokenRecord, user: User, withLocale: boolean): Record<string, unknown> {
  return {
    id: user.id,
    team_id: user.teamId,
    name: user.name.toLowerCase(),
    deleted: user.deleted,
    color: "9f69e7",
    real_name: user.realName,
    tz: user.tz,
    tz_label: user.tz,
    tz_offset: 0,
    profile: {
      real_name: user.realName,
      real_name_normalized: user.realName,
      display_name: user.name,
      display_name_normalized: user.name,
      ...(token.scopes.includes("users:read.email") && !user.isBot ? { email: user.email } : {}),
      ...(user.botId === undefined ? {} : { bot_id: user.botId, api_app_id: "" }),
      team: user.teamId,
    },
    is_admin: user.isAdmin,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: user.isGuest === true,
    is_ultra_restricted: false,
    is_bot: user.isBot,
    is_app_user: false,
    // Whoever can be asked for at all is in a shared channel that the app is in, and for Slack no stranger then.
    is_stranger: false,
    updated: 1_766_422_444,
    ...(withLocale ? { locale: user.locale } : {}),
  };
}
