import { PermanentError } from "../../core/errors.ts";
import { toCommonMark } from "../text/to-common-mark.ts";
import { titleOf, type ParsedDocument } from "./parsed-document.ts";
import { placeHeadings, readOutline } from "./pdf-outline.ts";

const mostPages = 5_000;

/** A PDF's text, page by page, under the headings that its outline names. Pictures of text are not read. */
export async function parsePdf(name: string, bytes: Uint8Array): Promise<ParsedDocument> {
  const { extractText, getDocumentProxy, getMeta } = await import("unpdf");
  const pdf = await getDocumentProxy(bytes);
  if (pdf.numPages > mostPages) throw new PermanentError(`it has more than ${mostPages} pages`);
  const { text: pages } = await extractText(pdf, { mergePages: false });
  const { info } = await getMeta(pdf);
  const lines = withoutFrame(pages.map((text) => text.split("\n").map((line) => line.trim())));
  const parts = placeHeadings(lines, await readOutline(pdf));
  const blocks = parts.flatMap(({ heading, depth, lines: own, page }): ParsedDocument["blocks"] => [
    ...(heading === undefined ? [] : [{ kind: "heading" as const, depth, text: heading, page }]),
    ...toParagraphs(own).map((text) => ({ kind: "text" as const, text, page })),
  ]);
  if (!blocks.some(({ kind }) => kind === "text"))
    throw new PermanentError("it has no text; pictures of pages are not read");
  const title: unknown = info["Title"];
  return {
    title: typeof title === "string" && title.trim() !== "" ? title.trim() : titleOf([], name),
    blocks,
  };
}

const framed = 2;
const fewestPages = 4;
const leader = /(?:\s?\.){4,}\s*(?:\d+|[ivxlc]+)?$/i;
const pageNumber = /^(?:page\s+)?(?:\d{1,5}|[ivxlc]{1,7})(?:\s*(?:\/|of)\s*\d{1,5})?$/i;

/** Without page numbers, the lines of a table of contents, and what stands above or below most pages. */
function withoutFrame(pages: readonly (readonly string[])[]): string[][] {
  const times = new Map<string, number>();
  const edgesOf = (lines: readonly string[]) => new Set([...lines.slice(0, framed), ...lines.slice(-framed)]);
  const plain = (line: string) => line.replace(/\d+/gu, "0").toLowerCase();
  for (const lines of pages)
    for (const edge of new Set([...edgesOf(lines)].map(plain))) times.set(edge, (times.get(edge) ?? 0) + 1);
  const isRepeated = (line: string) =>
    pages.length >= fewestPages && (times.get(plain(line)) ?? 0) * 3 >= pages.length;
  return pages.map((lines) => {
    if (lines.filter((line) => leader.test(line)).length * 2 > lines.length) return [];
    const edges = edgesOf(lines);
    return lines.filter(
      (line) => !leader.test(line) && !(edges.has(line) && (pageNumber.test(line) || isRepeated(line))),
    );
  });
}

// A line that ends a sentence this much before the margin ends its paragraph.
const shortLine = 0.8;

/** Paragraphs end at an empty line, or where a sentence ends well before the margin. */
function toParagraphs(lines: readonly string[]): string[] {
  const margin = Math.max(0, ...lines.map(({ length }) => length));
  const paragraphs: string[] = [];
  let open = "";
  const close = () => {
    const text = open.replace(/\s+/gu, " ").trim();
    if (text !== "") paragraphs.push(toCommonMark(text).replace(/^[•▪●‣]\s*/u, "- "));
    open = "";
  };
  for (const line of lines) {
    if (line === "" || /^[•▪●‣]/u.test(line)) close();
    open = /\p{L}-$/u.test(open) && /^\p{Ll}/u.test(line) ? open.slice(0, -1) + line : `${open} ${line}`;
    if (/[.!?:]["”’)]?$/u.test(line) && line.length < margin * shortLine) close();
  }
  close();
  return paragraphs;
}
