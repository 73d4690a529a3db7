import { randomUUID } from "node:crypto";
import { runTool, toolOutcome } from "../agent/run-tool.ts";
import { decideBackground } from "../core/background.ts";
import type { ConversationId, TenantId, TurnId } from "../core/ids.ts";
import type { StepOutcome } from "../core/journal.ts";
import type { Log } from "../core/log.ts";
import type { Tool, TurnFiles } from "../core/tool.ts";
import type { PostedInRoom, StaffRoom } from "../handoff/staff-room.ts";
import type { Arrival } from "../inbox/inbox.ts";
import type { Database, Sql } from "../store/database.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";
import { tellOfEnd } from "./background-news.ts";
import {
  backgroundPurposes,
  endBackground,
  holdBackground,
  lockHeld,
  lockUnheld,
  takeBackground,
  type BackgroundEnd,
  type BackgroundRow,
} from "./background-store.ts";

/** What running a call needs. */
export interface BackgroundRunParts {
  readonly database: Database;
  readonly sealer: Sealer;
  /** A tool itself by its name, not what begins it in its place. */
  readonly toolOf: (name: string) => Tool | undefined;
  readonly files: {
    of(owner: {
      readonly tenantId: TenantId;
      readonly conversationId: ConversationId;
      readonly turnId: TurnId;
    }): TurnFiles;
  };
  /** How long one call may take, milliseconds. */
  readonly timeoutMs: number;
  /** For how long a process that fell silent keeps its calls, milliseconds. */
  readonly holdMs?: number | undefined;
  /** Where colleagues see the outcome when one of them has the conversation by then. */
  readonly room: Pick<StaffRoom, "post">;
  /** Something is to be looked at in a conversation; must not throw. */
  readonly onNews: (news: Arrival) => void;
  readonly log: Log;
}

const maxResultBytes = 20_000;

interface Taken {
  readonly row: BackgroundRow;
  readonly tool: Tool;
  readonly input: unknown;
  readonly runner: string;
}

/**
 * Runs one kept call, if nobody does: takes it, holds it while it runs, and writes its outcome together with what tells
 * of it. Resolves when it has ended or is somebody else's; rejects when it has to be gone on with.
 */
export async function runBackground(
  parts: BackgroundRunParts,
  call: { readonly tenantId: TenantId; readonly callId: string },
  signal: AbortSignal,
): Promise<void> {
  const seal = await parts.sealer.forTenant(call.tenantId);
  const taken = await take(parts, call, seal);
  if (taken !== undefined) await carryOut(parts, { ...call, seal, taken }, signal);
}

/** Undefined when there is nothing to run: somebody does, it has ended, or it ends here. */
async function take(
  parts: BackgroundRunParts,
  { tenantId, callId }: { readonly tenantId: TenantId; readonly callId: string },
  seal: TenantSeal,
): Promise<Taken | undefined> {
  const runner = randomUUID();
  const found = await parts.database.withTenant(tenantId, async (sql) => {
    const [row] = await sql.query<BackgroundRow>(lockUnheld(tenantId, callId));
    if (row === undefined) return undefined;
    const { tool, input, problem } = prepare(parts, tenantId, row, seal);
    const { kind } = decideBackground({
      state: row.state,
      attempts: row.attempts,
      effect: tool?.effect ?? "write",
      repeatable: tool?.effect === "read" || tool?.repeatable === true,
      isOurs: row.is_with_bot && row.is_same_epoch,
    });
    if (kind === "run" && tool !== undefined) {
      await sql.query(takeBackground(tenantId, row.id, runner, parts.holdMs ?? defaultHoldMs));
      return { kind: "taken", taken: { row, tool, input, runner } } as const;
    }
    const posted = await end(parts, sql, { tenantId, seal, row, ...toEnd(kind, problem) });
    return { kind: "ended", row, posted } as const;
  });
  if (found?.kind === "taken") return found.taken;
  if (found !== undefined) ringFor(parts, tenantId, found);
  return undefined;
}

const defaultHoldMs = 30_000;

/** The tool and its arguments, if the caller may still use it so. */
function prepare(
  { toolOf }: BackgroundRunParts,
  tenantId: TenantId,
  row: BackgroundRow,
  seal: TenantSeal,
): { readonly tool?: Tool; readonly input?: unknown; readonly problem: string } {
  const tool = toolOf(row.tool);
  if (tool === undefined) return { problem: `There is no tool ${row.tool} any more.` };
  if (!(tool.tenants?.has(tenantId) ?? true) || !tool.roles.includes(row.role))
    return { problem: `${row.tool} is not for this caller.` };
  try {
    const text = seal.open(backgroundPurposes.arguments, row.arguments);
    return { tool, input: tool.input.parse(JSON.parse(text)), problem: "" };
  } catch {
    return { problem: `The arguments do not fit ${row.tool} any more.` };
  }
}

interface Running {
  readonly tenantId: TenantId;
  readonly seal: TenantSeal;
  readonly taken: Taken;
}

async function carryOut(parts: BackgroundRunParts, running: Running, signal: AbortSignal): Promise<void> {
  const { database, log, holdMs = defaultHoldMs } = parts;
  const { tenantId, taken } = running;
  const { row, runner } = taken;
  const lost = new AbortController();
  const beat = setInterval(() => void keep(), holdMs / 3);
  beat.unref();

  async function keep(): Promise<void> {
    try {
      const held = await database.statement(tenantId, holdBackground(tenantId, row.id, runner, holdMs));
      if (held.length === 0) lost.abort(new Error("another process took the call"));
    } catch (cause) {
      log.warn({ callId: row.id, cause: String(cause) }, "call not kept; the next beat tries again");
    }
  }

  try {
    const outcome = await callTool(parts, running, AbortSignal.any([signal, lost.signal]));
    await finish(parts, running, outcome);
  } catch (cause) {
    if (lost.signal.aborted) return log.warn({ callId: row.id }, "call given up: another process has it");
    // What has begun is decided anew by whoever takes it next.
    await database.statement(tenantId, holdBackground(tenantId, row.id, runner, 0)).catch(() => {});
    throw cause;
  } finally {
    clearInterval(beat);
  }
}

function callTool(
  { files, timeoutMs, log }: BackgroundRunParts,
  { tenantId, taken: { row, tool, input } }: Running,
  stopped: AbortSignal,
): Promise<StepOutcome> {
  const { id, conversation_id: conversationId, requester_id: contactId, role, time_zone: timeZone } = row;
  return runTool({
    tool: { ...tool, timeoutMs },
    input,
    context: {
      tenantId,
      conversationId,
      contactId,
      turnId: row.turn_id,
      role,
      now: new Date(),
      timeZone: timeZone ?? undefined,
    },
    idempotencyKey: `background:${id}`,
    files: files.of({ tenantId, conversationId, turnId: id }), // its files are its own until a turn tells of it
    maxResultBytes,
    mayCall: undefined,
    log,
    stopped,
    expired: stopped,
  });
}

/** The outcome and what tells of it are one transaction: there is no moment in which one is there without the other. */
async function finish(
  parts: BackgroundRunParts,
  { tenantId, seal, taken: { row: begun, runner } }: Running,
  outcome: StepOutcome,
): Promise<void> {
  const { kind } = toolOutcome.parse(outcome.output);
  const state = kind === "result" ? "done" : kind === "error" ? "failed" : "uncertain";
  const ended = await parts.database.withTenant(
    tenantId,
    async (sql) => {
      const [row] = await sql.query<BackgroundRow>(lockHeld(tenantId, begun.id, runner));
      if (row === undefined) return undefined;
      return { row, posted: await end(parts, sql, { tenantId, seal, row, state, outcome }) };
    },
    { retries: 2 },
  );
  if (ended === undefined)
    return parts.log.warn({ callId: begun.id }, "call ended, but another process has it");
  ringFor(parts, tenantId, ended);
}

async function end(
  { room, log }: BackgroundRunParts,
  sql: Sql,
  ended: {
    readonly tenantId: TenantId;
    readonly seal: TenantSeal;
    readonly row: BackgroundRow;
    readonly state: BackgroundEnd;
    readonly outcome: StepOutcome;
  },
): Promise<PostedInRoom | undefined> {
  const { tenantId, seal, row, state, outcome } = ended;
  const sealed = seal.seal(backgroundPurposes.outcome, JSON.stringify(outcome));
  await sql.query(endBackground(tenantId, row.id, { state, outcome: sealed }));
  const posted = await tellOfEnd(sql, seal, { ...ended, room });
  const { conversation_id: conversationId, id: callId, tool, correlation_id: correlationId } = row;
  const durationMs = Math.round(outcome.durationMs);
  log.info(
    { conversationId, callId, tool, state, durationMs, correlationId },
    "call in the background ended",
  );
  return posted;
}

/** The conversation has something new, and the room for colleagues where they were told there. */
function ringFor(
  { onNews }: BackgroundRunParts,
  tenantId: TenantId,
  { row, posted }: { readonly row: BackgroundRow; readonly posted: PostedInRoom | undefined },
): void {
  const news = toNews(tenantId, row);
  onNews(news);
  if (posted !== undefined) onNews({ ...news, ...posted });
}

/** How a call ends that is not run, and why; `problem` says why it could not be. */
function toEnd(
  kind: ReturnType<typeof decideBackground>["kind"],
  problem: string,
): { readonly state: BackgroundEnd; readonly outcome: StepOutcome } {
  switch (kind) {
    case "stand down":
      return { state: "stood down", outcome: toError("Not begun: a colleague took the conversation over.") };
    case "uncertain": {
      const text = "It may have been done: the process that did it went away.";
      return { state: "uncertain", outcome: { ...toError(text), output: { kind: "uncertain", text } } };
    }
    case "give up":
      return { state: "failed", outcome: toError("It did not get done: the work broke again and again.") };
    case "run":
      return { state: "failed", outcome: toError(problem) };
    default:
      throw new Error(`unknown decision: ${String(kind satisfies never)}`);
  }
}

function toError(text: string): StepOutcome {
  return { output: { kind: "error", text }, ok: false, durationMs: 0, costUsd: 0 };
}

function toNews(tenantId: TenantId, row: BackgroundRow): Arrival {
  const { conversation_id: conversationId, channel, correlation_id: correlationId } = row;
  return { tenantId, conversationId, channel, correlationId: correlationId ?? "", urgent: false };
}
