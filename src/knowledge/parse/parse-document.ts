import { PermanentError } from "../../core/errors.ts";
import { toCommonMark } from "../text/to-common-mark.ts";
import { parseCsv } from "./parse-csv.ts";
import { parseDocx } from "./parse-docx.ts";
import { parseHtml } from "./parse-html.ts";
import { parseMarkdown } from "./parse-markdown.ts";
import { titleOf, type ParsedDocument } from "./parsed-document.ts";
import { parsePdf } from "./parse-pdf.ts";

/** Endings of the files that can be read. */
export const readableFile = /\.(md|markdown|html?|xhtml|pdf|docx|csv|tsv|txt|text)$/i;

/** Reads a file by what its bytes are, then by its name's ending. Throws PermanentError in words for an operator. */
export async function parseDocument(name: string, bytes: Uint8Array): Promise<ParsedDocument> {
  const parsed = await parseBytes(name, bytes);
  const blocks = parsed.blocks.filter(({ text }) => text.trim() !== "");
  if (blocks.length === 0) throw new PermanentError("it has no text");
  return { title: parsed.title.slice(0, 300), blocks };
}

async function parseBytes(name: string, bytes: Uint8Array): Promise<ParsedDocument> {
  if (bytes.byteLength === 0) throw new PermanentError("it is empty");
  const begin = Buffer.from(bytes.subarray(0, 8)).toString("latin1");
  if (begin.startsWith("%PDF-")) return parsePdf(name, bytes);
  if (begin.startsWith("PK\x03\x04")) return parseDocx(name, bytes);
  const text = toText(bytes);
  if (/\.(html?|xhtml)$/i.test(name) || /^\s*(<!doctype html|<html)/i.test(text))
    return parseHtml(name, text);
  if (/\.(csv|tsv)$/i.test(name)) return parseCsv(name, text);
  if (/\.(md|markdown)$/i.test(name)) return parseMarkdown(name, text);
  if (/\.(pdf|docx)$/i.test(name)) throw new PermanentError("it is not what its name says");
  return parseText(name, text);
}

/** Paragraphs between empty lines. */
function parseText(name: string, source: string): ParsedDocument {
  const paragraphs = source
    .split(/\r?\n\s*\r?\n/u)
    .map((paragraph) => paragraph.replace(/\s*\r?\n\s*/gu, " "));
  const blocks = paragraphs.map((text) => ({ kind: "text" as const, text: toCommonMark(text.trim()) }));
  return { title: titleOf([], name), blocks };
}

/** UTF-8, or UTF-16 with its mark; else the Western encoding that old files have. Bytes that are no text are refused. */
function toText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  if (bytes.subarray(0, 4_096).includes(0)) throw new PermanentError("it is no text");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
