import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { setTimeout as delay } from "node:timers/promises";
import { silentLog } from "../../src/core/log.ts";
import type { TenantId } from "../../src/core/ids.ts";
import { createDocumentVersions } from "../../src/knowledge/document-versions.ts";
import { loadOfflineEmbedder, type OfflineEmbedder } from "../../src/knowledge/embed/offline-embedder.ts";
import { quotePassages } from "../../src/knowledge/quote-passages.ts";
import { groupsOf, toGroupName, type Audience, type Destination } from "../../src/knowledge/readers.ts";
import { createMemoryFastState } from "../../src/store/memory-fast-state.ts";
import { createChance } from "../faults/random.ts";
import { openKnowledge, type KnowledgeStand } from "./knowledge-stand.ts";

// The full size, `npm run test:isolation`: 1 000 documents of each of three companies for four kinds of readers, 10 000 questions.
const documentsEach = Number(process.env["BATON_ISOLATION_DOCUMENTS"] ?? 80);
const questions = Number(process.env["BATON_ISOLATION_QUESTIONS"] ?? 400);

const room: Audience = { kind: "room", channel: "slack", installation: "T1", space: "C1" };
const audiences: readonly Audience[] = [
  { kind: "public" },
  { kind: "role", role: "customer" },
  { kind: "colleagues" },
  room,
];
const subjects = ["parking", "lunch", "refund", "warranty", "holiday", "password", "invoice", "delivery"];

interface Written {
  readonly tenant: number;
  readonly audience: Audience;
  /** Stands in no other document. */
  readonly mark: string;
}

let stand: KnowledgeStand;
let words: OfflineEmbedder;
const tenants: TenantId[] = [];
const written = new Map<string, Written>();

beforeAll(async () => {
  stand = await openKnowledge();
  words = await loadOfflineEmbedder();
  for (let tenant = 0; tenant < 3; tenant += 1) {
    const tenantId = await stand.aCompany();
    tenants.push(tenantId);
    for (let at = 0; at < documentsEach; at += 1) {
      const audience = audiences[at % audiences.length] ?? room;
      const mark = `mark${tenant}x${at}`;
      const [one, other] = [subjects[at % 8], subjects[(at * 3 + 1) % 8]];
      await stand.keep(
        tenantId,
        `${mark}.md`,
        `# ${mark}\n\nAbout ${one} and ${other}, see ${mark} there.`,
        audience,
      );
      written.set(mark, { tenant, audience, mark });
    }
    await stand.knowledge.repair(tenantId);
  }
}, 600_000);
afterAll(() => stand?.stop());

const kinds = ["direct", "group", "public", "shared"] as const;
const roles = ["customer", "staff", "admin"] as const;

function mayShow({ audience }: Written, destination: Destination): boolean {
  return groupsOf(destination).map(toGroupName).includes(toGroupName(audience));
}

describe("who may not read a document", () => {
  test(`is never shown it nor cited it, whoever asks what and where: 0 of ${questions} questions`, async () => {
    const random = createChance(6);
    const leaks: string[] = [];
    let [shown, denied] = [0, 0];
    for (let at = 0; at < questions; at += 1) {
      const tenant = random.whole(0, 2);
      const destination: Destination = {
        channel: "slack",
        installation: "T1",
        place: { space: random.pick(["C1", "C2"]), audience: random.pick(kinds) },
        role: random.pick(roles),
      };
      // Half of them know exactly what they must not see, also of other companies.
      const target = `mark${random.whole(0, 2)}x${random.whole(0, documentsEach - 1)}`;
      const text = at % 2 === 0 ? `what about ${random.pick(subjects)} ${random.pick(subjects)}` : target;
      const tenantId = tenants[tenant];
      if (tenantId === undefined) continue;
      const passages = await stand.knowledge.search(tenantId, { text, destination, limit: 5 });
      const quoted = await quotePassages(text, passages, words);
      const told = [
        ...passages.map(({ title, text: words }) => `${title} ${words}`),
        JSON.stringify(quoted ?? ""),
      ].join(" ");
      for (const [mark] of told.matchAll(/mark\dx\d+/g)) {
        const document = written.get(mark);
        if (document === undefined || document.tenant !== tenant || !mayShow(document, destination))
          leaks.push(`${text} -> ${mark}`);
        else shown += 1;
      }
      const asked = written.get(target);
      if (text === target && asked !== undefined && !told.includes(`${target}.`)) denied += 1;
      if (text === target && asked?.tenant === tenant && mayShow(asked, destination))
        expect(told, "an exact name is found by who may read it").toContain(target);
    }
    expect(leaks).toEqual([]);
    expect(shown).toBeGreaterThan(questions);
    expect(denied).toBeGreaterThan(0);
  }, 900_000);

  test("loses it within a second of its restriction or removal, in every process, with what was said from it", async () => {
    const tenantId = await stand.aCompany();
    const destination: Destination = {
      channel: "web",
      installation: "site",
      place: { space: "v", audience: "direct" },
      role: "customer",
    };
    await stand.add(tenantId, "price.md", "# Price\n\nThe lamp costs nine dollars.");
    await stand.add(tenantId, "plan.md", "# Plan\n\nThe new shop opens in Oslo.");
    const fast = createMemoryFastState();
    const process = () =>
      createDocumentVersions({ documents: stand.documents, tenants: [tenantId], fast, log: silentLog });
    const [here, there] = [await process(), await process()];
    await there.start();
    const { knowledge } = stand.again(stand.index, here.documents);
    const said = async (text: string) =>
      (await stand.knowledge.search(tenantId, { text, destination })).map(({ title }) => title);
    expect(await said("what costs the lamp")).toContain("Price");
    const before = there.of(tenantId);
    const [price, plan] = (await knowledge.list(tenantId)).toSorted((a, b) => b.name.localeCompare(a.name));
    const begun = performance.now();
    await knowledge.remove(tenantId, [price?.id ?? ""]);
    const removed = there.of(tenantId);
    await knowledge.restrict(tenantId, [plan?.id ?? ""], [{ kind: "colleagues" }]);
    while (there.of(tenantId) === removed || removed === before) {
      if (performance.now() - begun > 1_000) break;
      await delay(5);
    }
    expect(await said("what costs the lamp")).not.toContain("Price");
    expect(await said("which shop opens in Oslo")).not.toContain("Plan");
    // What the answer cache names its answers by is another one by now.
    expect(there.of(tenantId)).not.toBe(before);
    expect(here.of(tenantId)).toBe(there.of(tenantId));
    there.stop();
    await fast.stop();
  });

  test("a document restricted by hand stays so when its source is read again", async () => {
    const tenantId = await stand.aCompany();
    const destination: Destination = {
      channel: "web",
      installation: "site",
      place: { space: "v", audience: "direct" },
      role: "customer",
    };
    await stand.add(tenantId, "plan.md", "# Plan\n\nThe new shop opens in Oslo.");
    const [plan] = await stand.knowledge.list(tenantId);
    await stand.knowledge.restrict(tenantId, [plan?.id ?? ""], [{ kind: "colleagues" }]);
    await stand.add(tenantId, "plan.md", "# Plan\n\nThe new shop opens in Oslo in May.");
    const ask = (role: Destination["role"]) =>
      stand.knowledge.search(tenantId, {
        text: "shop opens in Oslo",
        destination: { ...destination, role },
      });
    expect(await ask("customer")).toEqual([]);
    expect((await ask("staff"))[0]?.text).toContain("in May");
  });
});
