import type { Nodes, RootContent } from "mdast";
import { toString } from "mdast-util-to-string";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import { unified } from "unified";
import { titleOf, type ParsedDocument } from "./parsed-document.ts";

type Blocks = ParsedDocument["blocks"];

const plain = unified().use(remarkParse).freeze();
const extended = unified().use(remarkParse).use(remarkGfm).freeze();
const frontMatter = /^---\r?\n[^]*?\r?\n---\r?\n/;
// The line below a table's first one, struck words, notes: nothing else of GitHub's markdown makes other blocks, and
// reading it takes three times as long.
const needsExtensions = /~|\[\^|^(?=.*-)(?=.*[|:])[\s|:\->*+\d.)]+$/mu;

/** CommonMark with tables. Links keep their address, pictures their description; HTML is left out. */
export function parseMarkdown(name: string, source: string): ParsedDocument {
  const text = source.replace(frontMatter, "");
  const { children } = (needsExtensions.test(text) ? extended : plain).parse(text);
  const blocks = children.flatMap((node) => toBlocks(node, text));
  return { title: titleOf(blocks, name), blocks };
}

function toBlocks(node: RootContent, source: string): Blocks {
  switch (node.type) {
    case "heading":
      return [{ kind: "heading", depth: node.depth, text: toString(node) }];
    case "code":
      return [{ kind: "code", text: node.value }];
    case "table":
      return [{ kind: "table", text: sourceOf(node, source) }];
    case "html":
    case "thematicBreak":
    case "definition":
      return [];
    case "list":
      return [{ kind: "text", text: sourceOf(node, source) }];
    case "blockquote":
      return node.children.flatMap((child) => toBlocks(child, source));
    default:
      return [{ kind: "text", text: sourceOf(node, source).replace(/\s*\n\s*/gu, " ") }];
  }
}

function sourceOf({ position }: Nodes, source: string): string {
  return source.slice(position?.start.offset ?? 0, position?.end.offset ?? 0);
}
