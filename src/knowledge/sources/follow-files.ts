import type { TenantId } from "../../core/ids.ts";
import type { DocumentStore, KeptDocument } from "../document-store.ts";
import type { Knowledge } from "../knowledge.ts";
import { toGroupName } from "../readers.ts";
import { sourceIdOf } from "../taking-in.ts";
import { isRoomSource, type Source } from "./source.ts";
import type { SourceProgress, SourceStore } from "./source-store.ts";

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

/**
 * Forgets the documents of sources that were taken out of a company's file; resolves with how many. While another source
 * for the same people stands there whose documents have not come yet, they stay: it may be the same one under another
 * name. Rooms are closed at once.
 */
export async function forgetGone(
  {
    knowledge,
    store,
  }: { readonly knowledge: Pick<Knowledge, "list" | "remove">; readonly store: SourceStore },
  tenantId: TenantId,
  sources: readonly Source[],
): Promise<number> {
  const own = sources.filter((source) => source.tenantId === tenantId);
  const known = await store.list(tenantId);
  const gone = known
    .filter(({ name, definition }) => definition !== undefined && !own.some((source) => source.name === name))
    .map(({ name }) => name);
  if (gone.length === 0) return 0;
  const all = await knowledge.list(tenantId);
  const hasCome = ({ name, state }: SourceProgress) =>
    state === "done" || (state === "failed" && all.some(({ source }) => source === name));
  const come = new Set(known.filter(hasCome).map(({ name }) => name));
  const heirs = new Set(own.filter(({ name, kind }) => kind !== "room" && !come.has(name)).map(groupsKey));
  const stays = ({ source, audience }: Pick<KeptDocument, "source" | "audience">) =>
    !isRoomSource(source) && heirs.has(keyOf(audience));
  const left = all.filter(({ source }) => gone.includes(source));
  const [kept, forgotten] = [left.filter(stays), left.filter((each) => !stays(each))];
  const removed = await knowledge.remove(
    tenantId,
    forgotten.map(({ id }) => id),
  );
  const isWaiting = new Set(kept.map(({ source }) => source));
  await store.forget(
    tenantId,
    gone.filter((name) => !isWaiting.has(name)),
  );
  return removed;
}

function groupsKey({ audience }: Source): string {
  return keyOf(audience.map(toGroupName));
}

function keyOf(groups: readonly string[]): string {
  return groups.toSorted().join(" ");
}
