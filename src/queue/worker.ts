import { setTimeout as delay } from "node:timers/promises";
import { UnrecoverableError, WaitingError, type Job } from "bullmq";
import { TransientError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Bullmq, JobData, PullingWorker } from "./bullmq.ts";
import { isJobName, jobs, type JobIds, type JobName } from "./jobs.ts";
import type { BackendLog } from "../core/backend-log.ts";

/** What a handler is told besides the ids. */
export interface JobContext {
  /** Aborted when the process must stop now: give up, the job is given back. */
  readonly signal: AbortSignal;
  readonly correlationId: string | undefined;
}

/** What each kind of job does. A rejection means: again, later, at most ten times; `retryAfterMs` of a TransientError is kept. */
export type JobHandlers = {
  readonly [Name in JobName]: (ids: JobIds<Name>, context: JobContext) => Promise<void>;
};

/** How a worker works. Times in milliseconds. */
export interface WorkOptions {
  /** Jobs in hand at once. */
  readonly concurrency: number;
  /** A job whose worker is silent for this long is given to another; 30 s unless said. */
  readonly lockMs?: number | undefined;
  /** How often silent workers are looked for; 15 s unless said. */
  readonly stalledEveryMs?: number | undefined;
  /** Told when a job's attempts are used up, or it cannot be understood. Must not throw. */
  readonly onDead?: ((job: DeadJob) => void) | undefined;
}

/** A job given up. */
export interface DeadJob {
  readonly name: string;
  readonly data: unknown;
  readonly reason: string;
}

/** Takes jobs until it is stopped. */
export interface QueueWorker {
  readonly name: string;
  start(): Promise<void>;
  /** Takes no more jobs, lets those in hand finish until `deadline`, then aborts their signal and gives them back. */
  stop(deadline: AbortSignal): Promise<void>;
}

interface WorkerParts {
  readonly handlers: JobHandlers;
  readonly options: WorkOptions;
  readonly log: Log;
  readonly state: BackendLog;
}

// After the signal a handler has this long to notice; one that does not leaves its job to the stalled check.
const abortGraceMs = 1_000;
const closeTimeoutMs = 2_000;

/** Not started yet; start and stop are each safe to call twice. */
export function createQueueWorker(bullmq: Bullmq, { handlers, options, log }: WorkerParts): QueueWorker {
  const aborting = new AbortController();
  const inHand = new Set<Promise<void>>();
  let stopping = false;
  let worker: Promise<PullingWorker> | undefined;
  let stopped: Promise<void> | undefined;

  function work(job: Job<JobData, void>, token: string | undefined): Promise<void> {
    const working = workOrGiveBack(job, token);
    inHand.add(working);
    void Promise.allSettled([working]).then(() => inHand.delete(working));
    return working;
  }

  async function workOrGiveBack(job: Job<JobData, void>, token: string | undefined): Promise<void> {
    if (stopping) return giveBack(job, token);
    try {
      await runJob(handlers, job, aborting.signal);
    } catch (cause) {
      if (aborting.signal.aborted) return await giveBack(job, token);
      throw cause;
    }
  }

  async function open(): Promise<PullingWorker> {
    const opened = await bullmq.worker(work, {
      concurrency: options.concurrency,
      lockDuration: options.lockMs ?? 30_000,
      stalledInterval: options.stalledEveryMs ?? 15_000,
      // By default two crashes fail a job: a doorbell may be in hand of any number of crashing workers.
      maxStalledCount: 1_000_000,
      // After an error of the backend itself; the default of 15 s is long for someone who waits.
      runRetryDelay: 1_000,
      settings: { backoffStrategy: (attemptsMade, _type, err) => backoffMs(attemptsMade, err) },
    });
    restAfterErrors(opened, () => stopping);
    opened.on("failed", (job, err) => reportFailure(job, err, { log, onDead: options.onDead }));
    return opened;
  }

  async function stop(deadline: AbortSignal): Promise<void> {
    stopping = true;
    const opened = await worker?.catch(() => undefined);
    if (opened === undefined) return;
    await opened.pause(true);
    await Promise.race([allSettled(inHand), aborted(deadline)]);
    aborting.abort();
    if (inHand.size > 0) await Promise.race([allSettled(inHand), delay(abortGraceMs)]);
    await close(opened, inHand.size > 0);
  }

  return {
    name: "queue worker",
    start: async () => {
      if (stopping) return;
      await (worker ??= open());
    },
    stop: (deadline) => (stopped ??= stop(deadline)),
  };
}

async function runJob(handlers: JobHandlers, job: Job<JobData, void>, signal: AbortSignal): Promise<void> {
  const { correlationId, ...ids } = job.data;
  const context: JobContext = {
    signal,
    correlationId: typeof correlationId === "string" ? correlationId : undefined,
  };
  if (!isJobName(job.name)) throw new UnrecoverableError("queue: a job of a name this version does not know");
  await runNamed(handlers, job.name, ids, context);
}

async function runNamed<Name extends JobName>(
  handlers: JobHandlers,
  name: Name,
  ids: unknown,
  context: JobContext,
): Promise<void> {
  const parsed = jobs[name].safeParse(ids);
  if (!parsed.success)
    throw new UnrecoverableError(`queue: a ${name} job with ids this version does not understand`);
  await handlers[name](parsed.data as JobIds<Name>, context);
}

/** The job goes back to the front as if it had not been taken: no attempt is counted. */
async function giveBack(job: Job<JobData, void>, token: string | undefined): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}

const restMs = 500;

/**
 * BullMQ waits only after a connection it could not make. After any other error (a server that is starting up, out of
 * memory or connections, a database that is gone) it asks again at once, and would keep a core busy with asking.
 */
function restAfterErrors(worker: PullingWorker, isStopping: () => boolean): void {
  let resting = false;
  worker.on("error", () => {
    if (resting || isStopping()) return;
    resting = true;
    void worker
      .pause(true)
      .then(() => delay(restMs))
      .then(() => {
        resting = false;
        return isStopping() ? undefined : worker.resume();
      })
      .catch(() => {}); // reported as an error of the worker, which rests again
  });
}

interface FailureParts {
  readonly log: Log;
  readonly onDead: WorkOptions["onDead"];
}

function reportFailure(job: Job<JobData, void> | undefined, err: Error, { log, onDead }: FailureParts): void {
  if (job === undefined) return;
  const { v: _v, ...ids } = job.data;
  const fields = { job: job.name, ...ids, attempt: job.attemptsMade, err: err.message };
  if (job.finishedOn === undefined) return log.debug(fields, "job failed, will be tried again");
  log.error(fields, "job given up");
  onDead?.({ name: job.name, data: job.data, reason: err.message });
}

const firstBackoffMs = 500;
const longestBackoffMs = 60_000;

/** Doubling, with jitter, and never sooner than the failure asked for. */
function backoffMs(attemptsMade: number, err: unknown): number {
  const doubled = Math.min(longestBackoffMs, firstBackoffMs * 2 ** (attemptsMade - 1));
  const asked = err instanceof TransientError ? (err.retryAfterMs ?? 0) : 0;
  return Math.max(asked, Math.round(doubled * (0.5 + Math.random() / 2)));
}

async function close(worker: PullingWorker, force: boolean): Promise<void> {
  const closing = worker.close(force).catch(() => {});
  const late = new AbortController();
  const timeout = delay(closeTimeoutMs, undefined, { signal: late.signal }).catch(() => {});
  await Promise.race([closing, timeout]);
  late.abort();
  worker.release();
}

/** Also those that were taken meanwhile: a job may arrive while the worker is told to pause. */
async function allSettled(running: ReadonlySet<Promise<void>>): Promise<void> {
  while (running.size > 0) await Promise.allSettled(running);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
