import type { Log } from "../core/log.ts";
import { TransientError } from "../core/errors.ts";
import { connectBullmq, type QueueBackend } from "./bullmq.ts";
import { jobPriorities, jobs, type JobIds, type JobName } from "./jobs.ts";
import { createBackendLog } from "../core/backend-log.ts";
import { createQueueWorker, type JobHandlers, type QueueWorker, type WorkOptions } from "./worker.ts";

/** When and how often a bell is heard. */
export interface RingOptions {
  /** Not before this long, milliseconds. */
  readonly delayMs?: number | undefined;
  /**
   * Rings that share it are one while they wait. A ring during the work is heard after it, so nothing that
   * happened after the worker looked is missed.
   */
  readonly dedupeId?: string | undefined;
  /** Instead of the job's own: lower is sooner, 0 the fast lane. */
  readonly priority?: number | undefined;
  /** Follows the work through every log line; the only thing besides ids that travels. */
  readonly correlationId?: string | undefined;
}

/** How many jobs are where. */
export interface QueueDepth {
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  /** Given up after all attempts, kept for a look. */
  readonly failed: number;
}

/**
 * A doorbell: it wakes workers and forgets. What has to be done stands in PostgreSQL; a ring that is lost
 * (a flushed Redis, a timeout) costs the time until the sweeper looks, nothing else. Delivered at least once.
 */
export interface Queue {
  /** Prepares the backend. Resolves while Redis is away: rings fail and workers wait until it is back. */
  start(): Promise<void>;
  /** Resolves within a second, or rejects with TransientError; then it may have rung nevertheless. */
  ring<Name extends JobName>(name: Name, ids: JobIds<Name>, options?: RingOptions): Promise<void>;
  /** A worker for all jobs, not started yet. Several may run, here and in other processes. */
  work(handlers: JobHandlers, options: WorkOptions): QueueWorker;
  health(): Promise<{ ok: boolean; detail: string }>;
  /** Rejects with TransientError when the backend does not answer within a second. */
  depth(): Promise<QueueDepth>;
  /** Closes the ringing side. Workers are stopped before. Safe to call twice. */
  stop(): Promise<void>;
}

/** What a queue is made of. */
export interface QueueParts {
  readonly backend: QueueBackend;
  readonly log: Log;
  /** Separates deployments that share one Redis, or one database: letters, digits and underscores. */
  readonly prefix?: string | undefined;
}

const answerTimeoutMs = 1_000;
const attempts = 10;

/** Connects in the background; never fails by itself. */
export function createQueue({ backend, log, prefix = "baton" }: QueueParts): Queue {
  if (!/^[a-z][a-z0-9_]*$/.test(prefix)) throw new Error("queue: the prefix may have a-z, 0-9 and _ only");
  const state = createBackendLog("queue", log);
  const bullmq = connectBullmq(backend, { prefix, state });
  let stopped: Promise<void> | undefined;

  async function ring<Name extends JobName>(
    name: Name,
    ids: JobIds<Name>,
    options: RingOptions = {},
  ): Promise<void> {
    const { delayMs = 0, dedupeId, correlationId, priority = jobPriorities[name] } = options;
    const data = { ...jobs[name].parse(ids), ...(correlationId === undefined ? {} : { correlationId }) };
    const deduplication =
      // A ring for now moves up one that was waiting for its time, e.g. for its next attempt.
      dedupeId === undefined
        ? {}
        : { deduplication: { id: dedupeId, keepLastIfActive: true, reschedule: delayMs === 0 } };
    await answered("ring", async () => {
      const queue = await bullmq.queue();
      await queue.add(name, data, {
        ...deduplication,
        ...(delayMs > 0 ? { delay: Math.ceil(delayMs) } : {}),
        ...(priority > 0 ? { priority } : {}),
        attempts,
        backoff: { type: "custom" },
        removeOnComplete: true,
        removeOnFail: { count: 1_000, age: 7 * 24 * 60 * 60 },
        stackTraceLimit: 0, // stacks of our own code say nothing there, and messages may quote people
      });
    });
  }

  async function depth(): Promise<QueueDepth> {
    const counts = await answered("depth", async () => {
      const queue = await bullmq.queue();
      return queue.getJobCounts("waiting", "prioritized", "delayed", "active", "failed");
    });
    const of = (name: string): number => counts[name] ?? 0;
    return {
      waiting: of("waiting") + of("prioritized"),
      delayed: of("delayed"),
      active: of("active"),
      failed: of("failed"),
    };
  }

  return {
    start: () => bullmq.prepare(),
    ring,
    work: (handlers, options) => createQueueWorker(bullmq, { handlers, options, log, state }),
    health: () =>
      depth().then(
        ({ waiting, active }) => ({
          ok: true,
          detail: `${backend.kind}: ${waiting} waiting, ${active} active`,
        }),
        (cause: unknown) => ({ ok: false, detail: cause instanceof Error ? cause.message : "no answer" }),
      ),
    depth,
    stop: () => (stopped ??= bullmq.close()),
  };
}

/** Bounds the wait. The command itself is not called back: ringing once too often is harmless. */
function answered<T>(doing: string, ask: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new TransientError(`queue: ${doing}: no answer within ${answerTimeoutMs} ms`));
    }, answerTimeoutMs);
    ask()
      .then(resolve, (cause: unknown) => {
        reject(
          cause instanceof TransientError ? cause : new TransientError(`queue: ${doing} failed`, { cause }),
        );
      })
      .finally(() => clearTimeout(timer));
  });
}
