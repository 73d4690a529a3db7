import fc from "fast-check";
import { expect, it } from "vitest";
import { toCsv } from "../../../tools/analytics/to-csv.ts";

const cell = fc.oneof(
  fc.string({
    unit: fc.constantFrom("a", "é", '"', ",", "\r", "\n", "\t", "=", "+", "-", "@", "＝", " ", "'", "1"),
  }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);

it("loses nothing and lets no cell of text become a formula, whatever is in it", () => {
  const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
    fc.record({
      columns: fc.array(fc.string({ minLength: 1 }), { minLength: width, maxLength: width }),
      rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 5 }),
    }),
  );
  fc.assert(
    fc.property(table, ({ columns, rows }) => {
      const text = toCsv({ columns, rows });
      expect(text.startsWith("\uFEFF")).toBe(true);
      const read = readCsv(text.slice(1));
      const written = [columns, ...rows];
      expect(read).toHaveLength(written.length);
      for (const [index, row] of written.entries()) {
        expect(read[index]?.map((field) => field.replace(/^'(?=\s*[=+\-@＝＋－＠]|[\t\r\n])/, ""))).toEqual(
          row
            .map((value) => (value === null ? "" : String(value)))
            .map((value) => value.replace(/^'(?=\s*[=+\-@＝＋－＠]|[\t\r\n])/, "")),
        );
        for (const [at, field] of (read[index] ?? []).entries())
          if (typeof row[at] === "string") expect(field).not.toMatch(/^\s*[=+\-@＝＋－＠]|^[\t\r\n]/);
      }
    }),
  );
});

it("leaves numbers as they are, below zero too", () => {
  expect(toCsv({ columns: ["n", "t"], rows: [[-5, "-5"]] })).toBe("\uFEFFn,t\r\n-5,'-5\r\n");
});

/** Reads what RFC 4180 describes; line ends inside of quotes belong to the field. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let field = "";
    if (text[at] === '"') {
      for (at += 1; !(text[at] === '"' && text[at + 1] !== '"'); at += 1) {
        if (text[at] === '"') at += 1;
        field += text[at] ?? "";
      }
      at += 1;
    } else {
      while (at < text.length && text[at] !== "," && text.slice(at, at + 2) !== "\r\n") {
        field += text[at] ?? "";
        at += 1;
      }
    }
    row.push(field);
    if (text[at] === ",") {
      at += 1;
      continue;
    }
    expect(text.slice(at, at + 2)).toBe("\r\n");
    at += 2;
    rows.push(row);
    row = [];
  }
  return rows;
}
