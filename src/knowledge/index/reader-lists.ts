import type { Table } from "@lancedb/lancedb";
import type { IndexedChunk } from "./knowledge-index.ts";
import { columns, textsOf, toList } from "./lance-rows.ts";

const readersKnownForMs = 30_000;

/** Who may find a table's chunks, as far as this process knows. What it does not know yet, the caller's own check sees. */
export interface ReaderLists {
  add(chunks: readonly IndexedChunk[]): void;
  /** Every chunk may be found by one of these groups: a condition would only cost time. */
  areAllAmong(groups: readonly string[]): Promise<boolean>;
}

/** Reads them again every half minute. */
export function createReaderLists(table: Table): ReaderLists {
  let known: Promise<Set<string>> | undefined;
  let readAt = 0;
  const added = new Set<string>();

  async function readLists(): Promise<Set<string>> {
    const lists = new Set<string>();
    for await (const batch of table.query().select([columns.groups]))
      for (const list of textsOf(batch, columns.groups)) lists.add(list);
    return lists;
  }

  return {
    add: (chunks) => {
      for (const { groups } of chunks) added.add(toList(groups));
    },
    async areAllAmong(groups) {
      if (known === undefined || performance.now() - readAt > readersKnownForMs) {
        readAt = performance.now();
        const next = readLists();
        known ??= next;
        next.then(
          () => (known = next),
          () => {},
        );
      }
      const lists = [...(await known), ...added];
      return lists.every((list) => groups.some((group) => list.includes(`|${group}|`)));
    },
  };
}
