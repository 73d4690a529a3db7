import type { TenantId } from "../../core/ids.ts";
import type { ReadDocument, TakingIn } from "../taking-in.ts";
import { createLane } from "./lane.ts";

/** What became of one document. */
export type Ingested =
  | { readonly kind: "added" | "unchanged" }
  /** Kept in the list with its problem, and never found. */
  | { readonly kind: "failed"; readonly problem: string };

/** How far a source has come. */
export interface Progress {
  readonly done: number;
  readonly of: number;
  readonly name: string;
  readonly outcome: Ingested;
}

/** A document on its way in: what is to be kept of it, or the id under which it was kept before. */
export interface Taken {
  readonly name: string;
  readonly outcome: Ingested;
  readonly toKeep?: ReadDocument | undefined;
  readonly id?: string | undefined;
}

/** Documents of one source on their way: kept, told of, made findable in their order, while the next ones are read. */
export interface Taking {
  add(taken: Taken, at: Pick<Progress, "done" | "of">): Promise<void>;
  /** What was added is kept without waiting for more. */
  keepNow(): Promise<void>;
  /** Resolves when all of it is findable, with how often each outcome came. */
  end(): Promise<{ readonly added: number; readonly unchanged: number; readonly failed: number }>;
  /** Resolves when nothing is under way any more, whatever became of it. Never rejects. */
  giveUp(): Promise<void>;
}

export interface TakingParts {
  readonly knowledge: Pick<TakingIn, "keep" | "publish">;
  readonly tenantId: TenantId;
  readonly onProgress?: ((progress: Progress) => void | Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

// Kept in one transaction; fewer where documents are long, or where reading them takes its time.
const atOnce = { documents: 16, chunks: 500, afterMs: 250 } as const;
// Made findable at once: what a crash can make somebody read twice.
const published = 64;

export function startTaking({ knowledge, tenantId, onProgress, signal }: TakingParts): Taking {
  const summary = { added: 0, unchanged: 0, failed: 0 };
  const keeping = createLane();
  const publishing = createLane();
  let batch: { readonly taken: Taken; readonly at: Pick<Progress, "done" | "of"> }[] = [];
  let chunks = 0;
  let since = 0;
  let waiting: string[] = [];

  function keepNow(): Promise<void> {
    const some = batch;
    [batch, chunks] = [[], 0];
    return some.length === 0 ? Promise.resolve() : keeping.begin(() => keep(some));
  }

  async function keep(some: typeof batch): Promise<void> {
    const ids = await knowledge.keep(
      tenantId,
      some.flatMap(({ taken: { toKeep } }) => toKeep ?? []),
    );
    waiting.push(...some.flatMap(({ taken: { id } }) => id ?? []), ...ids);
    for (const { taken, at } of some) {
      const { name, outcome } = taken;
      summary[outcome.kind] += 1;
      await onProgress?.({ ...at, name, outcome });
    }
    while (waiting.length >= published) {
      const next = waiting.splice(0, published);
      await publishing.begin(() => knowledge.publish(tenantId, next, signal));
    }
  }

  return {
    async add(taken, at) {
      if (batch.length === 0) since = performance.now();
      batch.push({ taken, at });
      chunks += taken.toKeep?.chunks.length ?? 0;
      const isFull = batch.length >= atOnce.documents || chunks >= atOnce.chunks;
      if (isFull || performance.now() - since >= atOnce.afterMs) await keepNow();
    },
    keepNow,
    async end() {
      await keepNow();
      await keeping.end();
      await publishing.begin(() => knowledge.publish(tenantId, waiting, signal));
      await publishing.end();
      return summary;
    },
    async giveUp() {
      await Promise.allSettled([keeping.end(), publishing.end()]);
    },
  };
}
