import type { Root } from "mdast";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import { unified } from "unified";

/**
 * Reads CommonMark with tables, task lists and bare links. HTML is plain text here: Slack renders none,
 * and markdown inside it would come alive as soon as its brackets are escaped.
 */
export function parseMarkdown(markdown: string): Root {
  return processor.parse(markdown);
}

const processor = unified()
  .use(remarkParse)
  .use(remarkGfm, { singleTilde: false })
  .data("micromarkExtensions", [{ disable: { null: ["htmlFlow", "htmlText"] } }])
  .freeze();
