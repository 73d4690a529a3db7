import { serverFailed } from "./api-error.ts";
import type { Frame } from "./chat-wire.ts";

/** How a stream is malformed. */
export type StreamFlaw = "no-data-prefix" | "broken-json" | "missing-done" | "error-event";

/**
 * Spoils a good stream. `no-data-prefix` is what a broken proxy makes of it: the client sees an empty stream
 * and no error. `missing-done` ends cleanly without a finish reason; `error-event` is the platform's own
 * way to fail in mid-stream.
 */
export function spoilFrames(frames: readonly Frame[], flaw: StreamFlaw = "no-data-prefix"): readonly Frame[] {
  switch (flaw) {
    case "no-data-prefix":
      return frames.map(({ text, tokens }) => ({ text: text.replace(/^data: /, ""), tokens }));
    case "broken-json":
      return [
        ...firstHalf(frames),
        { text: 'data: {"id":"chatcmpl-broken","choices":[{"ind\n\n', tokens: 0 },
      ];
    case "missing-done":
      return frames.slice(0, frames.findLastIndex((frame) => frame.tokens > 0) + 1);
    case "error-event":
      return [
        ...firstHalf(frames),
        { text: `data: ${JSON.stringify(serverFailed(500).toBody())}\n\n`, tokens: 0 },
      ];
    default:
      throw new Error(`unknown flaw: ${String(flaw satisfies never)}`);
  }
}

function firstHalf(frames: readonly Frame[]): readonly Frame[] {
  return frames.slice(0, Math.ceil(frames.length / 2));
}
