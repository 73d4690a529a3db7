import { setTimeout as delay } from "node:timers/promises";
import {
  createPostgresBackend,
  Queue as BullQueue,
  runMigrations,
  withBackend,
  Worker as BullWorker,
} from "bullmq";
import type { Processor, QueueOptions, WorkerOptions } from "bullmq";
import { Redis } from "ioredis";
import pg from "pg";
import { TransientError } from "../core/errors.ts";
import type { BackendLog } from "../core/backend-log.ts";
import { SteadyClient } from "./steady-client.ts";

/** Where jobs wait. */
export type QueueBackend =
  { readonly kind: "redis"; readonly url: string } | { readonly kind: "postgres"; readonly url: string };

/** Data of a job as BullMQ hands it over: unknown until parsed. */
export type JobData = Readonly<Record<string, unknown>>;

/** The part of BullMQ's Queue used here, the same on both backends. */
export type RingingQueue = Pick<BullQueue<JobData>, "add" | "getJobCounts">;
/** The part of BullMQ's Worker used here. */
export interface PullingWorker extends Pick<BullWorker<JobData>, "on" | "pause" | "resume" | "close"> {
  /** Lets go of its connections, in whatever state they are: a backend that is away cannot be told goodbye. */
  release(): void;
}

/** BullMQ on one of its backends. */
export interface Bullmq {
  /** Makes the tables where there are any. */
  prepare(): Promise<void>;
  /** Rejects at once, with TransientError, while the backend is known to be away. */
  queue(): Promise<RingingQueue>;
  /** Begins to pull as soon as the backend answers. */
  worker(
    processor: Processor<JobData, void>,
    options: Omit<WorkerOptions, "connection" | "prefix">,
  ): Promise<PullingWorker>;
  close(): Promise<void>;
}

/** One queue for all jobs: a worker costs two connections and one poll, not that per kind, and priorities work across kinds. */
const queueName = "jobs";

const sharedQueueOptions = {
  // Nobody reads BullMQ's event stream here.
  streams: { events: { maxLen: 100 } },
} satisfies Partial<QueueOptions>;

/** Opens connections in the background. */
export function connectBullmq(backend: QueueBackend, parts: { prefix: string; state: BackendLog }): Bullmq {
  return backend.kind === "redis" ? onRedis(backend.url, parts) : onPostgres(backend.url, parts);
}

interface Ringing {
  readonly connection: Redis;
  readonly queue: BullQueue<JobData>;
  readonly first: Promise<void>;
}

const patience = {
  connectTimeout: 2_000,
  keepAlive: 10_000,
  retryStrategy: (times: number) => Math.min(100 * times, 2_000),
};

function onRedis(url: string, { prefix, state }: { prefix: string; state: BackendLog }): Bullmq {
  let ringing: Ringing | undefined;

  function openRinging(): Ringing {
    // Fails at once while Redis is away, instead of remembering rings without bound and ringing them all later.
    const connection = new Redis(url, {
      ...patience,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      commandTimeout: 1_000,
    });
    connection.on("error", (err) => state.failed(err));
    connection.on("ready", () => state.works());
    const queue = new BullQueue<JobData>(queueName, { ...sharedQueueOptions, connection, prefix });
    queue.on("error", (err) => state.failed(err));
    return { connection, queue, first: firstConnect(connection) };
  }

  return {
    prepare: async () => {
      ringing ??= openRinging();
    },
    queue: async () => {
      const opened = (ringing ??= openRinging());
      await opened.first;
      if (opened.connection.status !== "ready") throw new TransientError("queue: redis is away");
      try {
        // Remembered for as long as the object lives: one slow first answer, and it would never ring again.
        await opened.queue.waitUntilReady();
      } catch (cause) {
        if (ringing === opened) ringing = undefined;
        await closeRinging(opened);
        throw new TransientError("queue: redis does not answer", { cause });
      }
      return opened.queue;
    },
    worker: async (processor, options) => {
      const { connection, release } = openPulling(url, state);
      const worker = new RedisWorker(queueName, processor, { ...options, connection, prefix });
      worker.on("error", (err) => state.failed(err));
      worker.on("active", () => state.works());
      return Object.assign(worker, {
        release: () => {
          release();
          worker.stopRenewing();
        },
      });
    },
    close: async () => {
      if (ringing !== undefined) await closeRinging(ringing);
    },
  };
}

/** BullMQ's goodbye waits for a connection that may never come, and its clock that renews locks runs as long. */
class RedisWorker extends BullWorker<JobData, void> {
  stopRenewing(): void {
    void this.lockManager.close();
  }
}

/**
 * A connection, and those BullMQ will make of it: where Redis goes away and comes back while it says goodbye, BullMQ
 * forgets that one of them is connected again.
 */
function openPulling(url: string, state: BackendLog): { readonly connection: Redis; release(): void } {
  const all: Redis[] = [];
  const keep = <One extends Redis>(one: One): One => {
    one.on("error", (err) => state.failed(err));
    all.push(one);
    return one;
  };
  const connection = keep(new Redis(url, { ...patience, maxRetriesPerRequest: null }));
  const duplicate = connection.duplicate.bind(connection);
  connection.duplicate = (override) => keep(duplicate(override));
  return { connection, release: () => all.forEach((one) => one.disconnect()) };
}

async function closeRinging({ connection, queue }: Ringing): Promise<void> {
  connection.disconnect();
  await queue.close().catch(() => {});
}

/** Only the first connect is worth waiting for; a connection that was lost is tried again in the background. */
function firstConnect(connection: Redis): Promise<void> {
  return new Promise((resolve) => {
    connection.once("ready", resolve);
    connection.once("close", resolve);
  });
}

function onPostgres(url: string, { prefix, state }: { prefix: string; state: BackendLog }): Bullmq {
  const schema = `${prefix}_queue`;
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const connection = (max: number) => ({
    connectionString: url,
    schema, // only the config-object form pins it
    max,
    // A doorbell lost in a crash is rung again by the sweeper, so no job waits for the disk.
    options: "-c synchronous_commit=off",
    application_name: "baton-queue",
    connectionTimeoutMillis: 2_000,
    keepAlive: true,
    Client: SteadyClient,
  });
  let prepared: Promise<void> | undefined;
  let queue: Promise<RingingQueue & { close(): Promise<void> }> | undefined;

  const prepare = (): Promise<void> =>
    (prepared ??= migrateQueue(url, schema).catch((cause: unknown) => {
      prepared = undefined;
      throw new TransientError("queue: its tables could not be prepared", { cause });
    }));

  async function openQueue(): Promise<RingingQueue & { close(): Promise<void> }> {
    await prepare();
    const opened = new Queue<JobData>(queueName, { ...sharedQueueOptions, connection: connection(2) });
    opened.on("error", (err) => state.failed(err));
    await readyOrClosed(opened);
    return opened as unknown as RingingQueue & { close(): Promise<void> };
  }

  return {
    prepare,
    queue: () =>
      (queue ??= openQueue().catch((cause: unknown) => {
        queue = undefined;
        throw cause;
      })),
    worker: async (processor, options) => {
      await prepare();
      const worker = await patiently(async () => {
        const opened = new Worker<JobData, void>(queueName, processor, {
          ...options,
          autorun: false,
          connection: connection(4),
        });
        opened.on("error", (err: unknown) => state.failed(err));
        opened.on("active", () => state.works());
        await readyOrClosed(opened);
        return opened;
      });
      worker.run().catch((err: unknown) => state.failed(err));
      const pulling = worker as unknown as Omit<PullingWorker, "release">;
      return Object.assign(pulling, { release: () => {} }); // its reconnects end with `close`
    },
    close: async () => {
      await (await queue?.catch(() => undefined))?.close();
    },
  };
}

/**
 * On PostgreSQL, BullMQ remembers a first connect that failed for as long as the object lives: it would never ring
 * or pull. So nothing is used before it is ready, and what did not become ready is replaced by a new one.
 */
async function readyOrClosed(opened: {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}): Promise<void> {
  try {
    await opened.waitUntilReady();
  } catch (cause) {
    await opened.close().catch(() => {});
    throw new TransientError("queue: postgres does not answer", { cause });
  }
}

const openAttempts = 10;

async function patiently<T>(open: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await open();
    } catch (cause) {
      if (attempt === openAttempts) throw cause;
      await delay(100 * attempt);
    }
  }
}

async function migrateQueue(url: string, schema: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 2_000,
    application_name: "baton-queue",
  });
  client.on("error", () => {});
  try {
    await client.connect();
    await runMigrations(client, schema);
  } finally {
    await client.end().catch(() => {});
  }
}
