import { ApiError } from "../api-error.ts";
import { textOf } from "../arguments.ts";
import type { Methods } from "./method.ts";

/** `api.test`, `auth.*`, `team.info`, `bots.info`, `apps.connections.open`, `oauth.v2.access`. */
export const workspaceMethods: Methods = {
  "api.test": {
    token: "none",
    scopes: [],
    args: { error: "string", foo: "string" },
    run(call) {
      const error = textOf(call.args, "error");
      if (error !== undefined) throw new ApiError(error, { args: call.args });
      return { args: call.args };
    },
  },
  "auth.test": {
    token: "bot",
    scopes: [],
    args: {},
    run({ platform, bot, token }) {
      const team = platform.state.teams.get(token.teamId);
      const expiry =
        token.expiresAt === undefined
          ? {}
          : { expires_in: Math.floor((token.expiresAt - Date.now()) / 1000) };
      return {
        url: `https://${team?.domain ?? ""}.slack.com/`,
        team: team?.name,
        user: bot.botName,
        team_id: token.teamId,
        user_id: bot.botUserId,
        bot_id: bot.botId,
        is_enterprise_install: false,
        ...expiry,
      };
    },
  },
  "auth.revoke": {
    token: "bot",
    scopes: [],
    args: { test: "boolean" },
    run({ platform, args, token, bot }) {
      if (args["test"] === true) return { revoked: false };
      token.revoked = true;
      bot.active = false;
      void platform.events.raw(bot.teamId, {
        type: "tokens_revoked",
        tokens: { oauth: [], bot: [bot.botUserId] },
      });
      return { revoked: true };
    },
  },
  "team.info": {
    token: "bot",
    scopes: ["team:read"],
    args: { team: "string", domain: "string" },
    run({ platform, args, token }) {
      const id = textOf(args, "team") ?? token.teamId;
      const team = platform.state.teams.get(id);
      if (team === undefined) throw new ApiError("team_not_found");
      return {
        team: {
          id: team.id,
          name: team.name,
          url: `https://${team.domain}.slack.com/`,
          domain: team.domain,
          email_domain: "",
          icon: {},
          avatar_base_url: "",
        },
      };
    },
  },
  "bots.info": {
    token: "bot",
    scopes: ["users:read"],
    args: { bot: "string", team_id: "string" },
    run({ platform, args, bot }) {
      const id = textOf(args, "bot") ?? bot.botId;
      const own = platform.state.botOf(id);
      const other = [...platform.state.users.values()].find((user) => user.botId === id);
      if (own === undefined && other === undefined) throw new ApiError("bot_not_found");
      return {
        bot: {
          id,
          deleted: false,
          name: own?.botName ?? other?.name,
          updated: 1_766_422_444,
          app_id: own === undefined ? "A0OTHER0001" : platform.state.app.appId,
          user_id: own?.botUserId ?? other?.id,
          icons: {},
        },
      };
    },
  },
  "apps.connections.open": {
    token: "app",
    scopes: ["connections:write"],
    args: {},
    run: ({ platform }) => ({ url: platform.url.replace(/^http/, "ws") + platform.sockets.createTicket() }),
  },
  "oauth.v2.access": {
    token: "none",
    scopes: [],
    args: {
      client_id: "string",
      client_secret: "string",
      code: "string",
      redirect_uri: "string",
      grant_type: "string",
      refresh_token: "string",
    },
    run: ({ platform, args }) => platform.oauth.access(args),
  },
};
