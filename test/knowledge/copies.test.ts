import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { choosePassages, countTexts } from "../../src/knowledge/choose-passages.ts";
import type { KeptChunk } from "../../src/knowledge/document-store.ts";
import { isCopy, toCopyable } from "../../src/knowledge/retrieve/is-copy.ts";
import { openKnowledge, visitor, type KnowledgeStand } from "./knowledge-stand.ts";

const steps =
  "There are three ways of holding a package back. With dpkg the list of selections is written to a file, the word behind the package is changed to hold, and the file is read again. With apt the command apt-mark hold does it at once, and apt-mark unhold takes it back. With aptitude the sign is an equals sign beside the package.";
const asPage = `${steps}\n\n\`\`\`\napt-mark hold package_name\n\`\`\``;
const asPdf = `${steps.replace("written to a file", "writ ten to a file")} apt-mark hold package_name`;

let documents = 0;
function aChunk(given: Partial<KeptChunk> & Pick<KeptChunk, "text">): KeptChunk {
  documents += 1;
  return {
    documentId: `document ${documents}`,
    ordinal: 0,
    headings: ["How do I hold a package?"],
    page: undefined,
    source: "upload",
    title: "Handbook",
    url: undefined,
    updatedAt: new Date("2026-11-01"),
    ...given,
  };
}

const choose = (question: string, chunks: readonly KeptChunk[], limit = 3) =>
  choosePassages(
    question,
    chunks.map((chunk) => ({ chunk, relevance: 1 })),
    limit,
  ).map(({ chunk }) => chunk);

describe("what says the same in the same words", () => {
  test("is told once: the page of a site in the place of its PDF, though the PDF was found first", () => {
    const pdf = aChunk({
      text: asPdf,
      title: "Manual",
      page: 40,
      headings: ["7.12 How do I hold a package?"],
    });
    const page = aChunk({ text: asPage, url: "https://docs.example/hold.html" });
    const other = aChunk({ text: "A virtual package has no files of its own.", headings: ["Virtual"] });
    expect(choose("hold a package", [pdf, other, page])).toEqual([page, other]);
  });

  test("leaves room for a third passage that says something else", () => {
    const others = ["Virtual packages have no files.", "A source package is built."].map((text) =>
      aChunk({ text }),
    );
    expect(choose("package", [aChunk({ text: asPdf }), aChunk({ text: asPage }), ...others])).toHaveLength(3);
  });

  test("is that of the document which the question names", () => {
    const berlin = aChunk({ title: "Shop in Berlin", text: steps, page: 1 });
    const paris = aChunk({ title: "Shop in Paris", text: steps });
    expect(choose("hold a package in Berlin", [berlin, paris])[0]).toBe(berlin);
  });

  test("is no copy where the number is another one or the other denies it", () => {
    const copyable = (text: string) => toCopyable("Returns", `${steps} ${text}`);
    expect(isCopy(copyable("Goods can be returned within 30 days."), copyable(""))).toBe(true);
    const days = (many: number) => copyable(`Goods can be returned to us within ${many} days.`);
    expect(isCopy(days(30), days(14))).toBe(false);
    const denied = (word: string) => copyable(`Opened goods can ${word} be returned to us.`);
    expect(isCopy(denied("also"), denied("not"))).toBe(false);
  });

  test("of a few words is a copy only where every word is the same", () => {
    expect(
      isCopy(toCopyable("Price", "The Basic plan is cheap."), toCopyable("Price", "The Pro plan is cheap.")),
    ).toBe(false);
    expect(
      isCopy(toCopyable("Price", "The plan is cheap."), toCopyable("Cost", "The plan is **cheap**.")),
    ).toBe(true);
  });

  test("is a copy of itself, both ways round the same, whatever it is", () => {
    const text = fc.string({ maxLength: 300 });
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [a, b] = [toCopyable("", one), toCopyable("", other)];
        expect(isCopy(a, b)).toBe(isCopy(b, a));
        if (a.words.length > 0) expect(isCopy(a, a)).toBe(true);
      }),
    );
  });
});

describe("one text in many places", () => {
  const notes = (release: number) =>
    aChunk({
      title: `Release ${release}`,
      headings: ["Before the upgrade"],
      text: `${steps} Release ${release} needs ${release + 3} gigabytes of room.`,
    });

  test("with other numbers in each is told twice, and leaves room for what says something else", () => {
    const other = aChunk({ text: "A held package is not upgraded.", headings: ["Held"] });
    const [first, second, third] = [notes(4), notes(5), notes(6)];
    expect(choose("hold a package", [first, second, third, other])).toEqual([first, second, other]);
  });

  test("is one text, however it is cut, and another one is another", () => {
    const found = [notes(4), notes(5), aChunk({ text: steps }), aChunk({ text: "Held." })];
    expect(countTexts(found.map((chunk) => ({ chunk, relevance: 1 })))).toBe(2);
  });
});

describe("what is found", () => {
  let stand: KnowledgeStand;
  beforeAll(async () => {
    stand = await openKnowledge();
  });
  afterAll(() => stand.stop());

  test("through a copy: one that somebody may not read neither shows itself nor hides the one that they may", async () => {
    const tenantId = await stand.aCompany();
    const page = `# How do I hold a package?\n\n${asPage}`;
    await stand.add(tenantId, "staff.md", page.replace("How do I", "Colleagues: how do I"), [
      { kind: "colleagues" },
    ]);
    await stand.add(tenantId, "public.md", page);
    const text = "how do I hold a package, colleagues?";
    const find = async (role: "customer" | "staff") => {
      const found = await stand.knowledge.search(tenantId, { text, destination: { ...visitor, role } });
      return found.map(({ title }) => title);
    };
    expect(await find("customer")).toEqual(["How do I hold a package?"]);
    expect(await find("staff")).toEqual(["Colleagues: how do I hold a package?"]);
  });

  test("behind a text that stands in sixty documents with other numbers in each", async () => {
    const tenantId = await stand.aCompany();
    for (let release = 1; release <= 60; release += 1)
      await stand.keep(tenantId, `release-${release}.md`, `${steps} Release ${release} is held.`, {
        kind: "public",
      });
    await stand.add(tenantId, "kitchen.md", "# Kitchen\n\nThe fridge holds one package of milk.");
    await stand.knowledge.repair(tenantId);
    const found = await stand.knowledge.search(tenantId, { text: "hold a package", destination: visitor });
    expect(found.filter(({ title }) => title.startsWith("release"))).toHaveLength(2);
    expect(found.map(({ title }) => title)).toContain("Kitchen");
  });

  test("with a few words that only lead to the sections below them is told with the first of these", async () => {
    const tenantId = await stand.aCompany();
    const leads = "Windows shares are set up as follows.";
    const server = "Install the server with `apt install samba`.";
    await stand.add(tenantId, "shares.md", `# Shares\n\n${leads}\n\n## The server\n\n${server}`);
    const question = { text: "windows shares set up", destination: visitor, limit: 1 };
    const [first] = await stand.knowledge.search(tenantId, question);
    expect(first?.text).toBe(`${leads}\n\n**The server**\n\n${server}`);
  });
});
