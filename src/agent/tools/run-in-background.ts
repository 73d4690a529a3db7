import { z } from "zod";
import type { BackgroundDesk } from "../../core/background.ts";
import { defineTool, type Tool } from "../../core/tool.ts";
import { takingText, toKeptCall } from "./exact-arguments.ts";

const begun = z.object({ background: z.literal("running"), note: z.string(), message: z.string() });

/**
 * What an agent is given in the place of a tool that takes longer than a turn may: same name, arguments and roles, but
 * all it does is to begin the work. Beginning is repeatable and free; the work runs on the queue, and its result comes
 * back into the conversation as a turn of its own.
 */
export function runInBackground(tool: Tool, desk: BackgroundDesk): Tool {
  const { check: _check, background: _background, ...rest } = tool;
  return defineTool<string, z.output<typeof begun>>({
    ...rest,
    description: `${tool.description} It takes some minutes: calling it begins the work, and its result comes later by itself.`,
    ...takingText(tool),
    ...(tool.foreign && { foreign: "later" }),
    output: begun,
    repeatable: true,
    timeoutMs: beginTimeoutMs,
    cost: 0,
    run: async (argumentsText, context) => {
      await desk.begin(toKeptCall(tool, argumentsText, context));
      return { background: "running", note: runningNote, message: runningMessage };
    },
  });
}

const beginTimeoutMs = 10_000;

const runningNote =
  "The work has begun and is not done yet. Tell the person that you are on it and that you will be back here with the result. Do not call this again for the same thing, and do not say that it is done.";

/** For people who are answered without a model. */
const runningMessage = "I'm on it. This takes a while; I'll be back here when it is done.";
