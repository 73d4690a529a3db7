import type { TenantId } from "../../core/ids.ts";
import type { DocumentStore } from "../document-store.ts";
import type { Knowledge } from "../knowledge.ts";
import { toGroupName } from "../readers.ts";
import { sourceIdOf } from "../taking-in.ts";
import type { Source } from "./source.ts";
import type { SourceStore } from "./source-store.ts";

/**
 * Shows what is known of sources to those alone whom the companies' files name now, before any of them is read again: a
 * site may be away, and a repository not due. What was restricted by hand stays so.
 */
export async function followAudiences(
  documents: Pick<DocumentStore, "readdress">,
  sources: readonly Source[],
): Promise<void> {
  const own = Map.groupBy(sources, ({ tenantId }) => tenantId);
  for (const [tenantId, some] of own)
    await documents.readdress(
      tenantId,
      some.map(({ name, audience }) => ({
        sourceId: sourceIdOf(tenantId, name),
        audience: audience.map(toGroupName),
      })),
    );
}

/** Forgets the documents of sources that were taken out of a company's file; resolves with how many. */
export async function forgetGone(
  {
    knowledge,
    store,
  }: { readonly knowledge: Pick<Knowledge, "list" | "remove">; readonly store: SourceStore },
  tenantId: TenantId,
  sources: readonly Source[],
): Promise<number> {
  const named = new Set(sources.filter((source) => source.tenantId === tenantId).map(({ name }) => name));
  const known = await store.list(tenantId);
  const gone = known.filter(({ name, definition }) => definition !== undefined && !named.has(name));
  if (gone.length === 0) return 0;
  const names = new Set(gone.map(({ name }) => name));
  const ids = (await knowledge.list(tenantId)).filter(({ source }) => names.has(source)).map(({ id }) => id);
  const removed = await knowledge.remove(tenantId, ids);
  await store.forget(tenantId, [...names]);
  return removed;
}
