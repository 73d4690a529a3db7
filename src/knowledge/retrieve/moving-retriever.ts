import type { TenantId } from "../../core/ids.ts";
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
}

const usualLookAgainMs = 3_000;

/**
 * A changed model takes over company by company: until all documents of one were made findable with the new model, what
 * is asked is found with the former one.
 */
export function createMovingRetriever(parts: MovingParts): ModelRetriever {
  const { model, current, modelsOf, openFormer, lookAgainMs = usualLookAgainMs } = parts;
  const moved = new Set<TenantId>();
  const formers = new Map<string, Promise<ModelRetriever | undefined>>();
  const lastLook = new Map<TenantId, { readonly at: number; readonly former: string | undefined }>();

  async function formerOf(tenantId: TenantId): Promise<ModelRetriever | undefined> {
    if (moved.has(tenantId)) return undefined;
    const look = lastLook.get(tenantId);
    const isFresh = look !== undefined && performance.now() - look.at < lookAgainMs;
    const former = isFresh ? look.former : (await modelsOf(tenantId)).find((name) => name !== model);
    if (!isFresh) lastLook.set(tenantId, { at: performance.now(), former });
    if (former === undefined) {
      moved.add(tenantId);
      return undefined;
    }
    const opening = formers.get(former) ?? openFormer(former);
    formers.set(former, opening);
    return opening;
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
        await current.index.stop();
        for (const opening of formers.values()) await (await opening.catch(() => undefined))?.index.stop();
      },
    },
  };
}
