import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Block } from "../../../src/knowledge/chunk/block.ts";
import { chunkBlocks } from "../../../src/knowledge/chunk/chunk-blocks.ts";
import { splitSentences } from "../../../src/knowledge/chunk/split-sentences.ts";

const count = (text: string) => text.split(/\s+/u).filter((word) => word !== "").length;
const sizes = { size: 40, overlap: 8, count };

const word = fc.stringMatching(/^[a-z]{1,8}$/);
const sentence = fc.array(word, { minLength: 1, maxLength: 15 }).map((words) => `Q${words.join(" ")}.`);
const paragraph = fc.array(sentence, { minLength: 1, maxLength: 8 }).map((all) => all.join(" "));
const block: fc.Arbitrary<Block> = fc.oneof(
  { weight: 4, arbitrary: paragraph.map((text): Block => ({ kind: "text", text })) },
  {
    weight: 1,
    arbitrary: fc.record({ depth: fc.integer({ min: 1, max: 4 }), text: sentence }).map((given): Block => ({
      kind: "heading",
      ...given,
    })),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.array(word, { minLength: 2, maxLength: 3 }), { minLength: 2, maxLength: 8 })
      .map((rows): Block => ({
        kind: "table",
        text: rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n"),
      })),
  },
);

/** Every block carries its own number, so that none can be taken for another. */
function numbered(blocks: readonly Block[]): Block[] {
  return blocks.map((each, at) => ({ ...each, text: each.text.replace(/Q/g, `Q${at}q`) }));
}

describe("chunks", () => {
  test("cover every sentence and heading, in order, and split no sentence", () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 25 }), (given) => {
        const blocks = numbered(given);
        const chunks = chunkBlocks(blocks, sizes);
        const whole = chunks.map(({ headings, text }) => [...headings, text].join("\n")).join("\n\n");
        let from = 0;
        for (const each of blocks) {
          const pieces =
            each.kind === "text"
              ? splitSentences(each.text).map((piece) => piece.trim())
              : [each.text.trim()];
          for (const piece of pieces) expect(whole).toContain(piece);
          if (each.kind !== "text") continue;
          const at = chunks.findIndex(
            ({ text }, place) => place >= from && text.includes(pieces.at(-1) ?? ""),
          );
          expect(at).toBeGreaterThanOrEqual(from);
          from = at;
        }
      }),
      { numRuns: 150 },
    );
  });

  test("are no longer than their size, unless one sentence or one table alone is", () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 25 }), (given) => {
        for (const { text } of chunkBlocks(numbered(given), sizes)) {
          const isWhole = text.startsWith("|") || splitSentences(text).length === 1;
          expect(count(text) <= sizes.size || isWhole || text.includes("|")).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("begin with the last sentences of the chunk before, no more than the overlap", () => {
    const text = Array.from({ length: 30 }, (_, at) => `Sentence number ${at} is short.`).join(" ");
    const chunks = chunkBlocks([{ kind: "text", text }], sizes);
    expect(chunks.length).toBeGreaterThan(3);
    for (const [at, chunk] of chunks.slice(1).entries()) {
      const first = splitSentences(chunk.text)[0]?.trim() ?? "";
      expect(chunks[at]?.text).toContain(first);
      const repeated = splitSentences(chunk.text).filter((piece) => chunks[at]?.text.includes(piece.trim()));
      expect(count(repeated.join(" "))).toBeLessThanOrEqual(sizes.overlap);
    }
  });

  test("carry the headings they stand under, and no heading is lost for having nothing under it", () => {
    const chunks = chunkBlocks(
      [
        { kind: "heading", depth: 1, text: "Guide" },
        { kind: "heading", depth: 2, text: "Refunds" },
        { kind: "text", text: "Within 30 days." },
        { kind: "heading", depth: 2, text: "Empty" },
        { kind: "heading", depth: 2, text: "Last" },
      ],
      sizes,
    );
    expect(chunks.map(({ headings, text }) => [...headings, text])).toEqual([
      ["Guide", "Refunds", "Within 30 days."],
      ["Guide", "Empty"],
      ["Guide", "Last"],
    ]);
  });

  test("keep a table and a piece of code whole, and cut what has no sentences at all", () => {
    const table = Array.from({ length: 30 }, (_, at) => `| row ${at} |`).join("\n");
    expect(chunkBlocks([{ kind: "table", text: table }], sizes).map(({ text }) => text)).toEqual([table]);
    const code = "# not a heading\n\n```\nnot an end";
    expect(chunkBlocks([{ kind: "code", text: code }], sizes).map(({ text }) => text)).toEqual([
      `\`\`\`\`\n${code}\n\`\`\`\``,
    ]);
    const noise = Array.from({ length: 400 }, (_, at) => `x${at}`).join(" ");
    const cut = chunkBlocks([{ kind: "text", text: noise }], sizes);
    expect(cut.length).toBeGreaterThan(5);
    expect(
      cut
        .map(({ text }) => text)
        .join(" ")
        .split(/\s+/),
    ).toEqual(noise.split(" "));
  });
});

describe("sentences", () => {
  test("joined are the paragraph again, whatever it is", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => splitSentences(text).join("") === text));
  });

  test("do not end at an abbreviation", () => {
    expect(splitSentences("Ask Dr. Smith, e.g. on Monday. He knows.")).toEqual([
      "Ask Dr. Smith, e.g. on Monday. ",
      "He knows.",
    ]);
  });
});
