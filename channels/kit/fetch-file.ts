import { PermanentError, TransientError } from "../../src/core/errors.ts";

/** A file of a person's, and where it may come from. */
export interface FileRequest {
  /** For error messages. */
  readonly platform: string;
  readonly url: string;
  /** Asked before each hop, redirects included: only there do the request and its headers go. */
  readonly isAllowed: (url: URL) => boolean;
  /** Sent to each hop, credentials included. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

const mostRedirects = 3;
const timeoutMs = 30_000;

/**
 * Asks for a file; resolves with a 200 whose body is still to be read (see `readBounded`), within 30 s.
 * Throws PermanentError for what will never work (`file_host`, `file_denied`, `file_gone`), TransientError
 * for the rest. An address with a user name in it is refused.
 */
export async function fetchFile(request: FileRequest): Promise<Response> {
  const signal = AbortSignal.timeout(timeoutMs);
  let next = request.url;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const url = parseFileUrl(next, request);
    const response = await get(url, request, signal);
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null)
      return checkStatus(response, request.platform);
    await response.body?.cancel();
    next = URL.canParse(location, url) ? new URL(location, url).href : location;
  }
  throw refuseFile(request.platform, "file_host", "the file redirects too often");
}

/**
 * The body, at most `maxBytes` of it in memory. Throws PermanentError `file_too_big` beyond that,
 * TransientError when the body is cut short. Works on any response, from `fetchFile` or not.
 */
export async function readBounded(
  response: Response,
  maxBytes: number,
  platform: string = "channel",
): Promise<Buffer> {
  const tooBig = (): PermanentError =>
    refuseFile(platform, "file_too_big", "the file is larger than allowed");
  if (Number(response.headers.get("content-length") ?? 0) > maxBytes) {
    await response.body?.cancel();
    throw tooBig();
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw tooBig();
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof PermanentError) throw cause;
    throw new TransientError(`${platform}: read a file: the answer was cut`, { cause, code: "no_answer" });
  }
  return Buffer.concat(chunks);
}

/** A file that will never be read: `file_too_big`, `file_host`, `file_denied` or `file_gone`. */
export function refuseFile(platform: string, code: FileRefusal, what: string): PermanentError {
  return new PermanentError(`${platform}: read a file: ${what}`, { code });
}

type FileRefusal = "file_too_big" | "file_host" | "file_denied" | "file_gone";

/** True for an address on this machine: where a channel speaks to a local stand-in, files come from there too. */
export function isLoopback(url: URL): boolean {
  return url.hostname === "127.0.0.1" || url.hostname === "localhost" || url.hostname === "[::1]";
}

function parseFileUrl(address: string, { platform, isAllowed }: FileRequest): URL {
  const url = URL.parse(address);
  if (url === null || url.username !== "" || url.password !== "" || !isAllowed(url))
    throw refuseFile(platform, "file_host", "the file is on no host that is allowed");
  return url;
}

async function get(url: URL, { platform, headers }: FileRequest, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers: headers ?? {}, redirect: "manual", signal });
  } catch (cause) {
    throw new TransientError(`${platform}: read a file: no answer came`, { cause, code: "no_answer" });
  }
}

async function checkStatus(response: Response, platform: string): Promise<Response> {
  const { status } = response;
  if (status === 200) return response;
  await response.body?.cancel();
  if (status === 429 || status === 408 || status >= 500) {
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
    throw new TransientError(`${platform}: read a file: HTTP ${status}`, {
      code: `http_${status}`,
      retryAfterMs,
    });
  }
  const isGone = status === 404 || status === 410;
  throw refuseFile(platform, isGone ? "file_gone" : "file_denied", `HTTP ${status}`);
}
