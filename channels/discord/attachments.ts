import type { Attachment } from "../../src/core/envelope.ts";
import { PermanentError } from "../../src/core/errors.ts";
import { isFields, listAt, textAt } from "../kit/fields.ts";
import { fetchFile, isLoopback, readBounded, refuseFile } from "../kit/fetch-file.ts";
import { isCode } from "./errors.ts";
import type { DiscordWeb } from "./web.ts";

interface FetchParts {
  readonly web: DiscordWeb;
  /** Where the API lives; a local one serves its own files. */
  readonly apiUrl: string;
  readonly maxBytes: number;
}

/**
 * Reads a file a person attached. Its address dies within a day, so the message is read again for a fresh one, which
 * is followed to Discord's own file hosts only. Throws PermanentError for what will never work (`file_too_big`,
 * `file_host`, `file_denied`, `file_gone`).
 */
export async function fetchDiscordFile(attachment: Attachment, parts: FetchParts): Promise<Buffer> {
  if (attachment.bytes > parts.maxBytes)
    throw refuseFile("discord", "file_too_big", "the file is larger than allowed");
  const url = await freshAddress(attachment, parts.web);
  const api = new URL(parts.apiUrl);
  const response = await fetchFile({ platform: "discord", url, isAllowed: (at) => isFileHost(at, api) });
  return readBounded(response, parts.maxBytes, "discord");
}

const fileHosts: ReadonlySet<string> = new Set(["cdn.discordapp.com", "media.discordapp.net"]);

function isFileHost(url: URL, api: URL): boolean {
  if (isLoopback(api)) return url.origin === api.origin;
  return url.protocol === "https:" && url.port === "" && fileHosts.has(url.hostname);
}

async function freshAddress(attachment: Attachment, web: DiscordWeb): Promise<string> {
  const { channel, message, id } = readHandle(attachment.handle);
  try {
    const answer = await web.call("GET", `/channels/${channel}/messages/${message}`, {
      doing: "look up a file",
    });
    const files = isFields(answer) ? listAt(answer, "attachments") : [];
    const url = textAt(files.find((file) => textAt(file, "id") === id) ?? {}, "url");
    if (url !== undefined) return url;
  } catch (cause) {
    if (!isCode(cause, 10003, 10008)) throw cause;
  }
  throw refuseFile("discord", "file_gone", "the file is not there any more");
}

function readHandle(handle: string): { channel: string; message: string; id: string } {
  let value: unknown;
  try {
    value = JSON.parse(handle);
  } catch (cause) {
    throw new PermanentError("discord: the file's handle cannot be read", { cause, code: "file_gone" });
  }
  const fields = isFields(value) ? value : {};
  const [channel, message, id] = [textAt(fields, "channel"), textAt(fields, "message"), textAt(fields, "id")];
  if (channel === undefined || message === undefined || id === undefined)
    throw refuseFile("discord", "file_gone", "the file's handle cannot be read");
  return { channel, message, id };
}
