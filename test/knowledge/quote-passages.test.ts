import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { loadOfflineEmbedder, type OfflineEmbedder } from "../../src/knowledge/embed/offline-embedder.ts";
import { findExcerpt } from "../../src/knowledge/find-excerpt.ts";
import type { Passage } from "../../src/knowledge/passage.ts";
import { quotePassages } from "../../src/knowledge/quote-passages.ts";
import { cleanPassage, cleanProse } from "../../src/knowledge/retrieve/clean-passage.ts";

let words: OfflineEmbedder;
beforeAll(async () => {
  words = await loadOfflineEmbedder();
});

function aPassage(given: Partial<Passage> & Pick<Passage, "text">): Passage {
  return {
    title: "Handbook",
    locator: undefined,
    url: undefined,
    headings: [],
    quotable: given.text,
    ordinal: 0,
    relevance: 1,
    asOf: new Date("2026-11-01"),
    ...given,
  };
}

const filler = (subject: string) =>
  `This part tells of ${subject} and of nothing else at all. `.repeat(9).trim();
const weigh = () => 1;

describe("an excerpt", () => {
  test("is where the passage speaks of the question, marked where it begins later", () => {
    const text = [
      filler("gardens"),
      filler("kitchens"),
      "The warranty of a mower ends after two years.",
      filler("roofs"),
    ].join("\n\n");
    const { text: told, covered } = findExcerpt({
      question: "warranty of the mower",
      text,
      heads: [],
      weigh,
    });
    expect(told).toMatch(/^… /);
    expect(told).toContain("ends after two years");
    expect(told).not.toContain("gardens");
    expect(covered).toBe(1);
  });

  test("keeps code whole under the words that lead to it, and does not end with words that lead to nothing", () => {
    const code = `\`\`\`\n${"run me\n\n".repeat(60)}end\n\`\`\``;
    const text = `Restart the printer like this:\n\n${code}\n\n${filler("ink")} ${filler("paper")}\n\nThe next step is:\n\n${code.repeat(3)}`;
    const { text: told } = findExcerpt({ question: "restart the printer", text, heads: [], weigh });
    expect(told).toContain(code);
    expect(told.match(/```/g)?.length).toBe(2);
    expect(told).not.toContain("The next step is:");
  });

  test("that begins with code or in a list says on a line of its own that something stands before", () => {
    const code = "```\napt-mark hold foo\n```";
    const about = { heads: [], weigh };
    const before = [filler("gardens").repeat(3), filler("roofs")];
    const text = [...before, code, `- hold: ${filler("hold")}`].join("\n\n");
    const { text: told } = findExcerpt({ question: "how do I hold foo?", text, ...about });
    expect(told).toMatch(/^… This part tells of roofs/);
    expect(told).toContain(`\n\n${code}`);
    const list = [...before, filler("walls").repeat(4), "- hold it", "- put it down"].join("\n\n");
    expect(findExcerpt({ question: "put it down", text: list, ...about }).text).toMatch(/^…\n\n- /);
  });

  test("of a question for steps has them, though words stand before that speak of the same", () => {
    const text = [
      filler("samba shares"),
      filler("samba shares"),
      "Run `apt install samba` and log in again.",
    ].join("\n\n");
    const told = (question: string) => findExcerpt({ question, text, heads: [], weigh }).text;
    expect(told("how do I install samba shares")).toContain("apt install samba");
    expect(told("what are samba shares")).not.toContain("apt install");
  });

  test("of a question for steps has those that speak of it, and not the first there are", () => {
    const text = [
      "A link points to another file.",
      "```\nln -s here there\n```",
      filler("links"),
      filler("files"),
      "Remove the printer and its settings:",
      "```\nlpadmin -x printer\n```",
    ].join("\n\n");
    const heads = ["Remove a printer"];
    const { text: told } = findExcerpt({ question: "How do I remove a printer?", text, heads, weigh });
    expect(told).toContain("lpadmin");
  });

  test("whatever the passage is, is no longer than a message should be and closes the code it opens", () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 900 }).map((text) => text.replaceAll("`", "")),
      fc.string({ maxLength: 3_000 }).map((text) => `\`\`\`\n${text.replaceAll("`", "")}\n\`\`\``),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.string({ maxLength: 40 }), (pieces, question) => {
        const { text, covered } = findExcerpt({ question, text: pieces.join("\n\n"), heads: [], weigh });
        expect(text.length).toBeLessThan(2_200);
        expect((text.match(/^```/gm) ?? []).length % 2).toBe(0);
        expect(covered).toBeGreaterThanOrEqual(0);
        expect(covered).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("what is quoted", () => {
  test("stands under the heading it belongs to, unless that is the question", async () => {
    const passage = aPassage({
      headings: ["Returns", "Can I return opened goods?"],
      text: "No. Opened goods stay.",
    });
    const asked = await quotePassages("may opened goods be returned", [passage], words);
    expect(asked?.body).toBe("**Can I return opened goods?**\n\nNo. Opened goods stay.");
    const same = await quotePassages("Can I return opened goods?", [passage], words);
    expect(same?.body).toBe("No. Opened goods stay.");
  });

  test("is of the section that is about nothing but what was asked for, though others speak more of it", async () => {
    const setting = aPassage({ headings: ["Setting up LVM"], text: "LVM: create the LVM volumes for LVM." });
    const about = aPassage({ headings: ["12.1. LVM"], text: "It manages logical volumes." });
    expect((await quotePassages("What is LVM?", [setting, about], words))?.body).toContain("It manages");
  });

  test("is the beginning of a section, though a later part of it was found first", async () => {
    const headings = ["Time", "Timezone"];
    const later = aPassage({
      document: "a",
      ordinal: 5,
      headings,
      text: "But with two systems the timezone of one is set by the other.",
    });
    const first = aPassage({
      document: "a",
      ordinal: 4,
      headings,
      text: "The timezone is set by dpkg-reconfigure.",
    });
    const quoted = await quotePassages("Which timezone is set?", [later, first], words);
    expect(quoted?.body).toContain("dpkg-reconfigure");
    const other = { ...first, document: "b" };
    expect((await quotePassages("Which timezone is set?", [later, other], words))?.body).toContain(
      "two systems",
    );
  });

  test("is nothing where the words are there by chance, far from each other or of something else", async () => {
    const text = `Press the reset button.\n\n${filler("kernels")}\n\n${filler("kernels")}\n\nThe password is empty.`;
    const passages = [aPassage({ headings: ["System boot"], text })];
    expect(await quotePassages("How do I reset my Netflix password?", passages, words)).toBeUndefined();
  });

  test("of a language the vocabulary does not know is judged by its words", async () => {
    const text = "Das Fahrradschloss öffnet sich mit der Rückgabekarte.";
    const passages = [aPassage({ title: "Ausleihe", text })];
    expect((await quotePassages("Fahrradschloss Rückgabekarte öffnen", passages, words))?.body).toContain(
      text,
    );
  });

  test("two that say the same in other forms do not disagree", async () => {
    const text = "The lens weighs 300 grams. It was built in 1999.";
    const passages = [
      aPassage({ text }),
      aPassage({
        title: "Manual",
        text: `The lens weighs 300 grams. In all, 12 of it were built in 1998 and 1999.`,
      }),
    ];
    expect((await quotePassages("how much does the lens weigh", passages, words))?.disagree).toBe(false);
  });
});

describe("addresses of others", () => {
  const text =
    "See http://evil.example/a and `http://b.example/c`:\n\n```\ndeb http://c.example/d main\n```\n\n![x](http://e.example/f)";

  test("are left out of what a model reads, code included", () => {
    expect(cleanPassage(text, undefined)).not.toMatch(/https?:/);
  });

  test("are shown to people in code alone, which no channel makes a link of", () => {
    const shown = cleanProse(text, undefined);
    expect(shown).toContain("deb http://c.example/d main");
    expect(shown).toContain("`http://b.example/c`");
    expect(shown).not.toContain("evil.example");
    expect(shown).not.toContain("e.example/f");
  });
});

describe("a passage that has the words in passing", () => {
  const board = aPassage({
    title: "Green Board",
    headings: ["Known issues"],
    text: "The WiFi of the board does not work with free software. A separate USB WiFi adapter helps.",
  });
  const list = aPassage({
    title: "USB devices",
    headings: ["Adapters"],
    text: "A USB adapter that needs free software alone is one with the chip AR7010.",
  });
  const question = "Which USB wifi adapters work with free software?";

  test("gives way to one found before it whose heading speaks of what was asked", async () => {
    const told = await quotePassages(question, [list, board], words);
    expect(told?.citations.map(({ title }) => title)).toEqual(["USB devices"]);
  });

  test("is told where nothing better was found before it", async () => {
    const told = await quotePassages(question, [board, list], words);
    expect(told?.citations.map(({ title }) => title)).toEqual(["Green Board"]);
  });
});

describe("a German question", () => {
  const passage = aPassage({
    title: "Dateien",
    headings: ["Eine Datei erstellen"],
    text: "Setzen Sie Ihre Einstellungen und gehen Sie mit den Schaltflächen vorwärts und zurück.",
    language: "de",
  });

  test("is not answered by what has none of its nouns", async () => {
    expect(await quotePassages("Wie setze ich mein Handy zurück?", [passage], words)).toBeUndefined();
    const told = await quotePassages("Wie setze ich meine Einstellungen zurück?", [passage], words);
    expect(told?.citations).toHaveLength(1);
  });

  test("is answered where its noun is a part of a longer one", async () => {
    const address = aPassage({ text: "Die Rechnungsadresse ändern Sie im Profil.", language: "de" });
    const told = await quotePassages("Wie ändere ich meine Adresse im Profil?", [address], words);
    expect(told?.citations).toHaveLength(1);
  });
});
