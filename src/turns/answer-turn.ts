import { randomUUID } from "node:crypto";
import type { Agent, AgentAnswer, AgentRequest, SpokenMessage, Usage } from "../core/agent.ts";
import type { CarriedOut } from "../core/approval.ts";
import { StoodDownError } from "../core/errors.ts";
import type { MessageId, TurnId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import { humanButton, type Reply, type ReplyFile } from "../core/reply.ts";
import type { Role } from "../core/tool.ts";
import { isWhispered } from "../inbox/conversation-key.ts";
import { contentPurpose } from "../inbox/message-content.ts";
import type { Metrics } from "../insights/metrics.ts";
import { withSpan } from "../insights/tracing.ts";
import { sealReply } from "../outbox/delivery.ts";
import { createLiveAnswer, JoinedError, type LiveAnswer, type PlannedPart } from "../outbox/live-answer.ts";
import { handedOverLine, takenOverLine, type Destination, type Outbox } from "../outbox/outbox.ts";
import type { Outcome } from "../outbox/outcome.ts";
import type { ReplyFiles } from "../outbox/reply-files.ts";
import type { Database } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";
import type { Companies } from "../tenants/companies.ts";
import {
  dialoguePurpose,
  handOverPurpose,
  type Claim,
  type OpenMessage,
  type PendingHandOver,
} from "./claim.ts";
import { carryOutApproved, isCarryOutNote, type ApprovedCallParts } from "./approved-calls.ts";
import type { HeldLease } from "./lease.ts";
import { toDoneBody, toPlainReply } from "./plain-reply.ts";
import { createReceipt, type Receipt } from "./receipt.ts";
import { createTurnJournal, type TurnJournal } from "./turn-journal.ts";
import { commitTurn, renewLease, type TurnCommit, type TurnRow } from "./turn-store.ts";

/** What turns need to answer. */
export interface AnswerParts extends ApprovedCallParts {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly agent: Agent;
  readonly files: Pick<ReplyFiles, "of" | "ofTurn">;
  readonly companies: Companies;
  readonly metrics: Metrics;
  readonly streaming: boolean;
  /** An answer visible within this time needs no 👀, milliseconds. */
  readonly receiptDelayMs: number;
  readonly leaseTtlMs: number;
  readonly log: Log;
}

/** One turn: what it answers, for whom, with which rights. */
export interface TurnRequest {
  readonly claim: Claim;
  readonly lease: HeldLease;
  readonly seal: TenantSeal;
  readonly destination: Destination;
  readonly questions: readonly OpenMessage[];
  /** The agent that answers. */
  readonly role: Role;
  readonly ignored: readonly { readonly id: MessageId; readonly reason: string }[];
  /** A message that arrives before anything is visible is answered together with the others. */
  readonly mayJoin: boolean;
  /** Not everything open is in `questions`. */
  readonly partial: boolean;
}

/** How a turn ended; what it put on the platform is stored by the caller. */
export interface TurnResult {
  readonly turnId: TurnId;
  /** `needs a person`: nothing was committed, a person has to look at what the turn may have done. */
  readonly state: "done" | "joined" | "stood down" | "needs a person";
  readonly outcomes: readonly Outcome[];
  readonly receiptCleared: boolean;
}

/** The tools of one turn at work. */
interface Workbench {
  readonly parts: AnswerParts;
  readonly request: TurnRequest;
  readonly turn: TurnRow;
  readonly journal: TurnJournal;
  readonly live: LiveAnswer;
  readonly receipt: Receipt;
  /** What the models took of the turn's time. */
  readonly modelMs: () => number;
}

/**
 * Runs one turn to its end: think, show, commit, deliver. Resolves also when the conversation changed hands
 * meanwhile; rejects only when something broke, and then the turn stays open for another worker.
 */
export async function answerTurn(parts: AnswerParts, request: TurnRequest): Promise<TurnResult> {
  const bench = layOut(parts, request);
  const { turn, live, receipt } = bench;
  const correlationId = turn.correlationId;
  try {
    const outcomes = await withSpan("turn", { "baton.correlation_id": correlationId }, () => think(bench));
    if (outcomes === "needs a person") {
      const ended = await live.standDown(handedOverLine);
      return { turnId: turn.id, state: outcomes, outcomes: ended, receiptCleared: await receipt.clear() };
    }
    return { turnId: turn.id, state: "done", outcomes, receiptCleared: await receipt.clear() };
  } catch (cause) {
    // A sign still on its way would land after a later worker took it back.
    await receipt.cancel();
    if (cause instanceof JoinedError) {
      await live.withdraw();
      return { turnId: turn.id, state: "joined", outcomes: [], receiptCleared: false };
    }
    const stoodDown = toStoodDown(cause, request.lease);
    if (stoodDown?.why !== "taken" || !(await hasChangedHands(parts, request.lease)))
      throw stoodDown ?? cause;
    const outcomes = await live.standDown(takenOverLine);
    return { turnId: turn.id, state: "stood down", outcomes, receiptCleared: await receipt.clear() };
  }
}

function layOut(parts: AnswerParts, request: TurnRequest): Workbench {
  const { claim, lease, seal, destination, questions } = request;
  const { database, outbox, metrics, log } = parts;
  const turn = toTurnRow(claim, questions);
  const last = questions.at(-1);
  let modelMs = 0;
  const journal = createTurnJournal({
    database,
    seal,
    lease,
    turn,
    recorded: claim.turn?.steps ?? [],
    onStep: (intent, outcome) => {
      if (intent.kind === "model") modelMs += outcome.durationMs;
      const fields = { correlationId: turn.correlationId, step: intent.key, name: intent.name };
      log.debug({ ...fields, ok: outcome.ok, durationMs: Math.round(outcome.durationMs) }, "step done");
    },
  });
  const receipt = createReceipt({
    database,
    lease,
    destination,
    turn,
    externalId: last?.kind === "message" ? last.externalId : undefined,
    inherited: claim.turn?.receipt,
    delayMs: parts.receiptDelayMs,
    log,
  });
  const live = createLiveAnswer({
    database,
    outbox,
    seal,
    lease,
    destination,
    turnId: turn.id,
    inboxVersion: turn.inboxVersion,
    turnRecorded: () => journal.recorded(),
    mayJoin: () => request.mayJoin && !journal.acted,
    streaming: parts.streaming,
    onlyFor: isWhispered(claim) ? last?.senderId : undefined,
    correlationId: turn.correlationId,
    inherited: claim.deliveries.filter((delivery) => delivery.turnId === turn.id),
    onVisible: () => {
      void receipt.cancel();
      metrics.firstVisible.observe({ channel: claim.channel }, (last?.waitedMs ?? 0) / 1000);
    },
  });
  lease.onNudge(() => void live.reconsider());
  return { parts, request, turn, journal, live, receipt, modelMs: () => modelMs };
}

/** A turn an earlier worker began goes on; it may take in what joined only if it has shown and done nothing yet. */
function toTurnRow(claim: Claim, questions: readonly OpenMessage[]): TurnRow {
  const correlationId = questions.at(-1)?.correlationId ?? "";
  const fresh = { throughSeq: questions.at(-1)?.seq ?? 0, inboxVersion: claim.inboxVersion, correlationId };
  const unfinished = claim.turn;
  if (unfinished === undefined) return { id: randomUUID() as TurnId, ...fresh };
  if (mayStartOver(claim)) return { id: unfinished.id, ...fresh };
  const { id, throughSeq, inboxVersion } = unfinished;
  return { id, throughSeq, inboxVersion, correlationId };
}

/** Nothing of the unfinished turn is visible and no tool was called: its questions may still change. */
export function mayStartOver(claim: Claim): boolean {
  const { turn } = claim;
  if (turn === undefined) return true;
  const visible = claim.deliveries.some((delivery) => delivery.turnId === turn.id);
  return !visible && !turn.steps.some((step) => step.kind === "tool");
}

async function think(bench: Workbench): Promise<Outcome[] | "needs a person"> {
  const { parts, request, live, turn } = bench;
  const startedAt = performance.now();
  const asked = await toAgentRequest(bench);
  const done = await carryOutApproved(parts, {
    ...request,
    journal: bench.journal,
    turnId: turn.id,
    notes: request.questions.filter(isCarryOutNote),
    context: asked.context,
    files: asked.files,
  });
  if (done === "needs a person") return done;
  const thought = await parts.agent.answer({ ...asked, done }).catch(async (cause: unknown) => {
    await live.settle(); // what stopped the showing is the reason, the aborted thinking only its consequence
    throw cause;
  });
  await live.settle();
  request.lease.check();
  const answer = tellDone(thought, asked, done);
  if (answer.kind === "failed" && answer.reason === "needs a person") return answer.reason;
  const planned = live.plan(toReply(answer, turn.id, await filesOf(bench, answer)));
  await commit(bench, answer, planned);
  const outcomes = await withSpan("deliver", { "baton.correlation_id": turn.correlationId }, () =>
    live.complete(planned),
  );
  tell(bench, answer, performance.now() - startedAt);
  return outcomes;
}

/** What approved calls did is told even where no model finds words for it, and leaves a dialogue where it stands. */
function tellDone(
  answer: AgentAnswer,
  { questions, dialogue }: AgentRequest,
  done: readonly CarriedOut[],
): AgentAnswer {
  if (done.length === 0) return answer;
  const kept = questions.length === 0 ? { dialogue } : {};
  if (answer.kind === "answered") return { ...kept, ...answer };
  if (answer.reason === "needs a person") return answer;
  return {
    ...kept,
    kind: "answered",
    body: toDoneBody(done),
    citations: [],
    model: "none",
    usage: answer.usage,
  };
}

async function toAgentRequest({
  parts,
  request,
  turn,
  journal,
  live,
}: Workbench): Promise<Parameters<Agent["answer"]>[0]> {
  const { claim, lease, questions } = request;
  const company = await parts.companies.get(lease.tenantId);
  return {
    context: {
      tenantId: lease.tenantId,
      conversationId: lease.conversationId,
      contactId: claim.contact.id,
      turnId: turn.id,
      role: request.role,
      now: new Date(),
      timeZone: claim.contact.timeZone,
    },
    company: company.name,
    persona: company.persona,
    summary: claim.summary,
    language: claim.contact.language,
    locale: claim.contact.locale,
    dialogue: claim.dialogue,
    history: claim.history,
    questions: questions
      .filter((question) => question.seq <= turn.throughSeq && question.role !== "system")
      .map(toSpoken),
    journal,
    files: parts.files.of({ ...lease, turnId: turn.id }),
    onText: (text) => live.show(text),
    signal: AbortSignal.any([lease.signal, live.failed]),
  };
}

function toSpoken(question: OpenMessage): SpokenMessage {
  const files = (question.content.attachments ?? []).map(
    (file) => `[attached: ${file.name}, ${file.mimeType}]`,
  );
  const said = question.action?.value ?? question.text;
  return { role: "user", text: [said, ...files].join("\n"), name: question.content.name };
}

/** What tools made for the answer; where none ran there is nothing to ask for. */
async function filesOf(
  { parts, request, turn, journal }: Workbench,
  answer: AgentAnswer,
): Promise<readonly ReplyFile[]> {
  if (answer.kind === "failed" || !journal.acted) return [];
  return parts.files.ofTurn(request.lease.tenantId, turn.id);
}

function toReply(answer: AgentAnswer, turnId: TurnId, files: readonly ReplyFile[]): Reply {
  if (answer.kind === "failed") return toPlainReply(answer.reason);
  const { body, citations, suggestions = [], buttons = [] } = answer;
  return {
    body,
    ...(citations.length > 0 && { citations }),
    ...(suggestions.length > 0 && { suggestions }),
    buttons: [...buttons, humanButton],
    feedback: turnId,
    ...(files.length > 0 && { files }),
  };
}

async function commit(bench: Workbench, answer: AgentAnswer, planned: readonly PlannedPart[]): Promise<void> {
  const { parts, request, turn, journal, live } = bench;
  const { lease, seal, claim, questions, ignored, destination } = request;
  const { usage } = answer;
  const latencyMs = questions[0]?.waitedMs ?? 0;
  const body = planned
    .map((part) => part.delivery.reply.body)
    .filter(Boolean)
    .join("\n\n");
  const model = answer.kind === "answered" ? answer.model : undefined;
  const tokens = usage.inputTokens + usage.outputTokens;
  const [row] = await parts.database.statement<{ mine: number; committed: number }>(
    lease.tenantId,
    commitTurn(lease, {
      turn,
      partial: request.partial,
      mustBeCurrent: request.mayJoin && !journal.acted && !live.visible,
      state: answer.kind === "answered" ? "answered" : "failed",
      role: request.role,
      outcome: answer.kind === "answered" ? "answered" : answer.reason,
      messageId: randomUUID() as MessageId,
      content: seal.seal(contentPurpose, JSON.stringify({ text: body })),
      metadata: { tokens_used: tokens, latency_ms: Math.round(latencyMs), model, cache_hit: false },
      model,
      inputTokens: usage.inputTokens,
      outputTokens: usage.outputTokens,
      costUsd: usage.costUsd,
      latencyMs,
      lastStep: journal.takePending(),
      ignored,
      ...leftBehind(answer.kind === "answered" ? answer : { dialogue: claim.dialogue }, seal),
      parts: planned.map(({ delivery }) => ({
        id: delivery.id,
        part: delivery.part,
        state: delivery.state,
        body: sealReply(seal, delivery.reply),
        recipient: destination.target.recipient,
      })),
    }),
  );
  if (row?.mine !== 1) throw new StoodDownError("the conversation changed hands");
  if (row.committed !== 1) throw new JoinedError("a message arrived before the answer was visible");
  parts.log.debug({ turnId: turn.id, channel: claim.channel }, "turn committed");
}

/** What a turn leaves for the next one, sealed; one without an answer leaves the dialogue where it was. */
function leftBehind(
  {
    dialogue,
    handOver,
    language,
  }: Pick<Extract<AgentAnswer, { kind: "answered" }>, "dialogue" | "handOver" | "language">,
  seal: TenantSeal,
): Pick<TurnCommit, "dialogue" | "handOver" | "language"> {
  const sealed = (purpose: string, value: unknown) =>
    value === undefined ? undefined : seal.seal(purpose, JSON.stringify(value));
  const pending: PendingHandOver | undefined = handOver && {
    queue: handOver.queue,
    reason: handOver.reason,
    at: new Date(),
  };
  return {
    dialogue: sealed(dialoguePurpose, dialogue),
    handOver: sealed(handOverPurpose, pending),
    language,
  };
}

/** One line per turn, and its numbers. */
function tell({ parts, request, turn, modelMs }: Workbench, answer: AgentAnswer, workedMs: number): void {
  const { claim, lease, questions, role } = request;
  const { metrics, log } = parts;
  const { usage } = answer;
  const model = answer.kind === "answered" ? answer.model : "none";
  const seconds = ((questions[0]?.waitedMs ?? 0) + workedMs) / 1000;
  metrics.responseTime.observe({ channel: claim.channel, agent: role }, seconds);
  metrics.turnOverhead.observe(Math.max(0, seconds - modelMs() / 1000));
  metrics.turns.inc({ outcome: answer.kind === "answered" ? "answered" : answer.reason });
  metrics.costDollars.inc({ agent: role, model }, usage.costUsd);
  metrics.tokensPerConversation.observe({ agent: role, model }, usage.inputTokens + usage.outputTokens);
  if (answer.kind === "failed") metrics.errors.inc({ kind: answer.reason });
  log.info(
    {
      conversation_id: lease.conversationId,
      company_id: lease.tenantId,
      latency_ms: Math.round(seconds * 1000),
      tokens_used: tokensOf(usage),
      cache_hit: false,
      model,
      outcome: answer.kind === "answered" ? "answered" : answer.reason,
      correlationId: turn.correlationId,
      ...(answer.kind === "failed" && { detail: answer.detail }),
    },
    "message_processed",
  );
}

function tokensOf(usage: Usage): number {
  return usage.inputTokens + usage.outputTokens;
}

/**
 * A person took the conversation over, but this process still holds it and may end what it left half written.
 * Not so where only the lease lapsed and nobody came: then the turn goes on under the next lease.
 */
async function hasChangedHands({ database, leaseTtlMs }: AnswerParts, lease: HeldLease): Promise<boolean> {
  const [row] = await database.statement<{ epoch: number; owner_kind: string }>(
    lease.tenantId,
    renewLease(lease, leaseTtlMs),
    { durable: false },
  );
  return row !== undefined && (row.epoch !== lease.epoch || row.owner_kind !== "bot");
}

/** Whatever broke because the lease was revoked is the revocation itself. */
function toStoodDown(cause: unknown, lease: HeldLease): StoodDownError | undefined {
  if (cause instanceof StoodDownError) return cause;
  const reason: unknown = lease.signal.aborted ? lease.signal.reason : undefined;
  return reason instanceof StoodDownError ? reason : undefined;
}
