import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import type { Attempt } from "./attempt.ts";
import { createSecret } from "./ids.ts";

/** What one socket carries to the app. */
interface SocketEnvelope {
  readonly type: "events_api" | "interactive" | "slash_commands";
  readonly payload: Readonly<Record<string, unknown>>;
  readonly acceptsResponse: boolean;
  readonly timeoutMs: number;
  readonly retryAttempt?: number;
  readonly retryReason?: string;
}

interface Pending {
  readonly socket: WebSocket;
  readonly settle: (attempt: Omit<Attempt, "ms">) => void;
}

export type DisconnectReason = "warning" | "refresh_requested" | "link_disabled";

// The client gives up on a server that has not pinged for 30 s.
const pingEveryMs = 10_000;
// How long after a warning or a refresh request the platform closes the socket.
const closingGraceMs = 10_000;

/** Socket Mode: tickets, several sockets of one app, envelopes in turn, acknowledgements by envelope id. */
export class SocketHub {
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #sockets: WebSocket[] = [];
  readonly #tickets = new Set<string>();
  readonly #pending = new Map<string, Pending>();
  readonly #closing = new Set<NodeJS.Timeout>();
  readonly #appId: string;
  readonly #timeScale: () => number;
  readonly #changed: () => void;
  #turn = 0;
  #acksToLose = 0;
  #pings: NodeJS.Timeout | undefined;

  constructor(parts: { appId: string; timeScale: () => number; changed: () => void }) {
    this.#appId = parts.appId;
    this.#timeScale = parts.timeScale;
    this.#changed = parts.changed;
  }

  /** How many sockets are open now. */
  get count(): number {
    return this.#sockets.length;
  }

  /** The path and query of a new one-time address. */
  createTicket(): string {
    const ticket = createSecret();
    this.#tickets.add(ticket);
    return `/link/?ticket=${ticket}&app_id=${this.#appId}`;
  }

  /** Takes over an HTTP upgrade; refuses a ticket it did not give or gave once already. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? "/", "http://simulator").searchParams.get("ticket") ?? "";
    if (!this.#tickets.delete(ticket)) {
      socket.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n");
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => this.#opened(opened));
  }

  /** Sends on the next socket in turn and waits for its acknowledgement. */
  send(envelope: SocketEnvelope): Promise<Attempt> {
    const started = performance.now();
    const socket = this.#next();
    if (socket === undefined)
      return Promise.resolve({ status: 0, body: "", ms: 0, failure: "connection_failed" });
    const id = randomUUID();
    return new Promise((resolve) => {
      const settle = (attempt: Omit<Attempt, "ms">): void => {
        if (!this.#pending.delete(id)) return;
        clearTimeout(limit);
        resolve({ ...attempt, ms: performance.now() - started });
      };
      const limit = setTimeout(
        () => settle({ status: 0, body: "", failure: "http_timeout" }),
        envelope.timeoutMs,
      );
      this.#pending.set(id, { socket, settle });
      socket.send(
        JSON.stringify({
          envelope_id: id,
          payload: envelope.payload,
          type: envelope.type,
          accepts_response_payload: envelope.acceptsResponse,
          ...(envelope.type === "events_api"
            ? { retry_attempt: envelope.retryAttempt ?? 0, retry_reason: envelope.retryReason ?? "" }
            : {}),
        }),
      );
    });
  }

  /** The next n acknowledgements arrive and are lost on the way in. */
  loseAcks(times: number): void {
    this.#acksToLose += times;
  }

  /** Sends a `disconnect` frame to one socket (the oldest) or all, and closes as the platform does. */
  disconnect(reason: DisconnectReason, which: "one" | "all" = "one"): void {
    const targets = which === "all" ? this.#sockets.slice() : this.#sockets.slice(0, 1);
    for (const socket of targets) {
      socket.send(JSON.stringify({ type: "disconnect", reason, debug_info: { host: "applink-simulator" } }));
      if (reason === "link_disabled") socket.close(1000);
      else this.#closeLater(socket);
    }
  }

  /** Cuts one socket (the oldest) or all without a word. */
  close(which: "one" | "all" = "one"): void {
    for (const socket of which === "all" ? this.#sockets.slice() : this.#sockets.slice(0, 1))
      socket.terminate();
  }

  reset(): void {
    this.#acksToLose = 0;
  }

  stop(): void {
    clearInterval(this.#pings);
    for (const timer of this.#closing) clearTimeout(timer);
    for (const { settle } of this.#pending.values())
      settle({ status: 0, body: "", failure: "connection_failed" });
    this.close("all");
    this.#server.close();
  }

  #opened(socket: WebSocket): void {
    this.#sockets.push(socket);
    this.#pings ??= setInterval(() => this.#sockets.forEach((one) => one.ping()), pingEveryMs).unref();
    socket.on("message", (data: Buffer) => this.#acknowledged(data.toString("utf8")));
    socket.on("error", () => socket.terminate());
    socket.on("close", () => this.#closed(socket));
    socket.send(
      JSON.stringify({
        type: "hello",
        num_connections: this.#sockets.length,
        debug_info: { host: "applink-simulator", build_number: 1, approximate_connection_time: 18_060 },
        connection_info: { app_id: this.#appId },
      }),
    );
    this.#changed();
  }

  #acknowledged(text: string): void {
    const frame = parseFrame(text);
    const pending = frame === undefined ? undefined : this.#pending.get(frame.envelopeId);
    if (frame === undefined || pending === undefined) return;
    if (this.#acksToLose > 0) {
      this.#acksToLose -= 1;
      return;
    }
    pending.settle({ status: 200, body: frame.payload === undefined ? "" : JSON.stringify(frame.payload) });
  }

  #closed(socket: WebSocket): void {
    const index = this.#sockets.indexOf(socket);
    if (index >= 0) this.#sockets.splice(index, 1);
    for (const pending of this.#pending.values())
      if (pending.socket === socket) pending.settle({ status: 0, body: "", failure: "connection_failed" });
    this.#changed();
  }

  #next(): WebSocket | undefined {
    if (this.#sockets.length === 0) return undefined;
    this.#turn += 1;
    return this.#sockets[this.#turn % this.#sockets.length];
  }

  #closeLater(socket: WebSocket): void {
    const timer = setTimeout(() => {
      this.#closing.delete(timer);
      socket.close(1000);
    }, closingGraceMs * this.#timeScale());
    this.#closing.add(timer);
  }
}

function parseFrame(text: string): { envelopeId: string; payload?: unknown } | undefined {
  try {
    const frame: unknown = JSON.parse(text);
    if (typeof frame !== "object" || frame === null || !("envelope_id" in frame)) return undefined;
    const payload = "payload" in frame ? frame.payload : undefined;
    const isEmpty = typeof payload === "object" && payload !== null && Object.keys(payload).length === 0;
    return {
      envelopeId: String(frame.envelope_id),
      ...(payload === undefined || isEmpty ? {} : { payload }),
    };
  } catch {
    return undefined;
  }
}
