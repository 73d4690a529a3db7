import type { Nodes } from "mdast";
import { parseMarkdown } from "../../../channels/kit/parse-markdown.ts";
import type { Shown } from "./subject.ts";

/** What a person sees of CommonMark on a platform that shows all of it: for subjects of such platforms. */
export function readMarkdown(markdown: string): Pick<Shown, "text" | "links"> {
  const links: { label: string; url: string }[] = [];
  const read = (node: Nodes): string => {
    switch (node.type) {
      case "text":
      case "inlineCode":
      case "html":
        return node.value;
      case "code":
        return `${node.value}\n`;
      case "break":
        return "\n";
      case "link": {
        const label = node.children.map(read).join("");
        links.push({ label, url: node.url });
        return label;
      }
      case "image":
        links.push({ label: node.alt ?? "", url: node.url });
        return node.alt ?? "";
      case "tableRow":
        return `${node.children.map(read).join(" ")}\n`;
      case "paragraph":
      case "heading":
        return `${node.children.map(read).join("")}\n`;
      default:
        return "children" in node ? node.children.map(read).join("") : "";
    }
  };
  return { text: read(parseMarkdown(markdown)), links };
}
