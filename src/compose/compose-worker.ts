import type { TenantId } from "../core/ids.ts";
import type { Queue } from "../queue/queue.ts";
import type { QueueWorker, WorkOptions } from "../queue/worker.ts";
import type { Admission, Priority } from "../turns/admission.ts";
import type { BackgroundCalls } from "../turns/background-calls.ts";
import type { Turns } from "../turns/turns.ts";

/** What a worker does when a bell rings. */
export interface WorkerParts {
  readonly queue: Pick<Queue, "work">;
  /** Holds answers back while the process has doors to keep. */
  readonly admission: Pick<Admission, "run">;
  readonly priorityOf: (tenantId: TenantId) => Priority;
  readonly turn: Turns["run"];
  readonly call: BackgroundCalls["run"];
  readonly sweep: () => Promise<unknown>;
  /** What nobody waits for. */
  readonly maintain: () => Promise<unknown>;
  readonly options: WorkOptions;
}

/** The worker of this process, not started yet. */
export function composeWorker(parts: WorkerParts): QueueWorker {
  const { admission, priorityOf, turn, call } = parts;
  return parts.queue.work(
    {
      turn: (ids, context) =>
        admission.run((isShed) => turn(ids, { ...context, isShed }), priorityOf(ids.tenantId)),
      delivery: (ids, context) => admission.run(() => turn(ids, context)),
      call,
      sweep: async () => void (await parts.sweep()),
      maintenance: async () => void (await parts.maintain()),
    },
    parts.options,
  );
}
