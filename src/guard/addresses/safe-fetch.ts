import { lookup } from "node:dns/promises";
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { SafeFetch, SafeRequest, SafeResponse } from "../../core/safe-fetch.ts";
import { PermanentError, TransientError, UncertainError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { checkUrl, findAddressFault } from "./check-address.ts";

export interface SafeFetchParts {
  /** Origins (`https://intranet.example.com:8443`) an operator lets through though they are not public. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** All redirects and the body included, milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Every address of a name; the system's resolver unless said. */
  readonly resolve?: ((name: string) => Promise<readonly string[]>) | undefined;
  readonly log: Log;
}

const maxRedirects = 5;
const defaultMaxBytes = 1024 * 1024;
const defaultTimeoutMs = 8_000;
const refused = "the address may not be fetched";

/** Builds the one way to fetch what data names. Keeps no connections: each request connects to a checked address. */
export function createSafeFetch(parts: SafeFetchParts): SafeFetch {
  const allowed = new Set((parts.allowedOrigins ?? []).map((origin) => new URL(origin).origin));
  const { timeoutMs = defaultTimeoutMs, resolve = resolveAll, log } = parts;

  async function fetchSafely(wanted: SafeRequest): Promise<SafeResponse> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([wanted.signal, timeout]);
    let isSent = false;
    try {
      return await follow({ ...wanted, signal }, () => (isSent = !isRead(wanted)));
    } catch (cause) {
      if (isSent) throw new UncertainError("the server was asked, and what it did is not known", { cause });
      wanted.signal.throwIfAborted();
      if (cause instanceof PermanentError) throw cause;
      if (timeout.aborted) throw new TransientError("the server did not answer in time", { cause });
      throw new TransientError("the server could not be reached", { cause });
    }
  }

  async function follow(wanted: SafeRequest, onSent: () => void): Promise<SafeResponse> {
    let { url, headers = {} } = wanted;
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      const target = await toTarget(url, wanted.signal);
      const response = await ask(target, { ...wanted, headers }, onSent);
      const next = redirectOf(response, wanted);
      if (next === undefined) return finish(response, target.url, wanted);
      response.destroy();
      const resolved = URL.parse(next, target.url);
      if (resolved === null) throw new PermanentError(refused);
      // What opens one door is not shown at another one.
      if (resolved.origin !== target.url.origin) headers = withoutSecrets(headers);
      url = resolved.href;
    }
    throw new PermanentError("the server redirects too often");
  }

  /** The address is looked up and checked here, once, and is the one that is connected to. */
  async function toTarget(text: string, signal: AbortSignal): Promise<Target> {
    const checked = checkUrl(text, allowed);
    if (!checked.ok) return deny(checked.reason);
    const { url, isAllowed } = checked;
    const name = url.hostname.replace(/^\[|\]$/g, "");
    const addresses = await orAbort(resolve(name), signal);
    const [address] = addresses;
    if (address === undefined) throw new PermanentError("there is no such server");
    const fault = isAllowed
      ? undefined
      : addresses.map(findAddressFault).find((found) => found !== undefined);
    return fault === undefined ? { url, address } : deny(fault);
  }

  function deny(reason: string): never {
    log.warn({ reason }, "an address was not fetched");
    throw new PermanentError(refused);
  }

  return fetchSafely;
}

interface Target {
  readonly url: URL;
  readonly address: string;
}

async function resolveAll(name: string): Promise<readonly string[]> {
  try {
    return (await lookup(name, { all: true, verbatim: true })).map(({ address }) => address);
  } catch (cause) {
    throw new TransientError("the server's name could not be resolved", { cause });
  }
}

function ask({ url, address }: Target, wanted: SafeRequest, onSent: () => void): Promise<IncomingMessage> {
  const isSecure = url.protocol === "https:";
  const options: RequestOptions & { servername?: string } = {
    host: address,
    port: url.port === "" ? (isSecure ? 443 : 80) : url.port,
    method: wanted.method ?? "GET",
    path: `${url.pathname}${url.search}`,
    headers: {
      "user-agent": "baton",
      accept: "*/*",
      ...wanted.headers,
      "accept-encoding": "gzip",
      host: url.host,
    },
    agent: false,
    maxHeaderSize: 16_384,
    signal: wanted.signal,
    ...(isSecure && { servername: url.hostname }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = (isSecure ? httpsRequest : httpRequest)(options, resolve);
    outgoing.once("error", reject);
    outgoing.once("socket", (socket) => socket.once(isSecure ? "secureConnect" : "connect", onSent));
    outgoing.once("upgrade", (_, socket) => {
      socket.destroy();
      reject(new PermanentError(refused));
    });
    outgoing.end(wanted.body);
  });
}

/** Only reads follow: what changes something is not sent to a second place. */
function redirectOf(response: IncomingMessage, wanted: SafeRequest): string | undefined {
  const isRedirect = [301, 302, 303, 307, 308].includes(response.statusCode ?? 0);
  return isRedirect && isRead(wanted) ? response.headers.location : undefined;
}

function isRead({ method = "GET" }: SafeRequest): boolean {
  return method === "GET" || method === "HEAD";
}

async function finish(response: IncomingMessage, url: URL, wanted: SafeRequest): Promise<SafeResponse> {
  const headers = Object.fromEntries(
    Object.entries(response.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
  const body = await readBody(response, wanted.maxBytes ?? defaultMaxBytes, wanted.signal);
  return { status: response.statusCode ?? 0, url: url.href, headers, body };
}

/** Bytes are counted after decompression, so a small answer cannot become a large one. */
async function readBody(response: IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const collect = async (stream: AsyncIterable<Buffer>) => {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > maxBytes) throw new PermanentError(`the answer is larger than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  };
  const decoder = decoderFor(response.headers["content-encoding"]);
  if (decoder === undefined) await pipeline(response, collect, { signal });
  else await pipeline(response, decoder, collect, { signal });
  return Buffer.concat(chunks);
}

function decoderFor(encoding: string | undefined) {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case "":
    case "identity":
      return undefined;
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      throw new PermanentError("the answer is packed in a way that is not read");
  }
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const kept = new Set(["accept", "accept-language", "content-type", "user-agent"]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => kept.has(name.toLowerCase())));
}

function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener("abort", onAbort, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", onAbort));
}
