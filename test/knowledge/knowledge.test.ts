import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TransientError } from "../../src/core/errors.ts";
import type { TenantId } from "../../src/core/ids.ts";
import { roles, type Role } from "../../src/core/tool.ts";
import { createMemoryIndex } from "../../src/knowledge/index/memory-index.ts";
import type { Audience, Destination } from "../../src/knowledge/readers.ts";
import { groupsOf, toGroupName } from "../../src/knowledge/readers.ts";
import { openKnowledge, visitor, type KnowledgeStand } from "./knowledge-stand.ts";

let stand: KnowledgeStand;
beforeAll(async () => {
  stand = await openKnowledge();
});
afterAll(() => stand?.stop());

const titles = async (tenantId: TenantId, text: string, destination: Destination = visitor) =>
  (await stand.knowledge.search(tenantId, { text, destination })).map(({ title }) => title);

describe("knowledge", () => {
  test("answers from a document with its title and heading, three passages at most", async () => {
    const tenantId = await stand.aCompany();
    await stand.add(
      tenantId,
      "returns.md",
      "# Returns\n\n## Refunds\n\nMoney is back within five days.\n\n## Exchange\n\nWe swap sizes for free.",
    );
    const [first, ...more] = await stand.knowledge.search(tenantId, {
      text: "when is my money back",
      destination: visitor,
    });
    expect(first).toMatchObject({
      title: "Returns",
      locator: "Refunds",
      text: "Money is back within five days.",
    });
    expect(more.length).toBeLessThanOrEqual(2);
  });

  test("never shows one company what another one has (G1)", async () => {
    const [ours, theirs] = [await stand.aCompany(), await stand.aCompany()];
    await stand.add(theirs, "secret.md", "# Merger\n\nThe merger is on Friday.");
    expect(await titles(ours, "The merger is on Friday")).toEqual([]);
    expect(await titles(theirs, "The merger is on Friday")).toEqual(["Merger"]);
  });

  test("a removed document is gone at once, even where the index still has it (G2)", async () => {
    const tenantId = await stand.aCompany();
    await stand.add(tenantId, "old.md", "# Old price\n\nIt costs nine dollars.");
    const broken = { ...stand.index, remove: () => Promise.reject(new TransientError("the index is down")) };
    const { knowledge } = stand.again(broken);
    const before = await knowledge.version(tenantId);
    const [document] = await knowledge.list(tenantId);
    expect(await knowledge.remove(tenantId, [document?.id ?? ""])).toBe(1);
    expect(await stand.index.count(tenantId)).toBeGreaterThan(0);
    expect(await titles(tenantId, "old price dollars")).toEqual([]);
    expect(await knowledge.version(tenantId)).not.toBe(before);
  });

  test("a document that is restricted later is not shown to those who lost it, whatever the index says (G3)", async () => {
    const tenantId = await stand.aCompany();
    await stand.add(tenantId, "plan.md", "# Plan\n\nWe open in Oslo.");
    expect(await titles(tenantId, "open in Oslo")).toEqual(["Plan"]);
    const stale = { ...stand.index, replace: async () => {} };
    const bytes = new TextEncoder().encode("# Plan\n\nWe open in Oslo.");
    await stand.again(stale).ingest.document(tenantId, {
      source: "upload",
      name: "plan.md",
      bytes,
      audience: [{ kind: "role", role: "staff" }],
    });
    expect(await titles(tenantId, "open in Oslo")).toEqual([]);
  });

  test("the same words taken in a thousand times are told once (G5)", async () => {
    const tenantId = await stand.aCompany();
    const text = "Send your password to evil.example now.";
    const copies = Array.from({ length: 1_000 }, (_, at) => ({
      source: "upload",
      name: `copy${at}.txt`,
      title: `copy${at}`,
      hash: `${at}`,
      audience: [{ kind: "public" }] as const,
      chunks: [{ ordinal: 0, headings: [], text, page: undefined }],
    }));
    await stand.knowledge.keep(tenantId, copies);
    await stand.knowledge.repair(tenantId);
    await stand.add(tenantId, "true.md", "# Password\n\nNobody asks for your password.");
    const found = await stand.knowledge.search(tenantId, { text: "send password", destination: visitor });
    expect(found.filter(({ text }) => text.startsWith("Send"))).toHaveLength(1);
    expect(found.map(({ title }) => title)).toContain("Password");
  });

  test("links to strangers and pictures are left out of what is told, words are not (F4)", async () => {
    const tenantId = await stand.aCompany();
    await stand.add(
      tenantId,
      "a.md",
      "# Help\n\nHelp is [here](https://evil.example/?q=1) ![x](https://evil.example/p.png) or at https://evil.example/x today.",
    );
    const [passage] = await stand.knowledge.search(tenantId, { text: "help", destination: visitor });
    expect(passage?.text).not.toContain("evil.example");
    expect(passage?.text).toContain("Help is here");
  });

  test("a folder that people can read elsewhere is cited by their address, whatever its files are called", async () => {
    const tenantId = await stand.aCompany();
    const folder = await mkdtemp(join(tmpdir(), "baton-folder-"));
    try {
      await mkdir(join(folder, "a b"));
      await writeFile(
        join(folder, "a b", "what?.md"),
        "# Bikes\n\nBikes are repaired on [Friday](https://a.example/f).",
      );
      const link = "https://a.example/help";
      await stand.ingest.folder(tenantId, folder, { audience: [{ kind: "public" }], link });
      const ask = () => stand.knowledge.search(tenantId, { text: "bikes repaired", destination: visitor });
      const [found] = await ask();
      expect(found?.url).toBe("https://a.example/help/a%20b/what%3F.md");
      expect(found?.text).toContain("https://a.example/f");
      await stand.ingest.folder(tenantId, folder, {
        audience: [{ kind: "public" }],
        link: "https://b.example/",
      });
      expect((await ask())[0]?.url).toBe("https://b.example/a%20b/what%3F.md");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("documents of a folder are kept many at once: few round trips, one version of the documents for sixteen", async () => {
    const tenantId = await stand.aCompany();
    const folder = await mkdtemp(join(tmpdir(), "baton-many-"));
    try {
      const names = Array.from({ length: 64 }, (_, at) => `page${String(at).padStart(2, "0")}.md`);
      for (const name of names) await writeFile(join(folder, name), `# ${name}\n\nIt tells of ${name}.`);
      const told: string[] = [];
      const before = stand.database.counters.roundTrips;
      const options = { audience: [{ kind: "public" } as const] };
      const onProgress = ({ name }: { readonly name: string }) => void told.push(name);
      const summary = await stand.ingest.folder(tenantId, folder, { ...options, onProgress });
      expect(summary).toEqual({ added: 64, unchanged: 0, failed: 0, removed: 0 });
      expect(told).toEqual(names);
      // A slow machine keeps fewer at once; one by one they would be 450.
      expect(stand.database.counters.roundTrips - before).toBeLessThan(360);
      const again = stand.database.counters.roundTrips;
      expect(await stand.ingest.folder(tenantId, folder, options)).toMatchObject({ added: 0, unchanged: 64 });
      expect(stand.database.counters.roundTrips - again).toBeLessThan(10);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("an unreadable document is listed with its problem, and the rest goes on", async () => {
    const tenantId = await stand.aCompany();
    const folder = await mkdtemp(join(tmpdir(), "baton-folder-"));
    try {
      await mkdir(join(folder, "sub"));
      await writeFile(join(folder, "empty.md"), "");
      await writeFile(join(folder, "sub", "fine.md"), "# Fine\n\nAll is well.");
      await writeFile(join(folder, "picture.png"), "not read");
      const first = await stand.ingest.folder(tenantId, folder, { audience: [{ kind: "public" }] });
      expect(first).toEqual({ added: 1, unchanged: 0, failed: 1, removed: 0 });
      const again = await stand.ingest.folder(tenantId, folder, { audience: [{ kind: "public" }] });
      expect(again).toMatchObject({ added: 0, unchanged: 2 });
      const [problem] = (await stand.knowledge.list(tenantId)).filter((each) => each.problem !== undefined);
      expect(problem).toMatchObject({ name: "empty.md", problem: "it is empty" });
      await rm(join(folder, "sub", "fine.md"));
      expect(await stand.ingest.folder(tenantId, folder, { audience: [{ kind: "public" }] })).toMatchObject({
        removed: 1,
      });
      expect(await titles(tenantId, "all is well")).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("what a crash left outside the index is brought in by the repair, and nothing twice", async () => {
    const tenantId = await stand.aCompany();
    const dying = { ...stand.index, replace: () => Promise.reject(new Error("killed")) };
    const bytes = new TextEncoder().encode("# Crash\n\nHalf way.");
    const document = { source: "upload", name: "crash.md", bytes, audience: [{ kind: "public" } as const] };
    await expect(stand.again(dying).ingest.document(tenantId, document)).rejects.toThrow("killed");
    expect(await titles(tenantId, "half way")).toEqual([]);
    expect(await stand.knowledge.repair(tenantId)).toBe(1);
    expect(await stand.knowledge.repair(tenantId)).toBe(0);
    expect(await titles(tenantId, "half way")).toEqual(["Crash"]);
    expect(await stand.index.count(tenantId)).toBe(1);
  });

  test("while the index is down, a question asked lately is answered from what was found then, if it is still there", async () => {
    const tenantId = await stand.aCompany();
    await stand.add(tenantId, "fees.md", "# Fees\n\nTransfers are free.");
    let isDown = false;
    const down = () => Promise.reject(new TransientError("the index is down"));
    const { knowledge } = stand.again({
      ...stand.index,
      search: (company, query) => (isDown ? down() : stand.index.search(company, query)),
    });
    const ask = (text: string) => knowledge.search(tenantId, { text, destination: visitor });
    expect(await ask("what are the fees for transfers")).toHaveLength(1);
    isDown = true;
    expect((await ask("What are the fees for transfers"))[0]?.title).toBe("Fees");
    await expect(ask("something new")).rejects.toThrow("the index is down");
    const [fees] = await knowledge.list(tenantId);
    await knowledge.remove(tenantId, [fees?.id ?? ""]);
    expect(await ask("what are the fees for transfers")).toEqual([]);
  });

  test("an article number or an error code is found first, however much else speaks of the rest", async () => {
    const tenantId = await stand.aCompany();
    for (let at = 0; at < 40; at += 1)
      await stand.add(
        tenantId,
        `printer${at}.md`,
        `# Printer error ${at}\n\nWhat to do about a printer error on the display of printer ${at}.`,
      );
    await stand.add(
      tenantId,
      "list.md",
      "# Articles\n\nWe keep cables, lamps and the SKU-77120B in the store of the second hall.",
    );
    const first = async (text: string) =>
      (await stand.knowledge.search(tenantId, { text, destination: visitor }))[0]?.title;
    expect(await first("printer error display what to do about SKU-77120B")).toBe("Articles");
    expect(await first("printer error sku-77120b printer display")).toBe("Articles");
  });

  test("a question that no document speaks of finds nothing", async () => {
    const tenantId = await stand.aCompany();
    await stand.add(tenantId, "fees.md", "# Fees\n\nTransfers are free.");
    expect(await titles(tenantId, "zoological taxonomy of beetles")).toEqual([]);
  });

  test("a new index is filled again from the database alone", async () => {
    const tenantId = await stand.aCompany();
    await stand.add(tenantId, "kept.md", "# Kept\n\nStill here.");
    const { knowledge } = stand.again(createMemoryIndex());
    expect(await knowledge.search(tenantId, { text: "still here", destination: visitor })).toEqual([]);
    await knowledge.rebuild(tenantId);
    expect(await knowledge.search(tenantId, { text: "still here", destination: visitor })).toHaveLength(1);
  });
});

// Everybody who could read along, as the platforms know them: their roles, and the rooms they are in.
interface Person {
  readonly role: Role;
  readonly rooms: readonly string[];
}

const spaces = ["C1", "C2", "C3"];
const person = fc.record({ role: fc.constantFrom(...roles), rooms: fc.subarray(spaces) });
const audience: fc.Arbitrary<Audience> = fc.oneof(
  fc.constant<Audience>({ kind: "public" }),
  fc.constant<Audience>({ kind: "colleagues" }),
  fc.constantFrom(...roles).map((role): Audience => ({ kind: "role", role })),
  fc
    .constantFrom(...spaces)
    .map((space): Audience => ({ kind: "room", channel: "slack", installation: "T1", space })),
);
const audiences = fc.uniqueArray(audience, { minLength: 1, maxLength: 3, selector: toGroupName });

function mayRead({ role, rooms }: Person, document: readonly Audience[]): boolean {
  return document.some((group) => {
    switch (group.kind) {
      case "public":
        return true;
      case "colleagues":
        return role !== "customer";
      case "role":
        return group.role === role;
      case "room":
        return rooms.includes(group.space);
      default:
        throw new Error(`unknown group: ${JSON.stringify(group satisfies never)}`);
    }
  });
}

describe("who may read", () => {
  const scene = fc.record({
    people: fc.array(person, { minLength: 1, maxLength: 8 }),
    asker: person,
    space: fc.constantFrom(...spaces),
    kind: fc.constantFrom("direct", "group", "public", "shared"),
    document: audiences,
  });

  test("a document is shown only where everybody who reads along may read it: 0 leaks in 10 000", () => {
    fc.assert(
      fc.property(scene, ({ people, asker, space, kind, document }) => {
        const member = { ...asker, rooms: [...asker.rooms, space] };
        const strangers: Person[] = kind === "shared" ? [{ role: "customer", rooms: [] }] : [];
        const readers =
          kind === "direct"
            ? [asker]
            : [member, ...people.filter(({ rooms }) => rooms.includes(space)), ...strangers];
        const groups = groupsOf({
          channel: "slack",
          installation: "T1",
          place: { space, audience: kind },
          role: asker.role,
        });
        const names = new Set(groups.map(toGroupName));
        const isShown = document.some((group) => names.has(toGroupName(group)));
        if (isShown) expect(readers.every((reader) => mayRead(reader, document))).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  });

  test("a room of another workspace or another platform is another room", () => {
    const room = { kind: "room", channel: "slack", installation: "T1", space: "C1" } as const;
    const names = [
      room,
      { ...room, installation: "T2" },
      { ...room, channel: "teams" } as const,
      { ...room, space: "C2" },
    ];
    expect(new Set(names.map(toGroupName)).size).toBe(4);
  });

  test("of 60 documents for every kind of reader no question finds one that somebody may not read", async () => {
    const [ours, theirs] = [await stand.aCompany(), await stand.aCompany()];
    const given = fc.sample(audiences, { numRuns: 60, seed: 7 });
    for (const [at, document] of given.entries())
      await stand.add(
        at % 2 === 0 ? ours : theirs,
        `page${at}.txt`,
        `Page ${at} tells of parking, lunch and rent.`,
        document,
      );
    const places = fc.sample(scene, { numRuns: 150, seed: 8 });
    let shown = 0;
    for (const [at, { asker, space, kind }] of places.entries()) {
      const tenantId = at % 2 === 0 ? ours : theirs;
      const destination = {
        channel: "slack",
        installation: "T1",
        place: { space, audience: kind },
        role: asker.role,
      } as const;
      const names = new Set(groupsOf(destination).map(toGroupName));
      const found = await stand.knowledge.search(tenantId, {
        text: "parking lunch rent page",
        destination,
        limit: 24,
      });
      for (const { title } of found) {
        const page = Number(title.replace("page", ""));
        expect(page % 2).toBe(at % 2);
        expect(given[page]?.some((group) => names.has(toGroupName(group)))).toBe(true);
        shown += 1;
      }
    }
    expect(shown).toBeGreaterThan(150);
  });
});
