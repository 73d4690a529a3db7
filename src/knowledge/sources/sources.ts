import { join } from "node:path";
import type { TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { SafeFetch } from "../../core/safe-fetch.ts";
import type { FolderSummary, Ingest } from "../ingest/ingest.ts";
import type { Progress } from "../ingest/taking.ts";
import { withRepository } from "./clone-repository.ts";
import { crawl } from "./crawl.ts";
import { goRound } from "./go-round.ts";
import type { OpenRooms } from "./open-rooms.ts";
import { definitionOf, type Source } from "./source.ts";
import type { SourceProgress, SourceStore } from "./source-store.ts";

/** Takes sources in, at the start and as often as each asks for. */
export interface Sources {
  /**
   * Goes through all that are due, two companies at once, again and again until the signal aborts; once where none asks to
   * be repeated.
   */
  run(signal: AbortSignal): Promise<void>;
  /** Goes through one now that stands in no company's file. A failure is kept as its progress and not thrown. */
  take(
    source: Source,
    signal: AbortSignal,
    onProgress?: (progress: Progress) => void,
  ): Promise<SourceProgress["state"]>;
}

export interface SourcesParts {
  readonly sources: {
    /** As they are now. */
    all(): readonly Source[];
    /** Resolves with their next change, and when the signal aborts; left out where they never change. */
    readonly changed?: ((signal: AbortSignal) => Promise<void>) | undefined;
  };
  readonly ingest: Ingest;
  readonly store: SourceStore;
  readonly safeFetch: SafeFetch;
  /** What was said in rooms that the operator has opened as sources. */
  readonly rooms: Pick<OpenRooms, "read">;
  /** Told of each company of which a source was gone through to its end. */
  readonly onTaken?: ((tenantId: TenantId) => Promise<void>) | undefined;
  /** Told after the first round through all sources, and after each that changed any document. */
  readonly onRound?: ((signal: AbortSignal) => Promise<void>) | undefined;
  readonly log: Log;
}

const hourMs = 3_600_000;
const tellEveryMs = 500;

export function createSources({
  sources,
  ingest,
  store,
  safeFetch,
  rooms,
  onTaken,
  onRound,
  log,
}: SourcesParts): Sources {
  let isChanged = false;

  async function take(
    source: Source,
    signal: AbortSignal,
    { onProgress, definition }: Taking = {},
  ): Promise<SourceProgress["state"]> {
    const { tenantId } = source;
    const named = { name: source.name, definition };
    let seen = { done: 0, of: 0, failed: 0 };
    let toldAt = 0;
    const told = async (progress: Progress) => {
      const failed = seen.failed + (progress.outcome.kind === "failed" ? 1 : 0);
      seen = { done: progress.done, of: progress.of, failed };
      onProgress?.(progress);
      if (performance.now() - toldAt < tellEveryMs) return;
      toldAt = performance.now();
      await store.keep(tenantId, { ...named, state: "running", ...seen });
    };
    await store.keep(tenantId, { ...named, state: "running", ...seen });
    try {
      const summary = await takeAll(source, signal, told);
      isChanged ||= summary.added + summary.removed > 0;
      await store.keep(tenantId, { ...named, state: "done", ...seen, of: seen.done });
      log.info({ company_id: tenantId, kind: source.kind, ...summary }, "a company's documents are taken in");
      return "done";
    } catch (cause) {
      signal.throwIfAborted();
      const problem = cause instanceof Error ? cause.message : "it failed";
      await store.keep(tenantId, { ...named, state: "failed", ...seen, problem });
      log.warn({ err: cause, company_id: tenantId, kind: source.kind }, "a source could not be gone through");
      return "failed";
    }
  }

  function takeAll(
    source: Source,
    signal: AbortSignal,
    onProgress: (progress: Progress) => Promise<void>,
  ): Promise<FolderSummary> {
    const { tenantId, at, name, audience, language, kind, link } = source;
    const options = { audience, language, link, source: name, signal, onProgress };
    if (kind === "folder") return ingest.folder(tenantId, at, options);
    if (kind === "git")
      return withRepository({ url: at, branch: source.branch, signal }, (folder) =>
        ingest.folder(tenantId, join(folder, source.folder ?? ""), options),
      );
    if (kind === "room")
      return ingest.pages(tenantId, rooms.read(source, signal), { ...options, isWhole: () => true });
    const missed: string[] = [];
    const pages = crawl({
      start: at,
      kind,
      most: source.most,
      safeFetch,
      signal,
      onMissed: (url, problem) => {
        missed.push(url);
        log.warn({ company_id: tenantId, problem }, "a page could not be fetched and stays as it was");
      },
    });
    return ingest.pages(tenantId, pages, { ...options, isWhole: () => missed.length === 0 });
  }

  async function isDue(source: Source, isFirst: boolean): Promise<boolean> {
    // Folders are near, and looking at what did not change costs next to nothing.
    if (isFirst && source.kind === "folder") return true;
    const known = (await store.list(source.tenantId)).find(({ name }) => name === source.name);
    if (known?.endedAt === undefined || (isFirst && known.state === "failed"))
      // Asked for while it runs: a room that was opened, or is to be read again.
      return isFirst || known === undefined || source.kind === "room";
    if ((isFirst || source.kind === "room") && known.definition !== definitionOf(source)) return true;
    if (source.everyHours === undefined) return false;
    return Date.now() - known.endedAt.getTime() >= source.everyHours * hourMs;
  }

  async function goThrough(tenantId: TenantId, isFirst: boolean, signal: AbortSignal): Promise<void> {
    for (const source of sources.all().filter((each) => each.tenantId === tenantId)) {
      if (!(await isDue(source, isFirst))) continue;
      const state = await take(source, signal, { definition: definitionOf(source) });
      if (state === "done") await onTaken?.(tenantId);
    }
  }

  return {
    take: (source, signal, onProgress) => take(source, signal, { onProgress }),
    run: (signal) =>
      goRound(
        {
          companies: () => [...new Set(sources.all().map(({ tenantId }) => tenantId))],
          goThrough,
          isNews: () => {
            const isNews = isChanged;
            isChanged = false;
            return isNews;
          },
          onRound: async (either) => onRound?.(either),
          isRepeated: () => sources.all().some(({ everyHours }) => everyHours !== undefined),
          changed: sources.changed,
        },
        signal,
      ),
  };
}

interface Taking {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly definition?: string | undefined;
}
