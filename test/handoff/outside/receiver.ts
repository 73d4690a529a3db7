import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What a receiver of webhooks got. */
export interface Received {
  readonly id: string;
  readonly type: string;
  readonly body: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The signature is ours, over these bytes, and fresh. */
  readonly isSigned: boolean;
}

/** A server that reads webhooks as the standard tells receivers to. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** The status of its next answers, in order, then 204; `hang` answers nothing. */
  answer(...statuses: readonly (number | "hang")[]): void;
  stop(): Promise<void>;
}

export async function openReceiver(key: Buffer | string): Promise<Receiver> {
  const received: Received[] = [];
  let statuses: (number | "hang")[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const header = (name: string) => String(request.headers[name]);
      const [id, timestamp] = [header("webhook-id"), header("webhook-timestamp")];
      const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
      const isFresh = Math.abs(Date.now() / 1_000 - Number(timestamp)) < 300;
      const isSigned = header("webhook-signature") === `v1,${expected}` && isFresh;
      const { type, data } = JSON.parse(body) as { type: string; data: Record<string, unknown> };
      received.push({ id, type, body, data, isSigned });
      const status = statuses.shift() ?? 204;
      if (status === "hang") return;
      response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (...next) => void (statuses = [...next]),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
