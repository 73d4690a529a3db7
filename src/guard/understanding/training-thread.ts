import { parentPort } from "node:worker_threads";
import { trainIntents, type IntentTraining } from "./train-intents.ts";

// A thread of its own: training keeps a processor busy, and whoever waits for a door must not notice.
parentPort?.on("message", ({ id, training }: { readonly id: number; readonly training: IntentTraining }) => {
  const model = trainIntents(training);
  const { vocabulary, linear } = model;
  parentPort?.postMessage({ id, model }, [
    vocabulary.hashes.buffer as ArrayBuffer,
    vocabulary.idf.buffer as ArrayBuffer,
    linear.weights.buffer as ArrayBuffer,
    linear.biases.buffer as ArrayBuffer,
  ]);
});
