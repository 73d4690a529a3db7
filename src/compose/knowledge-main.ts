import { readFile, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { SettingsError } from "../core/errors.ts";
import { createSafeFetch } from "../guard/addresses/safe-fetch.ts";
import { parseAudience, type Audience } from "../knowledge/readers.ts";
import type { Ingested } from "../knowledge/ingest/ingest.ts";
import { replayGoldenCases } from "../knowledge/reviewed/golden-cases.ts";
import { readSettings } from "../settings.ts";
import { createLeases } from "../store/leases.ts";
import { createCompanies, tenantIdOf } from "../tenants/companies.ts";
import { composeKnowledge } from "./compose-knowledge.ts";
import { openPurse } from "./compose-money.ts";
import { createProgressLine } from "./progress-line.ts";
import { openBeside, runCommand } from "./run-command.ts";

// npm run knowledge -- add <folder|file|address> [--company=slug] [--for=public|colleagues|role:staff|room:slack:T1:C1,…]
//                      list [--company=slug] | golden | remove <id>… [--company=slug]

const usage = `npm run knowledge -- add <folder, file or address> [--company=<slug>] [--for=<who may read it>]
                      [--link=<address below which people read the files>]
npm run knowledge -- add <address> --site [--most=500]      the pages below it; an address that ends in .xml is a sitemap
npm run knowledge -- list [--company=<slug>]
npm run knowledge -- gaps [--company=<slug>]                what is asked and not answered
npm run knowledge -- golden [--company=<slug>]              asks again what colleagues corrected; fails where it got worse
npm run knowledge -- remove <id> … [--company=<slug>]

--for is public (unless said), colleagues, role:staff, role:admin, or a room such as room:slack:T0123:C0123; several with commas.`;

await runCommand(main);

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      company: { type: "string" },
      for: { type: "string", default: "public" },
      site: { type: "boolean", default: false },
      most: { type: "string", default: "500" },
      link: { type: "string" },
    },
  });
  const [command = "", ...given] = positionals;
  if (
    !["add", "list", "remove", "gaps", "golden"].includes(command) ||
    (/add|remove/.test(command) && given.length === 0)
  )
    throw new SettingsError(usage);
  const audience = readAudience(values.for);
  const { link } = values;
  if (link !== undefined && !(URL.canParse(link) && /^https?:/.test(link)))
    throw new SettingsError(`--link has to be an address such as https://acme.example/help/.\n${usage}`);
  const settings = readSettings(process.env);
  const tenant = settings.tenants.find(({ slug, isDefault }) =>
    values.company === undefined ? isDefault : slug === values.company,
  );
  if (tenant === undefined)
    throw new SettingsError(`There is no company ${values.company} in config/tenants.`);
  const { store, sealer, log } = await openBeside(settings);
  const { bill, embeddings } = openPurse({ settings, database: store.database, fast: store.fast, log });
  const composed = await composeKnowledge({
    tenants: [],
    uri: settings.knowledgeUri,
    embeddings,
    database: store.database,
    sealer,
    safeFetch: createSafeFetch({ allowedOrigins: settings.tools.allowedOrigins, log }),
    fast: store.fast,
    leases: createLeases({ database: store.doors, log }),
    log,
  });
  try {
    await createCompanies({ database: store.database, fast: store.fast }).ensure(tenant);
    const { knowledge, ingest, sources, gaps } = await composed.open();
    const tenantId = tenantIdOf(tenant.slug);
    if (command === "list") {
      for (const { id, title, name, audience: groups, chunks, problem } of await knowledge.list(tenantId))
        console.log([id, title, name, groups.join(","), problem ?? `${chunks} chunks`].join("  "));
    } else if (command === "gaps") {
      await gaps.replay(tenantId);
      for (const { id, question, questions, humanMinutes, closed, draft } of await gaps.list(tenantId))
        console.log(
          `${closed ? "closed" : "open"}  ${questions.length} ×  ${humanMinutes} min  ${id}\n  ${question}` +
            (draft === undefined ? "" : `\n  draft: ${draft}`),
        );
    } else if (command === "golden") {
      const { cases, found, worse } = await replayGoldenCases(
        { database: store.database, sealer, knowledge },
        tenantId,
      );
      console.log(`${found} of ${cases} answers found`);
      for (const { question, was, is } of worse)
        console.log(
          `worse: ${question}  was at place ${was}, is ${is === undefined ? "not found" : `at ${is}`}`,
        );
      if (worse.length > 0) process.exitCode = 1;
    } else if (command === "remove") {
      console.log(`${await knowledge.remove(tenantId, given)} removed`);
    } else {
      for (const what of given) await add(what);
    }

    async function add(what: string): Promise<void> {
      const onProgress = createProgressLine(process.stdout);
      if (/^https?:\/\//.test(what)) {
        const kind = values.site ? "site" : /\.xml$/i.test(what) ? "sitemap" : "page";
        const source = { tenantId, name: what, kind, at: what, audience, most: Number(values.most) } as const;
        const state = await sources.take(source, AbortSignal.timeout(6 * 3_600_000), onProgress);
        const all = await composed.progress.list(tenantId);
        const { done = 0, failed = 0, problem } = all.find(({ name }) => name === what) ?? {};
        console.log(problem ?? `${what}: ${state}, ${done} pages, ${failed} failed`);
        return;
      }
      const path = resolve(what);
      if ((await stat(path)).isDirectory()) {
        const summary = await ingest.folder(tenantId, path, { audience, link, onProgress });
        console.log(
          Object.entries(summary)
            .map(([name, times]) => `${times} ${name}`)
            .join(", "),
        );
        return;
      }
      const [source, name, bytes] = [dirname(path), basename(path), await readFile(path)];
      tell(what, await ingest.document(tenantId, { source, name, bytes, audience }));
    }
  } finally {
    await composed.part.stop(AbortSignal.timeout(5_000));
    await bill.stop(AbortSignal.timeout(5_000));
    await store.close();
  }
}

function readAudience(text: string): Audience[] {
  return text.split(",").map((one) => {
    const audience = parseAudience(one.trim());
    if (audience === undefined) throw new SettingsError(`Nobody is called ${one.trim()}.\n${usage}`);
    return audience;
  });
}

function tell(what: string, outcome: Ingested): void {
  console.log(outcome.kind === "failed" ? `${what}: ${outcome.problem}` : `${what}: ${outcome.kind}`);
}
