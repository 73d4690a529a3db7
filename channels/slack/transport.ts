import http from "node:http";
import https from "node:https";
import { SlackCallError } from "./errors.ts";

/** One POST to Slack's API. */
export interface Outgoing {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Runs when the connection stands, right before the bytes go out. What it throws stops the request. */
  readonly beforeWrite?: (() => void) | undefined;
}

/** What came back, whatever the status. */
export interface Incoming {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

/**
 * Sends one request, once. Throws SlackCallError `unsent` when nothing was written, `cut` when it may have
 * arrived; what `beforeWrite` threw passes untouched.
 */
export type Transport = (outgoing: Outgoing) => Promise<Incoming>;

/**
 * A transport over kept-alive sockets, straight on `node:http`. It costs half of the CPU of the global `fetch`,
 * and it knows whether the bytes were written, which `fetch` does not tell.
 */
export function createTransport(): Transport {
  const options = { keepAlive: true, maxSockets: 256, scheduling: "lifo" } as const;
  const plain = new http.Agent(options);
  const secure = new https.Agent(options);

  return (outgoing) =>
    new Promise((resolve, reject) => {
      const isSecure = outgoing.url.protocol === "https:";
      const request = (isSecure ? https : http).request(outgoing.url, {
        method: "POST",
        agent: isSecure ? secure : plain,
        headers: { ...outgoing.headers, "content-length": Buffer.byteLength(outgoing.body) },
      });
      let isWritten = false;

      const fail = (cause: unknown) => {
        settle();
        request.destroy();
        reject(cause);
      };
      const broken = (cause: unknown) =>
        fail(new SlackCallError(isWritten ? { kind: "cut" } : { kind: "unsent" }, cause));
      const abort = () => broken(outgoing.signal?.reason);
      const timer = setTimeout(
        () => broken(new Error(`no answer in ${outgoing.timeoutMs} ms`)),
        outgoing.timeoutMs,
      );
      const settle = () => {
        clearTimeout(timer);
        outgoing.signal?.removeEventListener("abort", abort);
      };

      const write = () => {
        try {
          outgoing.beforeWrite?.();
        } catch (cause) {
          fail(cause);
          return;
        }
        isWritten = true;
        request.end(outgoing.body);
      };

      request.on("error", broken);
      request.once("socket", (socket) => {
        if (socket.connecting) socket.once(isSecure ? "secureConnect" : "connect", write);
        else write();
      });
      request.once("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", broken);
        response.on("end", () => {
          settle();
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: response.headers["retry-after"],
            body: Buffer.concat(chunks).toString("utf8"),
          });
        });
      });
      if (outgoing.signal?.aborted) abort();
      else outgoing.signal?.addEventListener("abort", abort, { once: true });
    });
}
