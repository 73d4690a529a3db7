import type { TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { KnowledgeIndex } from "../index/knowledge-index.ts";
import type { Retriever } from "./retriever.ts";

/** What finds a company's documents with one model. */
export interface ModelRetriever {
  readonly retriever: Retriever;
  readonly index: KnowledgeIndex;
}

export interface MovingParts {
  readonly model: string;
  readonly current: ModelRetriever;
  /** The models a company's documents are findable with now. */
  readonly modelsOf: (tenantId: TenantId) => Promise<readonly string[]>;
  /** The same with a former model; undefined where there is none of this name any more. */
  readonly openFormer: (model: string) => Promise<ModelRetriever | undefined>;
  /** How soon it is looked again whether a company's documents are all there. */
  readonly lookAgainMs?: number | undefined;
  /** How long a former model's index stays once the new one serves: other processes may not have looked yet. */
  readonly keepFormerMs?: number | undefined;
  readonly log: Log;
}

const usualLookAgainMs = 3_000;
const usualKeepFormerMs = 60_000;

/**
 * A changed model takes over company by company: until all documents of one were made findable with the new model, what
 * is asked is found with the former one. Then what the former one's index had is dropped.
 */
export function createMovingRetriever(parts: MovingParts): ModelRetriever {
  const { model, current, modelsOf, openFormer, lookAgainMs = usualLookAgainMs, log } = parts;
  const { keepFormerMs = usualKeepFormerMs } = parts;
  const moved = new Set<TenantId>();
  const formers = new Map<string, Promise<ModelRetriever | undefined>>();
  const timers = new Set<NodeJS.Timeout>();
  const lastLook = new Map<TenantId, { readonly at: number; readonly former: string | undefined }>();

  async function formerOf(tenantId: TenantId): Promise<ModelRetriever | undefined> {
    if (moved.has(tenantId)) return undefined;
    const look = lastLook.get(tenantId);
    const isFresh = look !== undefined && performance.now() - look.at < lookAgainMs;
    const former = isFresh ? look.former : (await modelsOf(tenantId)).find((name) => name !== model);
    if (!isFresh) lastLook.set(tenantId, { at: performance.now(), former });
    if (former === undefined) {
      moved.add(tenantId);
      dropFormerLater(tenantId);
      return undefined;
    }
    const opening = formers.get(former) ?? openFormer(former);
    formers.set(former, opening);
    return opening;
  }

  /** Also what an earlier life of this process left. */
  function dropFormerLater(tenantId: TenantId): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      dropFormer(tenantId).catch((cause: unknown) =>
        log.warn({ err: cause, company_id: tenantId }, "a former model's index was not dropped"),
      );
    }, keepFormerMs);
    timer.unref();
    timers.add(timer);
  }

  async function dropFormer(tenantId: TenantId): Promise<void> {
    for (const opening of formers.values())
      await (await opening.catch(() => undefined))?.index.drop(tenantId);
    await current.index.dropFormer(tenantId);
  }

  return {
    retriever: {
      put: (tenantId, documents, signal) => current.retriever.put(tenantId, documents, signal),
      async find(tenantId, question, options) {
        const former = await formerOf(tenantId);
        return (former ?? current).retriever.find(tenantId, question, options);
      },
    },
    index: {
      ...current.index,
      async remove(tenantId, documentIds) {
        await (await formerOf(tenantId))?.index.remove(tenantId, documentIds);
        await current.index.remove(tenantId, documentIds);
      },
      async stop() {
        for (const timer of timers) clearTimeout(timer);
        await current.index.stop();
        for (const opening of formers.values()) await (await opening.catch(() => undefined))?.index.stop();
      },
    },
  };
}
