import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An activity as the bot's endpoint got it. */
export interface Received {
  readonly authorization: string | undefined;
  readonly body: string;
  readonly json: Record<string, unknown>;
}

/** A bot's messaging endpoint that keeps what it got; `answer` decides what it says. */
export async function startReceiver(
  answer: (received: Received, nth: number) => { status: number; body?: string; afterMs?: number } = () => ({
    status: 200,
  }),
) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const one: Received = { authorization: request.headers.authorization, body, json: decode(body) };
      received.push(one);
      const { status, body: text = "", afterMs = 0 } = answer(one, received.length);
      setTimeout(() => response.writeHead(status, { "content-type": "application/json" }).end(text), afterMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api/messages`,
    received,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function decode(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return {};
  }
}
