import type { Settings } from "../settings.ts";
import { checkDataDir } from "./check-data-dir.ts";
import { checkDatabase } from "./check-database.ts";
import { checkDiscord } from "./check-discord.ts";
import { checkModels } from "./check-models.ts";
import { checkPublicUrl } from "./check-public-url.ts";
import { checkRedis } from "./check-redis.ts";
import { checkSlack } from "./check-slack.ts";
import { checkStaffGroups } from "./check-staff-groups.ts";
import { checkTeams } from "./check-teams.ts";
import type { Finding } from "./finding.ts";

/** Checks everything that can be checked from here, changing nothing. Never throws for what it finds; takes seconds. */
export async function examine(settings: Settings): Promise<Finding[]> {
  const { dataDir, store, redis, channels, ai, http, tenants } = settings;
  const groups = tenants.flatMap(({ staffFrom = [] }) => staffFrom);
  const readsGroups = groups.some(({ kind }) => kind === "usergroup");
  const findings = await Promise.all([
    checkDataDir(dataDir),
    checkDatabase(store),
    checkRedis(redis.url),
    checkSlack(channels.slack, http.publicUrl, { readsGroups }),
    checkDiscord(channels.discord),
    checkTeams(channels.teams, http.publicUrl),
    checkModels(ai),
    checkPublicUrl(http.publicUrl),
  ]);
  return [...findings.flat(), ...checkStaffGroups(tenants)];
}

/** The findings as an operator reads them: a line each, its fix below, and what it comes to. */
export function formatFindings(findings: readonly Finding[]): string {
  const marks = { ok: "ok  ", warning: "warn", failure: "FAIL" } as const;
  const lines = findings.flatMap(({ check, state, detail, fix }) => [
    `${marks[state]}  ${check}: ${detail}`,
    ...(fix === undefined ? [] : [`        fix: ${fix}`]),
  ]);
  const count = (state: Finding["state"]) => findings.filter((finding) => finding.state === state).length;
  return `${lines.join("\n")}\n\n${count("ok")} well, ${count("warning")} to look at, ${count("failure")} to mend\n`;
}
