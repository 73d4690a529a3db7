import { existsSync } from "node:fs";
import { cp, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { businessRules } from "../../simulators/openai/scripts/business-rules.ts";
import { startSimulatedWorkspace, type SimulatedWorkspace } from "../../simulators/simulated-workspace.ts";
import { silentLog } from "../../src/core/log.ts";
import { createService } from "../../src/service.ts";
import { readSettings } from "../../src/settings.ts";
import { openStore } from "../../src/store/store.ts";
import { demoCompanies, type DemoCompany } from "./conversations.ts";
import { openThread, openWebPage, type DemoTalk } from "./demo-talk.ts";

/** Where people talk. */
export const demoPlatforms = ["slack", "discord", "teams", "web"] as const;
export type DemoPlatform = (typeof demoPlatforms)[number];

/** All of Baton between simulated platforms: each demo company has one to itself on each of them. */
export interface DemoHouse {
  /** Where Baton listens. */
  readonly url: string;
  /** Somebody begins a conversation. `person` chooses who: the same number, the same person. */
  open(company: DemoCompany, platform: DemoPlatform, person: number): Promise<DemoTalk>;
  /** Stops everything; nothing is left of it. */
  stop(): Promise<void>;
}

/** Whether the scripted model answers, or none at all, and what else is set. */
export interface DemoHouseOptions {
  readonly withModel: boolean;
  readonly platforms?: readonly DemoPlatform[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

const repository = path.join(import.meta.dirname, "../..");

/**
 * Starts it on a database of its own. On every platform a company is a tenant of its own, so that no seat is taken on
 * one that somebody wants on another.
 */
export async function openDemoHouse(options: DemoHouseOptions): Promise<DemoHouse> {
  const { withModel, platforms = demoPlatforms, env: more } = options;
  const folder = await mkdtemp(path.join(tmpdir(), "baton-demo-"));
  const simulated = await startSimulatedWorkspace({
    hasModel: !withModel,
    model: { rules: businessRules, firstTokenMs: 0, tokensPerSecond: 0 },
    platforms: platforms.filter((name) => name !== "web"),
    companies: demoCompanies.map((slug) => ({ slug, name: slug })),
  });
  await layOut(folder, simulated, platforms);
  const env = { BATON_HOST: "127.0.0.1", PORT: "0", BATON_DATA_DIR: folder, BATON_PLAYGROUND: "false" };
  const paces = { SLACK_PACE: "off", DISCORD_PACE: "off", TEAMS_PACE: "off" };
  const settings = readSettings({ ...env, ...paces, ...simulated.env, ...more }, folder);
  const store = await openStore({
    ...settings.store,
    redisUrl: settings.redis.url,
    dataDir: folder,
    log: silentLog,
    onProgress: () => {},
  });
  const service = await createService({ settings, store, log: silentLog });
  await service.start();
  await simulated.connect(service.url());
  return {
    url: service.url(),
    async open(company, platform, person) {
      if (platform === "web") return openWebPage(service.url(), siteOf(company));
      const page = simulated.companies.get(company)?.workspaces[platform];
      if (page === undefined) throw new Error(`there is no simulated ${platform} of ${company}`);
      return openThread(page, person);
    },
    async stop() {
      await service.stop();
      await simulated.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The operator's folder: whatever stands in it for a company is there for each of its tenants. */
async function layOut(
  folder: string,
  simulated: SimulatedWorkspace,
  platforms: readonly DemoPlatform[],
): Promise<void> {
  const config = path.join(folder, "config");
  const own = new Set(demoCompanies.map((company) => `${company}.yaml`));
  await cp(path.join(repository, "config"), config, {
    recursive: true,
    filter: (source) => !own.has(path.basename(source)),
  });
  const write = (slug: string, text: string) => writeFile(path.join(config, "tenants", `${slug}.yaml`), text);
  await write("reception", "name: Reception\ndefault: true\n");
  const kinds = await listKinds();
  for (const company of demoCompanies)
    for (const platform of platforms) {
      const slug = `${company}-${platform}`;
      await write(slug, describe(company, platform, simulated));
      for (const kind of kinds)
        await cp(
          path.join(repository, "config", kind, `${company}.yaml`),
          path.join(config, kind, `${slug}.yaml`),
        );
    }
}

/** Folders in which each company has a file: its flows, written answers, phrases and rules. */
async function listKinds(): Promise<string[]> {
  const config = path.join(repository, "config");
  const folders = await readdir(config, { withFileTypes: true });
  const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return names.filter(
    (name) =>
      name !== "tenants" &&
      demoCompanies.every((company) => existsSync(path.join(config, name, `${company}.yaml`))),
  );
}

const personas: Readonly<Record<DemoCompany, string>> = {
  cinema: "cinema.md",
  catering: "catering.md",
  support: "customer.md",
  example: "customer.md",
};

function describe(company: DemoCompany, platform: DemoPlatform, simulated: SimulatedWorkspace): string {
  const workspaces = simulated.companies.get(company)?.installations ?? [];
  const own = workspaces.filter(({ channel }) => channel === platform);
  return [
    `name: ${company}`,
    "tier: enterprise",
    `persona: ${personas[company]}`,
    `timeZone: ${JSON.stringify(morningZone(new Date()))}`,
    ...(company === "example" ? ["tools: [get_time, create_ticket]"] : [`demo: ${company}`]),
    `installations: ${JSON.stringify(own)}`,
    ...(platform === "web"
      ? [`sites: ${JSON.stringify([{ key: siteOf(company), origins: ["self"], allowApps: true }])}`]
      : []),
    "",
  ].join("\n");
}

function siteOf(company: DemoCompany): string {
  return `demo-${company}`;
}

/** A zone in which it is about nine in the morning now: tonight's shows are still to come, whenever this runs. */
function morningZone(now: Date): string {
  const ahead = 9 - now.getUTCHours();
  // Between 11 hours behind and 12 ahead; the names of these zones have the sign turned around.
  const offset = ahead < -11 ? ahead + 24 : ahead;
  return offset === 0 ? "Etc/GMT" : `Etc/GMT${offset > 0 ? "-" : "+"}${Math.abs(offset)}`;
}
