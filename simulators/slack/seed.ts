import type { App } from "./model.ts";

/** Scopes of the seeded bot token: all that a support bot asks for. */
export const seedScopes: readonly string[] = [
  "app_mentions:read",
  "assistant:write",
  "channels:history",
  "channels:join",
  "channels:read",
  "chat:write",
  "chat:write.customize",
  "commands",
  "files:read",
  "files:write",
  "groups:history",
  "groups:read",
  "im:history",
  "im:read",
  "im:write",
  "mpim:history",
  "mpim:read",
  "mpim:write",
  "reactions:read",
  "reactions:write",
  "team:read",
  "usergroups:read",
  "users:read",
  "users:read.email",
];

/** The app every run starts with. */
export const seedApp: App = {
  appId: "A0BATON0001",
  name: "baton",
  clientId: "100.200",
  clientSecret: "baton-simulator-client-secret",
  signingSecret: "baton-simulator-signing-secret-0001",
  appToken: "xapp-baton-A0BATON0001",
  verificationToken: "baton-verification-token",
};

export interface UserSeed {
  readonly id: string;
  readonly name: string;
  readonly realName?: string;
  readonly email?: string;
  readonly locale?: string;
  readonly tz?: string;
  readonly isAdmin?: boolean;
  readonly isBot?: boolean;
  readonly isGuest?: boolean;
  readonly deleted?: boolean;
}

export interface ChannelSeed {
  readonly id: string;
  readonly name: string;
  readonly type?: "channel" | "group" | "im" | "mpim";
  /** User ids; everyone and the bot when left out. */
  readonly members?: readonly string[];
  /** False keeps the bot out. */
  readonly bot?: boolean;
  readonly archived?: boolean;
}

/** A workspace to begin with. Without `bot` the app is not installed there (OAuth can do it). */
export interface TeamSeed {
  readonly id: string;
  readonly name: string;
  readonly domain?: string;
  readonly bot?: {
    readonly userId: string;
    readonly botId: string;
    readonly token: string;
    readonly name?: string;
    readonly scopes?: readonly string[];
  };
  readonly users: readonly UserSeed[];
  readonly channels: readonly ChannelSeed[];
  readonly usergroups?: readonly {
    readonly id: string;
    readonly handle: string;
    readonly users: readonly string[];
    readonly disabled?: boolean;
  }[];
}

/** A Slack Connect channel: one id, seen from several teams. */
export interface SharedChannelSeed {
  readonly id: string;
  readonly name: string;
  readonly teamIds: readonly string[];
  readonly members?: readonly string[];
}

/** One workspace with #support and #general, Ana, Ben, Mia and the bot. */
export const seedTeams: readonly TeamSeed[] = [
  {
    id: "T0BATON0001",
    name: "Acme",
    domain: "acme",
    bot: {
      userId: "U0BATONBOT1",
      botId: "B0BATON0001",
      token: "xoxb-baton-T0BATON0001",
      name: "baton",
    },
    users: [
      { id: "U0ANA000001", name: "Ana", realName: "Ana Lima", email: "ana@acme.test" },
      { id: "U0BEN000001", name: "Ben", realName: "Ben Osei", email: "ben@acme.test" },
      { id: "U0MIA000001", name: "Mia", realName: "Mia Braun", email: "mia@acme.test", isAdmin: true },
    ],
    channels: [
      { id: "C0SUPPORT01", name: "support" },
      { id: "C0GENERAL01", name: "general" },
    ],
    usergroups: [{ id: "S0SUPPORT01", handle: "support-team", users: ["U0MIA000001", "U0BEN000001"] }],
  },
];
