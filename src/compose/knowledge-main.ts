import { parseArgs } from "node:util";
import { SettingsError } from "../core/errors.ts";
import { createSafeFetch } from "../guard/addresses/safe-fetch.ts";
import { parseAudience, type Audience } from "../knowledge/readers.ts";
import { replayGoldenCases } from "../knowledge/reviewed/golden-cases.ts";
import { readSettings } from "../settings.ts";
import { closeRoom, openRoom } from "../settings/edit-rooms.ts";
import { createLeases } from "../store/leases.ts";
import { createCompanies, tenantIdOf } from "../tenants/companies.ts";
import { composeKnowledge } from "./compose-knowledge.ts";
import { openPurse } from "./compose-money.ts";
import { knowledgeCommands, wantSomething, type RoomDesk } from "./knowledge-commands.ts";
import { openBeside, runCommand } from "./run-command.ts";

const usage = `npm run knowledge -- add <folder, file or address> [--company=<slug>] [--for=<who may read it>]
                      [--link=<address below which people read the files>]
npm run knowledge -- add <address> --site [--most=500]      the pages below it; an address that ends in .xml is a sitemap
npm run knowledge -- add --channel=slack:<workspace>:<room> [--days=90] [--most=500]   opens a room's history as a source
npm run knowledge -- refresh --channel=… | remove --channel=…
npm run knowledge -- list [--company=<slug>]
npm run knowledge -- gaps [--company=<slug>]                what is asked and not answered
npm run knowledge -- golden [--company=<slug>]              asks again what colleagues corrected; fails where it got worse
npm run knowledge -- remove <id> … [--company=<slug>]

--for is public (unless said), colleagues, role:staff, role:admin, or a room such as room:slack:T0123:C0123; several with commas.`;

await runCommand(main);

async function main(): Promise<void> {
  const { name, given, options } = readCall();
  const audience = readAudience(options.for);
  const { link } = options;
  if (link !== undefined && !(URL.canParse(link) && /^https?:/.test(link)))
    throw new SettingsError(`--link has to be an address such as https://acme.example/help/`);
  const settings = readSettings(process.env);
  const tenant = settings.tenants.find(({ slug, isDefault }) =>
    options.company === undefined ? isDefault : slug === options.company,
  );
  if (tenant === undefined)
    throw new SettingsError(`There is no company ${options.company} in config/tenants.`);
  const tenantId = tenantIdOf(tenant.slug);
  const { store, sealer, log } = await openBeside(settings);
  const { database, fast } = store;
  const { bill, embeddings } = openPurse({ settings, database, fast, log });
  const composed = await composeKnowledge({
    tenants: [],
    uri: settings.knowledgeUri,
    embeddings,
    database,
    sealer,
    safeFetch: createSafeFetch({ allowedOrigins: settings.tools.allowedOrigins, log }),
    fast,
    leases: createLeases({ database: store.doors, log }),
    log,
  });
  try {
    await createCompanies({ database, fast }).ensure(tenant);
    const opened = await composed.open();
    const { knowledge } = opened;
    const isFine = await knowledgeCommands[name]({
      ...opened,
      tenantId,
      progress: composed.progress,
      replayGolden: () => replayGoldenCases({ database, sealer, knowledge }, tenantId),
      given,
      audience,
      isSite: options.site,
      most: Number(options.most),
      link,
      room: options.channel === undefined ? undefined : roomDesk(tenant.slug, options.channel, options),
      openRooms: tenant.knowledge.filter(({ kind }) => kind === "room"),
      say: (line) => console.log(line),
    });
    if (!isFine) process.exitCode = 1;
  } finally {
    await composed.part.stop(AbortSignal.timeout(5_000));
    await bill.stop(AbortSignal.timeout(5_000));
    await store.close();
  }
}

function roomDesk(slug: string, given: string, { days, most }: { days?: string; most: string }): RoomDesk {
  const at = given.replace(/^room:/, "");
  const folder = process.cwd();
  const reading = { days: days === undefined ? undefined : Number(days), most: Number(most) };
  return {
    at,
    open: () => openRoom(folder, slug, at, reading),
    close: () => closeRoom(folder, slug, at),
  };
}

/** What was asked for, or how to ask. */
function readCall() {
  const { positionals, values } = parseCall();
  const [name = "", ...given] = positionals;
  if (!isCommand(name))
    throw new SettingsError(`${name === "" ? "" : `There is no command ${name}.\n`}${usage}`);
  if (wantSomething.has(name) && given.length === 0 && values.channel === undefined)
    throw new SettingsError(`Say what to ${name}.\n${usage}`);
  if (!(Number(values.most) > 0)) throw new SettingsError("--most has to be a number of pages such as 500");
  return { name, given, options: values };
}

function parseCall() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        company: { type: "string" },
        for: { type: "string", default: "public" },
        site: { type: "boolean", default: false },
        most: { type: "string", default: "500" },
        link: { type: "string" },
        channel: { type: "string" },
        days: { type: "string" },
      },
    });
  } catch (cause) {
    throw new SettingsError(`${cause instanceof Error ? cause.message : String(cause)}\n${usage}`, { cause });
  }
}

function isCommand(name: string): name is keyof typeof knowledgeCommands {
  return Object.hasOwn(knowledgeCommands, name);
}

function readAudience(text: string): Audience[] {
  return text.split(",").map((one) => {
    const audience = parseAudience(one.trim());
    if (audience === undefined)
      throw new SettingsError(
        `--for: nobody is called ${one.trim()}. It is public, colleagues, role:staff, role:admin, or a room such as room:slack:T0123:C0123.`,
      );
    return audience;
  });
}
