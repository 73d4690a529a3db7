import type { Nodes, Root } from "mdast";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import { unified, type Processor } from "unified";

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
  .use(keepLooseBoxes)
  .data("micromarkExtensions", [{ disable: { null: ["htmlFlow", "htmlText"] } }])
  .freeze();

/**
 * A box behind an empty item stands in no item, though the parser takes it for one's: its signs stay words. Otherwise
 * they would be lost, and the parser's own checks would end it.
 */
function keepLooseBoxes(this: Processor): void {
  const data = this.data();
  data.fromMarkdownExtensions ??= [];
  const box = (isChecked: boolean) =>
    function (
      this: { readonly stack: readonly (Nodes | { readonly type: "fragment" })[] },
      { start, end }: { start: Place; end: Place },
    ): void {
      const item = this.stack.at(-2);
      const paragraph = this.stack.at(-1);
      if (item?.type === "listItem") item.checked = isChecked;
      else if (paragraph?.type === "paragraph") {
        const position = { start: moved(start, -1), end: moved(end, 1) };
        paragraph.children.push({ type: "text", value: isChecked ? "[x]" : "[ ]", position });
      }
    };
  data.fromMarkdownExtensions.push({
    exit: { taskListCheckValueChecked: box(true), taskListCheckValueUnchecked: box(false) },
  });
}

interface Place {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

function moved({ line, column, offset }: Place, by: number): Place {
  return { line, column: column + by, offset: offset + by };
}
