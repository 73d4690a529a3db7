import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

// The page's scripts are JavaScript, with types of their own project: here they are loaded as they are served.
const page = (name: string): string => new URL(`../../../web/playground/${name}`, import.meta.url).href;

type Tree = { readonly kind?: string; readonly [key: string]: unknown };
type Parse = (source: string) => readonly Tree[];
const { parseMarkdown, parseMrkdwn } = (await import(/* @vite-ignore */ page("text-blocks.js"))) as {
  parseMarkdown: Parse;
  parseMrkdwn: Parse;
};

/** Every node of a tree, whatever it hangs on. */
function nodesOf(value: unknown): Tree[] {
  if (Array.isArray(value)) return value.flatMap(nodesOf);
  if (typeof value !== "object" || value === null) return [];
  const node = value as Tree;
  return [...(node.kind === undefined ? [] : [node]), ...Object.values(node).flatMap(nodesOf)];
}

function wordsOf(tree: unknown): string {
  return nodesOf(tree)
    .filter(({ kind }) => kind === "text" || kind === "code")
    .map(({ text }) => text)
    .join(" ");
}

const kindsOf = (tree: unknown): unknown[] => nodesOf(tree).map(({ kind }) => kind);
const piece = fc.oneof(
  fc.constantFrom(
    "**",
    "*",
    "_",
    "~~",
    "`",
    "```",
    "\n",
    "> ",
    "- ",
    "1. ",
    "| a | b |\n|---|---|\n",
    "# ",
    "  ",
  ),
  fc.constantFrom(
    "[a](javascript:alert(1))",
    "<javascript:x|y>",
    "[b](https://b.c)",
    "<https://d.e|f>",
    "&lt;",
    "\\",
  ),
  fc.constantFrom(
    "<@U0ANA000001>",
    "<!here>",
    "data:text/html,x",
    "JaVaScRiPt:x",
    "https://x.y",
    "![i](http://z)",
  ),
  fc.string({ maxLength: 8 }),
);
const sources = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));

describe.each([
  ["markdown", parseMarkdown],
  ["mrkdwn", parseMrkdwn],
])("whatever the %s", (_name, parse) => {
  test("a link leads to http or https, or is none", () => {
    fc.assert(
      fc.property(sources, (source) => {
        for (const { kind, url } of nodesOf(parse(source)))
          if (kind === "link") expect(new URL(String(url)).protocol).toMatch(/^https?:$/);
      }),
    );
  });

  test("no word is lost", () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{3,8}$/), { minLength: 1, maxLength: 8 });
    const marks = fc.constantFrom(
      " ",
      "\n",
      "\n\n",
      " *",
      "* ",
      " `",
      "` ",
      "\n- ",
      "\n> ",
      " _",
      "_ ",
      " **",
      "** ",
      " <",
      "> ",
    );
    fc.assert(
      fc.property(words, fc.array(marks, { minLength: 8, maxLength: 8 }), (said, between) => {
        const source = said.map((word, index) => `${word}${between[index] ?? " "}`).join("");
        const shown = wordsOf(parse(source));
        for (const word of said) expect(shown).toContain(word);
      }),
    );
  });

  // Half an hour where a mark without an end is looked for again and again; an instant where it is not.
  test.each([
    "*",
    "**",
    "_",
    "`",
    "[",
    "<",
    "~~",
    "> ",
    "- ",
    "*a ",
    "**a",
    "[a](",
    "`a``",
    "_a*b",
    "|",
    "```\n",
  ])(
    "40 000 characters of %j are read in time",
    (mark) => {
      expect(parse(mark.repeat(Math.ceil(40_000 / mark.length))).length).toBeGreaterThan(0);
    },
    10_000,
  );
});

describe("markdown", () => {
  test("has headings, nested lists, quotes, tables, code and all the marks", () => {
    const source =
      "# T\n\n1. a **b**\n   - c *d*\n2. ~~e~~\n\n> q\n\n| h | i |\n|---|---|\n| `j` | [k](https://l.m) |\n\n```js\n1 < 2\n```\n---";
    const tree = parseMarkdown(source);
    expect(tree.map(({ kind }) => kind)).toEqual(["heading", "list", "quote", "table", "code", "rule"]);
    expect(new Set(kindsOf(tree))).toEqual(
      new Set([
        "heading",
        "text",
        "list",
        "paragraph",
        "strong",
        "emphasis",
        "strike",
        "quote",
        "table",
        "code",
        "link",
        "rule",
      ]),
    );
    expect(tree[4]).toEqual({ kind: "code", text: "1 < 2" });
    const [first] = (tree[1]?.["items"] ?? []) as Tree[][];
    expect(first?.map(({ kind }) => kind)).toEqual(["paragraph", "list"]);
  });

  test.each([
    ["snake_case_name", "snake_case_name"],
    ["2 * 3 * 4", "2 * 3 * 4"],
    ["\\*not bold\\*", "* not bold *"],
    ["a < b & c", "a < b & c"],
    ["&lt;script&gt;", "<script>"],
    ["an [open", "an [open"],
  ])("leaves %j as words", (source, words) => {
    const tree = parseMarkdown(source);
    expect(wordsOf(tree)).toBe(words);
    expect(kindsOf(tree).filter((kind) => kind !== "text" && kind !== "paragraph")).toEqual([]);
  });
});

describe("mrkdwn", () => {
  test("has its own marks, people, places and links", () => {
    const tree = parseMrkdwn(
      "*b* _i_ ~s~ `c` <@U0ANA000001> <#C0SUPPORT01|support> <!here> <https://a.b|label> :eyes:\n&gt; quoted",
    );
    expect(new Set(kindsOf(tree))).toEqual(
      new Set([
        "paragraph",
        "strong",
        "emphasis",
        "strike",
        "code",
        "text",
        "user",
        "channel",
        "broadcast",
        "link",
        "quote",
      ]),
    );
    expect(wordsOf(tree)).toContain("👀");
  });
});

test("the page's scripts hold their types", async () => {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const complaints = await new Promise<string>((resolve) => {
    const args = [
      "node_modules/typescript/lib/tsc.js",
      "-p",
      "web/playground/tsconfig.json",
      "--pretty",
      "false",
    ];
    execFile(process.execPath, args, { cwd: root }, (error, stdout) =>
      resolve(error === null ? "" : stdout || error.message),
    );
  });
  expect(complaints).toBe("");
});
