import type { Definition, Nodes } from "mdast";
import { parseMarkdown } from "./parse-markdown.ts";

/** Writes the address into every link that refers to a definition, so that a piece does not need the others. */
export function inlineReferences(markdown: string): string {
  if (!markdown.includes("]:")) return markdown;
  const definitions = new Map<string, Definition>();
  const changes: { at: number; to: number; text: string }[] = [];
  const walk = (node: Nodes, act: (node: Nodes) => void): void => {
    act(node);
    if ("children" in node) for (const child of node.children) walk(child, act);
  };
  const root = parseMarkdown(markdown);
  walk(root, (node) => {
    if (node.type === "definition" && !definitions.has(node.identifier))
      definitions.set(node.identifier, node);
  });
  walk(root, (node) => {
    if (node.type !== "linkReference" && node.type !== "imageReference") return;
    const url = definitions.get(node.identifier)?.url;
    const at = node.position?.start.offset;
    const to = node.position?.end.offset;
    if (url === undefined || at === undefined || to === undefined) return;
    const label = labelEnd(markdown, { at, to, isCollapsed: node.referenceType !== "shortcut" });
    changes.push({ at: label, to, text: `](${encodeAddress(url)})` });
  });
  let out = "";
  let done = 0;
  for (const { at, to, text } of changes.toSorted((a, b) => a.at - b.at)) {
    out += markdown.slice(done, at) + text;
    done = to;
  }
  return out + markdown.slice(done);
}

/** Where the label's closing bracket is: the last one, or the one before `[id]`. */
function labelEnd(
  markdown: string,
  { at, to, isCollapsed }: { at: number; to: number; isCollapsed: boolean },
): number {
  return isCollapsed ? at + markdown.slice(at, to).lastIndexOf("][") : to - 1;
}

function encodeAddress(url: string): string {
  return url.replaceAll(
    /[()<>\s\\]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
