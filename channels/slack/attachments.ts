import type { Attachment } from "../../src/core/envelope.ts";
import { PermanentError, TransientError } from "../../src/core/errors.ts";
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

const mostRedirects = 3;
const timeoutMs = 30_000;

/**
 * Reads a file a person attached. The token goes to Slack's own file hosts only, over https, also after a redirect.
 * Throws PermanentError for what will never work (`file_too_big`, `file_host`, `file_denied`, `file_gone`).
 */
export async function fetchSlackFile(attachment: Attachment, parts: FetchParts): Promise<Buffer> {
  const { id, url } = readHandle(attachment.handle);
  if (attachment.bytes > parts.maxBytes) throw refuse("file_too_big", "the file is larger than allowed");
  const address = url ?? (await lookUp(id, parts.web));
  const response = await follow(address, parts);
  return readBody(response, attachment, parts.maxBytes);
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
  if (id === undefined) throw refuse("file_gone", "the file's handle cannot be read");
  return { id, url: textAt(fields, "url") };
}

/** A file from another organization comes as an id alone. */
async function lookUp(id: string, web: SlackWeb): Promise<string> {
  const answer = await web.call("files.info", { file: id }, { doing: "look up a file" });
  const file = fieldsAt(answer, "file");
  const url = textAt(file, "url_private_download") ?? textAt(file, "url_private");
  if (url === undefined) throw refuse("file_gone", "the file is not there any more");
  return url;
}

async function follow(address: string, parts: FetchParts): Promise<Response> {
  let next = address;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const url = parseFileUrl(next, parts.apiUrl);
    const response = await get(url, parts.token);
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    next = URL.canParse(location, url) ? new URL(location, url).href : location;
  }
  throw refuse("file_host", "the file redirects too often");
}

function parseFileUrl(address: string, apiUrl: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !isFileHost(url, new URL(apiUrl))) {
    throw refuse("file_host", "the file is not on a Slack file host");
  }
  return url;
}

const fileHosts: ReadonlySet<string> = new Set(["files.slack.com", "files.slack-gov.com", "slack-files.com"]);

/** Slack's file hosts, and where the API itself is a local stand-in, exactly that origin. */
function isFileHost(url: URL, api: URL): boolean {
  if (url.username !== "" || url.password !== "") return false;
  if (isLoopback(api)) return url.origin === api.origin;
  return url.protocol === "https:" && url.port === "" && fileHosts.has(url.hostname);
}

function isLoopback(url: URL): boolean {
  return url.hostname === "127.0.0.1" || url.hostname === "localhost" || url.hostname === "[::1]";
}

async function get(url: URL, token: string): Promise<Response> {
  try {
    return await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (cause) {
    throw new TransientError("slack: read a file: no answer came", { cause, code: "no_answer" });
  }
}

async function readBody(response: Response, attachment: Attachment, maxBytes: number): Promise<Buffer> {
  const { status } = response;
  if (status === 429 || status >= 500) {
    await response.body?.cancel();
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
    throw new TransientError(`slack: read a file: HTTP ${status}`, { code: `http_${status}`, retryAfterMs });
  }
  if (status !== 200) {
    await response.body?.cancel();
    throw refuse(status === 404 ? "file_gone" : "file_denied", `HTTP ${status}`);
  }
  // Without the right token or scope Slack answers 200 with its sign-in page.
  const isPage = (response.headers.get("content-type") ?? "").toLowerCase().startsWith("text/html");
  if (isPage && !attachment.mimeType.startsWith("text/html")) {
    await response.body?.cancel();
    throw refuse("file_denied", "Slack asked to sign in: check the token and the files:read scope");
  }
  return gather(response, maxBytes);
}

async function gather(response: Response, maxBytes: number): Promise<Buffer> {
  if (Number(response.headers.get("content-length") ?? 0) > maxBytes) {
    await response.body?.cancel();
    throw refuse("file_too_big", "the file is larger than allowed");
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw refuse("file_too_big", "the file is larger than allowed");
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof PermanentError) throw cause;
    throw new TransientError("slack: read a file: the answer was cut", { cause, code: "no_answer" });
  }
  return Buffer.concat(chunks);
}

function refuse(code: string, what: string): PermanentError {
  return new PermanentError(`slack: read a file: ${what}`, { code });
}
