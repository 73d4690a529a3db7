import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMarkdown } from "../../../channels/kit/parse-markdown.ts";
import { splitReply } from "../../../channels/kit/split.ts";
import type { Room } from "../../../channels/kit/split-phrasing.ts";
import {
  numberedDocuments,
  numbersIn,
  withoutRepeats,
  type NumberedDocument,
} from "../../contract/channel/documents.ts";
import { readMarkdown } from "../../contract/channel/read-markdown.ts";

const characters = (limit: number): Room => ({ limit, measure: ({ length }) => length });

/** As a platform counts that takes JSON and bounds its bytes: a frame, escapes, several bytes to a letter. */
const jsonBytes = (limit: number): Room => ({
  limit,
  measure: (text) => Buffer.byteLength(JSON.stringify({ type: "message", textFormat: "markdown", text })),
});

const bodiesOf = (body: string, room: Room): string[] =>
  splitReply({ body }, room).map((piece) => piece.body);

/** A row of a table has room in each: one that has none goes on cell by cell, and its words change places. */
const rooms = fc.oneof(
  fc.integer({ min: 400, max: 900 }).map(characters),
  fc.integer({ min: 1_000, max: 2_000 }).map(jsonBytes),
);

describe("splitting a reply", () => {
  it("gives pieces that each fit, stay as they are, and lose, double or move not a word", () => {
    fc.assert(
      fc.property(numberedDocuments(2_500), rooms, (document, room) => {
        const pieces = bodiesOf(document.markdown, room);
        expectWhole(pieces, document);
        for (const piece of pieces) {
          expect(room.measure(piece)).toBeLessThanOrEqual(room.limit);
          expect(bodiesOf(piece, room)).toEqual([piece]);
        }
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  it("leaves a body that fits as it is, byte for byte", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (body) => {
        expect(splitReply({ body }, jsonBytes(20_000))).toEqual([{ body }]);
      }),
    );
  });

  it("fits whatever a model may write, and never cuts through a character", () => {
    const noise = fc.string({
      unit: fc.oneof(
        fc.constantFrom(..."`*_[]()<>|#-~&\\\n 1.:!@"),
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
      ),
      minLength: 200,
      maxLength: 800,
    });
    fc.assert(
      fc.property(noise, (body) => {
        for (const piece of bodiesOf(body, characters(120))) {
          expect(piece.length).toBeLessThanOrEqual(120);
          expect(piece.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });

  it("fills its pieces, whatever the frame of a message costs", () => {
    const body = Array.from({ length: 200 }, (_, at) => `Paragraph ${at} says little.`).join("\n\n");
    const room: Room = { limit: 2_000, measure: (text) => 1_000 + text.length };
    const pieces = bodiesOf(body, room);
    for (const piece of pieces.slice(0, -1)) expect(piece.length).toBeGreaterThan(900);
  });

  it("closes code and opens it again with all that its first line said", () => {
    const code = Array.from({ length: 60 }, (_, at) => `const line${at} = ${at};`).join("\n");
    const pieces = bodiesOf(`Look:\n\n~~~ts title="a.ts"\n${code}\n~~~\n\nDone.`, characters(400));
    const inside = pieces.slice(1, -1);
    expect(inside.length).toBeGreaterThan(1);
    for (const piece of inside) expect(piece).toMatch(/^~~~ts title="a.ts"\n[^]*\n~~~$/);
    expect(pieces.join("\n").match(/line\d+ = \d+;/g)).toHaveLength(60);
  });

  it("fills its pieces with code that costs more than its length", () => {
    const costly: Room = { limit: 1_000, measure: (text) => text.length + 4 * text.split("<").length };
    const code = Array.from({ length: 300 }, (_, at) => (at % 7 === 0 ? "<<<<<<<<<<<<" : `line${at};`));
    const pieces = bodiesOf(`\`\`\`\n${code.join("\n")}\n\`\`\``, costly);
    for (const piece of pieces) expect(costly.measure(piece)).toBeLessThanOrEqual(1_000);
    for (const piece of pieces.slice(0, -1)) expect(costly.measure(piece)).toBeGreaterThan(800);
    expect(pieces.flatMap((piece) => piece.split("\n").slice(1, -1))).toEqual(code);
  });

  it("goes on with a row that is too long for a message in further rows", () => {
    const words = (count: number): string => Array.from({ length: count }, (_, at) => `w${at}`).join(" ");
    const rows = [
      "| what | why |",
      "|:--|--:|",
      "| a | b |",
      `| ${words(150)} | ${words(40)} |`,
      "| c | d |",
    ];
    for (const room of [characters(300), jsonBytes(500)]) {
      const pieces = bodiesOf(rows.join("\n"), room);
      for (const piece of pieces) {
        expect(piece.startsWith("| what | why |\n|:--|--:|\n| ")).toBe(true);
        expect(room.measure(piece)).toBeLessThanOrEqual(room.limit);
      }
      const read = pieces.join("\n");
      for (const [word, count] of [
        ["w39", 2],
        ["w149", 1],
        ["| a |", 1],
        ["| c |", 1],
      ] as const) {
        expect(read.split(word).length - 1).toBe(count);
      }
    }
  });

  it("goes on with a list's numbers and keeps what is nested in an item nested", () => {
    const items = Array.from(
      { length: 30 },
      (_, at) => `1. step ${at + 1} of the way\n   - detail of ${at + 1}`,
    );
    const numbers = bodiesOf(items.join("\n"), characters(250)).flatMap((piece) => {
      const [list] = parseMarkdown(piece).children;
      return list?.type === "list"
        ? list.children.map((item, at) => ({
            number: (list.start ?? 1) + at,
            nested: item.children[1]?.type,
          }))
        : [];
    });
    expect(numbers).toEqual(items.map((_, at) => ({ number: at + 1, nested: "list" })));
  });

  it("prefers the end of a sentence", () => {
    const text = "This is one sentence of some length. ".repeat(30).trim();
    for (const piece of bodiesOf(text, characters(200))) expect(piece.endsWith("length.")).toBe(true);
  });

  it("closes emphasis at a cut and opens it again", () => {
    const pieces = bodiesOf(`**${"bold words go on ".repeat(40).trim()}**`, characters(200));
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces) expect(piece).toMatch(/^\*\*\S[^]*\S\*\*$/);
  });

  it("gives each piece the addresses its links refer to", () => {
    const body = `${"Read [the guide][g] first. ".repeat(40)}\n\n[g]: https://docs.example/guide`;
    const pieces = bodiesOf(body, characters(400));
    expect(pieces.join(" ").match(/\[the guide\]\(https:\/\/docs\.example\/guide\)/g)).toHaveLength(40);
  });
});

function expectWhole(pieces: readonly string[], document: NumberedDocument): void {
  const read = pieces.map(readMarkdown);
  const text = read.map((piece) => piece.text).join("\n");
  const all = Array.from({ length: document.words }, (_, at) => at);
  expect(withoutRepeats(numbersIn(text), document)).toEqual(all);
  expect(read.flatMap(({ links }) => links.map(({ url }) => url))).toEqual(document.urls);
  expect(text.split("\n").filter((line) => /call\d+z\(/.test(line))).toEqual(document.code);
}
