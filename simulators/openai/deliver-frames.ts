import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Frame } from "./chat-wire.ts";

/** How a stream goes out, and where it breaks off. */
export interface StreamPlan {
  /** Pause between two tokens; 0 sends the stream at once. */
  readonly tokenMs: number;
  /** Ends the stream after so many tokens, or so many bytes: by cutting the connection, or by falling silent. */
  readonly endAfterTokens?: number;
  readonly endAfterBytes?: number;
  readonly ending: "complete" | "cut" | "silence";
  /** Fires when the client is gone. */
  readonly gone: AbortSignal;
  readonly onTokens: (count: number) => void;
}

const framesAWrite = 256;
// Timers finer than this cost more than they show.
const shortestPauseMs = 5;

/**
 * Writes frames at the plan's pace, no faster than the client reads. Resolves when the last planned byte
 * was handed to the connection, or rejects when the client is gone.
 */
export async function deliverFrames(
  response: ServerResponse,
  frames: readonly Frame[],
  plan: StreamPlan,
): Promise<void> {
  const planned = plan.ending === "complete" ? frames : shorten(frames, plan);
  if (plan.tokenMs > 0) await writePaced(response, planned, plan);
  else await writeAtOnce(response, planned, plan);
}

function shorten(frames: readonly Frame[], plan: StreamPlan): readonly Frame[] {
  if (plan.endAfterBytes !== undefined) return takeBytes(frames, plan.endAfterBytes);
  return takeTokens(frames, plan.endAfterTokens ?? 3);
}

// An answer shorter than the cut still lacks its end, otherwise nothing would be broken.
function takeTokens(frames: readonly Frame[], count: number): readonly Frame[] {
  let left = count;
  const end = frames.findIndex((frame) => {
    left -= frame.tokens;
    return left < 0;
  });
  const lastToken = frames.findLastIndex((frame) => frame.tokens > 0);
  return frames.slice(0, end >= 0 ? end : lastToken + 1);
}

function takeBytes(frames: readonly Frame[], count: number): readonly Frame[] {
  const taken: Frame[] = [];
  let left = count;
  for (const frame of frames) {
    const bytes = Buffer.from(frame.text);
    // Latin-1 keeps each byte as it is, also when the cut falls inside a character.
    taken.push({
      text: bytes.subarray(0, left).toString("latin1"),
      tokens: bytes.length <= left ? frame.tokens : 0,
    });
    left -= bytes.length;
    if (left <= 0) break;
  }
  return taken;
}

async function writeAtOnce(
  response: ServerResponse,
  frames: readonly Frame[],
  plan: StreamPlan,
): Promise<void> {
  for (let at = 0; at < frames.length; at += framesAWrite) {
    await writeFrames(response, frames.slice(at, at + framesAWrite), plan);
  }
}

async function writePaced(
  response: ServerResponse,
  frames: readonly Frame[],
  plan: StreamPlan,
): Promise<void> {
  const startedAt = performance.now();
  let tokens = 0;
  let from = 0;
  for (let at = 0; at < frames.length; at += 1) {
    const dueInMs = startedAt + tokens * plan.tokenMs - performance.now();
    if (dueInMs > 0) {
      await writeFrames(response, frames.slice(from, at), plan);
      from = at;
      await sleep(Math.max(dueInMs, shortestPauseMs), undefined, { signal: plan.gone });
    }
    tokens += frames[at]?.tokens ?? 0;
  }
  await writeFrames(response, frames.slice(from), plan);
}

async function writeFrames(
  response: ServerResponse,
  frames: readonly Frame[],
  plan: StreamPlan,
): Promise<void> {
  plan.gone.throwIfAborted();
  if (frames.length === 0) return;
  const encoding = plan.endAfterBytes === undefined ? "utf8" : "latin1";
  const keepsUp = response.write(frames.map((frame) => frame.text).join(""), encoding);
  plan.onTokens(frames.reduce((sum, frame) => sum + frame.tokens, 0));
  if (!keepsUp) await once(response, "drain", { signal: plan.gone });
}
