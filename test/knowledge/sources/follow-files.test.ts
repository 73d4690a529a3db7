import { afterAll, beforeAll, expect, test } from "vitest";
import type { TenantId } from "../../../src/core/ids.ts";
import type { Audience } from "../../../src/knowledge/readers.ts";
import { forgetGone } from "../../../src/knowledge/sources/follow-files.ts";
import type { Source } from "../../../src/knowledge/sources/source.ts";
import { openKnowledge, type KnowledgeStand } from "../knowledge-stand.ts";

let stand: KnowledgeStand;
beforeAll(async () => {
  stand = await openKnowledge();
});
afterAll(() => stand.stop());

const everybody: readonly Audience[] = [{ kind: "public" }];
const bytes = new TextEncoder().encode("# Returns\n\nGoods can be returned within 30 days.");

function aSource(tenantId: TenantId, name: string, given: Partial<Source> = {}): Source {
  return { tenantId, name, kind: "site", at: name, audience: everybody, most: 10, ...given };
}

/** The source was gone through to its end, with one document. */
async function read({ tenantId, name, audience }: Source): Promise<void> {
  await stand.ingest.document(tenantId, { source: name, name: "returns.md", bytes, audience });
  await tell(tenantId, name, "done");
}

const tell = (tenantId: TenantId, name: string, state: "running" | "done" | "failed") =>
  stand.progress.keep(tenantId, { name, state, done: 1, of: 1, failed: 0, definition: "d" });
const forget = ({ tenantId }: Source, now: readonly Source[]) =>
  forgetGone({ knowledge: stand.knowledge, store: stand.progress }, tenantId, now);
const sourcesOf = async (tenantId: TenantId) =>
  (await stand.knowledge.list(tenantId)).map(({ source }) => source);

test("a source under another name is told from until its new name was read to the end", async () => {
  const tenantId = await stand.aCompany();
  const [before, after] = [aSource(tenantId, "https://a.example/"), aSource(tenantId, "https://b.example/")];
  await read(before);
  expect(await forget(before, [after])).toBe(0);
  await tell(tenantId, after.name, "running");
  expect(await forget(before, [after])).toBe(0);
  await tell(tenantId, after.name, "failed");
  expect(await forget(before, [after])).toBe(0);
  expect(await sourcesOf(tenantId)).toEqual([before.name]);
  await read(after);
  expect(await forget(before, [after])).toBe(1);
  expect(await sourcesOf(tenantId)).toEqual([after.name]);
  expect((await stand.progress.list(tenantId)).map(({ name }) => name)).toEqual([after.name]);
});

test("what was taken out is forgotten at once where no new source takes its place, or one for other people does", async () => {
  const tenantId = await stand.aCompany();
  const [before, other] = [aSource(tenantId, "https://a.example/"), aSource(tenantId, "https://c.example/")];
  await read(before);
  await read(other);
  const inside = aSource(tenantId, "https://b.example/", { audience: [{ kind: "colleagues" }] });
  expect(await forget(before, [other, inside])).toBe(1);
  expect(await sourcesOf(tenantId)).toEqual([other.name]);
  expect(await forget(before, [])).toBe(1);
});

test("a room that was closed waits for nothing", async () => {
  const tenantId = await stand.aCompany();
  const room = aSource(tenantId, "room:slack:T1:C1", { kind: "room" });
  await read(room);
  expect(await forget(room, [aSource(tenantId, "https://b.example/")])).toBe(1);
});
