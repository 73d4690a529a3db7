import { Worker } from "node:worker_threads";
import { TransientError } from "../../src/core/errors.ts";
import type { Chart } from "./read-chart.ts";

/** As what a chart is drawn. */
export interface Drawing {
  readonly format: "png" | "svg";
  /** Files of fonts with letters that the built-in face lacks. */
  readonly fonts?: readonly string[] | undefined;
}

const workerModule = new URL("chart-worker.ts", import.meta.url);

/**
 * Draws a chart in a thread of its own, so that nobody waits meanwhile and nothing of the library stays in memory.
 * Rejects when `signal` aborts, and with TransientError when the thread ended without a picture.
 */
export async function drawChart(
  chart: Chart,
  { format, fonts = [] }: Drawing,
  signal: AbortSignal,
): Promise<Uint8Array> {
  signal.throwIfAborted();
  const worker = new Worker(workerModule, {
    workerData: { chart, format, fonts },
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
  const drawing = Promise.withResolvers<Uint8Array>();
  const give = () => drawing.reject(new DOMException("the drawing was given up", "AbortError"));
  worker.once("message", (bytes: Uint8Array) => drawing.resolve(bytes));
  worker.once("error", (cause) =>
    drawing.reject(new TransientError("The chart could not be drawn.", { cause })),
  );
  worker.once("exit", () => drawing.reject(new TransientError("The chart could not be drawn.")));
  signal.addEventListener("abort", give, { once: true });
  try {
    return await drawing.promise;
  } finally {
    signal.removeEventListener("abort", give);
    await worker.terminate();
  }
}
