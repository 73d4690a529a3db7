import fc from "fast-check";
import { expect, test } from "vitest";
import { toFileName } from "../../src/core/file-name.ts";

test.each([
  ["report.csv", "report.csv"],
  ["../../etc/passwd", "passwd"],
  ["C:\\Users\\ana\\menu.pdf", "menu.pdf"],
  ["invoice\u202Efdp.exe", "invoicefdp.exe"],
  ["a\r\nb\0c.txt", "abc.txt"],
  ['"><script>.txt', "___script_.txt"],
  ["..", "file"],
  ["", "file"],
  ["  .hidden ", "hidden"],
  ["日本語 メニュー.pdf", "日本語 メニュー.pdf"],
])("of %j only %j is left", (given, name) => {
  expect(toFileName(given)).toBe(name);
});

test("a long name keeps its ending", () => {
  expect(toFileName(`${"é".repeat(500)}.csv`)).toBe(`${"é".repeat(116)}.csv`);
});

test("whatever a name is, what is left is no path, hides nothing, fits, and stays as it is", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary", maxLength: 400 })), (given) => {
      const name = toFileName(given);
      expect(name).not.toMatch(/[/\\"*:<>?|\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(name).not.toMatch(/^[. ]|[. ]$/);
      expect(name.isWellFormed()).toBe(true);
      expect(Array.from(name).length).toBeLessThanOrEqual(120);
      expect(name).not.toBe("");
      expect(toFileName(name)).toBe(name);
    }),
  );
});
