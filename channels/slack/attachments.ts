import type { Attachment } from "../../src/core/envelope.ts";
import { PermanentError } from "../../src/core/errors.ts";
import { fetchFile, isLoopback, readBounded, refuseFile } from "../kit/fetch-file.ts";
import { fieldsAt, isFields, textAt } from "../kit/fields.ts";
import type { SlackWeb } from "./web.ts";

/** What is kept of a file: enough to fetch it later with the workspace's token. */
export function toHandle(id: string, url: string | undefined): string {
  return JSON.stringify({ id, url });
}

interface FetchParts {
  readonly web: SlackWeb;
  readonly token: string;
  /** Where the Web API lives; a local one serves its own files. */
  readonly apiUrl: string;
  readonly maxBytes: number;
}

const platform = "slack";

/**
 * Reads a file a person attached. The token goes to Slack's own file hosts only, over https, also after a redirect.
 * Throws PermanentError for what will never work (`file_too_big`, `file_host`, `file_denied`, `file_gone`).
 */
export async function fetchSlackFile(attachment: Attachment, parts: FetchParts): Promise<Buffer> {
  const { web, token, maxBytes } = parts;
  const { id, url } = readHandle(attachment.handle);
  if (attachment.bytes > maxBytes)
    throw refuseFile(platform, "file_too_big", "the file is larger than allowed");
  const api = new URL(parts.apiUrl);
  const response = await fetchFile({
    platform,
    url: url ?? (await lookUp(id, web)),
    isAllowed: (address) => isFileHost(address, api),
    headers: { authorization: `Bearer ${token}` },
  });
  return readBounded(await refuseSignIn(response, attachment), maxBytes, platform);
}

function readHandle(handle: string): { readonly id: string; readonly url: string | undefined } {
  let value: unknown;
  try {
    value = JSON.parse(handle);
  } catch (cause) {
    throw new PermanentError("slack: the file's handle cannot be read", { cause, code: "file_gone" });
  }
  const fields = isFields(value) ? value : {};
  const id = textAt(fields, "id");
  if (id === undefined) throw refuseFile(platform, "file_gone", "the file's handle cannot be read");
  return { id, url: textAt(fields, "url") };
}

/** A file from another organization comes as an id alone. */
async function lookUp(id: string, web: SlackWeb): Promise<string> {
  const answer = await web.call("files.info", { file: id }, { doing: "look up a file" });
  const file = fieldsAt(answer, "file");
  const url = textAt(file, "url_private_download") ?? textAt(file, "url_private");
  if (url === undefined) throw refuseFile(platform, "file_gone", "the file is not there any more");
  return url;
}

const fileHosts: ReadonlySet<string> = new Set(["files.slack.com", "files.slack-gov.com", "slack-files.com"]);

/** Slack's file hosts, and where the API itself is a local stand-in, exactly that origin. */
export function isFileHost(url: URL, api: URL): boolean {
  if (isLoopback(api)) return url.origin === api.origin;
  return url.protocol === "https:" && url.port === "" && fileHosts.has(url.hostname);
}

/** Without the right token or scope Slack answers 200 with its sign-in page. */
async function refuseSignIn(response: Response, attachment: Attachment): Promise<Response> {
  const isPage = (response.headers.get("content-type") ?? "").toLowerCase().startsWith("text/html");
  if (!isPage || attachment.mimeType.startsWith("text/html")) return response;
  await response.body?.cancel();
  throw refuseFile(
    platform,
    "file_denied",
    "Slack asked to sign in: check the token and the files:read scope",
  );
}
