import http from "node:http";
import https from "node:https";
import { parseJson } from "../core/parse-json.ts";
import { createEventLines, streamEnd, type ServerEvent } from "./event-lines.ts";

/** Where a model is asked, and the headers of every call. */
export interface CallAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What an endpoint refused with, by the names of the vendor's own errors. */
interface Refusal {
  readonly status: number | undefined;
  readonly error: unknown;
  readonly headers: Headers;
}

/** The endpoint said no, instead of an answer or in the middle of one. */
class RefusedError extends Error implements Refusal {
  override readonly name = "RefusedError";
  readonly status: number | undefined;
  readonly error: unknown;
  readonly code: unknown;
  readonly headers: Headers;
  constructor({ status, error, headers }: Refusal, says: string) {
    super([status, says].filter((part) => part !== undefined).join(" "));
    this.status = status;
    this.error = error;
    this.code = fieldOf(error, "code");
    this.headers = headers;
  }
}

/** No more of a refusal is read, characters. */
const longestRefusal = 64 * 1024;
/** After the last event a socket has this long to become free for another call, milliseconds. */
const lastBytesMs = 1_000;
const done = "[DONE]";

/**
 * Posts a body and gives the data of the events that come back, parsed, until `[DONE]`. Straight on `node:http`: its
 * shared agents keep sockets open and go through the environment's proxy as `fetch` does, at a fraction of its CPU.
 * Undefined where the endpoint sends elsewhere. Throws RefusedError where it refused, the signal's reason or whatever
 * cut the connection.
 */
export async function callForEvents(
  address: CallAddress,
  body: string,
  signal: AbortSignal,
): Promise<AsyncGenerator<unknown, void> | undefined> {
  signal.throwIfAborted();
  const response = await send(address, body, signal);
  const { statusCode: status = 0 } = response;
  if (status >= 200 && status < 300) return readEvents(response);
  if (status >= 300 && status < 400) {
    response.destroy();
    return undefined;
  }
  throw toRefusal(response, await readText(response));
}

function send(address: CallAddress, body: string, signal: AbortSignal): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { url, headers } = address;
    let isAnswered = false;
    const request = (url.startsWith("https:") ? https : http).request(url, {
      method: "POST",
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
    });
    const abort = () => void request.destroy();
    signal.addEventListener("abort", abort, { once: true });
    request.once("close", () => signal.removeEventListener("abort", abort));
    request.on("error", (cause) => {
      // An endpoint may close a socket that lay idle just as it is taken again: nobody has read the call then.
      if (!isAnswered && !signal.aborted && request.reusedSocket && isCut(cause))
        resolve(send(address, body, signal));
      else reject(unanswered(cause));
    });
    request.once("response", (response) => {
      isAnswered = true;
      resolve(response.setEncoding("utf8"));
    });
    request.end(body);
  });
}

async function* readEvents(response: http.IncomingMessage): AsyncGenerator<unknown, void> {
  const texts: AsyncIterator<string> = response[Symbol.asyncIterator]();
  const read = createEventLines();
  let isOver = false;
  try {
    while (!isOver) {
      const { done: isEnd = false, value } = await texts.next().catch((cause: unknown) => {
        throw unanswered(cause);
      });
      for (const event of read(isEnd ? streamEnd : value)) {
        isOver = event.data === done;
        if (isOver) return;
        yield toData(event, response);
      }
      isOver = isEnd;
    }
  } finally {
    if (isOver) void readOut(texts, response);
    else response.destroy();
  }
}

/** Behind the last event comes the end of the body, and with it the socket is free again. */
async function readOut(texts: AsyncIterator<string>, response: http.IncomingMessage): Promise<void> {
  const timer = setTimeout(() => response.destroy(), lastBytesMs);
  try {
    while ((await texts.next()).done !== true);
  } catch {
    // cut: another call opens a socket of its own
  } finally {
    clearTimeout(timer);
  }
}

function toData({ name, data }: ServerEvent, { headers }: http.IncomingMessage): unknown {
  const parsed: unknown = JSON.parse(data);
  const error = fieldOf(parsed, "error");
  if (name !== "error" && !error) return parsed;
  const refusal = { status: undefined, error: error ?? parsed, headers: waitHeaders(headers) };
  throw new RefusedError(refusal, JSON.stringify(refusal.error));
}

async function readText(response: http.IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of response) {
    text += String(piece);
    if (text.length > longestRefusal) break;
  }
  return text;
}

function toRefusal({ statusCode, headers }: http.IncomingMessage, text: string): RefusedError {
  const error = fieldOf(parseJson(text), "error");
  return new RefusedError({ status: statusCode, error, headers: waitHeaders(headers) }, text);
}

function waitHeaders(headers: http.IncomingHttpHeaders): Headers {
  const names = ["retry-after", "retry-after-ms"];
  return new Headers(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
}

function isCut(cause: unknown): boolean {
  const code = fieldOf(cause, "code");
  return code === "ECONNRESET" || code === "EPIPE";
}

function unanswered(cause: unknown): Error {
  return new Error("no answer, or half of one", { cause });
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
