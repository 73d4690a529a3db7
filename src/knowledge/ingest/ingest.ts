import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { PermanentError } from "../../core/errors.ts";
import type { TenantId } from "../../core/ids.ts";
import type { SafeFetch } from "../../core/safe-fetch.ts";
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
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
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
  /** One public page or file. */
  page(
    tenantId: TenantId,
    url: string,
    options: { readonly audience: readonly Audience[]; readonly signal: AbortSignal },
  ): Promise<Ingested>;
}

export interface IngestParts {
  readonly knowledge: Knowledge;
  readonly parser: Parser;
  readonly loadCounter: () => Promise<(text: string) => number>;
  readonly safeFetch: SafeFetch;
}

const mostBytes = 100 * 1024 * 1024;
// Documents made findable at once: what a crash can make somebody read twice.
const published = 64;
const mostPageBytes = 20 * 1024 * 1024;

export function createIngest({ knowledge, parser, loadCounter, safeFetch }: IngestParts): Ingest {
  /** Reads and keeps a document; it is found once its id is published. */
  async function keep(
    tenantId: TenantId,
    { source, name, bytes, audience, url }: DocumentBytes,
  ): Promise<{ readonly outcome: Ingested; readonly id?: string | undefined }> {
    const hash = createHash("sha256").update(bytes).digest("hex");
    const identity = { source, name, hash, audience };
    const known = await knowledge.lookAt(tenantId, identity);
    if (known.kind === "published") return { outcome: { kind: "unchanged" } };
    if (known.kind === "kept") return { outcome: { kind: "unchanged" }, id: known.id };
    const read = await readBlocks(name, bytes);
    if ("problem" in read) {
      const { problem } = read;
      const id = await knowledge.keep(tenantId, { ...identity, title: name, url, chunks: [], problem });
      return { outcome: { kind: "failed", problem }, id };
    }
    const count = await loadCounter();
    const chunks = chunkBlocks(read.blocks, { ...chunkTokens, count });
    const id = await knowledge.keep(tenantId, { ...identity, title: read.title, url, chunks });
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
    const { audience, source = folder } = options;
    const path = join(folder, name);
    if ((await stat(path)).size > mostBytes)
      return { outcome: { kind: "failed", problem: "it is larger than 100 MB" } as const, id: undefined };
    return keep(tenantId, { source, name, bytes: await readFile(path), audience });
  }

  return {
    document,

    async folder(tenantId, folder, options) {
      const names = await listFolder(folder, readableFile);
      const summary = { added: 0, unchanged: 0, failed: 0 };
      let waiting: string[] = [];
      for (const [at, name] of names.entries()) {
        options.signal?.throwIfAborted();
        const { outcome, id } = await keepFile(tenantId, folder, name, options);
        if (id !== undefined) waiting.push(id);
        summary[outcome.kind] += 1;
        if (waiting.length === published || at + 1 === names.length) {
          await knowledge.publish(tenantId, waiting, options.signal);
          waiting = [];
        }
        options.onProgress?.({ done: at + 1, of: names.length, name, outcome });
      }
      const removed = await knowledge.keepOnly(tenantId, options.source ?? folder, names);
      return { ...summary, removed };
    },

    async page(tenantId, url, { audience, signal }) {
      const response = await safeFetch({ url, maxBytes: mostPageBytes, signal });
      if (response.status !== 200)
        return { kind: "failed", problem: `the server answered with ${response.status}` };
      const isHtml = /html/i.test(response.headers["content-type"] ?? "");
      const name = isHtml && !readableFile.test(url) ? `${url}.html` : url;
      return document(tenantId, { source: "url", name, bytes: response.body, audience, url }, signal);
    },
  };
}
