import { Agent, request } from "node:http";
import { WebSocket } from "ws";
import type { Driver, SeenAnswer } from "./support/driver.ts";
import { now } from "./support/load.ts";
import { runPlatform } from "./support/run-platform.ts";

// The visitors of a bench. Each has a session and a live connection of its own, puts its questions by REST and reads the
// answers from the connection. Baton counts requests and sessions by address, so every visitor has its own on loopback.

interface Visitor {
  readonly address: string;
  readonly token: string;
  readonly thread: string;
}

interface Answered {
  readonly status: number;
  readonly body: string;
}

const site = "bench-web";
const agent = new Agent({ keepAlive: true });
const watchers = new Set<(answer: SeenAnswer) => void>();
const sockets = new Set<WebSocket>();
let base = "";
let visitors = 0;
let messages = 0;

const driver: Driver<Visitor> = {
  serve: (url) => {
    base = url;
  },
  ask: async (text, place) => {
    const visitor = place ?? (await visit());
    messages += 1;
    const path = `/api/v1/conversations/${visitor.thread}/messages/m${messages}`;
    const sentAt = now();
    const putting = call(visitor.address, { method: "PUT", path, token: visitor.token, body: { text } });
    const acks = putting.then(({ status }) => [{ acked: status === 200, ms: now() - sentAt }]);
    return { place: visitor, sentAt, acks };
  },
  watch: (see) => {
    watchers.add(see);
    return () => {
      watchers.delete(see);
      for (const socket of sockets) socket.close();
    };
  },
};

/** A new visitor: a session, and a live connection that is ready to tell. */
async function visit(): Promise<Visitor> {
  visitors += 1;
  const address = `127.${1 + (visitors >> 16)}.${(visitors >> 8) & 255}.${visitors & 255}`;
  const body = { site_key: site };
  const opened = await call(address, { method: "POST", path: "/support/chat/session", body });
  if (opened.status !== 200) throw new Error(`bench: no session: ${opened.status} ${opened.body}`);
  const { token, thread_id: thread } = JSON.parse(opened.body) as { token: string; thread_id: string };
  await listen({ address, token, thread });
  return { address, token, thread };
}

function listen({ address, token, thread }: Visitor): Promise<void> {
  const socket = new WebSocket(`${base.replace("http", "ws")}/ws/chat/${thread}`, { localAddress: address });
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
  socket.once("open", () => socket.send(JSON.stringify({ type: "auth", token })));
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.on("message", (data: Buffer) => {
      const event = JSON.parse(data.toString()) as LiveEvent;
      if (event.type === "ready") resolve();
      else if (event.type === "message" || event.type === "edited") tell(event.message);
    });
  });
}

/** What the live connection tells, as far as the bench reads it. */
type LiveEvent =
  | { readonly type: "ready" }
  | {
      readonly type: "message" | "edited";
      readonly message: {
        readonly id: string;
        readonly role: "user" | "assistant";
        readonly state: "streaming" | "final" | "deleted";
        readonly text: string;
      };
    };

function tell({ id, role, state, text }: Extract<LiveEvent, { message: object }>["message"]): void {
  if (role !== "assistant") return;
  const answer = { id, text, isHalf: state === "streaming", deleted: state === "deleted" };
  for (const see of watchers) see(answer);
}

function call(
  address: string,
  order: {
    readonly method: string;
    readonly path: string;
    readonly token?: string;
    readonly body: object;
  },
): Promise<Answered> {
  const body = JSON.stringify(order.body);
  return new Promise((resolve, reject) => {
    const outgoing = request(base + order.path, {
      method: order.method,
      agent,
      localAddress: address,
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        ...(order.token !== undefined && { authorization: `Bearer ${order.token}` }),
      },
    });
    outgoing.once("error", reject);
    outgoing.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      );
    });
    outgoing.end(body);
  });
}

runPlatform(driver, {
  env: {},
  route: "",
  files: {
    "config/tenants/bench.yaml": [
      "name: Bench",
      "default: true",
      "sites:",
      `  - key: ${site}`,
      '    origins: ["https://www.bench.example"]',
      "    allowApps: true",
      "",
    ].join("\n"),
  },
});
