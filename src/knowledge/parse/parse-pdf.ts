import { PermanentError } from "../../core/errors.ts";
import { titleOf, type ParsedDocument } from "./parsed-document.ts";

const mostPages = 5_000;

/** A PDF's text, page by page, paragraphs by empty lines. Pictures of text are not read. */
export async function parsePdf(name: string, bytes: Uint8Array): Promise<ParsedDocument> {
  const { extractText, getDocumentProxy, getMeta } = await import("unpdf");
  const pdf = await getDocumentProxy(bytes);
  if (pdf.numPages > mostPages) throw new PermanentError(`it has more than ${mostPages} pages`);
  const { text: pages } = await extractText(pdf, { mergePages: false });
  const { info } = await getMeta(pdf);
  const blocks = pages.flatMap((text, at) =>
    text
      .split(/\n\s*\n/u)
      .map((paragraph) =>
        paragraph
          .replace(/-\n(?=\p{Ll})/gu, "")
          .replace(/\s+/gu, " ")
          .trim(),
      )
      .filter((paragraph) => paragraph !== "")
      .map((paragraph) => ({ kind: "text" as const, text: paragraph, page: at + 1 })),
  );
  if (blocks.length === 0) throw new PermanentError("it has no text; pictures of pages are not read");
  const title: unknown = info["Title"];
  return {
    title: typeof title === "string" && title.trim() !== "" ? title.trim() : titleOf([], name),
    blocks,
  };
}
