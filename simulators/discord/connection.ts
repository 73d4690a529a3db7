import { constants, createDeflate, deflateSync } from "node:zlib";
import type { Deflate } from "node:zlib";
import type { RawData, WebSocket } from "ws";
import { isRecord } from "../kit/is-record.ts";
import type { Session } from "./session.ts";

/** What a connection needs of the gateway it belongs to. */
export interface ConnectionHost {
  heartbeatIntervalMs(): number;
  /** Whether to leave the next heartbeat unanswered. */
  losesAck(): boolean;
  identify(connection: Connection, data: Record<string, unknown>): void;
  resume(connection: Connection, data: Record<string, unknown>): void;
  heartbeat(connection: Connection, answered: boolean): void;
  closed(connection: Connection, code: number, by: "app" | "platform"): void;
}

const maxFrameBytes = 4_096;
const maxFramesPerMinute = 120;
// Sent by a client at will, without an effect here: presence, voice, members.
const idleOpcodes = new Set([3, 4, 8, 14, 31]);

/** One WebSocket: framing, compression, heartbeats, and the order in which a client may speak. */
export class Connection {
  readonly id: number;
  /** Opened at the address for resuming. */
  readonly isResumeUrl: boolean;
  session: Session | undefined;
  /** Has been authenticated before, so a RESUME on it follows an invalid session. */
  hadSession = false;
  /** Open, and mute: nothing goes out and nothing is answered. */
  silent = false;
  compressesFrames = false;
  readonly #socket: WebSocket;
  readonly #host: ConnectionHost;
  readonly #deflate: Deflate | undefined;
  readonly #chunks: Buffer[] = [];
  #watch: NodeJS.Timeout | undefined;
  #frames = { since: Date.now(), count: 0 };
  #closing = false;

  constructor(
    host: ConnectionHost,
    socket: WebSocket,
    { id, compressed, isResumeUrl }: { id: number; compressed: boolean; isResumeUrl: boolean },
  ) {
    this.id = id;
    this.isResumeUrl = isResumeUrl;
    this.#host = host;
    this.#socket = socket;
    this.#deflate = compressed ? createDeflate({ level: 1 }) : undefined;
    this.#deflate?.on("data", (chunk: Buffer) => this.#chunks.push(chunk));
    socket.on("message", (data) => this.#receive(data));
    socket.on("error", () => socket.terminate());
    socket.on("close", (code) => this.#ended(code, "app"));
    this.send({ op: 10, d: { heartbeat_interval: host.heartbeatIntervalMs(), _trace: ["simulator"] } });
    this.#expectHeartbeat();
  }

  send(payload: {
    readonly op: number;
    readonly d: unknown;
    readonly s?: number;
    readonly t?: string;
  }): void {
    if (this.silent || this.#socket.readyState !== this.#socket.OPEN) return;
    const text = JSON.stringify({ t: null, s: null, ...payload });
    if (this.#deflate !== undefined) this.#sendInStream(this.#deflate, text);
    else this.#socket.send(this.compressesFrames ? deflateSync(text) : text);
  }

  /** Closes with a code, as the platform does. */
  close(code: number, reason = ""): void {
    if (this.#closing) return;
    this.#socket.close(code, reason);
    this.#ended(code, "platform");
  }

  /** Cuts the line without a word. */
  drop(): void {
    this.#ended(1006, "platform");
    this.#socket.terminate();
  }

  #sendInStream(deflate: Deflate, text: string): void {
    deflate.write(text);
    deflate.flush(constants.Z_SYNC_FLUSH, () => {
      const frame = Buffer.concat(this.#chunks.splice(0));
      if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(frame);
    });
  }

  #receive(data: RawData): void {
    if (this.#closing) return;
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
    if (this.#tooMany()) return this.close(4008, "You are being rate limited.");
    if (bytes.length > maxFrameBytes) return this.close(4002, "Payload too large.");
    const payload = decode(bytes);
    if (payload === undefined) return this.close(4002, "Error while decoding payload.");
    const { op, d } = payload;
    if (op === 1) return this.#beat();
    if (op === 2 || op === 6) {
      if (this.session !== undefined) return this.close(4005, "Already authenticated.");
      if (!isRecord(d)) return this.close(4002, "Error while decoding payload.");
      return op === 2 ? this.#host.identify(this, d) : this.#host.resume(this, d);
    }
    if (this.session === undefined) return this.close(4003, "Not authenticated.");
    if (typeof op !== "number" || !idleOpcodes.has(op)) this.close(4001, "Unknown opcode.");
  }

  #beat(): void {
    this.#expectHeartbeat();
    const answered = !this.silent && !this.#host.losesAck();
    this.#host.heartbeat(this, answered);
    if (answered) this.send({ op: 11, d: null });
  }

  #expectHeartbeat(): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(
      () => this.close(4009, "Session timed out."),
      this.#host.heartbeatIntervalMs() * 2,
    );
    this.#watch.unref();
  }

  #tooMany(): boolean {
    const now = Date.now();
    if (now - this.#frames.since > 60_000) this.#frames = { since: now, count: 0 };
    this.#frames.count += 1;
    return this.#frames.count > maxFramesPerMinute;
  }

  #ended(code: number, by: "app" | "platform"): void {
    if (this.#closing) return;
    this.#closing = true;
    clearTimeout(this.#watch);
    this.#deflate?.close();
    this.#host.closed(this, code, by);
  }
}

function decode(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const payload: unknown = JSON.parse(bytes.toString("utf8"));
    return isRecord(payload) ? payload : undefined;
  } catch {
    return undefined;
  }
}
