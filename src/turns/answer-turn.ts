import { randomUUID } from "node:crypto";
import type { AgentAnswer, AnswerTrouble } from "../core/agent.ts";
import type { CarriedOut } from "../core/approval.ts";
import { StoodDownError } from "../core/errors.ts";
import type { TurnId } from "../core/ids.ts";
import { say } from "../core/texts/texts.ts";
import { isWhispered } from "../inbox/conversation-key.ts";
import type { PostedInRoom } from "../handoff/staff-room.ts";
import { withSpan } from "../insights/tracing.ts";
import { createLiveAnswer, JoinedError } from "../outbox/live-answer.ts";
import type { PlannedPart } from "../outbox/whole-answer.ts";
import type { Outcome } from "../outbox/outcome.ts";
import { toAgentRequest } from "./agent-request.ts";
import { filesOf, tellDone, toReply } from "./answer-reply.ts";
import { carryOutApproved, isCarryOutNote } from "./approved-calls.ts";
import { isAgainNote, isCanned, withAskingAgain } from "./ask-again.ts";
import { isArrivedNote, readArrived } from "./background-news.ts";
import { commitAnswer } from "./commit-answer.ts";
import type { Claim, OpenMessage } from "./claim.ts";
import { keepDraft, toDraftable } from "./drafted-answer.ts";
import type { HeldLease } from "./lease.ts";
import { createPatience } from "./patience.ts";
import { languageAsked, languageUnder, withLanguage } from "./person-language.ts";
import { leaveToMemory } from "./leave-to-memory.ts";
import { createReceipt } from "./receipt.ts";
import { lookAfter, withHandOver, withLine } from "./look-after.ts";
import { tellStep, tellTurn } from "./tell-turn.ts";
import { watchTools } from "./watch-tools.ts";
import { createTurnJournal } from "./turn-journal.ts";
import { renewLease, type TurnRow } from "./turn-store.ts";
import type { AnswerParts, TurnRequest, Workbench } from "./workbench.ts";

/** How a turn ended; what it put on the platform is stored by the caller. */
export interface TurnResult {
  readonly turnId: TurnId;
  /**
   * `drafted`: committed, and nothing of it went out. `needs a person`: nothing was committed, a person has to look at
   * what the turn may have done.
   */
  readonly state: "done" | "drafted" | "joined" | "stood down" | "needs a person" | "put off";
  readonly outcomes: readonly Outcome[];
  readonly receiptCleared: boolean;
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
      await bench.patience.end();
      const ended = await live.standDown(say(await languageAsked(request), "handoff.stopped"));
      return { turnId: turn.id, state: outcomes, outcomes: ended, receiptCleared: await receipt.clear() };
    }
    const receiptCleared = await receipt.clear();
    if (outcomes === "put off") await bench.patience.end();
    if (outcomes === "drafted" || outcomes === "put off")
      return { turnId: turn.id, state: outcomes, outcomes: [], receiptCleared };
    return { turnId: turn.id, state: "done", outcomes, receiptCleared };
  } catch (cause) {
    // A sign still on its way would land after a later worker took it back.
    await Promise.all([receipt.cancel(), bench.patience.end()]);
    if (cause instanceof JoinedError) {
      await live.withdraw();
      return { turnId: turn.id, state: "joined", outcomes: [], receiptCleared: false };
    }
    const stoodDown = toStoodDown(cause, request.lease);
    if (stoodDown?.why !== "taken" || !(await hasChangedHands(parts, request.lease)))
      throw stoodDown ?? cause;
    const outcomes = await live.standDown(say(await languageAsked(request), "handoff.cut"));
    return { turnId: turn.id, state: "stood down", outcomes, receiptCleared: await receipt.clear() };
  }
}

function layOut(parts: AnswerParts, request: TurnRequest): Workbench {
  const { claim, lease, seal, destination, questions } = request;
  const { database, outbox, metrics, log } = parts;
  const turn = toTurnRow(claim, questions);
  const last = questions.at(-1);
  let modelMs = 0;
  const tools = watchTools(claim.turn?.steps ?? []);
  const journal = createTurnJournal({
    database,
    seal,
    lease,
    turn,
    recorded: claim.turn?.steps ?? [],
    onStep: (intent, outcome) => {
      if (intent.kind === "model") modelMs += outcome.durationMs;
      tools.took(intent.kind, outcome);
      tellStep(metrics, intent, outcome);
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
  const waiting = questions.find(({ role }) => role !== "system");
  const patience = createPatience({
    database,
    outbox,
    seal,
    lease,
    destination,
    message: waiting && {
      messageId: waiting.id,
      senderId: waiting.senderId,
      place: claim,
      correlationId: waiting.correlationId,
      language: () => languageAsked(request),
    },
    leftMs: Math.max(parts.apologyAfterMs * leastPatience, parts.apologyAfterMs - (waiting?.waitedMs ?? 0)),
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
    streaming: parts.streaming && !request.isDraft && !questions.some(isAgainNote),
    onlyFor: isWhispered(claim) ? last?.senderId : undefined,
    correlationId: turn.correlationId,
    inherited: claim.deliveries.filter((delivery) => delivery.turnId === turn.id),
    onVisible: () => {
      void receipt.cancel();
      void patience.end();
      metrics.firstVisible.observe({ channel: claim.channel }, (last?.waitedMs ?? 0) / 1000);
    },
  });
  lease.onNudge(() => void live.reconsider());
  return {
    parts,
    request,
    turn,
    journal,
    live,
    receipt,
    patience,
    toolSigns: tools.signs,
    modelMs: () => modelMs,
  };
}

// Whoever waited long before their turn began is answered rather than apologized to, if it takes no longer than this.
const leastPatience = 1 / 6;

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

async function think(bench: Workbench): Promise<Outcome[] | "drafted" | "needs a person" | "put off"> {
  const { parts, request, live, turn } = bench;
  const startedAt = performance.now();
  const asked = await toAgentRequest(bench);
  const done = await takeNotes(bench, asked);
  if (done === "needs a person") return done;
  const thought = await parts.agent.answer({ ...asked, done }).catch(async (cause: unknown) => {
    await live.settle(); // what stopped the showing is the reason, the aborted thinking only its consequence
    throw cause;
  });
  await live.settle();
  request.lease.check();
  const told = await withLanguage(request, tellDone(thought, asked, done));
  if (told.kind === "failed" && told.reason === "needs a person") return told.reason;
  if (request.questions.some(isAgainNote) && isCanned(told)) return "put off";
  const looked = await lookAfter(bench, told);
  const {
    answer: given,
    promise,
    keep,
  } = looked.handOver === undefined
    ? withAskingAgain(bench, told)
    : { answer: withHandOver(told, looked.handOver) };
  const isHeld = request.isDraft && !live.visible && given.kind === "answered";
  const { answer, isDraft } = isHeld ? await toDraftable(bench, given) : { answer: given, isDraft: false };
  const language = await languageUnder(bench, answer);
  const files = await filesOf(bench, answer);
  const reply = toReply(answer, { turnId: turn.id, language, files, promise });
  // An answer nobody may see is said in our own words already.
  const planned = live.plan(isHeld && looked.handOver !== undefined ? reply : withLine(reply, looked.line));
  if (isDraft) {
    await commitDraft(bench, answer, planned, looked.trouble);
    await bench.patience.end();
    tellTurn(bench, answer, performance.now() - startedAt);
    return "drafted";
  }
  const committed = await commitAnswer(bench, answer, planned, { also: keep, ...looked });
  await bench.patience.end();
  const sent = await withSpan("deliver", { "baton.correlation_id": turn.correlationId }, () =>
    live.complete(planned),
  );
  const outcomes = [...sent, ...(await endIfTaken(bench))];
  tellTurn(bench, answer, performance.now() - startedAt);
  leaveToMemory(bench, committed);
  return outcomes;
}

/** Who took over behind the commit finds what had begun to appear as it stood, ended by the line that says so. */
async function endIfTaken({ parts, request, live }: Workbench): Promise<readonly Outcome[]> {
  if (!live.isOpen || toStoodDown(undefined, request.lease)?.why !== "taken") return [];
  if (!(await hasChangedHands(parts, request.lease))) return [];
  return live.standDown(say(await languageAsked(request), "handoff.cut"));
}

/** Written like any answer, but nothing of it goes out: colleagues see it in their room. */
async function commitDraft(
  bench: Workbench,
  answer: AgentAnswer,
  planned: readonly PlannedPart[],
  trouble: AnswerTrouble | undefined,
): Promise<void> {
  let posted: PostedInRoom | undefined;
  await commitAnswer(bench, answer, planned, {
    trouble,
    instead: async (sql, messageId) => {
      posted = await keepDraft(bench, planned, { sql, messageId });
    },
  });
  const { correlationId } = bench.turn;
  if (posted !== undefined) bench.parts.onPosted({ ...posted, correlationId });
}

/** What happened outside of turns since: approved calls are run now, those in the background have ended. */
async function takeNotes(
  { parts, request, turn, journal }: Workbench,
  { context, files }: Awaited<ReturnType<typeof toAgentRequest>>,
): Promise<readonly CarriedOut[] | "needs a person"> {
  const { questions } = request;
  const notes = questions.filter(isCarryOutNote);
  const approved = { ...request, journal, turnId: turn.id, notes, context, files };
  const carriedOut = await carryOutApproved(parts, approved);
  if (carriedOut === "needs a person") return carriedOut;
  const arrived = await readArrived(parts, { ...request, journal, notes: questions.filter(isArrivedNote) });
  return arrived === "needs a person" ? arrived : [...carriedOut, ...arrived];
}

/**
 * A person took the conversation over, but this process still holds it and may end what it left half written.
 * Not so where only the lease lapsed and nobody came: then the turn goes on under the next lease.
 */
async function hasChangedHands({ database, leaseTtlMs }: AnswerParts, lease: HeldLease): Promise<boolean> {
  const [row] = await database.statement<{ epoch: number }>(lease.tenantId, renewLease(lease, leaseTtlMs), {
    durable: false,
  });
  return row !== undefined && row.epoch !== lease.epoch;
}

/** Whatever broke because the lease was revoked is the revocation itself. */
function toStoodDown(cause: unknown, lease: HeldLease): StoodDownError | undefined {
  if (cause instanceof StoodDownError) return cause;
  const reason: unknown = lease.signal.aborted ? lease.signal.reason : undefined;
  return reason instanceof StoodDownError ? reason : undefined;
}
