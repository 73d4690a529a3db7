import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly at: number;
  /** The decoded JSON, or the form's payload. */
  readonly json: Record<string, unknown>;
}

/** An app's request URL that keeps what it got; `answer` decides what it says. */
export async function startReceiver(
  answer: (
    received: Received,
    nth: number,
  ) => { status: number; body?: string; afterMs?: number; headers?: Record<string, string> } = () => ({
    status: 200,
  }),
) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const one: Received = { headers: request.headers, body, at: Date.now(), json: decode(body) };
      received.push(one);
      const { status, body: text = "", afterMs = 0, headers = {} } = answer(one, received.length);
      setTimeout(() => response.writeHead(status, headers).end(text), afterMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/slack/events`,
    received,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Whether the request carries the platform's v0 signature for the secret. */
export function isSigned(received: Received, secret: string): boolean {
  const expected = createHmac("sha256", secret)
    .update(`v0:${String(received.headers["x-slack-request-timestamp"])}:${received.body}`)
    .digest("hex");
  return received.headers["x-slack-signature"] === `v0=${expected}`;
}

/** The inner event of an `event_callback`. */
export function eventOf(received: Received): Record<string, unknown> {
  return (received.json["event"] ?? {}) as Record<string, unknown>;
}

function decode(body: string): Record<string, unknown> {
  if (body.startsWith("{")) return JSON.parse(body) as Record<string, unknown>;
  const form = new URLSearchParams(body);
  const payload = form.get("payload");
  return payload === null ? Object.fromEntries(form) : (JSON.parse(payload) as Record<string, unknown>);
}
