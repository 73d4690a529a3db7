import { readFile, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { isId, type TenantId } from "../core/ids.ts";
import type { FolderSummary } from "../knowledge/ingest/ingest.ts";
import type { Audience } from "../knowledge/readers.ts";
import type { Replayed } from "../knowledge/reviewed/golden-cases.ts";
import type { SourceStore } from "../knowledge/sources/source-store.ts";
import { roomSourceOf, type KnowledgeSource } from "../settings/knowledge-sources.ts";
import type { OpenKnowledge } from "./open-knowledge.ts";
import { createProgressLine } from "./progress-line.ts";

/** What a command of the terminal works with: one company's knowledge, and how it was called. */
export interface KnowledgeDesk extends OpenKnowledge {
  readonly tenantId: TenantId;
  readonly progress: Pick<SourceStore, "list" | "keep">;
  readonly replayGolden: () => Promise<Replayed>;
  /** What stands behind the command's name. */
  readonly given: readonly string[];
  readonly audience: readonly Audience[];
  /** An address names a site, whose pages are to be read, and not one page. */
  readonly isSite: boolean;
  /** Pages of a site at most. */
  readonly most: number;
  /** Below this address people read the files. */
  readonly link: string | undefined;
  /** The room that is to be opened, closed or read again, in place of anything given. */
  readonly room: RoomDesk | undefined;
  /** Those that are open, with how far back each is read. */
  readonly openRooms: readonly Pick<KnowledgeSource, "name" | "at" | "days">[];
  /** Where answers go. */
  readonly say: (line: string) => void;
}

/** A room by its name, such as `slack:T0123:C0123`, and the company's file in which it is opened. */
export interface RoomDesk {
  readonly at: string;
  /** Throws SettingsError for what is no room. */
  open(): void;
  /** Whether it was open. */
  close(): boolean;
}

/** Resolves with whether all went well. */
type Command = (desk: KnowledgeDesk) => Promise<boolean>;

/** A large site takes hours, and the terminal waits for it. */
const longestReadMs = 6 * 3_600_000;

/** By their names. */
export const knowledgeCommands = { add, list, gaps, golden, refresh, remove } satisfies Record<
  string,
  Command
>;

/** Those that say nothing without something behind their name. */
export const wantSomething: ReadonlySet<string> = new Set(["add", "refresh", "remove"]);

async function add(desk: KnowledgeDesk): Promise<boolean> {
  if (desk.room !== undefined) await open(desk, desk.room);
  let wasFine = true;
  for (const what of desk.given) {
    const isFine = /^https?:\/\//.test(what) ? await addAddress(desk, what) : await addPath(desk, what);
    wasFine &&= isFine;
  }
  return wasFine;
}

/** One that was read before is read anew: what was read may have been forgotten since. */
async function open({ progress, tenantId, say }: KnowledgeDesk, room: RoomDesk): Promise<void> {
  room.open();
  const known = (await progress.list(tenantId)).find(({ name }) => name === roomSourceOf(room.at));
  if (known !== undefined) await begin(progress, tenantId, known.name);
  say(
    `${room.at} is open in the company's file: a running Baton reads it within a minute, or else the next start does; then every hour`,
  );
}

async function addAddress(desk: KnowledgeDesk, address: string): Promise<boolean> {
  const { sources, tenantId, audience, most, say } = desk;
  const kind = desk.isSite ? "site" : /\.xml$/i.test(address) ? "sitemap" : "page";
  const source = { tenantId, name: address, kind, at: address, audience, most } as const;
  const state = await sources.take(
    source,
    AbortSignal.timeout(longestReadMs),
    createProgressLine(process.stdout),
  );
  const all = await desk.progress.list(tenantId);
  const { done = 0, failed = 0, problem } = all.find(({ name }) => name === address) ?? {};
  say(problem ?? `${address}: ${state}, ${done} pages, ${failed} failed`);
  return problem === undefined;
}

async function addPath(desk: KnowledgeDesk, given: string): Promise<boolean> {
  const { ingest, tenantId, audience, link, say } = desk;
  const path = resolve(given);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    say(`${given}: there is no such file or folder, and an address begins with https://`);
    return false;
  }
  if (found.isDirectory()) {
    const onProgress = createProgressLine(process.stdout);
    const summary = await ingest.folder(tenantId, path, { audience, link, onProgress });
    say(toCounts(summary));
    return summary.failed === 0;
  }
  const [source, name, bytes] = [dirname(path), basename(path), await readFile(path)];
  const outcome = await ingest.document(tenantId, { source, name, bytes, audience });
  say(`${given}: ${outcome.kind === "failed" ? outcome.problem : outcome.kind}`);
  return outcome.kind !== "failed";
}

async function list({ knowledge, openRooms, progress, tenantId, say }: KnowledgeDesk): Promise<boolean> {
  for (const { id, title, name, audience, chunks, problem } of await knowledge.list(tenantId))
    say([id, title, name, audience.join(","), problem ?? `${chunks} chunks`].join("  "));
  const known = openRooms.length === 0 ? [] : await progress.list(tenantId);
  for (const { name: own, at, days } of openRooms) {
    const { state, done, problem } = known.find(({ name }) => name === own) ?? {};
    const told = state === undefined ? "not read yet" : (problem ?? `${state}, ${done} threads`);
    say(`open room  ${at}  ${days} days back  ${told}`);
  }
  return true;
}

async function gaps({ gaps: known, tenantId, say }: KnowledgeDesk): Promise<boolean> {
  await known.replay(tenantId);
  for (const { id, question, questions, humanMinutes, closed, draft } of await known.list(tenantId)) {
    say(`${closed ? "closed" : "open"}  ${questions.length} ×  ${humanMinutes} min  ${id}\n  ${question}`);
    if (draft !== undefined) say(`  draft: ${draft}`);
  }
  return true;
}

async function golden({ replayGolden, say }: KnowledgeDesk): Promise<boolean> {
  const { cases, found, worse } = await replayGolden();
  say(`${found} of ${cases} answers found`);
  for (const { question, was, is } of worse)
    say(`worse: ${question}  was at place ${was}, is ${is === undefined ? "not found" : `at ${is}`}`);
  return worse.length === 0;
}

/** A room that is marked as begun and not ended is gone through by a running Baton, or by the next start. */
async function refresh({ progress, room, openRooms, tenantId, say }: KnowledgeDesk): Promise<boolean> {
  const source = openRooms.find(({ at }) => at === room?.at);
  if (room === undefined || source === undefined) {
    say(`${room?.at ?? "--channel is missing"}: not an open room, which \`npm run knowledge -- list\` shows`);
    return false;
  }
  await begin(progress, tenantId, source.name);
  say(`${room.at} is read again by a running Baton within a minute, or else with the next start`);
  return true;
}

function begin(progress: KnowledgeDesk["progress"], tenantId: TenantId, name: string): Promise<void> {
  return progress.keep(tenantId, { name, state: "running", done: 0, of: 0, failed: 0 });
}

async function remove(desk: KnowledgeDesk): Promise<boolean> {
  const isClosed = desk.room === undefined || (await close(desk, desk.room));
  const { knowledge, tenantId, given, say } = desk;
  if (given.length === 0) return isClosed;
  const strange = given.filter((id) => !isId(id));
  for (const id of strange) say(`${id}: not a document's id, which \`npm run knowledge -- list\` shows`);
  const known = given.filter((id) => isId(id));
  say(`${await knowledge.remove(tenantId, known)} removed`);
  return isClosed && strange.length === 0;
}

/** Also forgets what was read of it. */
async function close({ knowledge, tenantId, say }: KnowledgeDesk, room: RoomDesk): Promise<boolean> {
  const wasOpen = room.close();
  const read = (await knowledge.list(tenantId)).filter(({ source }) => source === roomSourceOf(room.at));
  const gone = await knowledge.remove(
    tenantId,
    read.map(({ id }) => id),
  );
  say(wasOpen ? `${room.at} is closed, ${gone} threads are forgotten` : `${room.at}: was not open`);
  return wasOpen;
}

function toCounts(summary: FolderSummary): string {
  return Object.entries(summary)
    .map(([name, times]) => `${times} ${name}`)
    .join(", ");
}
