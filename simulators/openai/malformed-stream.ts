import { toFrame } from "./anthropic-wire.ts";
import { serverFailed } from "./api-error.ts";
import type { Frame } from "./chat-wire.ts";
import type { Face } from "./face.ts";
import { toFaceError } from "./face-error.ts";

/** How a stream is malformed. */
export type StreamFlaw = "no-data-prefix" | "broken-json" | "missing-done" | "error-event";

/**
 * Spoils a good stream. `no-data-prefix` is what a broken proxy makes of it: the client sees an empty stream
 * and no error. `missing-done` ends cleanly without a finish reason; `error-event` is the platform's own
 * way to fail in mid-stream.
 */
export function spoilFrames(
  frames: readonly Frame[],
  face: Face,
  flaw: StreamFlaw = "no-data-prefix",
): readonly Frame[] {
  switch (flaw) {
    case "no-data-prefix":
      return frames.map(({ text, tokens }) => ({ text: text.replace(/^data: /m, ""), tokens }));
    case "broken-json":
      return [
        ...firstHalf(frames),
        { text: brokenJson[face === "anthropic" ? "anthropic" : "openai"], tokens: 0 },
      ];
    case "missing-done":
      return frames.slice(0, frames.findLastIndex((frame) => frame.tokens > 0) + 1);
    case "error-event":
      return [...firstHalf(frames), toErrorFrame(face)];
    default:
      throw new Error(`unknown flaw: ${String(flaw satisfies never)}`);
  }
}

const brokenJson = {
  openai: 'data: {"id":"chatcmpl-broken","choices":[{"ind\n\n',
  anthropic: 'event: content_block_delta\ndata: {"type":"content_block_delta","ind\n\n',
} as const;

function toErrorFrame(face: Face): Frame {
  const { body } = toFaceError(serverFailed(500), face);
  if (face === "anthropic") return toFrame({ type: "error", ...body });
  return { text: `data: ${JSON.stringify(body)}\n\n`, tokens: 0 };
}

function firstHalf(frames: readonly Frame[]): readonly Frame[] {
  return frames.slice(0, Math.ceil(frames.length / 2));
}
