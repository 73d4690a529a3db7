import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./read-tree.ts";

const page = readFileSync(join(root, "docs/promises.md"), "utf8");
const held = [...page.matchAll(/^\| R(\d+) +\| (.+?) +\| `([^`]+)` +\|$/gm)].map(
  ([, number, words, file]) => ({
    number: Number(number),
    words: words ?? "",
    file: file ?? "",
  }),
);
const open = [...page.matchAll(/^- R(\d+): \S.*\.$/gm)].map(([, number]) => Number(number));

/** The areas the page speaks of, by their first and last numbers. */
const areas = [
  [21, 59],
  [60, 82],
  [92, 100],
  [101, 153],
  [156, 157],
  [162, 163],
  [165, 175],
  [210, 255],
  [260, 260],
  [303, 303],
  [355, 360],
] as const;

describe("docs/promises.md", () => {
  test("names no number twice, and leaves none out", () => {
    const all = areas.flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index),
    );
    expect([...held.map(({ number }) => number), ...open].toSorted((a, b) => a - b)).toEqual(all);
  });

  test("names only test files that are there and have tests", () => {
    const missing = held.filter(({ file }) => {
      const path = join(root, file);
      return !existsSync(path) || !/\b(?:test|it)(?:\.each)?\b/.test(readFileSync(path, "utf8"));
    });
    expect(missing).toEqual([]);
  });

  test("is one table row for each promise, in plain words", () => {
    const rows = page.split("\n").filter((line) => /^\| R\d/.test(line));
    expect(rows).toHaveLength(held.length);
    for (const { words } of held) expect(words).toMatch(/^[A-Z].*\.$/);
  });
});
