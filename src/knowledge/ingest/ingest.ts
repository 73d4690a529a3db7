import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { PermanentError } from "../../core/errors.ts";
import type { TenantId } from "../../core/ids.ts";
import { chunkBlocks, chunkTokens } from "../chunk/chunk-blocks.ts";
import type { Knowledge } from "../knowledge.ts";
import { readableFile } from "../parse/parse-document.ts";
import type { ParsedDocument } from "../parse/parsed-document.ts";
import type { Parser } from "../parse/parser.ts";
import type { Audience } from "../readers.ts";
import type { KnownDocument } from "../taking-in.ts";
import { listFolder } from "./list-folder.ts";
import { startTaking, type Ingested, type Progress, type Taken, type Taking } from "./taking.ts";

/** A document's bytes and what they are. */
export interface DocumentBytes {
  /** Names the folder, the site or the upload; with `name` it is the document's identity. */
  readonly source: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly audience: readonly Audience[];
  readonly url?: string | undefined;
  readonly language?: string | undefined;
}

export interface FolderOptions {
  readonly audience: readonly Audience[];
  /** The name its documents' source gets; the folder's path unless said. */
  readonly source?: string | undefined;
  readonly language?: string | undefined;
  /** Below this address its files can be read by people. */
  readonly link?: string | undefined;
  readonly onProgress?: ((progress: Progress) => void | Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PagesOptions extends FolderOptions {
  readonly source: string;
  /** Asked at the end: all pages there are have come, so that any other is gone. */
  readonly isWhole: () => boolean;
}

/** A page of a site or a thread of a room, with how many are done and known. */
export interface SitePage {
  readonly url?: string | undefined;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly done: number;
  readonly of: number;
}

/** How often each outcome came, and how many documents the source has no more. */
export interface FolderSummary {
  readonly added: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly removed: number;
}

/** Takes documents in: read in a process of their own, cut, kept, made findable. Unchanged ones cost one look. */
export interface Ingest {
  document(tenantId: TenantId, document: DocumentBytes, signal?: AbortSignal): Promise<Ingested>;
  /** All readable files below a folder in their order; what the folder has no more is removed. Goes on after a crash. */
  folder(tenantId: TenantId, folder: string, options: FolderOptions): Promise<FolderSummary>;
  /** The pages of a site, or the threads of a room, as they come; what is there no more is removed. */
  pages(tenantId: TenantId, pages: AsyncIterable<SitePage>, options: PagesOptions): Promise<FolderSummary>;
}

export interface IngestParts {
  readonly knowledge: Knowledge;
  readonly parser: Parser;
  readonly loadCounter: () => Promise<(text: string) => number>;
}

const mostBytes = 100 * 1024 * 1024;
// Grows when documents are read or cut otherwise than before: all are read again, once.
const readAs = 2;
// Documents looked at with one question to the database: so many files, or files of so many bytes, are in memory twice.
const lookedAt = 16;
const lookedAtBytes = 8 * 1024 * 1024;

export function createIngest({ knowledge, parser, loadCounter }: IngestParts): Ingest {
  /** Hands those that are new to the parser, which reads one while another is cut. */
  async function look(tenantId: TenantId, given: readonly DocumentBytes[]): Promise<Looked[]> {
    const documents = given.map((document) => ({ ...document, hash: hashOf(document) }));
    const known = await knowledge.lookAt(tenantId, documents);
    return documents.map((document, at) => {
      const seen = known[at] ?? { kind: "new" };
      const reading = seen.kind === "new" ? readBlocks(document.name, document.bytes) : undefined;
      reading?.catch(() => {});
      return { document, seen, reading };
    });
  }

  async function read({ document, seen, reading }: Looked): Promise<Taken> {
    const { bytes: _bytes, ...kept } = document;
    const { name } = document;
    if (reading === undefined)
      return { name, outcome: { kind: "unchanged" }, id: seen.kind === "kept" ? seen.id : undefined };
    const found = await reading;
    if ("problem" in found) {
      const { problem } = found;
      return {
        name,
        outcome: { kind: "failed", problem },
        toKeep: { ...kept, title: name, chunks: [], problem },
      };
    }
    const chunks = chunkBlocks(found.blocks, { ...chunkTokens, count: await loadCounter() });
    return { name, outcome: { kind: "added" }, toKeep: { ...kept, title: found.title, chunks } };
  }

  async function readBlocks(name: string, bytes: Uint8Array) {
    try {
      return await parser.parse(name, bytes);
    } catch (cause) {
      if (cause instanceof PermanentError) return { problem: cause.message };
      throw cause;
    }
  }

  async function lookAtFiles(
    tenantId: TenantId,
    files: readonly FolderFile[],
    folder: string,
    options: FolderOptions,
  ): Promise<(Looked | Taken)[]> {
    const { audience, language, link, source = folder } = options;
    const readable = files.filter(({ size }) => size <= mostBytes);
    const documents = await Promise.all(
      readable.map(async ({ name }) => {
        const url = link === undefined ? undefined : addressBelow(link, name);
        return { source, name, url, bytes: await readFile(join(folder, name)), audience, language };
      }),
    );
    const looked = new Map((await look(tenantId, documents)).map((each) => [each.document.name, each]));
    return files.map(
      ({ name }) =>
        looked.get(name) ?? { name, outcome: { kind: "failed", problem: "it is larger than 100 MB" } },
    );
  }

  /** The files in their order, the next ones looked at while these are read. */
  async function* takeFiles(
    tenantId: TenantId,
    names: readonly string[],
    folder: string,
    options: FolderOptions,
  ): AsyncIterable<Taken> {
    const groups = groupFiles(folder, names);
    const begin = async () => {
      const { value: group } = await groups.next();
      return group === undefined ? [] : lookAtFiles(tenantId, group, folder, options);
    };
    let next = begin();
    for (let some = await next; some.length > 0; some = await next) {
      next = begin();
      next.catch(() => {});
      for (const each of some) {
        options.signal?.throwIfAborted();
        yield "document" in each ? await read(each) : each;
      }
    }
  }

  return {
    async document(tenantId, given, signal) {
      const [looked] = await look(tenantId, [given]);
      if (looked === undefined) throw new Error("ingest: one document was looked at");
      const { outcome, toKeep, id } = await read(looked);
      const ids = toKeep === undefined ? [id] : await knowledge.keep(tenantId, [toKeep]);
      const kept = ids.filter((each) => each !== undefined);
      if (kept.length > 0) await knowledge.publish(tenantId, kept, signal);
      return outcome;
    },

    async folder(tenantId, folder, options) {
      const names = await listFolder(folder, readableFile);
      const summary = await takeAll(tenantId, options, async (taking) => {
        let done = 0;
        for await (const taken of takeFiles(tenantId, names, folder, options))
          await taking.add(taken, { done: (done += 1), of: names.length });
      });
      const removed = await knowledge.keepOnly(tenantId, options.source ?? folder, names);
      return { ...summary, removed };
    },

    async pages(tenantId, pages, options) {
      const { source, audience, language, isWhole } = options;
      const names: string[] = [];
      const summary = await takeAll(tenantId, options, async (taking) => {
        for await (const { url, name, bytes, done, of } of pages) {
          const [looked] = await look(tenantId, [{ source, name, url, bytes, audience, language }]);
          if (looked !== undefined) await taking.add(await read(looked), { done, of });
          // The next page may be long in coming.
          await taking.keepNow();
          names.push(name);
        }
      });
      const removed = isWhole() ? await knowledge.keepOnly(tenantId, source, names) : 0;
      return { ...summary, removed };
    },
  };

  async function takeAll(
    tenantId: TenantId,
    options: FolderOptions,
    give: (taking: Taking) => Promise<void>,
  ): Promise<Omit<FolderSummary, "removed">> {
    const { onProgress, signal } = options;
    const taking = startTaking({ knowledge, tenantId, onProgress, signal });
    try {
      await give(taking);
      return await taking.end();
    } catch (cause) {
      await taking.giveUp();
      throw cause;
    }
  }
}

interface Looked {
  readonly document: DocumentBytes & { readonly hash: string };
  readonly seen: KnownDocument;
  /** Undefined where nothing changed. */
  readonly reading: Promise<ParsedDocument | { readonly problem: string }> | undefined;
}

function hashOf({ url, bytes, language }: DocumentBytes): string {
  return createHash("sha256")
    .update(`${readAs} ${url ?? ""}${language === undefined ? "" : ` ${language}`}\n`)
    .update(bytes)
    .digest("hex");
}

interface FolderFile {
  readonly name: string;
  readonly size: number;
}

async function* groupFiles(
  folder: string,
  names: readonly string[],
): AsyncGenerator<FolderFile[], undefined> {
  let group: FolderFile[] = [];
  let bytes = 0;
  for (const name of names) {
    const { size } = await stat(join(folder, name));
    group.push({ name, size });
    bytes += Math.min(size, mostBytes);
    if (group.length < lookedAt && bytes < lookedAtBytes) continue;
    yield group;
    [group, bytes] = [[], 0];
  }
  if (group.length > 0) yield group;
}

/** Each part of the name is escaped, so that it leads nowhere but below the address. */
function addressBelow(link: string, name: string): string {
  const path = name.split("/").map(encodeURIComponent).join("/");
  return `${link.endsWith("/") ? link : `${link}/`}${path}`;
}
