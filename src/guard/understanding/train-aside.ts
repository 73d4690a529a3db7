import { Worker } from "node:worker_threads";
import type { IntentModel } from "./intent-model.ts";
import { trainIntents, type IntentTraining } from "./train-intents.ts";

interface Job {
  readonly training: IntentTraining;
  readonly resolve: (model: IntentModel) => void;
  readonly reject: (cause: unknown) => void;
}

/**
 * Trains like `trainIntents`, in a thread that lives for as long as there is something to train, so that nobody waits
 * for it. Where no thread can be had, or it dies, this one trains. Rejects only where training itself does.
 */
export function createTrainer(
  startThread: () => Worker = startTrainingThread,
): (training: IntentTraining) => Promise<IntentModel> {
  const jobs = new Map<number, Job>();
  let last = 0;
  let thread: Worker | undefined;

  function listen(started: Worker): Worker {
    started.on("message", ({ id, model }: { readonly id: number; readonly model: IntentModel }) => {
      jobs.get(id)?.resolve(model);
      jobs.delete(id);
      if (jobs.size > 0 || thread !== started) return;
      thread = undefined;
      void started.terminate();
    });
    // An error ends the thread; what it has not done is done here.
    started.on("error", () => {});
    started.on("exit", () => {
      if (thread !== started) return;
      thread = undefined;
      trainHere();
    });
    return started;
  }

  function trainHere(): void {
    const left = [...jobs.values()];
    jobs.clear();
    for (const { training, resolve, reject } of left) {
      try {
        resolve(trainIntents(training));
      } catch (cause) {
        reject(cause);
      }
    }
  }

  return (training) =>
    new Promise((resolve, reject) => {
      last += 1;
      jobs.set(last, { training, resolve, reject });
      try {
        thread ??= listen(startThread());
        thread.postMessage({ id: last, training });
      } catch {
        thread = undefined;
        trainHere();
      }
    });
}

function startTrainingThread(): Worker {
  return new Worker(new URL("./training-thread.ts", import.meta.url), { name: "training", execArgv: [] });
}
