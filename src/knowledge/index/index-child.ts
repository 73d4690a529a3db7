import { TransientError } from "../../core/errors.ts";
import { gatherTable } from "./gather-table.ts";
import type { IndexedChunk, KnowledgeIndex } from "./knowledge-index.ts";
import { indexPlace, indexRequest, type IndexAnswer, type IndexWork } from "./index-messages.ts";
import { createLanceIndex } from "./lance-index.ts";
import { packChunks, unpackChunks } from "./packed-chunks.ts";

// The process LanceDB works in: what it takes of memory is given back when it ends. A signal to all of Baton's processes
// is for the one that asks, which may need it to the last. Without that one it ends at once: what it was at is done again
// by another, and must not be done by both.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));

const readings = new Map<number, AsyncIterator<unknown>>();
process.once("message", (place) => {
  const index = createLanceIndex(indexPlace.parse(place));
  process.on("message", (message) => void answer(index, message));
});

async function answer(index: KnowledgeIndex, message: unknown): Promise<void> {
  const { number, work } = indexRequest.parse(message);
  try {
    const value = await carryOut(index, work);
    tell({ number, resident: process.memoryUsage.rss(), value });
  } catch (cause) {
    const { message: problem, cause: below } = cause instanceof Error ? cause : new Error(String(cause));
    tell({ number, resident: process.memoryUsage.rss(), problem, cause: String(below ?? cause) });
  }
}

function tell(said: IndexAnswer): void {
  if (process.connected) process.send?.(said);
}

function carryOut(index: KnowledgeIndex, work: IndexWork): Promise<unknown> {
  switch (work.kind) {
    case "replace":
      return index.replace(work.tenantId, work.documentIds, unpackChunks(work.chunks));
    case "remove":
      return index.remove(work.tenantId, work.documentIds);
    case "search":
      return index.search(work.tenantId, work.query);
    case "read":
      return readOn(work, () => packAll(index.scan(work.tenantId)));
    case "load":
      return readOn(work, () => gather(index, work));
    case "leave":
      return leave(work.reading);
    case "version":
    case "count":
    case "drop":
    case "dropFormer":
    case "optimize":
      return index[work.kind](work.tenantId);
    default:
      throw new TypeError(`knowledge index: no such work: ${JSON.stringify(work satisfies never)}`);
  }
}

async function* gather(index: KnowledgeIndex, { tenantId, limits }: Extract<IndexWork, { kind: "load" }>) {
  const rows = await index.count(tenantId);
  yield* gatherTable({ rows, chunks: index.scan(tenantId) }, limits);
}

async function* packAll(all: AsyncIterable<readonly IndexedChunk[]>) {
  for await (const chunks of all) yield packChunks(chunks);
}

/** What comes next, undefined behind the last. */
async function readOn({ reading, step }: Place, begin: () => AsyncIterable<unknown>): Promise<unknown> {
  const pieces = step === 0 ? begin()[Symbol.asyncIterator]() : readings.get(reading);
  // Another process began with it.
  if (pieces === undefined) throw new TransientError("knowledge index: what was being read broke off");
  readings.set(reading, pieces);
  let isOver = true;
  try {
    const { value, done } = await pieces.next();
    isOver = done === true;
    return isOver ? undefined : value;
  } finally {
    if (isOver) readings.delete(reading);
  }
}

interface Place {
  readonly reading: number;
  readonly step: number;
}

async function leave(reading: number): Promise<void> {
  await readings.get(reading)?.return?.();
  readings.delete(reading);
}
