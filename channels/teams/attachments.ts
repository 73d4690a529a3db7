import type { Attachment } from "../../src/core/envelope.ts";
import { fetchFile, readBounded, refuseFile } from "../kit/fetch-file.ts";
import { fieldsAt, listAt, numberAt, parseFields, textAt, type Fields } from "../kit/fields.ts";
import { sniffType } from "../kit/sniff-type.ts";
import { plainText } from "../kit/write-markdown.ts";
import { isFileHost, isServiceHost } from "./hosts.ts";

const mostAttachments = 20;
const fileInfo = "application/vnd.microsoft.teams.file.download.info";

/** The files of a message, as handles. Cards and the HTML of its words are none. */
export function attachmentsOf(activity: Fields): readonly Attachment[] {
  return listAt(activity, "attachments")
    .flatMap(
      (attachment, index) => toAttachment(attachment, `${textAt(activity, "id") ?? ""}:${index}`) ?? [],
    )
    .slice(0, mostAttachments);
}

function toAttachment(attachment: Fields, fallbackId: string): Attachment | undefined {
  const type = textAt(attachment, "contentType") ?? "";
  const name = plainText(textAt(attachment, "name") ?? "");
  const content = fieldsAt(attachment, "content");
  if (type === fileInfo) {
    const url = textAt(content, "downloadUrl");
    const ending = textAt(content, "fileType") ?? "";
    return {
      id: textAt(content, "uniqueId") ?? fallbackId,
      name: name === "" ? `file.${ending || "bin"}` : name,
      mimeType: typeOf(ending),
      bytes: numberAt(content, "fileSize") ?? 0,
      handle: JSON.stringify({ url }),
    };
  }
  const url = textAt(attachment, "contentUrl");
  if (url === undefined || !/^(?:image|audio|video)\//.test(type)) return undefined;
  return {
    id: fallbackId,
    name: name === "" ? "image" : name,
    mimeType: type,
    bytes: 0,
    handle: JSON.stringify({ url }),
  };
}

interface FetchParts {
  /** The bot's own token, asked for only where it may go. */
  readonly token: () => Promise<string>;
  readonly extraHosts: ReadonlySet<string>;
  readonly maxBytes: number;
}

const platform = "teams";

/**
 * Reads a file a person attached: from SharePoint by the address Teams gave, which carries its own permission, or
 * a picture from the connector with the bot's token. Throws PermanentError for what will never work.
 */
export async function fetchTeamsFile(attachment: Attachment, parts: FetchParts): Promise<Buffer> {
  const { extraHosts, maxBytes } = parts;
  if (attachment.bytes > maxBytes)
    throw refuseFile(platform, "file_too_big", "the file is larger than allowed");
  const address = readHandle(attachment.handle);
  const url = URL.parse(address);
  const needsToken = url !== null && isServiceHost(url, extraHosts) && !isSigned(url);
  const response = await fetchFile({
    platform,
    url: address,
    isAllowed: (hop) => (needsToken ? isServiceHost(hop, extraHosts) : isFileHost(hop, extraHosts)),
    ...(needsToken && { headers: { authorization: `Bearer ${await parts.token()}` } }),
  });
  const bytes = await readBounded(response, maxBytes, platform);
  if (attachment.mimeType.startsWith("image/")) await refuseDisguise(bytes, attachment.mimeType);
  return bytes;
}

/** An address with a permission of its own in it, such as SharePoint's `tempauth`. */
function isSigned(url: URL): boolean {
  return url.searchParams.has("tempauth") || url.searchParams.has("sig");
}

/** What calls itself a picture is one: a sign-in page or a program under that name is not handed on. */
async function refuseDisguise(bytes: Buffer, declared: string): Promise<void> {
  const found = await sniffType(bytes, declared);
  if (!found.startsWith("image/") && found !== "application/xml")
    throw refuseFile(platform, "file_denied", `it is ${found}, not a picture`);
}

function readHandle(handle: string): string {
  return textAt(parseFields(handle), "url") ?? "";
}

const types: Readonly<Record<string, string>> = {
  pdf: "application/pdf",
  txt: "text/plain",
  md: "text/markdown",
  csv: "text/csv",
  json: "application/json",
  html: "text/html",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  zip: "application/zip",
};

/** Teams tells a file's ending, not its type. */
function typeOf(ending: string): string {
  return types[ending.toLowerCase().replace(/^\./, "")] ?? "application/octet-stream";
}
