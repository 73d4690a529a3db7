import fc from "fast-check";
import type { Nodes } from "mdast";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import { unified } from "unified";
import { expect, test } from "vitest";
import { toFileName } from "../../src/core/file-name.ts";
import type { Reply } from "../../src/core/reply.ts";
import { cutReply, toFileLine } from "../../src/outbox/cut-reply.ts";

const aFile = (name: string) => ({ id: name, name, mimeType: "text/csv", bytes: 1_234_567 });
const byLine = { split: (reply: Reply) => reply.body.split("\n").map((body) => ({ ...reply, body })) };

test("words come first, then each file by itself, and none of it for other eyes", () => {
  const files = [aFile("a.csv"), aFile("b.csv")];
  const cut = cutReply(byLine, { body: "one\ntwo", files, onlyFor: "U1" });
  expect(cut.words).toEqual([
    { body: "one", onlyFor: "U1" },
    { body: "two", onlyFor: "U1" },
  ]);
  expect(cut.files).toEqual(files.map((file) => ({ body: "", files: [file], onlyFor: "U1" })));
  expect(cutReply(byLine, { body: "one" }).files).toEqual([]);
});

test("the line for a file says what it is and where to get it, or honestly that it did not arrive", () => {
  const link = "https://baton.example.com/files/x";
  const { body } = toFileLine({ body: "", onlyFor: "U1" }, aFile("a.csv"), link);
  expect(body).toBe(
    "📎 `a.csv` (1.2 MB) could not be sent here as a file. [Download it](https://baton.example.com/files/x) within 7 days.",
  );
  expect(toFileLine({ body: "" }, aFile("a.csv"), undefined)).toEqual({
    body: "📎 `a.csv` (1.2 MB): this file could not be sent here.",
  });
});

const markdown = unified().use(remarkParse).use(remarkGfm, { singleTilde: false });

function nodesIn(node: Nodes): Nodes[] {
  return [node, ...("children" in node ? node.children.flatMap((child) => nodesIn(child)) : [])];
}

test("whatever a file is called, its line has the name in it as it is, and nothing else", () => {
  const letters = fc.constantFrom(..."ab1_*`[]()<>~&@!|#\\.- :é", "www.", "https:", "&lt;");
  const names = fc.string({ unit: letters, minLength: 1, maxLength: 20 }).map(toFileName);
  fc.assert(
    fc.property(names, (name) => {
      const all = nodesIn(markdown.parse(toFileLine({ body: "" }, aFile(name), undefined).body));
      expect(all.map(({ type }) => type)).toEqual(["root", "paragraph", "text", "inlineCode", "text"]);
      expect(all[3]).toMatchObject({ value: name });
    }),
    { numRuns: 300 },
  );
});
