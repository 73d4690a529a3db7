import { execFile } from "node:child_process";
import { createServer, type Server } from "node:http";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLog } from "../../../src/core/log.ts";
import type { TenantId } from "../../../src/core/ids.ts";
import { createSafeFetch } from "../../../src/guard/addresses/safe-fetch.ts";
import type { Source } from "../../../src/knowledge/sources/source.ts";
import { createSources } from "../../../src/knowledge/sources/sources.ts";
import { openKnowledge, visitor, type KnowledgeStand } from "../knowledge-stand.ts";

const gone = { status: 404, type: "text/html", location: undefined, body: "gone" };
let stand: KnowledgeStand;
let site: Server;
let origin: string;
const pages = new Map<string, { status?: number; type?: string; location?: string; body: string }>();
const asked: string[] = [];

beforeAll(async () => {
  stand = await openKnowledge();
  site = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const { status = 200, type = "text/html", location, body } = pages.get(path) ?? gone;
    response.writeHead(status, { "content-type": type, ...(location && { location }) }).end(body);
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await stand?.stop();
  site?.close();
});

const page = (title: string, text: string, ...links: string[]) => ({
  body: `<html><head><title>${title}</title></head><body><main><h1>${title}</h1><p>${text}</p>${links
    .map((link) => `<a href="${link}">see</a>`)
    .join("")}</main></body></html>`,
});

const noRooms = {
  read: () => {
    throw new Error("no room is a source here");
  },
};

function sourcesOf(
  source: Source,
  { allowed = [origin], onRound }: { allowed?: string[]; onRound?: () => Promise<void> } = {},
) {
  return createSources({
    sources: { all: () => [source] },
    ingest: stand.ingest,
    store: stand.progress,
    safeFetch: createSafeFetch({ allowedOrigins: allowed, log: silentLog }),
    rooms: noRooms,
    ...(onRound !== undefined && { onRound }),
    log: silentLog,
  });
}

function take(source: Omit<Source, "audience" | "most" | "name"> & { most?: number }, allowed = [origin]) {
  const whole: Source = { most: 50, name: source.at, audience: [{ kind: "public" }], ...source };
  return sourcesOf(whole, { allowed }).take(whole, new AbortController().signal);
}

const titles = async (tenantId: TenantId) =>
  (await stand.knowledge.list(tenantId)).map(({ title }) => title).toSorted();

describe("a site", () => {
  test("is read below its start, only where robots.txt allows, each page once, and what is gone is forgotten", async () => {
    const tenantId = await stand.aCompany();
    pages.set("/robots.txt", { type: "text/plain", body: "User-agent: *\nDisallow: /help/secret" });
    pages.set(
      "/help/",
      page(
        "Help",
        "Start here.",
        "returns",
        "/help/secret",
        "/blog",
        "returns#top",
        "https://evil.example/x",
      ),
    );
    pages.set("/help/returns", page("Returns", "Within 14 days.", "/help/", "/help/fees"));
    pages.set("/help/fees", page("Fees", "Nine euros."));
    pages.set("/help/secret", page("Secret", "Not for robots."));
    pages.set("/blog", page("Blog", "Elsewhere."));
    asked.length = 0;
    expect(await take({ tenantId, kind: "site", at: `${origin}/help/` })).toBe("done");
    expect(await titles(tenantId)).toEqual(["Fees", "Help", "Returns"]);
    expect(asked).toEqual(["/robots.txt", "/help/", "/help/returns", "/help/fees"]);
    const [found] = await stand.knowledge.search(tenantId, { text: "returns days", destination: visitor });
    expect(found?.url).toBe(`${origin}/help/returns`);
    expect(await stand.progress.list(tenantId)).toMatchObject([{ state: "done", done: 3, of: 3, failed: 0 }]);

    // One that fails now is not taken for gone; one that is gone is.
    pages.set("/help/fees", { status: 503, body: "later" });
    await take({ tenantId, kind: "site", at: `${origin}/help/` });
    expect(await titles(tenantId)).toEqual(["Fees", "Help", "Returns"]);
    pages.delete("/help/fees");
    await take({ tenantId, kind: "site", at: `${origin}/help/` });
    expect(await titles(tenantId)).toEqual(["Help", "Returns"]);
  });

  test("has pages that ask not to be taken in or followed, and some that lead elsewhere: as they wish", async () => {
    const tenantId = await stand.aCompany();
    pages.set("/robots.txt", { type: "text/plain", body: "User-agent: *\nDisallow: /wiki/inner" });
    pages.set("/wiki/", page("Wiki", "Start.", "draft", "end", "moved", "away"));
    const asking = (words: string, { body }: { body: string }) => ({
      body: body.replace("<head>", `<head><meta name="robots" content="${words}">`),
    });
    pages.set("/wiki/draft", asking("noindex", page("Draft", "Not ready.", "found")));
    pages.set("/wiki/found", page("Found", "Behind the draft."));
    pages.set("/wiki/end", asking("nofollow", page("End", "The end.", "hidden")));
    pages.set("/wiki/hidden", page("Hidden", "Nobody leads here."));
    pages.set("/wiki/moved", { status: 302, location: "/wiki/inner", body: "" });
    pages.set("/wiki/inner", page("Inner", "Not for robots."));
    pages.set("/wiki/away", { status: 302, location: "/board", body: "" });
    pages.set("/board", page("Board", "Another part of the site."));
    expect(await take({ tenantId, kind: "site", at: `${origin}/wiki/` })).toBe("done");
    expect(await titles(tenantId)).toEqual(["End", "Found", "Wiki"]);
    // So many pages at most, whatever there is.
    const other = await stand.aCompany();
    await take({ tenantId: other, kind: "site", at: `${origin}/wiki/`, most: 1 });
    expect(await titles(other)).toEqual(["Wiki"]);
  });

  test("is left alone where its robots.txt cannot be had, and the reason is told", async () => {
    const tenantId = await stand.aCompany();
    pages.set("/robots.txt", { status: 500, body: "" });
    expect(await take({ tenantId, kind: "page", at: `${origin}/help/` })).toBe("failed");
    expect(await stand.progress.list(tenantId)).toMatchObject([
      { state: "failed", problem: "the site's robots.txt does not allow it" },
    ]);
    pages.delete("/robots.txt");
  });

  test("inside the own network is not fetched, whatever the source says (E1)", async () => {
    const tenantId = await stand.aCompany();
    expect(await take({ tenantId, kind: "page", at: `${origin}/help/` }, [])).toBe("failed");
    expect(await titles(tenantId)).toEqual([]);
  });
});

test("a sitemap's pages on its own host are read, as many as may be", async () => {
  const tenantId = await stand.aCompany();
  const loc = (path: string) => `<url><loc>${origin}${path}</loc></url>`;
  pages.set("/sitemap.xml", {
    type: "application/xml",
    body: `<sitemapindex><sitemap><loc>${origin}/one.xml</loc></sitemap></sitemapindex>`,
  });
  pages.set("/one.xml", {
    type: "application/xml",
    body: `<urlset>${loc("/p1")}<url><loc>https://evil.example/</loc></url>${loc("/p2")}${loc("/p3")}</urlset>`,
  });
  for (const name of ["p1", "p2", "p3"]) pages.set(`/${name}`, page(name, `Text of ${name}.`));
  expect(await take({ tenantId, kind: "sitemap", at: `${origin}/sitemap.xml`, most: 2 })).toBe("done");
  expect(await titles(tenantId)).toEqual(["p1", "p2"]);
});

test("a repository's folder is read, and only that one", async () => {
  const tenantId = await stand.aCompany();
  const folder = await mkdtemp(join(tmpdir(), "baton-git-"));
  const git = (...given: string[]) =>
    promisify(execFile)("git", ["-c", "user.name=t", "-c", "user.email=t@t.example", ...given], {
      cwd: folder,
    });
  try {
    await mkdir(join(folder, "docs"));
    await writeFile(join(folder, "docs", "setup.md"), "# Setup\n\nRun the installer.");
    await writeFile(join(folder, "notes.md"), "# Notes\n\nPrivate.");
    await git("init", "--quiet");
    await git("add", ".");
    await git("commit", "--quiet", "-m", "first");
    expect(await take({ tenantId, kind: "git", at: `file://${folder}`, folder: "docs" })).toBe("done");
    expect(await titles(tenantId)).toEqual(["Setup"]);
    expect(await take({ tenantId, kind: "git", at: `file://${folder}/nowhere` })).toBe("failed");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a source whose entry in the file changed is gone through again at the next start, and its documents are read anew", async () => {
  const tenantId = await stand.aCompany();
  pages.set("/robots.txt", { type: "text/plain", body: "" });
  pages.set("/terms", page("Terms", "Everything is free of charge."));
  const at = `${origin}/terms`;
  const run = async (changed: Partial<Source>) => {
    const source: Source = {
      tenantId,
      kind: "page",
      name: at,
      at,
      audience: [{ kind: "public" }],
      most: 1,
      ...changed,
    };
    asked.length = 0;
    await sourcesOf(source).run(new AbortController().signal);
    const [document] = await stand.knowledge.list(tenantId);
    return { isRead: asked.includes("/terms"), language: document?.language, audience: document?.audience };
  };
  expect(await run({})).toMatchObject({ isRead: true, audience: ["public"] });
  expect(await run({})).toMatchObject({ isRead: false });
  expect(await run({ language: "de" })).toMatchObject({ isRead: true, language: "de" });
  const changed = { language: "de", audience: [{ kind: "colleagues" }] } as const;
  expect(await run(changed)).toMatchObject({ isRead: true, audience: ["colleagues"] });
  expect(await run(changed)).toMatchObject({ isRead: false });
});

test("a source is gone through at the first start and when its hours are over, and after a change alone its figures are looked at", async () => {
  const tenantId = await stand.aCompany();
  pages.set("/robots.txt", { type: "text/plain", body: "" });
  pages.set("/hours", page("Hours", "Open from nine."));
  const at = `${origin}/hours`;
  const source: Source = {
    tenantId,
    kind: "page",
    name: at,
    at,
    audience: [{ kind: "public" }],
    most: 1,
    everyHours: 2,
  };
  const round = async () => {
    const stopping = new AbortController();
    asked.length = 0;
    const run = sourcesOf(source, { onRound: async () => stopping.abort() }).run(stopping.signal);
    await run.catch((cause: unknown) => expect(cause).toMatchObject({ name: "AbortError" }));
    return asked.includes("/hours");
  };
  expect(await round()).toBe(true);
  expect(await round()).toBe(false);
  await stand.database.statement(tenantId, {
    text: "UPDATE knowledge_sources SET ended_at = ended_at - interval '3 hours'",
  });
  expect(await round()).toBe(true);
});
