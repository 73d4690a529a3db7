import { z } from "zod";
import type { AgentRequest } from "../core/agent.ts";
import { PermanentError, StoodDownError, TransientError } from "../core/errors.ts";
import { StoppedInActError, type StepOutcome } from "../core/journal.ts";
import type { Log } from "../core/log.ts";
import type { Tool, ToolContext, TurnFiles } from "../core/tool.ts";
import { collectFiles } from "./collect-files.ts";

/** How a tool call ended. `uncertain`: a write may have happened, so a person has to look. */
export const toolOutcome = z.object({ kind: z.enum(["result", "error", "uncertain"]), text: z.string() });
export type ToolOutcome = z.output<typeof toolOutcome>;

/** May this caller use this tool now? Asked before each run. */
export type MayCall = (
  tool: Tool,
  context: AgentRequest["context"],
) => Promise<{ readonly allowed: boolean; readonly retryAfterMs?: number | undefined }>;

/** One call of one tool, its arguments already parsed. */
export interface ToolRun {
  readonly tool: Tool;
  readonly input: unknown;
  readonly context: AgentRequest["context"];
  readonly idempotencyKey: string;
  readonly files?: TurnFiles | undefined;
  readonly maxResultBytes: number;
  readonly mayCall: MayCall | undefined;
  readonly log: Log;
  /**
   * The caller stops altogether: the call rejects. What a write was sent for is not called off when somebody took the
   * conversation, only when the process ends and another one repeats it.
   */
  readonly stopped: AbortSignal;
  /** The turn's time is over. Reads end; a write that began keeps its own timeout, so that its outcome is known. */
  readonly expired: AbortSignal;
}

/** Arguments the model wrote, parsed by the tool's own schema, or what is wrong with them in words for the model. */
export function parseToolInput(
  tool: Tool,
  text: string,
): { readonly ok: true; readonly input: unknown } | { readonly ok: false; readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text.trim() === "" ? "{}" : text);
  } catch {
    return { ok: false, problem: `The arguments of ${tool.name} are not valid JSON.` };
  }
  try {
    return { ok: true, input: tool.input.parse(value) };
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : "they do not fit its schema";
    return { ok: false, problem: `The arguments of ${tool.name} were refused: ${problem}`.slice(0, 1000) };
  }
}

/**
 * Runs a tool under its timeout. What goes wrong is told to the model as text.
 * A write that may have happened is tried once more under the same key when it is repeatable,
 * and is `uncertain` if that does not tell. Rejects only when `stopped` aborts: with a StoppedInActError where a write
 * was on its way by then.
 */
export async function runTool(run: ToolRun): Promise<StepOutcome> {
  const { tool, stopped } = run;
  const started = performance.now();
  const toStep = (outcome: ToolOutcome, runs: number): StepOutcome => ({
    output: outcome,
    ok: outcome.kind === "result",
    durationMs: performance.now() - started,
    costUsd: runs * tool.cost,
  });
  const refusal = (await askPermission(run)) ?? (await askRules(run));
  if (refusal !== undefined) return toStep(refusal, 0);
  stopped.throwIfAborted();
  const ran = runAll(run).then(({ outcome, runs }) => toStep(outcome, runs));
  return tool.effect === "write" ? unlessTaken(stopped, ran) : ran;
}

/** The turn ends at once when somebody takes the conversation; what was sent goes on beside it. */
async function unlessTaken(stopped: AbortSignal, ran: Promise<StepOutcome>): Promise<StepOutcome> {
  const taken = Promise.withResolvers<never>();
  const leave = (): void => {
    if (isTaken(stopped)) taken.reject(new StoppedInActError(stopped.reason, ran));
  };
  stopped.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([ran, taken.promise]);
  } finally {
    stopped.removeEventListener("abort", leave);
  }
}

function isTaken({ reason }: AbortSignal): boolean {
  return reason instanceof StoodDownError && reason.why === "taken";
}

async function askPermission({ tool, context, mayCall }: ToolRun): Promise<ToolOutcome | undefined> {
  const permission = await mayCall?.(tool, context);
  if (permission === undefined || permission.allowed) return undefined;
  const seconds = Math.ceil((permission.retryAfterMs ?? 60_000) / 1000);
  return { kind: "error", text: `${tool.name} is used too often; it can be used again in ${seconds} s.` };
}

/** The tool's own rules. Nothing has happened yet, so a rule that breaks is an error and never uncertain. */
async function askRules(run: ToolRun): Promise<ToolOutcome | undefined> {
  const { tool, stopped, expired } = run;
  if (tool.check === undefined) return undefined;
  stopped.throwIfAborted();
  const limit = withTimeout([stopped, expired], tool.timeoutMs);
  try {
    const attach = () =>
      Promise.reject(new PermanentError("Files cannot be attached while a call is checked."));
    const context = { ...run.context, idempotencyKey: run.idempotencyKey, signal: limit.signal, attach };
    const problem = await limit.race(tool.check(run.input, context));
    return problem === undefined ? undefined : { kind: "error", text: problem.slice(0, 1000) };
  } catch (cause) {
    stopped.throwIfAborted();
    return { ...toProblem(run, cause, limit.signal.aborted), kind: "error" };
  } finally {
    limit.end();
  }
}

async function runAll(run: ToolRun): Promise<{ readonly outcome: ToolOutcome; readonly runs: number }> {
  const first = await runOnce(run);
  // Whoever has the conversation now decides whether it is tried once more.
  const mayRepeat = run.tool.repeatable && !run.stopped.aborted;
  if (first.kind !== "uncertain" || !mayRepeat) return { outcome: first, runs: 1 };
  return { outcome: await runOnce(run), runs: 2 };
}

async function runOnce(run: ToolRun): Promise<ToolOutcome> {
  const { tool, expired } = run;
  const stopped = tool.effect === "write" ? unlessOnlyTaken(run.stopped) : run.stopped;
  stopped.throwIfAborted();
  const signals = tool.effect === "write" ? [stopped] : [stopped, expired];
  const limit = withTimeout(signals, tool.timeoutMs);
  const files = collectFiles(run.files, run.idempotencyKey);
  try {
    const { idempotencyKey } = run;
    const { attach } = files;
    const context: ToolContext = { ...run.context, idempotencyKey, signal: limit.signal, attach };
    const output = await limit.race(tool.run(run.input, context));
    const text = toText(tool.output.parse(output), run.maxResultBytes);
    await files.settle();
    return { kind: "result", text };
  } catch (cause) {
    await files.discard();
    stopped.throwIfAborted();
    return toProblem(run, cause, limit.signal.aborted);
  } finally {
    limit.end();
  }
}

/** Aborts when the process ends; not when somebody took the conversation, for then nobody would learn what became of it. */
function unlessOnlyTaken(stopped: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (!isTaken(stopped)) controller.abort(stopped.reason);
  };
  if (stopped.aborted) stop();
  else stopped.addEventListener("abort", stop, { once: true, signal: controller.signal });
  return controller.signal;
}

/** One signal for all reasons to stop, and a race that ends even when the work ignores it. */
function withTimeout(signals: readonly AbortSignal[], timeoutMs: number) {
  const controller = new AbortController();
  const stop = () => controller.abort();
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {});
  controller.signal.addEventListener("abort", () => aborted.reject(new Error("stopped")), { once: true });
  for (const signal of signals) signal.addEventListener("abort", stop, { once: true });
  if (signals.some((signal) => signal.aborted)) stop();
  const timer = setTimeout(stop, timeoutMs);
  return {
    signal: controller.signal,
    race: <T>(work: Promise<T>): Promise<T> => Promise.race([work, aborted.promise]),
    end(): void {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener("abort", stop);
    },
  };
}

function toProblem({ tool, log }: ToolRun, cause: unknown, timedOut: boolean): ToolOutcome {
  const didNotHappen = cause instanceof PermanentError || cause instanceof TransientError;
  if (didNotHappen) return { kind: "error", text: cause.message.slice(0, 1000) };
  const problem = timedOut ? `did not answer within ${tool.timeoutMs} ms` : "failed";
  const name = cause instanceof Error ? cause.name : typeof cause;
  if (timedOut) log.warn({ tool: tool.name, timeoutMs: tool.timeoutMs }, "tool timed out");
  else log.error({ tool: tool.name, error: name }, "tool failed");
  return { kind: tool.effect === "write" ? "uncertain" : "error", text: `${tool.name} ${problem}.` };
}

/** A result as the model reads it: JSON, or the text itself, cut at whole characters with a note. */
function toText(output: unknown, maxBytes: number): string {
  const text = typeof output === "string" ? output : (JSON.stringify(output) ?? "null");
  const size = Buffer.byteLength(text);
  if (size <= maxBytes) return text;
  // A character cut in half decodes to U+FFFD at the end.
  const kept = Buffer.from(text.slice(0, maxBytes)).subarray(0, maxBytes).toString().replace(/�$/u, "");
  return `${kept}\n[cut: the result has ${size} bytes, shown are the first ${Buffer.byteLength(kept)}]`;
}
