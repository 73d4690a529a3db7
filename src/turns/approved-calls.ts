import { runTool, toolOutcome, type ToolOutcome } from "../agent/run-tool.ts";
import { approvalActions, type CarriedOut } from "../core/approval.ts";
import type { AgentRequest } from "../core/agent.ts";
import { StoodDownError } from "../core/errors.ts";
import { UnrepeatableStepError, type Journal } from "../core/journal.ts";
import type { Lease } from "../core/lease.ts";
import type { Log } from "../core/log.ts";
import type { TurnId } from "../core/ids.ts";
import type { Tool } from "../core/tool.ts";
import { toRunReply } from "../handoff/approval-card.ts";
import { approvalNotice } from "../handoff/approval-notice.ts";
import {
  argumentsPurpose,
  digestOf,
  takeApproved,
  type RunnableApproval,
} from "../handoff/approval-store.ts";
import { toNotice } from "../handoff/notice.ts";
import type { Database } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";
import type { OpenMessage } from "./claim.ts";

/** What carrying out approved calls needs. */
export interface ApprovedCallParts {
  readonly database: Database;
  /** The tools themselves, not what asks for approval in their place. */
  readonly approvable: ReadonlyMap<string, Tool>;
  readonly log: Log;
}

/** The turn that carries them out. */
export interface ApprovedCallTurn {
  readonly lease: Lease;
  readonly seal: TenantSeal;
  readonly journal: Journal;
  readonly turnId: TurnId;
  readonly notes: readonly OpenMessage[];
  readonly context: AgentRequest["context"];
  readonly files: AgentRequest["files"];
}

const maxResultBytes = 20_000;

/** Baton's own note that a call was approved; nobody outside can write one. */
export function isCarryOutNote({ role, action }: Pick<OpenMessage, "role" | "action">): boolean {
  return role === "system" && action?.name === approvalActions.carryOut;
}

/**
 * Runs what colleagues approved, each call once: under the approval's own key, with the arguments they saw, for the
 * person it was asked for, in the epoch it was asked in. `needs a person` when it may have happened and nobody knows.
 */
export async function carryOutApproved(
  parts: ApprovedCallParts,
  turn: ApprovedCallTurn,
): Promise<readonly CarriedOut[] | "needs a person"> {
  const done: CarriedOut[] = [];
  for (const note of turn.notes) {
    const id = note.action?.value ?? "";
    const outcome = await carryOut(parts, turn, id);
    if (outcome === "uncertain") return "needs a person";
    done.push(outcome);
  }
  return done;
}

async function carryOut(
  parts: ApprovedCallParts,
  turn: ApprovedCallTurn,
  id: string,
): Promise<CarriedOut | "uncertain"> {
  const { lease, seal, turnId } = turn;
  const [row] = await parts.database.statement<RunnableApproval>(
    lease.tenantId,
    takeApproved(lease, id, turnId),
  );
  if (row === undefined) {
    lease.check();
    parts.log.warn({ approvalId: id, turnId }, "approved call not carried out: it is not this turn's to run");
    return {
      tool: "approved_call",
      arguments: "{}",
      ok: false,
      text: "Not carried out: it is not valid any more.",
    };
  }
  const text = seal.open(argumentsPurpose, row.arguments);
  const shown = { tool: row.tool, arguments: text };
  if (!digestOf(text).equals(row.arguments_hash)) {
    parts.log.error({ approvalId: id, tool: row.tool }, "approved arguments were changed: not carried out");
    return { ...shown, ok: false, text: "Not carried out: the arguments are not those that were approved." };
  }
  const outcome = await runApproved(parts, turn, id, row, text);
  await tellIfTakenOver(parts, turn, { id, tool: row.tool, outcome });
  return outcome.kind === "uncertain"
    ? "uncertain"
    : { ...shown, ok: outcome.kind === "result", text: outcome.text };
}

async function runApproved(
  parts: ApprovedCallParts,
  turn: ApprovedCallTurn,
  id: string,
  row: RunnableApproval,
  text: string,
): Promise<ToolOutcome> {
  const tool = parts.approvable.get(row.tool);
  if (tool === undefined) return { kind: "error", text: `There is no tool ${row.tool} any more.` };
  const isOffered = tool.tenants?.has(turn.lease.tenantId) ?? true;
  if (!isOffered || !tool.roles.includes(row.role))
    return { kind: "error", text: `${row.tool} is not for this caller.` };
  const input = parse(tool, text);
  if (input === undefined) return { kind: "error", text: `The arguments do not fit ${row.tool} any more.` };
  // Colleagues approved it, so it runs to its end even if one takes over meanwhile: then its outcome is known.
  const never = new AbortController().signal;
  try {
    const step = await turn.journal.step(
      {
        key: `approved:${id}`,
        kind: "tool",
        name: tool.name,
        input: input.value,
        repeatable: tool.repeatable,
      },
      () =>
        runTool({
          tool,
          input: input.value,
          context: { ...turn.context, contactId: row.requester_id, role: row.role },
          idempotencyKey: `approval:${id}`,
          files: turn.files,
          maxResultBytes,
          mayCall: undefined,
          log: parts.log,
          stopped: never,
          expired: never,
        }),
    );
    return toolOutcome.parse(step.output);
  } catch (cause) {
    if (cause instanceof UnrepeatableStepError) return { kind: "uncertain", text: cause.message };
    throw cause;
  }
}

/** The turn can tell nobody any more, and those who took over must know what was done. */
async function tellIfTakenOver(
  { database }: ApprovedCallParts,
  { lease, seal, notes }: ApprovedCallTurn,
  done: { readonly id: string; readonly tool: string; readonly outcome: ToolOutcome },
): Promise<void> {
  const reason: unknown = lease.signal.aborted ? lease.signal.reason : undefined;
  if (!(reason instanceof StoodDownError) || reason.why !== "taken") return;
  const { tenantId, conversationId } = lease;
  const note = notes.find(({ action }) => action?.value === done.id);
  const notice = {
    tenantId,
    conversationId,
    recipient: note?.senderId ?? "",
    correlationId: note?.correlationId ?? "",
  };
  const reply = toRunReply(done.tool, done.outcome.kind);
  const cause = [conversationId, `${done.id}:ran`];
  await database.statement(tenantId, toNotice(seal, { ...notice, kind: approvalNotice, cause, reply }));
}

function parse(tool: Tool, text: string): { readonly value: unknown } | undefined {
  try {
    return { value: tool.input.parse(JSON.parse(text)) };
  } catch {
    return undefined;
  }
}
