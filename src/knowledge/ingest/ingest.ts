import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { PermanentError } from "../../core/errors.ts";
import type { TenantId } from "../../core/ids.ts";
import { chunkBlocks, chunkTokens } from "../chunk/chunk-blocks.ts";
import type { Knowledge } from "../knowledge.ts";
import type { Parser } from "../parse/parser.ts";
import { readableFile } from "../parse/parse-document.ts";
import type { Audience } from "../readers.ts";
import { listFolder } from "./list-folder.ts";

/** What became of one document. */
export type Ingested =
  | { readonly kind: "added" | "unchanged" }
  /** Kept in the list with its problem, and never found. */
  | { readonly kind: "failed"; readonly problem: string };

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

/** How far a folder has come. */
export interface Progress {
  readonly done: number;
  readonly of: number;
  readonly name: string;
  readonly outcome: Ingested;
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
  /** All readable files below a folder, one after the other; what the folder has no more is removed. Goes on after a crash. */
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
// Documents made findable at once: what a crash can make somebody read twice.
const published = 64;

export function createIngest({ knowledge, parser, loadCounter }: IngestParts): Ingest {
  /** Reads and keeps a document; it is found once its id is published. */
  async function keep(
    tenantId: TenantId,
    { source, name, bytes, audience, url, language }: DocumentBytes,
  ): Promise<{ readonly outcome: Ingested; readonly id?: string | undefined }> {
    const hash = createHash("sha256")
      .update(`${readAs} ${url ?? ""}\n`)
      .update(bytes)
      .digest("hex");
    const identity = { source, name, hash, audience };
    const known = await knowledge.lookAt(tenantId, identity);
    if (known.kind === "published") return { outcome: { kind: "unchanged" } };
    if (known.kind === "kept") return { outcome: { kind: "unchanged" }, id: known.id };
    const read = await readBlocks(name, bytes);
    if ("problem" in read) {
      const { problem } = read;
      const id = await knowledge.keep(tenantId, {
        ...identity,
        title: name,
        url,
        language,
        chunks: [],
        problem,
      });
      return { outcome: { kind: "failed", problem }, id };
    }
    const count = await loadCounter();
    const chunks = chunkBlocks(read.blocks, { ...chunkTokens, count });
    const id = await knowledge.keep(tenantId, { ...identity, title: read.title, url, language, chunks });
    return { outcome: { kind: "added" }, id };
  }

  async function document(tenantId: TenantId, given: DocumentBytes, signal?: AbortSignal): Promise<Ingested> {
    const { outcome, id } = await keep(tenantId, given);
    if (id !== undefined) await knowledge.publish(tenantId, [id], signal);
    return outcome;
  }

  async function readBlocks(name: string, bytes: Uint8Array) {
    try {
      return await parser.parse(name, bytes);
    } catch (cause) {
      if (cause instanceof PermanentError) return { problem: cause.message };
      throw cause;
    }
  }

  async function keepFile(tenantId: TenantId, folder: string, name: string, options: FolderOptions) {
    const { audience, language, link, source = folder } = options;
    const path = join(folder, name);
    if ((await stat(path)).size > mostBytes)
      return { outcome: { kind: "failed", problem: "it is larger than 100 MB" } as const, id: undefined };
    const url = link === undefined ? undefined : addressBelow(link, name);
    return keep(tenantId, { source, name, url, bytes: await readFile(path), audience, language });
  }

  return {
    document,

    async folder(tenantId, folder, options) {
      const names = await listFolder(folder, readableFile);
      const taking = startTaking(tenantId, options);
      // The next file is read, in the parser's process, while this one is kept.
      const begin = (name: string) => {
        const keeping = keepFile(tenantId, folder, name, options);
        keeping.catch(() => {});
        return { name, keeping };
      };
      const [first] = names;
      let next = first === undefined ? undefined : begin(first);
      for (let done = 1; next !== undefined; done += 1) {
        options.signal?.throwIfAborted();
        const { name, keeping } = next;
        const following = names[done];
        next = following === undefined ? undefined : begin(following);
        await taking.add(await keeping, { done, of: names.length, name });
      }
      const summary = await taking.end();
      const removed = await knowledge.keepOnly(tenantId, options.source ?? folder, names);
      return { ...summary, removed };
    },

    async pages(tenantId, pages, options) {
      const { source, audience, language, isWhole } = options;
      const taking = startTaking(tenantId, options);
      const names: string[] = [];
      for await (const { url, name, bytes, done, of } of pages) {
        const kept = await keep(tenantId, { source, name, url, bytes, audience, language });
        names.push(name);
        await taking.add(kept, { done, of, name });
      }
      const summary = await taking.end();
      const removed = isWhole() ? await knowledge.keepOnly(tenantId, source, names) : 0;
      return { ...summary, removed };
    },
  };

  /** Counts what becomes of documents, and publishes many at once. */
  function startTaking(tenantId: TenantId, { onProgress, signal }: FolderOptions) {
    const summary = { added: 0, unchanged: 0, failed: 0 };
    let waiting: string[] = [];
    async function publish(): Promise<void> {
      await knowledge.publish(tenantId, waiting, signal);
      waiting = [];
    }
    return {
      async add(
        { outcome, id }: { readonly outcome: Ingested; readonly id?: string | undefined },
        at: Omit<Progress, "outcome">,
      ): Promise<void> {
        if (id !== undefined) waiting.push(id);
        summary[outcome.kind] += 1;
        if (waiting.length === published) await publish();
        await onProgress?.({ ...at, outcome });
      },
      async end() {
        await publish();
        return summary;
      },
    };
  }
}

/** Each part of the name is escaped, so that it leads nowhere but below the address. */
function addressBelow(link: string, name: string): string {
  const path = name.split("/").map(encodeURIComponent).join("/");
  return `${link.endsWith("/") ? link : `${link}/`}${path}`;
}
