import { fileTypeFromBuffer, supportedMimeTypes } from "file-type";

const unknown = "application/octet-stream";

/**
 * The MIME type that bytes have, whatever was said of them. What has a signature is what its signature says.
 * Text has none: it is what was declared where that is a kind of text, else `text/plain`. A declared type whose
 * signature is missing, and bytes that are no text, are `application/octet-stream`.
 */
export async function sniffType(bytes: Uint8Array, declared: string): Promise<string> {
  const said = declared.split(";")[0]?.trim().toLowerCase() ?? "";
  const found = (await fileTypeFromBuffer(bytes))?.mime;
  if (found !== undefined) return refine(found, said);
  if (!isText(bytes)) return unknown;
  return isTextType(said) ? said : "text/plain";
}

/** A container's signature says less than the name of what is in it. */
function refine(found: string, said: string): string {
  if (found === "application/xml" && (said.endsWith("+xml") || said.endsWith("/xml"))) return said;
  return found;
}

function isTextType(type: string): boolean {
  if (supportedMimeTypes.has(type)) return false;
  return (
    type.startsWith("text/") ||
    /^application\/(?:json|.*\+json|x-ndjson|(?:x-)?yaml|toml|sql|javascript)$/.test(type)
  );
}

/** UTF-8 without NUL, judged by its first 64 KiB; a character cut there is none against it. */
function isText(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 65_536);
  if (head.includes(0)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
