import { startOpenAiSimulator } from "./openai/openai-simulator.ts";
import type { PageLog, PageWorkspace } from "./page-workspace.ts";

/** The platforms that can be simulated here. */
export type SimulatedPlatform = "slack" | "discord" | "teams";

/** How the simulated workspaces are set up. */
export interface SimulatedWorkspaceOptions {
  /** Where Baton listens, when that is known already: the same as `connect`. */
  readonly baseUrl?: string | undefined;
  /** Whether a real model is set up; read from the environment when left out. */
  readonly hasModel?: boolean | undefined;
  /** All of them when left out. */
  readonly platforms?: readonly SimulatedPlatform[] | undefined;
  readonly log?: PageLog | undefined;
}

/** A colleague in the simulated workspaces, and the accounts that are theirs. */
export interface SimulatedColleague {
  readonly name: string;
  readonly accounts: readonly {
    readonly channel: SimulatedPlatform;
    readonly workspace: string;
    readonly id: string;
  }[];
}

/** Running simulated workspaces. */
export interface SimulatedWorkspace {
  /** What Baton must be set up with to live in them. */
  readonly env: Record<string, string>;
  readonly workspaces: { readonly [P in SimulatedPlatform]?: PageWorkspace };
  /** Whoever is of the staff there. */
  readonly staff: readonly SimulatedColleague[];
  /** Baton listens at this address from now on: events, clicks and commands go to its doors. */
  connect(baseUrl: string): void;
  /** Ends all platforms; safe to call twice. */
  stop(): Promise<void>;
}

/** One simulated platform, as far as all of them are the same. */
interface Simulation {
  readonly env: Record<string, string>;
  readonly page: PageWorkspace;
  /** Where an account of staff belongs: the ids under which Baton may know the workspace. */
  readonly accountsIn: readonly string[];
  connect(baseUrl: string): void;
  stop(): Promise<void>;
}

// Slow enough to see the receipt come and go and the words arrive, fast enough not to wait.
const pace = { firstTokenMs: 400, tokensPerSecond: 40 };

/**
 * Starts a workspace on each platform in this process, every one with two people and a colleague, and, where no
 * model is set up, a model stand-in: enough for Baton to run without an account, a key or a network. All of it is
 * forgotten at the stop.
 */
export async function startSimulatedWorkspace(
  options: SimulatedWorkspaceOptions = {},
): Promise<SimulatedWorkspace> {
  const needsModel = !(options.hasModel ?? isModelConfigured(process.env));
  const names = options.platforms ?? simulatedPlatforms;
  const parts = { model: needsModel ? "stand-in" : "your own", log: options.log };
  const [model, ...running] = await Promise.all([
    needsModel ? startOpenAiSimulator({ ...pace, historyLimit: 200 }) : undefined,
    ...names.map(async (name) => ({ name, simulation: await simulations[name](parts) })),
  ]);
  const connect = (baseUrl: string): void => {
    for (const { simulation } of running) simulation.connect(baseUrl);
  };
  if (options.baseUrl !== undefined) connect(options.baseUrl);
  return {
    env: Object.assign(
      {},
      ...running.map(({ simulation }) => simulation.env),
      model === undefined
        ? {}
        : { OPENAI_BASE_URL: model.baseURL, OPENAI_API_KEY: "sk-stand-in", OPENAI_MODEL: "gpt-4o-mini" },
    ) as Record<string, string>,
    workspaces: Object.fromEntries(running.map(({ name, simulation }) => [name, simulation.page])),
    staff: running.flatMap(({ name, simulation }) => toStaff(name, simulation)),
    connect,
    async stop() {
      await Promise.all([...running.map(({ simulation }) => simulation.stop()), model?.stop()]);
    },
  };
}

function isModelConfigured(env: NodeJS.ProcessEnv): boolean {
  const names =
    env["AI_PROVIDER"] === "azure" ? ["AZURE_OPENAI_API_KEY"] : ["OPENAI_API_KEY", "OPENAI_BASE_URL"];
  return names.some((name) => (env[name] ?? "") !== "");
}

function toStaff(channel: SimulatedPlatform, { page, accountsIn }: Simulation): SimulatedColleague[] {
  return page
    .describe()
    .people.filter(({ isStaff }) => isStaff)
    .map(({ realName, id }) => ({
      name: realName,
      accounts: accountsIn.map((workspace) => ({ channel, workspace, id })),
    }));
}

interface Parts {
  readonly model: string;
  readonly log: PageLog | undefined;
}

// Each is loaded only when it is asked for: their code is much of a start.
const simulations: Readonly<Record<SimulatedPlatform, (parts: Parts) => Promise<Simulation>>> = {
  slack: simulateSlack,
  discord: simulateDiscord,
  teams: simulateTeams,
};

const simulatedPlatforms = ["slack", "discord", "teams"] as const satisfies readonly SimulatedPlatform[];

/** How many calls and events each platform remembers, for the drawer that shows them. */
const historyLimit = 2_000;

async function simulateSlack({ model, log }: Parts): Promise<Simulation> {
  const [{ startSlackSimulator }, { createSlackPage }] = await Promise.all([
    import("./slack/start-slack-simulator.ts"),
    import("./slack-page.ts"),
  ]);
  const slack = await startSlackSimulator({ historyLimit });
  return {
    env: {
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.installation.botToken,
      SLACK_SIGNING_SECRET: slack.app.signingSecret,
    },
    page: createSlackPage(slack, model, log),
    accountsIn: [slack.installation.teamId],
    connect: (baseUrl) =>
      slack.configure({
        requestUrl: new URL("/slack/events", baseUrl).href,
        interactivityUrl: new URL("/slack/interactions", baseUrl).href,
        commandUrl: new URL("/slack/commands", baseUrl).href,
      }),
    stop: () => slack.stop(),
  };
}

async function simulateDiscord({ model, log }: Parts): Promise<Simulation> {
  const [{ startDiscordSimulator }, { createDiscordPage }] = await Promise.all([
    import("./discord/start-discord-simulator.ts"),
    import("./discord-page.ts"),
  ]);
  const discord = await startDiscordSimulator({ historyLimit });
  return {
    env: { DISCORD_API_URL: discord.apiUrl, DISCORD_BOT_TOKEN: discord.app.botToken },
    page: createDiscordPage(discord, model, log),
    // Direct messages belong to no guild: Baton keeps them under the application.
    accountsIn: [discord.guild.id, discord.app.applicationId],
    connect: () => {}, // Baton comes to the gateway by itself
    stop: () => discord.stop(),
  };
}

async function simulateTeams({ model, log }: Parts): Promise<Simulation> {
  const [{ startTeamsSimulator }, { createTeamsPage }] = await Promise.all([
    import("./teams/start-teams-simulator.ts"),
    import("./teams-page.ts"),
  ]);
  // As an app whose manifest asks for ChannelMessage.Read.Group: a colleague takes a thread over without a mention.
  const teams = await startTeamsSimulator({ historyLimit, hearsAll: true });
  const { host } = new URL(teams.url);
  return {
    env: {
      TEAMS_APP_ID: teams.app.appId,
      TEAMS_APP_PASSWORD: teams.app.secret,
      TEAMS_TENANT_ID: teams.app.tenantId,
      TEAMS_SERVICE_HOSTS: host,
      TEAMS_OPENID_URL: teams.openIdUrl,
      TEAMS_LOGIN_URL: teams.url,
    },
    page: createTeamsPage(teams, model, log),
    accountsIn: [teams.app.tenantId],
    connect: (baseUrl) => teams.configure({ endpoint: new URL("/teams/messages", baseUrl).href }),
    stop: () => teams.stop(),
  };
}
