import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseId, type TenantId } from "../../src/core/ids.ts";
import type { IndexedChunk, KnowledgeIndex } from "../../src/knowledge/index/knowledge-index.ts";
import { deriveId } from "../../src/store/derive-id.ts";

const dimensions = 4;
const [ours, theirs] = [tenant("ours"), tenant("theirs")];

function tenant(name: string): TenantId {
  return parseId<TenantId>(deriveId("test", name));
}

function documentId(name: string): string {
  return deriveId<string>("document", name);
}

function chunk(
  document: string,
  ordinal: number,
  terms: string,
  vector: number[] = [0, 0, 0, 1],
  groups: string[] = ["public"],
): IndexedChunk {
  return {
    id: `${documentId(document)}:${ordinal}`,
    documentId: documentId(document),
    groups,
    headTerms: document,
    terms: `${document} ${terms}`,
    vector: Float32Array.from(vector),
  };
}

/** What every index must do, whatever it is made of. `open` is called again for the same place after a stop. */
export function knowledgeIndexContract(
  name: string,
  place: () => Promise<{
    open(dimensions: number): KnowledgeIndex;
    clear(): Promise<void>;
    readonly lasts: boolean;
  }>,
): void {
  describe(`${name} keeps the knowledge index contract`, () => {
    let index: KnowledgeIndex;
    let where: Awaited<ReturnType<typeof place>>;
    beforeEach(async () => {
      where = await place();
      index = where.open(dimensions);
    });
    afterEach(async () => {
      await index.stop();
      await where.clear();
    });

    const find = async (terms: string[], more: { vector?: number[]; groups?: string[] } = {}) =>
      index.search(ours, {
        terms,
        vector: more.vector && Float32Array.from(more.vector),
        groups: more.groups,
        limit: 10,
      });

    test("finds exact terms in text and headings, the rarer the better", async () => {
      await index.replace(
        ours,
        [documentId("shoes")],
        [chunk("shoes", 0, "sku-1042 red"), chunk("shoes", 1, "red blue")],
      );
      await index.replace(ours, [documentId("hats")], [chunk("hats", 0, "red green")]);
      const hits = await find(["sku-1042", "red"]);
      expect(hits).toHaveLength(3);
      const best = hits.toSorted((a, b) => b.textScore - a.textScore)[0];
      expect(best).toMatchObject({ id: `${documentId("shoes")}:0`, documentId: documentId("shoes") });
      expect((await find(["hats"]))[0]?.headScore).toBeGreaterThan(0);
    });

    test("finds what is near by vector, and says how near", async () => {
      await index.replace(ours, [documentId("a")], [chunk("a", 0, "one", [1, 0, 0, 0])]);
      await index.replace(ours, [documentId("b")], [chunk("b", 0, "two", [0, 1, 0, 0])]);
      const hits = await find([], { vector: [0.8, 0.6, 0, 0] });
      const nearest = hits.toSorted((a, b) => b.similarity - a.similarity)[0];
      expect(nearest?.documentId).toBe(documentId("a"));
      expect(nearest?.similarity).toBeCloseTo(0.8, 3);
    });

    test("finds by the parts of words as well, for less than by the words themselves", async () => {
      await index.replace(
        ours,
        [documentId("a")],
        [chunk("a", 0, "adress~de one"), chunk("a", 1, "adress~~de two")],
      );
      const hits = await index.search(ours, {
        terms: ["adress~de"],
        parts: ["adress~~de"],
        vector: undefined,
        limit: 10,
      });
      const [best, next] = hits.toSorted((a, b) => b.textScore - a.textScore);
      expect(best).toMatchObject({ id: `${documentId("a")}:0`, matched: ["adress~de"] });
      expect(next).toMatchObject({ id: `${documentId("a")}:1`, matched: ["adress~~de"] });
      expect(next?.textScore).toBeGreaterThan(0);
      expect(next?.textScore).toBeLessThan((best?.textScore ?? 0) / 2);
    });

    test("shows a company only its own", async () => {
      await index.replace(theirs, [documentId("secret")], [chunk("secret", 0, "exact words", [1, 0, 0, 0])]);
      await index.replace(ours, [documentId("mine")], [chunk("mine", 0, "other")]);
      const hits = await find(["exact", "words", "secret"], { vector: [1, 0, 0, 0] });
      expect(hits.every((hit) => hit.documentId === documentId("mine"))).toBe(true);
    });

    test("finds only what one of the asking groups may find, however much else would rank before it", async () => {
      const put = (name: string, groups: string[]) =>
        index.replace(ours, [documentId(name)], [chunk(name, 0, "same", [0, 0, 0, 1], groups)]);
      for (let at = 0; at < 15; at += 1) await put(`hidden${at}`, ["staff", "admin"]);
      await put("b", ["public", "staff"]);
      await put("c", ["staffroom"]);
      const seen = async (...groups: string[]) =>
        new Set((await find(["same"], { groups, vector: [0, 0, 0, 1] })).map((hit) => hit.documentId));
      expect(await seen("public")).toEqual(new Set([documentId("b")]));
      expect(await seen("public", "staffroom")).toEqual(new Set([documentId("b"), documentId("c")]));
      expect((await seen("staff")).has(documentId("c"))).toBe(false);
      expect(await seen()).toEqual(new Set());
    });

    test("a document put again takes the place of the old one, and a removed one is gone", async () => {
      await index.replace(ours, [documentId("a")], [chunk("a", 0, "old"), chunk("a", 1, "older")]);
      await index.replace(ours, [documentId("a")], [chunk("a", 0, "new")]);
      expect(await index.count(ours)).toBe(1);
      expect(await find(["old"])).toEqual([]);
      await index.remove(ours, [documentId("a")]);
      expect(await find(["new"], { vector: [0, 0, 0, 1] })).toEqual([]);
      expect(await index.count(ours)).toBe(0);
    });

    test("finds what came after the indexes were tidied up, and what was there before", async () => {
      await index.replace(ours, [documentId("a")], [chunk("a", 0, "before")]);
      await index.optimize(ours);
      await index.replace(ours, [documentId("b")], [chunk("b", 0, "after")]);
      expect(await find(["before", "after"])).toHaveLength(2);
    });

    test("a company that was never seen has nothing, and one that is dropped neither", async () => {
      expect(await find(["anything"], { vector: [1, 0, 0, 0] })).toEqual([]);
      await index.replace(ours, [documentId("a")], [chunk("a", 0, "word")]);
      await index.drop(ours);
      expect(await find(["word"])).toEqual([]);
    });

    test("questions made of quotes, operators and nothing break nothing", async () => {
      await index.replace(ours, [documentId("a")], [chunk("a", 0, "word")]);
      for (const terms of [[], ["'"], ['"word'], ["AND", "OR"], ["word*", "(", "\\"], ["');DROP--"]])
        expect(await find(terms)).toBeInstanceOf(Array);
    });

    test("is at another version after each change, and gives back all that was taken in", async () => {
      await index.replace(
        ours,
        [documentId("a")],
        [chunk("a", 0, "one two", [0, 0, 1, 0], ["public", "staff"])],
      );
      const before = await index.version(ours);
      expect(await index.version(ours)).toBe(before);
      await index.replace(ours, [documentId("b")], [chunk("b", 0, "three")]);
      const after = await index.version(ours);
      expect(after).not.toBe(before);
      const all = (await Array.fromAsync(index.scan(ours))).flat();
      expect(all.toSorted((one, two) => one.headTerms.localeCompare(two.headTerms))).toEqual([
        chunk("a", 0, "one two", [0, 0, 1, 0], ["public", "staff"]),
        chunk("b", 0, "three"),
      ]);
      await index.remove(ours, [documentId("a")]);
      expect(await index.version(ours)).not.toBe(after);
    });

    test("tells which of the asked terms a chunk has", async () => {
      await index.replace(ours, [documentId("a")], [chunk("a", 0, "one two", [1, 0, 0, 0])]);
      expect((await find(["two", "none", "one"], { vector: [1, 0, 0, 0] }))[0]?.matched).toEqual([
        "two",
        "one",
      ]);
    });

    test("what was taken in is there after a restart, where the place lasts", async () => {
      await index.replace(ours, [documentId("a")], [chunk("a", 0, "kept")]);
      await index.stop();
      index = where.open(dimensions);
      expect(await find(["kept"])).toHaveLength(where.lasts ? 1 : 0);
    });
  });
}
