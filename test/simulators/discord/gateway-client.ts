import { constants, inflateSync } from "node:zlib";
import { WebSocket } from "ws";
import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";

type Fields = Record<string, unknown>;

export interface Frame {
  readonly op: number;
  readonly t: string | null;
  readonly s: number | null;
  readonly d: unknown;
}

/** A bare WebSocket on the gateway that keeps what it is sent. */
export interface GatewayClient {
  readonly socket: WebSocket;
  readonly frames: readonly Frame[];
  readonly closed: Promise<number>;
  send(op: number, d: unknown): void;
  /** The first frame that fits, past or to come; rejects after 5 s. */
  frame(fits: (frame: Frame) => boolean): Promise<Frame>;
  event(type: string, fits?: (data: Fields) => boolean): Promise<Fields>;
  events(type: string): Fields[];
  /** Sends IDENTIFY; resolves with READY. */
  identified(more?: Fields): Promise<Fields>;
}

export const allIntents = 1 | 2 | 512 | 1024 | 2048 | 4096 | 8192 | 16384 | 32768;

/** Opens a connection; resolves when it is open. */
export async function connect(
  discord: DiscordSimulator,
  { url = discord.gatewayUrl, query = "v=10&encoding=json" } = {},
): Promise<GatewayClient> {
  const socket = new WebSocket(`${url}?${query}`);
  const frames: Frame[] = [];
  const watchers = new Set<() => void>();
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  const take = (text: string): void => {
    frames.push(JSON.parse(text) as Frame);
    for (const watcher of watchers) watcher();
  };
  const isCompressed = query.includes("compress=zlib-stream");
  const compressed: Buffer[] = [];
  let known = 0;
  socket.on("message", (data) => {
    if (!isCompressed) return take((data as Buffer).toString("utf8"));
    // One stream for the whole connection; what is new in it must be exactly one message.
    compressed.push(data as Buffer);
    const whole = inflateSync(Buffer.concat(compressed), { finishFlush: constants.Z_SYNC_FLUSH });
    take(whole.subarray(known).toString("utf8"));
    known = whole.length;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  socket.on("error", () => {});

  const client: GatewayClient = {
    socket,
    frames,
    closed,
    send: (op, d) => socket.send(JSON.stringify({ op, d })),
    frame: (fits) =>
      new Promise((resolve, reject) => {
        const limit = setTimeout(() => {
          watchers.delete(look);
          reject(new Error(`no such frame among ${frames.map(({ op, t }) => t ?? op).join(", ")}`));
        }, 5_000);
        const look = (): void => {
          const found = frames.find(fits);
          if (found === undefined) return;
          clearTimeout(limit);
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
      }),
    event: async (type, fits = () => true) =>
      (await client.frame(({ t, d }) => t === type && fits(d as Fields))).d as Fields,
    events: (type) => frames.filter(({ t }) => t === type).map(({ d }) => d as Fields),
    identified(more = {}) {
      client.send(2, { token: discord.app.botToken, intents: allIntents, properties: {}, ...more });
      return client.event("READY");
    },
  };
  return client;
}
