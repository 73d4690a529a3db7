import { randomUUID } from "node:crypto";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startSimulatedWorkspace, type SimulatedPlatform } from "../simulators/simulated-workspace.ts";
import { silentLog } from "../src/core/log.ts";
import { createService } from "../src/service.ts";
import { readSettings } from "../src/settings.ts";
import { openStore } from "../src/store/store.ts";
import { visit } from "../test/faults/platforms/web-visitor.ts";

/** What is said to which company; people go on when they have been answered. */
const conversations = {
  cinema: [
    ["I want to watch Avengers tonight in IMAX near downtown"],
    // Whoever has never booked finds a booking to try things on, so this comes first.
    ["What's the status of my booking for tonight?", "Can I cancel that?", "Yes cancel it"],
    ["I want to watch something funny tonight", "Barbie at 7:30 sounds good", "2", "A5, A6", "yes"],
  ],
  catering: [
    ["What's the price for 25 people?"],
    ["I want to book for June 15th, 30 people", "Ana Lima", "555 123 4567", "yes"],
  ],
  support: [["Hello", "Where is my order?", "the desk lamp"], ["I want to talk to a human"]],
  example: [["Hello!", "Book a flight to Phuket", "January 25th", "yes"]],
} as const;
type Demo = keyof typeof conversations;

const platforms = ["slack", "discord", "teams", "web"] as const;
const patienceMs = 120_000;
const site = "demo-web";
const repository = path.join(import.meta.dirname, "..");

/** Someone who talks on one platform: says it there and gives what the bot answered. */
type Speak = (text: string) => Promise<string>;

const { values } = parseArgs({
  options: {
    company: { type: "string", multiple: true, default: Object.keys(conversations) },
    platform: { type: "string", multiple: true, default: [...platforms] },
  },
});

for (const company of values.company) {
  if (!Object.hasOwn(conversations, company)) throw new Error(`there is no company ${company}`);
  for (const platform of platforms.filter((name) => values.platform.includes(name)))
    await playCompany(company as Demo, platform);
}

/** Starts the whole service for one company, without a model, beside its simulated platforms; nothing is left of others. */
async function playCompany(company: Demo, platform: (typeof platforms)[number]): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "baton-conversations-"));
  const simulated = await startSimulatedWorkspace({ hasModel: true });
  await layOut(folder, company);
  const env = { BATON_HOST: "127.0.0.1", PORT: "0", BATON_DATA_DIR: folder, BATON_PLAYGROUND: "false" };
  const paces = { SLACK_PACE: "off", DISCORD_PACE: "off", TEAMS_PACE: "off" };
  const settings = readSettings({ ...env, ...paces, ...simulated.env }, folder);
  const store = await openStore({
    ...settings.store,
    redisUrl: settings.redis.url,
    dataDir: folder,
    log: silentLog,
    onProgress: () => {},
  });
  const service = await createService({ settings, store, log: silentLog });
  await service.start();
  simulated.connect(service.url());
  try {
    for (const [index, texts] of conversations[company].entries()) {
      process.stdout.write(`\n── ${company}, conversation ${index + 1}, ${platform} ──\n`);
      const { speak, close } =
        platform === "web" ? await openPage(service.url()) : { speak: openThread(platform), close: () => {} };
      for (const text of texts) process.stdout.write(`\n> ${text}\n\n${await speak(text)}\n`);
      close();
    }
  } finally {
    await service.stop();
    await simulated.stop();
    await rm(folder, { recursive: true, force: true });
  }

  function openThread(name: SimulatedPlatform): Speak {
    const page = simulated.workspaces[name];
    if (page === undefined) throw new Error(`no simulated ${name}`);
    const { people, channels, bot } = page.describe();
    const channel = channels[0]?.id ?? "";
    const user = people.find(({ isStaff }) => !isStaff)?.id ?? "";
    let root: string | undefined;
    let heard = 0;
    return async (text) => {
      const said = page.says({
        user,
        channel,
        text: `@${bot.name} ${text}`,
        ...(root !== undefined && { threadTs: root }),
      });
      root ??= said.ts;
      const answers = () =>
        page
          .messages(channel)
          .messages.filter(({ threadTs, isBot, deleted }) => threadTs === root && isBot && !deleted);
      await until(() => answers().length > heard && answers().every(({ streaming }) => !streaming));
      const fresh = answers().slice(heard);
      heard = answers().length;
      return fresh
        .map((message) => (message.text === "" ? JSON.stringify(message.cards) : message.text))
        .join("\n");
    };
  }
}

async function openPage(door: string): Promise<{ readonly speak: Speak; readonly close: () => void }> {
  const visitor = await visit([door], site);
  let heard = 0;
  const speak: Speak = async (text) => {
    await visitor.says({ id: randomUUID(), text, copies: 1, again: false });
    const answers = () =>
      visitor.items().filter(({ role, state }) => role === "assistant" && state === "final");
    await until(() => answers().length > heard);
    const fresh = answers().slice(heard);
    heard = answers().length;
    return fresh.map((item) => item.text).join("\n");
  };
  return { speak, close: () => visitor.close() };
}

/** The operator's folder with this company alone, and a web site that anybody may open. */
async function layOut(folder: string, company: Demo): Promise<void> {
  await cp(path.join(repository, "config"), path.join(folder, "config"), {
    recursive: true,
    filter: (source) => !source.includes("tenants/"),
  });
  await mkdir(path.join(folder, "config/tenants"), { recursive: true });
  const demo = company === "example" ? "" : `demo: ${company}\n`;
  const file = `name: ${company}\ndefault: true\ntimeZone: America/Chicago\n${demo}sites: [{ key: ${site}, origins: [self], allowApps: true }]\n`;
  await writeFile(path.join(folder, "config/tenants", `${company}.yaml`), file);
}

async function until(isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + patienceMs; Date.now() < end; await delay(50)) if (isSo()) return;
  throw new Error("the bot did not answer in time");
}
