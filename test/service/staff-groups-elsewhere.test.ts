import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DiscordSimulator } from "../../simulators/discord/simulator.ts";
import { startDiscordSimulator } from "../../simulators/discord/start-discord-simulator.ts";
import type { TeamsSimulator } from "../../simulators/teams/simulator.ts";
import { startTeamsSimulator } from "../../simulators/teams/start-teams-simulator.ts";
import { openTalk, until, type Talk } from "../support/talk.ts";
import { teamsEnvironment } from "../support/teams-environment.ts";

let discord: DiscordSimulator;
let teams: TeamsSimulator;
let talk: Talk;
let helpers: string;

beforeAll(async () => {
  discord = await startDiscordSimulator({ identifyWindowMs: 20, rateLimits: false });
  teams = await startTeamsSimulator({ timeScale: 0.01, streamIntervalMs: 0, deliveryTimeoutMs: 20_000 });
  helpers = teams.addTeam({ name: "Helpers", people: [{ name: "Mia Berg" }] })[0]?.id ?? "";
  talk = await openTalk({
    env: {
      DISCORD_BOT_TOKEN: discord.app.botToken,
      DISCORD_API_URL: discord.apiUrl,
      DISCORD_PACE: "off",
      ...teamsEnvironment(teams),
    },
    files: {
      "config/tenants/acme.yaml": [
        "name: Acme",
        "default: true",
        "staffFrom:",
        `  - { channel: discord, workspace: "${discord.guild.id}", kind: role, id: "1300000000000000011" }`,
        `  - { channel: teams, workspace: "${teams.app.tenantId.toUpperCase()}", kind: team, id: "${helpers}" }`,
      ].join("\n"),
    },
    pace: { staffGroups: { everyMs: 400, againMs: 400 } },
  });
  teams.configure({ endpoint: `${talk.house.service.url()}/teams/messages` });
  await discord.connected();
}, 120_000);
afterAll(async () => {
  await talk?.stop();
  await Promise.all([discord?.stop(), teams?.stop()]);
});

const slowlyMs = 45_000;

/** Waits until these are the colleagues on a platform, by their accounts there. */
function known(channel: string, accounts: readonly string[]): Promise<true> {
  return until(async () => {
    const rows = await talk.rows<{ external_id: string }>(
      `SELECT i.external_id FROM staff_identities i JOIN installations n ON n.id = i.installation_id
       WHERE n.channel = $1 ORDER BY 1`,
      [channel],
    );
    return JSON.stringify(rows.map((row) => row.external_id)) === JSON.stringify(accounts);
  }, slowlyMs);
}

async function holder(channel: string): Promise<string | null> {
  const [row] = await talk.rows<{ name: string | null }>(
    `SELECT coalesce(s.name, c.owner_queue) AS name FROM conversations c LEFT JOIN staff s ON s.id = c.owner_staff
     WHERE c.channel = $1 ORDER BY c.created_at DESC LIMIT 1`,
    [channel],
  );
  return row?.name ?? null;
}

describe("colleagues by a role of Discord's", () => {
  it("claim, others are refused, and whoever loses the role loses what they have", async () => {
    const mia = discord.state.findUser("Mia").id;
    await known("discord", [mia]);
    const { messageId } = discord.userSays({
      user: "Ana",
      channel: "#support",
      text: "@baton are you there?",
    });
    const thread = await discord.waitFor(() => {
      const found = discord.threadOf("#support", messageId);
      return found !== undefined && discord.botReplies(found.id).length > 0 ? found : undefined;
    }, slowlyMs);
    discord.userSays({ user: "Ben", channel: thread.id, text: "!claim" });
    await discord.waitFor(
      () => discord.botReplies(thread.id).some(({ text }) => text.includes("only staff can do that")),
      slowlyMs,
    );
    discord.userSays({ user: "Mia", channel: thread.id, text: "!claim" });
    await until(async () => (await holder("discord")) === "Mia", slowlyMs);
    await discord.givesRole({ user: "Mia", role: "Staff", remove: true }).delivered;
    await until(async () => (await holder("discord")) === "general_support", slowlyMs);
    await known("discord", []);
  }, 120_000);
});

describe("colleagues by a team of Teams", () => {
  it("claim, others are refused, and whoever leaves the team loses what they have", async () => {
    const mia = teams.state.findPerson("Mia Berg").id;
    const said = teams.userSays({
      user: "Ana",
      conversation: "#Helpdesk",
      text: "are you there?",
      mentionsBot: true,
    });
    const thread = () => teams.botReplies("#Helpdesk", said.id);
    await teams.waitFor(() => thread().length > 0, slowlyMs);
    // Where a tenant is served is known from its first message on.
    await known("teams", [mia]);
    const claims = (user: string) =>
      teams.userSays({
        user,
        conversation: "#Helpdesk",
        text: "claim",
        mentionsBot: true,
        thread: said.id,
      }).delivered;
    await claims("Ben");
    await teams.waitFor(() => thread().some(({ text }) => text.includes("only staff can do that")), slowlyMs);
    await claims("Mia");
    await until(async () => (await holder("teams")) === "Mia Berg", slowlyMs);
    await teams.memberRemoved({ conversation: helpers, user: "Mia Berg" }).delivered;
    await until(async () => (await holder("teams")) === "general_support", slowlyMs);
    await known("teams", []);
    expect(teams.complaints()).toEqual([]);
  }, 120_000);
});
