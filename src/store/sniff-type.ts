import { fileTypeFromBuffer } from "file-type";

const unknown = "application/octet-stream";

/** Kinds of text that nothing runs: what is declared as anything else and is text is `text/plain`. */
const texts: ReadonlySet<string> = new Set([
  "text/plain",
  "text/csv",
  "text/markdown",
  "text/calendar",
  "text/tab-separated-values",
  "application/json",
  "image/svg+xml",
]);

/**
 * The MIME type bytes have, whatever was said of them: what their signature says, else `declared` where they are text
 * of such a kind, `text/plain` for other text and `application/octet-stream` for the rest. HTML is `text/plain`, SVG
 * is SVG only where it was declared.
 */
export async function sniffType(bytes: Uint8Array, declared: string = ""): Promise<string> {
  const found = await fileTypeFromBuffer(bytes).catch(() => undefined);
  if (found !== undefined && !/xml|html|svg/.test(found.mime)) return found.mime;
  if (!isText(bytes)) return unknown;
  const said = declared.split(";")[0]?.trim().toLowerCase() ?? "";
  return texts.has(said) ? said : "text/plain";
}

function isText(bytes: Uint8Array): boolean {
  try {
    return !new TextDecoder("utf-8", { fatal: true }).decode(bytes).includes("\0");
  } catch {
    return false;
  }
}
