import { z } from "zod";
import type { TenantId } from "../../core/ids.ts";
import { tablePiece, type LoadLimits } from "./gather-table.ts";
import { openIndexLine } from "./index-line.ts";
import { foundHits, type IndexWork } from "./index-messages.ts";
import type { KnowledgeIndex } from "./knowledge-index.ts";
import type { LanceIndexParts } from "./lance-index.ts";
import { assembleTable, type LoadTable } from "./loaded-table.ts";
import { packChunks, packedChunks, unpackChunks } from "./packed-chunks.ts";
import { isFolder, readTableVersion, toTableName } from "./table-files.ts";

export interface IndexProcessParts extends LanceIndexParts {
  /** How long its process stays without work. */
  readonly idleMs?: number | undefined;
  /** See `IndexLineOptions`. */
  readonly bytesKept?: number | undefined;
}

export interface IndexProcess extends KnowledgeIndex {
  /** Its process reads the table and hands over what is searched. */
  readonly load: LoadTable;
}

/** Which reading, and how often it was asked for more before. */
interface Place {
  readonly reading: number;
  readonly step: number;
}

const usualIdleMs = 20_000;

/**
 * The index on LanceDB in a process of its own: what it takes of memory is there while documents come in, while a table
 * is read and while one is asked that is not kept, and goes with that process. What breaks off when the process ends is
 * done again by another; only a table that was being read has to be read anew.
 */
export function createIndexProcess(parts: IndexProcessParts): IndexProcess {
  const { uri, dimensions, model, openTables, idleMs = usualIdleMs, bytesKept } = parts;
  const line = openIndexLine({ uri, dimensions, model, openTables }, { idleMs, bytesKept });
  let readings = 0;

  /** All of it, piece by piece. */
  async function* pull(toWork: (place: Place) => IndexWork): AsyncGenerator<unknown, undefined> {
    const reading = (readings += 1);
    let isLeft = false;
    try {
      for (let step = 0; ; step += 1) {
        const piece = await line.ask(toWork({ reading, step }));
        if (piece === undefined) return;
        isLeft = true;
        yield piece;
        isLeft = false;
      }
    } finally {
      // Whoever reads wants no more of it.
      if (isLeft) await line.ask({ kind: "leave", reading }).catch(() => {});
    }
  }

  async function* scan(tenantId: TenantId) {
    for await (const some of pull((place) => ({ kind: "read", tenantId, ...place })))
      yield unpackChunks(packedChunks.parse(some));
  }

  async function* gather(tenantId: TenantId, limits: LoadLimits) {
    for await (const piece of pull((place) => ({ kind: "load", tenantId, limits, ...place })))
      yield tablePiece.parse(piece);
  }

  return {
    replace: async (tenantId, documentIds, chunks) => {
      const packed = packChunks(chunks);
      await line.ask({ kind: "replace", tenantId, documentIds: [...documentIds], chunks: packed });
    },
    remove: async (tenantId, documentIds) => {
      await line.ask({ kind: "remove", tenantId, documentIds: [...documentIds] });
    },
    search: async (tenantId, query) => foundHits.parse(await line.ask({ kind: "search", tenantId, query })),
    version: async (tenantId) =>
      isFolder(uri)
        ? readTableVersion(uri, toTableName(tenantId, model))
        : z.string().parse(await line.ask({ kind: "version", tenantId })),
    scan,
    load: (tenantId, limits) => assembleTable(gather(tenantId, limits), limits),
    count: async (tenantId) => z.number().parse(await line.ask({ kind: "count", tenantId })),
    drop: async (tenantId) => {
      await line.ask({ kind: "drop", tenantId });
    },
    dropFormer: async (tenantId) => {
      await line.ask({ kind: "dropFormer", tenantId });
    },
    optimize: async (tenantId) => {
      await line.ask({ kind: "optimize", tenantId });
    },
    stop: () => line.end(),
  };
}
