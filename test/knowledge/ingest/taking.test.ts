import { randomUUID } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseId, type TenantId } from "../../../src/core/ids.ts";
import { startTaking, type Progress, type Taken } from "../../../src/knowledge/ingest/taking.ts";

const tenantId = parseId<TenantId>(randomUUID());

/** Keeps and publishes by name, each after some turns of the event loop; fails where it is told to. */
function aPlace({ turns = [1], failsAt }: { turns?: readonly number[]; failsAt?: number } = {}) {
  const kept: string[] = [];
  const published: string[] = [];
  const sizes: number[] = [];
  let calls = 0;
  let open = 0;
  let mostOpen = 0;
  const slowly = async (work: () => void) => {
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    const call = (calls += 1);
    for (let at = 0; at < (turns[call % turns.length] ?? 1); at += 1) await turn();
    open -= 1;
    if (call === failsAt) throw new Error("the database is away");
    work();
  };
  return {
    kept,
    published,
    sizes,
    seen: () => ({ open, mostOpen }),
    knowledge: {
      keep: async (_: TenantId, documents: readonly { readonly name: string }[]) => {
        const names = documents.map(({ name }) => name);
        await slowly(() => void kept.push(...names));
        return names;
      },
      publish: async (_: TenantId, ids: readonly string[]) => {
        for (const id of ids) expect(kept).toContain(id);
        await slowly(() => void published.push(...ids));
        sizes.push(ids.length);
      },
    },
  };
}

function aDocument(name: string): Taken {
  const toKeep = { source: "folder", name, title: name, audience: [], chunks: [], hash: name };
  return { name, outcome: { kind: "added" }, toKeep };
}

test("documents are kept before they are told of and told of before they are findable, each once and in order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 300 }),
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 5 }),
      async (count, turns) => {
        const place = aPlace({ turns });
        const told: Progress[] = [];
        const onProgress = (progress: Progress) => {
          expect(place.kept).toContain(progress.name);
          expect(place.published).not.toContain(progress.name);
          told.push(progress);
        };
        const taking = startTaking({ knowledge: place.knowledge, tenantId, onProgress });
        const names = Array.from({ length: count }, (_, at) => `page ${at}`);
        for (const [at, name] of names.entries())
          await taking.add(aDocument(name), { done: at + 1, of: count });
        expect(await taking.end()).toEqual({ added: count, unchanged: 0, failed: 0 });
        expect(place.kept).toEqual(names);
        expect(place.published).toEqual(names);
        expect(told.map(({ done }) => done)).toEqual(names.map((_, at) => at + 1));
        // One that keeps and one that publishes.
        expect(place.seen().mostOpen).toBeLessThanOrEqual(2);
        for (const size of place.sizes.slice(0, -1)) expect(size).toBe(64);
      },
    ),
    { numRuns: 30, seed: 3 },
  );
});

test("what was kept before and never published is published, what did not change is only counted", async () => {
  const place = aPlace();
  place.kept.push("left over");
  const taking = startTaking({ knowledge: place.knowledge, tenantId });
  await taking.add(
    { name: "left over", outcome: { kind: "unchanged" }, id: "left over" },
    { done: 1, of: 2 },
  );
  await taking.add({ name: "old", outcome: { kind: "unchanged" } }, { done: 2, of: 2 });
  expect(await taking.end()).toEqual({ added: 0, unchanged: 2, failed: 0 });
  expect(place.published).toEqual(["left over"]);
});

test("a failure meets whoever gives documents, and nothing is under way once it was given up", async () => {
  for (const failsAt of [1, 2, 5, 8]) {
    const place = aPlace({ turns: [1, 4, 2], failsAt });
    const taking = startTaking({ knowledge: place.knowledge, tenantId });
    const giving = (async () => {
      for (let at = 0; at < 200; at += 1)
        await taking.add(aDocument(`page ${at}`), { done: at + 1, of: 200 });
      await taking.end();
    })();
    await expect(giving).rejects.toThrow("the database is away");
    await taking.giveUp();
    expect(place.seen().open).toBe(0);
  }
});
