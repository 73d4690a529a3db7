import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import {
  toDiscordGuild,
  toSlackTeam,
  toTeamsTenant,
  withStaffChannel,
  type SimulatedCompany,
} from "./company-seeds.ts";
import { installSlackApp } from "./install-slack-app.ts";
import { answerFromDocuments } from "./openai/answer-from-documents.ts";
import { startOpenAiSimulator, type OpenAiSimulatorOptions } from "./openai/openai-simulator.ts";
import { joinAccounts } from "./join-accounts.ts";
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
  /** Companies that have workspaces of their own beside the first one's. */
  readonly companies?: readonly SimulatedCompany[] | undefined;
  /** The stand-in's pace and what it is told to say. */
  readonly model?: OpenAiSimulatorOptions | undefined;
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

/** What is simulated for one company. */
export interface CompanyWorkspaces {
  readonly workspaces: { readonly [P in SimulatedPlatform]?: PageWorkspace };
  /** Whoever is of the staff there. */
  readonly staff: readonly SimulatedColleague[];
  /** A place that only they read, where what waits for them is shown. */
  readonly staffRoom?: { readonly channel: "slack"; readonly workspace: string; readonly id: string };
  /** Under which ids Baton knows the workspaces. */
  readonly installations: readonly { readonly channel: SimulatedPlatform; readonly id: string }[];
}

/** Running simulated workspaces: the first company's, and one set for each further one. */
export interface SimulatedWorkspace extends Omit<CompanyWorkspaces, "installations"> {
  /** What Baton must be set up with to live in them. */
  readonly env: Record<string, string>;
  /** A folder with what the people of the first company read at work, for its bot to answer from. */
  readonly handbook: string;
  /** By the company's slug. */
  readonly companies: ReadonlyMap<string, CompanyWorkspaces>;
  /**
   * Baton listens at this address from now on: events, clicks and commands go to its doors. Resolves when further
   * companies' workspaces have installed it, too.
   */
  connect(baseUrl: string): Promise<void>;
  /** Ends all platforms; safe to call twice. */
  stop(): Promise<void>;
}

/** One simulated platform, as far as all of them are the same. */
interface Simulation {
  readonly env: Record<string, string>;
  readonly first: Scene;
  /** In the order of the companies. */
  readonly others: readonly Scene[];
  connect(baseUrl: string): Promise<void>;
  stop(): Promise<void>;
}

/** One company's workspace on one platform. */
interface Scene {
  readonly page: PageWorkspace;
  /** Where an account of staff belongs: the ids under which Baton may know the workspace. The first is its own. */
  readonly accountsIn: readonly string[];
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
  const companies = options.companies ?? [];
  const parts = { model: needsModel ? "stand-in" : "your own", companies, log: options.log };
  const [model, ...running] = await Promise.all([
    needsModel
      ? startOpenAiSimulator({ ...pace, historyLimit: 200, rules: [answerFromDocuments], ...options.model })
      : undefined,
    ...names.map(async (name) => ({ name, simulation: await simulations[name](parts) })),
  ]);
  const connect = async (baseUrl: string): Promise<void> => {
    await Promise.all(running.map(({ simulation }) => simulation.connect(baseUrl)));
  };
  if (options.baseUrl !== undefined) await connect(options.baseUrl);
  const { workspaces, staff, staffRoom } = gather(
    running.map(({ name, simulation }) => ({ name, scene: simulation.first })),
  );
  const ofCompany = (index: number) =>
    gather(
      running.flatMap(({ name, simulation }) => {
        const scene = simulation.others[index];
        return scene === undefined ? [] : [{ name, scene }];
      }),
    );
  return {
    env: Object.assign(
      {},
      ...running.map(({ simulation }) => simulation.env),
      model === undefined
        ? {}
        : { OPENAI_BASE_URL: model.baseURL, OPENAI_API_KEY: "sk-stand-in", OPENAI_MODEL: "gpt-4o-mini" },
    ) as Record<string, string>,
    handbook: fileURLToPath(new URL("handbook", import.meta.url)),
    workspaces,
    staff,
    ...(staffRoom && { staffRoom }),
    companies: new Map(companies.map(({ slug }, index) => [slug, ofCompany(index)])),
    connect,
    async stop() {
      await Promise.all([...running.map(({ simulation }) => simulation.stop()), model?.stop()]);
    },
  };
}

function gather(
  scenes: readonly { readonly name: SimulatedPlatform; readonly scene: Scene }[],
): CompanyWorkspaces {
  const slack = scenes.find(({ name }) => name === "slack");
  const staffRoom = slack && findStaffRoom(slack.scene);
  return {
    workspaces: Object.fromEntries(scenes.map(({ name, scene }) => [name, scene.page])),
    staff: joinAccounts(scenes.flatMap(({ name, scene }) => toStaff(name, scene))),
    ...(staffRoom && { staffRoom }),
    installations: scenes.flatMap(({ name, scene }) =>
      scene.accountsIn.slice(0, 1).map((id) => ({ channel: name, id })),
    ),
  };
}

/** The place in a Slack that is not open to all. */
function findStaffRoom({ page, accountsIn: [workspace] }: Scene): CompanyWorkspaces["staffRoom"] {
  const found = page.describe().channels.find(({ members }) => members !== undefined);
  return found && workspace !== undefined ? { channel: "slack", workspace, id: found.id } : undefined;
}

function isModelConfigured(env: NodeJS.ProcessEnv): boolean {
  const names =
    env["AI_PROVIDER"] === "azure" ? ["AZURE_OPENAI_API_KEY"] : ["OPENAI_API_KEY", "OPENAI_BASE_URL"];
  return names.some((name) => (env[name] ?? "") !== "");
}

function toStaff(channel: SimulatedPlatform, { page, accountsIn }: Scene): SimulatedColleague[] {
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
  readonly companies: readonly SimulatedCompany[];
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

async function simulateSlack({ model, companies, log }: Parts): Promise<Simulation> {
  const [{ startSlackSimulator }, { createSlackPage }, { seedTeams }] = await Promise.all([
    import("./slack/start-slack-simulator.ts"),
    import("./slack-page.ts"),
    import("./slack/seed.ts"),
  ]);
  const further = companies.map(toSlackTeam);
  const slack = await startSlackSimulator({
    historyLimit,
    teams: [...seedTeams, ...further].map(withStaffChannel),
  });
  const { clientId, clientSecret, signingSecret } = slack.app;
  const sceneOf = (teamId: string): Scene => ({
    page: createSlackPage(slack, model, { teamId, ...(log !== undefined && { log }) }),
    accountsIn: [teamId],
  });
  return {
    env: {
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.installation.botToken,
      SLACK_SIGNING_SECRET: signingSecret,
      ...(further.length > 0 && {
        SLACK_CLIENT_ID: clientId,
        SLACK_CLIENT_SECRET: clientSecret,
        SLACK_STATE_SECRET: randomBytes(24).toString("base64url"),
      }),
    },
    first: sceneOf(slack.installation.teamId),
    others: further.map(({ id }) => sceneOf(id)),
    async connect(baseUrl) {
      slack.configure({
        requestUrl: new URL("/slack/events", baseUrl).href,
        interactivityUrl: new URL("/slack/interactions", baseUrl).href,
        commandUrl: new URL("/slack/commands", baseUrl).href,
        redirectUrl: new URL("/slack/oauth_redirect", baseUrl).href,
      });
      for (const { id } of further) await installSlackApp(baseUrl, id);
    },
    stop: () => slack.stop(),
  };
}

async function simulateDiscord({ model, companies, log }: Parts): Promise<Simulation> {
  const [{ startDiscordSimulator }, { createDiscordPage }, { seedGuilds }] = await Promise.all([
    import("./discord/start-discord-simulator.ts"),
    import("./discord-page.ts"),
    import("./discord/seed.ts"),
  ]);
  const guilds = [...seedGuilds, ...companies.map(toDiscordGuild)];
  const discord = await startDiscordSimulator({ historyLimit, guilds });
  const sceneOf = (guildId: string): Scene => ({
    page: createDiscordPage(discord, model, { guildId, ...(log !== undefined && { log }) }),
    // Direct messages belong to no guild: Baton keeps them under the application.
    accountsIn: guildId === discord.guild.id ? [guildId, discord.app.applicationId] : [guildId],
  });
  const [first = discord.guild.id, ...others] = discord.state.guilds.keys();
  return {
    env: { DISCORD_API_URL: discord.apiUrl, DISCORD_BOT_TOKEN: discord.app.botToken },
    first: sceneOf(first),
    others: others.map(sceneOf),
    connect: async () => {}, // Baton comes to the gateway by itself
    stop: () => discord.stop(),
  };
}

async function simulateTeams({ model, companies, log }: Parts): Promise<Simulation> {
  const [{ startTeamsSimulator }, { createTeamsPage }, { seedTenants }] = await Promise.all([
    import("./teams/start-teams-simulator.ts"),
    import("./teams-page.ts"),
    import("./teams/seed.ts"),
  ]);
  const further = companies.map(toTeamsTenant);
  // As an app whose manifest asks for ChannelMessage.Read.Group: a colleague takes a thread over without a mention.
  const teams = await startTeamsSimulator({
    historyLimit,
    hearsAll: true,
    tenants: [...seedTenants, ...further],
  });
  const { host } = new URL(teams.url);
  const { appId, secret, tenantId } = teams.app;
  const sceneOf = (id: string): Scene => ({
    page: createTeamsPage(teams, model, { tenantId: id, ...(log !== undefined && { log }) }),
    accountsIn: [id],
  });
  return {
    env: {
      TEAMS_APP_ID: appId,
      TEAMS_APP_PASSWORD: secret,
      TEAMS_TENANT_ID: tenantId,
      ...(further.length > 0 && {
        TEAMS_ALLOWED_TENANTS: [tenantId, ...further.map(({ id }) => id)].join(","),
      }),
      TEAMS_SERVICE_HOSTS: host,
      TEAMS_OPENID_URL: teams.openIdUrl,
      TEAMS_LOGIN_URL: teams.url,
    },
    first: sceneOf(tenantId),
    others: further.map(({ id }) => sceneOf(id)),
    connect: async (baseUrl) => teams.configure({ endpoint: new URL("/teams/messages", baseUrl).href }),
    stop: () => teams.stop(),
  };
}
