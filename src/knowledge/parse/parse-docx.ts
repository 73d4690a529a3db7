import { unzipSync } from "fflate";
import { DomUtils, parseDocument as parseTree } from "htmlparser2";
import { PermanentError } from "../../core/errors.ts";
import { toCommonMark } from "../text/to-common-mark.ts";
import type { MarkupElement, MarkupNode } from "./markup-node.ts";
import { titleOf, type ParsedDocument } from "./parsed-document.ts";

const body = "word/document.xml";
const mostBytes = 64 * 1024 * 1024;

/** Word's headings, paragraphs and tables. Reads one part of the archive and nothing it points to. */
export function parseDocx(name: string, bytes: Uint8Array): ParsedDocument {
  const files = unzipSync(bytes, {
    filter: (file) => {
      if (file.name !== body) return false;
      if (file.originalSize > mostBytes) throw new PermanentError("it unpacks to more than 64 MB");
      return true;
    },
  });
  const xml = files[body];
  if (xml === undefined) throw new PermanentError("it is no Word document");
  const tree = parseTree(new TextDecoder().decode(xml), { xmlMode: true });
  const root = DomUtils.getElementsByTagName("w:body", tree, true, 1)[0];
  const blocks = (root?.children ?? []).filter((node) => DomUtils.isTag(node)).flatMap(toBlocks);
  return { title: titleOf(blocks, name), blocks };
}

function toBlocks(element: MarkupElement): ParsedDocument["blocks"] {
  if (element.name === "w:tbl") {
    const rows = DomUtils.getElementsByTagName("w:tr", element.children).map((row) =>
      DomUtils.getElementsByTagName("w:tc", row.children).map(textOf),
    );
    return [{ kind: "table", text: rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n") }];
  }
  if (element.name !== "w:p")
    return element.children.filter((node) => DomUtils.isTag(node)).flatMap(toBlocks);
  const text = textOf(element).trim();
  if (text === "") return [];
  const style =
    DomUtils.getElementsByTagName("w:pStyle", element.children, true, 1)[0]?.attribs["w:val"] ?? "";
  const depth = /^(?:title)$/i.test(style) ? 1 : Number(/^heading\s?([1-9])$/i.exec(style)?.[1] ?? 0);
  return depth > 0 ? [{ kind: "heading", depth, text }] : [{ kind: "text", text: toCommonMark(text) }];
}

function textOf(node: MarkupNode): string {
  if (DomUtils.isText(node)) return "";
  if (!DomUtils.isTag(node)) return "";
  if (node.name === "w:t") return DomUtils.textContent(node);
  if (node.name === "w:tab" || node.name === "w:br") return " ";
  return node.children.map(textOf).join("");
}
