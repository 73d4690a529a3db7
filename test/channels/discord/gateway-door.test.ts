import { once } from "node:events";
import net, { type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { connectGateway } from "../../../channels/discord/gateway.ts";
import { createSessions } from "../../../channels/discord/session.ts";
import { silentLog } from "../../../src/core/log.ts";

test("a gateway that takes the connection and never answers is left without harm", async () => {
  const sockets: Socket[] = [];
  const door = net.createServer((socket) => void sockets.push(socket)).listen(0, "127.0.0.1");
  await once(door, "listening");
  const url = `ws://127.0.0.1:${(door.address() as AddressInfo).port}`;
  const limit = { remaining: 5, total: 5, reset_after: 1_000, max_concurrency: 1 };
  const broken: unknown[] = [];
  const notice = (cause: unknown) => void broken.push(cause);
  process.on("uncaughtException", notice);
  try {
    const connection = await connectGateway({
      settings: { botToken: "token", shards: undefined, shardCount: 1 },
      web: { call: async () => ({ url, shards: 1, session_start_limit: limit }) },
      sessions: createSessions(undefined, "https://discord.com/api"),
      log: silentLog,
      onDispatch: () => {},
      signal: new AbortController().signal,
    });
    while (sockets.length === 0) await sleep(10);
    await connection.close();
    for (const socket of sockets) socket.resetAndDestroy();
    await sleep(200);
    expect(broken).toEqual([]);
  } finally {
    process.off("uncaughtException", notice);
    for (const socket of sockets) socket.destroy();
    door.close();
  }
});
