import fc from "fast-check";
import type { Nodes } from "mdast";
import { describe, expect, it } from "vitest";
import { parseMarkdown } from "../../../channels/kit/parse-markdown.ts";
import { renderReply } from "../../../channels/slack/render.ts";
import { splitForSlack } from "../../../channels/slack/split.ts";
import { toSafeMarkdown } from "../../../channels/slack/safe-markdown.ts";
import type { Reply } from "../../../src/core/reply.ts";

/** The words a reader sees, without white space and without the headers that a table repeats. */
function wordsOf(bodies: readonly string[]): string {
  const heads = new Set<string>();
  const read = (node: Nodes): string => {
    if (node.type === "table") {
      const [head, ...rows] = node.children;
      const title = head === undefined ? "" : read(head);
      const isRepeated = heads.has(title);
      heads.add(title);
      return (isRepeated ? "" : title) + rows.map(read).join("");
    }
    if ("children" in node) return (node.children as Nodes[]).map(read).join("");
    return "value" in node ? node.value : "";
  };
  return bodies
    .map((body) => read(parseMarkdown(body)))
    .join("")
    .replaceAll(/\s/g, "");
}

const bodiesOf = (body: string, limit: number): string[] =>
  splitForSlack({ body }, limit).map((piece) => piece.body);

const word = fc.oneof(
  fc.stringMatching(/^[a-z]{1,12}$/),
  fc.constantFrom(
    "überprüfen",
    "日本語の文章です。",
    "สวัสดีครับผม",
    "مرحبا",
    "👨‍👩‍👧‍👦",
    "🇩🇪",
    "e\u0301",
    "a<b",
    "AT&T",
    "<!channel>",
    "@here",
    "fin.",
  ),
);
const phrase = fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(" "));
const inline = fc.oneof(
  { weight: 5, arbitrary: phrase },
  phrase.map((text) => `**${text.trim()}**`),
  phrase.map((text) => `_${text.trim()}_`),
  fc.stringMatching(/^[a-z ]{1,20}$/).map((code) => `\`x${code}x\``),
  fc.stringMatching(/^[a-z]{1,20}$/).map((text) => `[${text}](https://docs.example/${text})`),
);
const paragraph = fc.array(inline, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(" "));
const cell = fc.stringMatching(/^[a-z]{1,15}$/);
const block = fc.oneof(
  paragraph,
  fc.stringMatching(/^[a-z]{1,20}$/).map((text) => `## ${text}`),
  fc
    .array(fc.stringMatching(/^[a-z(){};=<> ]{0,40}$/), { minLength: 1, maxLength: 12 })
    .map((lines) => `\`\`\`ts\n${lines.join("\n")}\n\`\`\``),
  fc
    .array(paragraph, { minLength: 1, maxLength: 6 })
    .map((items) => items.map((item) => `- ${item}`).join("\n")),
  fc
    .array(paragraph, { minLength: 1, maxLength: 12 })
    .map((items) => items.map((item, at) => `${at + 1}. ${item}\n   - ${item}`).join("\n")),
  fc
    .array(paragraph, { minLength: 1, maxLength: 4 })
    .map((lines) => lines.map((line) => `> ${line}`).join("\n>\n")),
  fc
    .array(fc.tuple(cell, cell), { minLength: 1, maxLength: 15 })
    .map((rows) =>
      ["| one | two |", "| --- | --- |", ...rows.map((row) => `| ${row.join(" | ")} |`)].join("\n"),
    ),
);
const document = fc.array(block, { minLength: 1, maxLength: 8 }).map((blocks) => blocks.join("\n\n"));

describe("splitting a reply", () => {
  it("leaves a body that fits as it is, byte for byte", () => {
    fc.assert(
      fc.property(fc.oneof(document, fc.string({ unit: "grapheme", maxLength: 500 })), (body) => {
        fc.pre(toSafeMarkdown(body).length <= 12_000);
        expect(bodiesOf(body, 12_000)).toEqual([body]);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  it("gives pieces that each fit once rendered, and loses not a word", () => {
    fc.assert(
      fc.property(document, fc.integer({ min: 200, max: 900 }), (body, limit) => {
        const pieces = bodiesOf(body, limit);
        for (const piece of pieces) expect(toSafeMarkdown(piece).length).toBeLessThanOrEqual(limit);
        expect(wordsOf(pieces)).toBe(wordsOf([body]));
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it("fits whatever a model may write, and never cuts through a character", () => {
    const noise = fc.string({
      unit: fc.oneof(
        fc.constantFrom(..."`*_[]()<>|#-~&\\\n 1.:!@"),
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
      ),
      minLength: 200,
      maxLength: 1500,
    });
    fc.assert(
      fc.property(noise, (body) => {
        const pieces = bodiesOf(body, 120);
        for (const piece of pieces) {
          expect(toSafeMarkdown(piece).length).toBeLessThanOrEqual(120);
          expect(piece.isWellFormed()).toBe(true);
        }
        expect(splitForSlack({ body }, 120)).toEqual(splitForSlack({ body }, 120));
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it("is stable: a piece is not cut again", () => {
    fc.assert(
      fc.property(document, (body) => {
        for (const piece of bodiesOf(body, 300)) expect(bodiesOf(piece, 300)).toEqual([piece]);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  it("closes code and opens it again in the same language", () => {
    const code = Array.from({ length: 60 }, (_, at) => `const line${at} = ${at};`).join("\n");
    const pieces = bodiesOf(`Look:\n\n~~~ts title="a.ts"\n${code}\n~~~\n\nDone.`, 400);
    const inside = pieces.slice(1, -1);
    expect(inside.length).toBeGreaterThan(1);
    for (const piece of inside) expect(piece).toMatch(/^~~~ts title="a.ts"\n[^]*\n~~~$/);
    expect(wordsOf(pieces)).toContain("constline59=59;");
  });

  it("repeats the header of a table and cuts between its rows", () => {
    const rows = Array.from({ length: 40 }, (_, at) => `| item ${at} | ${at * 10} € |`);
    const pieces = bodiesOf(["| item | price |", "|:--|--:|", ...rows].join("\n"), 300);
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces) expect(piece.startsWith("| item | price |\n|:--|--:|\n| item ")).toBe(true);
  });

  it("goes on with a list's numbers and keeps what is nested in an item nested", () => {
    const items = Array.from(
      { length: 30 },
      (_, at) => `1. step ${at + 1} of the way\n   - detail of ${at + 1}`,
    );
    const pieces = bodiesOf(items.join("\n"), 250);
    const [second] = parseMarkdown(pieces[1] ?? "").children;
    expect(second?.type === "list" ? second.start : undefined).toBeGreaterThan(1);
    const numbers = pieces.flatMap((piece) => {
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

  it("never cuts inside a link or a code span", () => {
    const text = Array.from(
      { length: 40 },
      (_, at) => `see [chapter ${at} of it](https://docs.example/a/${at}) or \`npm run step ${at}\`, then`,
    ).join(" ");
    for (const piece of bodiesOf(text, 200)) {
      expect(piece.match(/\[/g)?.length ?? 0).toBe(
        piece.match(/\]\(https:\/\/docs\.example\/a\/\d+\)/g)?.length ?? 0,
      );
      expect((piece.match(/`/g)?.length ?? 0) % 2).toBe(0);
    }
  });

  it("prefers the end of a sentence", () => {
    const text = "This is one sentence of some length. ".repeat(30).trim();
    for (const piece of bodiesOf(text, 200)) expect(piece.endsWith("length.")).toBe(true);
  });

  it("closes emphasis at a cut and opens it again", () => {
    const pieces = bodiesOf(`**${"bold words go on ".repeat(40).trim()}**`, 200);
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces) expect(piece).toMatch(/^\*\*\S[^]*\S\*\*$/);
  });

  it("gives each piece the addresses its links refer to", () => {
    const body = `${"Read [the guide][g] first. ".repeat(40)}\n\n[g]: https://docs.example/guide`;
    const pieces = bodiesOf(body, 400);
    expect(pieces.join(" ").match(/\[the guide\]\(https:\/\/docs\.example\/guide\)/g)).toHaveLength(40);
  });

  it("hangs citations, buttons and the rest on the last piece, and whispers all of them", () => {
    const reply: Reply = {
      body: "A sentence that is repeated. ".repeat(1_000),
      citations: [{ title: "Guide" }],
      buttons: [{ action: "baton.human", label: "Human", value: "1" }],
      suggestions: ["More"],
      feedback: "turn-1",
      onlyFor: "U1",
    };
    const pieces = splitForSlack(reply);
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.map(({ onlyFor }) => onlyFor)).toEqual(pieces.map(() => "U1"));
    expect(pieces.slice(0, -1).every((piece) => Object.keys(piece).length === 2)).toBe(true);
    expect(pieces.at(-1)).toEqual({ ...reply, body: pieces.at(-1)?.body });
    for (const piece of pieces) expect(renderReply(piece).blocks.length).toBeLessThanOrEqual(50);
  });
});
