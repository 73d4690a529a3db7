import { fixAction, fixMenu } from "../../src/core/deck.ts";

/** What Baton asks of a workspace, each with its reason. The same list is used by the manifest and by OAuth. */
export const botScopes = {
  "app_mentions:read": "hear mentions",
  "assistant:write": "show that an answer is being written",
  "channels:history": "hear threads in public channels, catch up after downtime",
  "channels:read": "know which public channels it is in",
  "chat:write": "answer",
  commands: "/baton and shortcuts",
  "files:read": "read files people attach",
  "files:write": "attach files to answers",
  "groups:history": "the same in private channels it was invited to",
  "groups:read": "know which private channels it is in",
  "im:history": "hear direct messages",
  "im:read": "know its direct conversations",
  "im:write": "open a direct conversation",
  "mpim:history": "hear group direct messages",
  "mpim:read": "know its group conversations",
  "reactions:read": "hear reactions to its answers",
  "reactions:write": "the receipt 👀 on a question",
  "usergroups:read": "know who is in a user group of colleagues",
  "users:read": "names, language and time zone",
} as const;

/** The events Baton subscribes to. */
export const botEvents = [
  "app_home_opened",
  "app_mention",
  "app_uninstalled",
  "member_joined_channel",
  "member_left_channel",
  "message.channels",
  "message.groups",
  "message.im",
  "message.mpim",
  "reaction_added",
  "reaction_removed",
  "tokens_revoked",
] as const;

interface ManifestOptions {
  readonly mode: "http" | "socket";
  /** Where Slack reaches Baton, e.g. `https://baton.example.com`; needed for HTTP and for OAuth. */
  readonly publicUrl: string | undefined;
  /** Tokens that end after twelve hours and are renewed. */
  readonly tokenRotation: boolean;
}

/** The Slack app's manifest, to be pasted at api.slack.com/apps under "From a manifest". */
export function createSlackManifest({ mode, publicUrl, tokenRotation }: ManifestOptions): object {
  const at = (path: string): string => new URL(path, publicUrl ?? "https://baton.example.com").href;
  const isHttp = mode === "http";
  return {
    display_information: {
      name: "Baton",
      description: "Answers from your company's knowledge, and passes the baton to your staff",
      background_color: "#1f2937",
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: "baton", always_online: true },
      shortcuts: [
        {
          name: fixMenu.name,
          type: "message",
          callback_id: fixAction,
          description: "Put the right answer in the place of the bot's",
        },
      ],
      slash_commands: [
        {
          command: "/baton",
          ...(isHttp ? { url: at("/slack/commands") } : {}),
          description: "Ask Baton",
          usage_hint: "[your question]",
          should_escape: true,
        },
      ],
    },
    oauth_config: {
      ...(publicUrl === undefined ? {} : { redirect_urls: [at("/slack/oauth_redirect")] }),
      scopes: { bot: Object.keys(botScopes) },
    },
    settings: {
      event_subscriptions: {
        ...(isHttp ? { request_url: at("/slack/events") } : {}),
        bot_events: botEvents,
      },
      interactivity: {
        is_enabled: true,
        ...(isHttp ? { request_url: at("/slack/interactions") } : {}),
      },
      org_deploy_enabled: false,
      socket_mode_enabled: !isHttp,
      token_rotation_enabled: tokenRotation,
    },
  };
}
