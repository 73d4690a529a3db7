import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { startDiscordSimulator } from "../../../simulators/discord/start-discord-simulator.ts";
import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";
import { createDiscordPage } from "../../../simulators/discord-page.ts";
import type { PageWorkspace } from "../../../simulators/page-workspace.ts";
import { startSlackSimulator } from "../../../simulators/slack/start-slack-simulator.ts";
import type { SlackSimulator } from "../../../simulators/slack/simulator.ts";
import { createSlackPage } from "../../../simulators/slack-page.ts";
import { startTeamsSimulator } from "../../../simulators/teams/start-teams-simulator.ts";
import type { TeamsSimulator } from "../../../simulators/teams/simulator.ts";
import { createTeamsPage } from "../../../simulators/teams-page.ts";
import { defineTool, type Tool } from "../../../src/core/tool.ts";
import { teamsEnvironment } from "../../support/teams-environment.ts";
import { openTalk, type Talk } from "../../support/talk.ts";
import { createGates, type Gates } from "./take-over-points.ts";

/** One Baton between all platforms, whose colleagues have their room on Slack, and what holds its turns. */
export interface Scene {
  readonly talk: Talk;
  readonly slack: SlackSimulator;
  readonly discord: DiscordSimulator;
  readonly teams: TeamsSimulator;
  readonly pages: Readonly<Record<"slack" | "discord" | "teams", PageWorkspace>>;
  readonly staffChannel: string;
  readonly gates: Gates;
  /** What the tool has done, by the id of the question. */
  readonly effects: readonly Effect[];
  /** The questions a model is answering in words, or has answered. */
  readonly spoken: ReadonlySet<string>;
  stop(): Promise<void>;
}

/** One effect of the tool. */
export interface Effect {
  readonly id: string;
  /** Which run of it this was. */
  readonly key: string;
  readonly startedMs: number;
  readonly landedMs: number;
}

/** The site its visitors come from. */
export const site = "handoff-web";

const toolName = "set_badge";
/** Slow enough for a take-over to come in the middle of an answer. */
const tokensPerSecond = 60;

/** Opens one. */
export async function openScene(): Promise<Scene> {
  const [slack, discord, teams] = await Promise.all([
    startSlackSimulator({ timeScale: 0.01, historyLimit: 200_000 }),
    startDiscordSimulator({ rateLimits: false, embedResolveMs: false, historyLimit: 200_000 }),
    startTeamsSimulator({
      timeScale: 0.01,
      hearsAll: true,
      streamIntervalMs: 0,
      streamLifeMs: 120_000,
      historyLimit: 200_000,
    }),
  ]);
  const pages = {
    slack: createSlackPage(slack, "stand-in"),
    discord: createDiscordPage(discord, "stand-in"),
    teams: createTeamsPage(teams, "stand-in"),
  };
  const staffChannel = pages.slack.describe().channels.at(-1)?.id ?? "";
  const gates = createGates();
  const effects: Effect[] = [];
  const talk = await openTalk({
    env: {
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.installation.botToken,
      SLACK_SIGNING_SECRET: slack.app.signingSecret,
      DISCORD_API_URL: discord.apiUrl,
      DISCORD_BOT_TOKEN: discord.app.botToken,
      ...teamsEnvironment(teams),
      SLACK_PACE: "off",
      DISCORD_PACE: "off",
    },
    pace: { undoMs: 0 },
    lend: gates.lend,
    tools: [badgeTool(gates, effects)],
    model: { historyLimit: 100, tokensPerSecond },
    files: {
      "config/rules/acme.yaml": "check: off\n",
      "config/tenants/acme.yaml": toCompany({ slack, discord, teams, pages, staffChannel }),
    },
  });
  const spoken = followScript(talk, gates);
  const url = talk.house.service.url();
  slack.configure({
    requestUrl: new URL("/slack/events", url).href,
    interactivityUrl: new URL("/slack/interactions", url).href,
  });
  teams.configure({ endpoint: new URL("/teams/messages", url).href });
  await discord.connected(60_000);
  return {
    talk,
    slack,
    discord,
    teams,
    pages,
    staffChannel,
    gates,
    effects,
    spoken,
    stop: async () => {
      await talk.stop();
      await Promise.all([slack.stop(), discord.stop(), teams.stop()]);
    },
  };
}

/** One company, whose colleague has an account on each platform, and whose messages are understood by a model. */
function toCompany({
  slack,
  discord,
  teams,
  pages,
  staffChannel,
}: Pick<Scene, "slack" | "discord" | "teams" | "pages" | "staffChannel">): string {
  const idOn = (platform: keyof Scene["pages"]) => colleagueOn(pages[platform]);
  const { teamId: team } = slack.installation;
  const accounts = [
    { channel: "slack", workspace: team, id: idOn("slack") },
    { channel: "discord", workspace: discord.guild.id, id: idOn("discord") },
    { channel: "discord", workspace: discord.app.applicationId, id: idOn("discord") },
    { channel: "teams", workspace: teams.app.tenantId, id: idOn("teams") },
  ];
  return JSON.stringify({
    name: "Acme",
    default: true,
    understanding: "model",
    sites: [{ key: site, origins: ["https://www.acme.example"], allowApps: true }],
    staffRoom: { channel: "slack", workspace: team, id: staffChannel },
    handoff: { longTalk: "off" },
    staff: [{ name: "Mia Braun", roles: ["staff"], accounts }],
  });
}

/** Who helps there. */
export function colleagueOn(page: PageWorkspace): string {
  return page.describe().people.find(({ isStaff }) => isStaff)?.id ?? "";
}

/** Has one effect when it runs, after whatever holds it. */
function badgeTool(gates: Gates, effects: Effect[]): Tool {
  return defineTool({
    name: toolName,
    description: "Sets a badge.",
    input: z.strictObject({ id: z.string() }),
    output: z.object({ done: z.boolean() }),
    roles: ["customer", "staff", "admin"],
    effect: "write",
    repeatable: true,
    approval: "none",
    timeoutMs: 20_000,
    cost: 0,
    run: async ({ id }, { idempotencyKey: key }) => {
      const startedMs = Date.now();
      // The request is on its way: a take-over does not take it back.
      await gates.reach(id, "while a tool runs");
      await delay(5);
      effects.push({ id, key, startedMs, landedMs: Date.now() });
      return { done: true };
    },
  });
}

/** What a model does when it is asked: speaks, calls the tool first, or says that it will. */
export type Wish = "words" | "tool" | "told tool";

/** A question that wants an answer of so many words. */
export function toQuestion(id: string, words: number, wish: Wish): string {
  return `please help [[take:${id}:${words}:${wish}]]`;
}

/** Begins whatever the bot says to a question: of a message that has just begun its first letters stand there. */
export const beginOf = (id: string): string => `${id} says`;
/** Stands at the end of an answer that is whole. */
export const endOf = (id: string): string => `end:${id}`;

const meaning = { intent: null, confidence: 0.95, language: "en", sentiment: 0.6, slots: {} };

function followScript({ model }: Talk, gates: Gates): ReadonlySet<string> {
  const spoken = new Set<string>();
  model.addRule(async ({ lastUserText, request, tools }) => {
    const asked = [...lastUserText.matchAll(/\[\[take:(\w+):(\d+):([\w ]+)\]\]/g)].at(-1);
    if (asked === undefined) return undefined;
    const [, id = "", words = "0", wish] = asked;
    if (lastUserText.startsWith("Classify the message below.")) {
      await gates.reach(id, "while it is understood");
      return { text: JSON.stringify(meaning) };
    }
    if (!tools.some(({ name }) => name === toolName)) return undefined;
    spoken.add(id);
    if (wish !== "words" && request.messages.at(-1)?.role !== "tool") {
      const text =
        wish === "tool" ? {} : { text: `${beginOf(id)} I will set the badge, one moment please. ` };
      return { ...text, toolCalls: [{ name: toolName, arguments: { id } }] };
    }
    const many = Array.from({ length: Number(words) }, (_, index) => `word${index}`).join(" ");
    return { text: `${beginOf(id)} ${many} ${endOf(id)}` };
  });
  return spoken;
}
