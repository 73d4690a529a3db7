import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import type { ConversationId, TenantId } from "../../src/core/ids.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

describe("a queue on a PostgreSQL that is slow to let the first ones in", () => {
  let database: TestDatabase;
  let door: SlowDoor;
  beforeAll(async () => {
    database = await createTestDatabase({ empty: true });
    door = await openSlowDoor(database.url);
  });
  afterAll(async () => {
    door.close();
    await database.drop();
  });

  it("pulls and rings all the same, once it is let in", { timeout: 60_000 }, async () => {
    const queue = createQueue({ backend: { kind: "postgres", url: door.url }, log: silentLog });
    await queue.start(); // its tables are there; from now on connections hang
    door.swallowNext(3);
    const heard: string[] = [];
    const worker = queue.work(
      {
        turn: async ({ conversationId }) => void heard.push(conversationId),
        delivery: async () => {},
        call: async () => {},
        sweep: async () => {},
        maintenance: async () => {},
      },
      { concurrency: 2 },
    );
    await worker.start();
    const ids = {
      v: 1,
      tenantId: "00000000-0000-8000-8000-000000000001" as TenantId,
      conversationId: "00000000-0000-8000-8000-000000000002" as ConversationId,
    } as const;
    await expect
      .poll(
        () =>
          queue.ring("turn", ids).then(
            () => "rung",
            () => "deaf",
          ),
        { timeout: 20_000 },
      )
      .toBe("rung");
    await expect.poll(() => heard.length, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(new Set(heard)).toEqual(new Set([ids.conversationId]));
    await worker.stop(AbortSignal.timeout(2_000));
    await queue.stop();
  });
});

interface SlowDoor {
  readonly url: string;
  /** The next so many connections are taken and never answered. */
  swallowNext(count: number): void;
  close(): void;
}

async function openSlowDoor(behind: string): Promise<SlowDoor> {
  const target = new URL(behind);
  const sockets = new Set<Socket>();
  let swallow = 0;
  const server: Server = createServer((socket) => {
    socket.on("error", () => {});
    sockets.add(socket);
    if (swallow > 0) {
      swallow -= 1;
      return;
    }
    const beyond = connect(Number(target.port), target.hostname);
    beyond.on("error", () => socket.destroy());
    socket.on("close", () => beyond.destroy());
    socket.pipe(beyond).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = new URL(behind);
  url.port = String(typeof address === "object" && address !== null ? address.port : 0);
  return {
    url: url.href,
    swallowNext: (count) => {
      swallow = count;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
