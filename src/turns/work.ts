import { defaultQueue } from "../core/baton-event.ts";
import type { MessageId, TurnId } from "../core/ids.ts";
import { decideRole, waitsForPerson, type Decision } from "../core/turn.ts";
import { isFinal, type Outcome } from "../outbox/outcome.ts";
import { answerTurn, mayStartOver, type TurnResult } from "./answer-turn.ts";
import { isAgainNote, passOldQuestions } from "./ask-again.ts";
import { backfillThread } from "./backfill.ts";
import { leaveToStaff } from "./background-news.ts";
import type { Claim, OpenMessage } from "./claim.ts";
import { decideOpen, isHandOverNote } from "./decide-open.ts";
import { endLongTalk } from "./end-long-talk.ts";
import { deadLetter, giveUpFirst } from "./give-up.ts";
import { isWaiting } from "./is-waiting.ts";
import type { HeldLease } from "./lease.ts";
import { sendLeftovers } from "./leftovers.ts";
import { leaveToPeople } from "./leave-to-people.ts";
import { letOwnershipFollow } from "./ownership-follows.ts";
import { passTriggered } from "./pass-triggered.ts";
import { putOffAgain, putOffWhenBusy } from "./put-off.ts";
import {
  destinationOf,
  isWhole,
  subjectOf,
  type Handled,
  type Situation,
  type WorkParts,
} from "./situation.ts";
import { turnAway } from "./turn-away.ts";
import { closeTurn, settleSilently } from "./turn-store.ts";

/** What is left to write when the conversation is given back. */
export interface WorkResult {
  readonly outcomes: readonly Outcome[];
  readonly turnId: TurnId | undefined;
  readonly turnState: "stood down" | undefined;
  readonly receiptCleared: boolean;
  /** Something has to wait this long, milliseconds, and everything behind it with it. */
  readonly retryInMs: number | undefined;
  readonly correlationId: string;
}

interface Decided {
  readonly message: OpenMessage;
  readonly decision: Decision;
}

type Reread = () => Promise<Claim>;

const maxRereads = 12;
// After this many arrivals the turn stops starting over and answers; what comes later is the next turn.
const maxJoins = 5;
// A conversation whose work broke this often goes on one message at a time, so that one bad message fails alone.
const carefulAfterAttempts = 3;

/**
 * Does what one claim found: sends what was left behind, carries out controls, answers what is to be answered.
 * Reads the conversation again whenever its own work changed it.
 */
export async function workOn(
  parts: WorkParts,
  lease: HeldLease,
  claim: Claim,
  { reread, isShed }: { readonly reread: Reread; readonly isShed: boolean },
): Promise<WorkResult> {
  const seal = await parts.sealer.forTenant(lease.tenantId);
  let current = claim;
  let joins = 0;
  let backfilled = false;
  const outcomes: Outcome[] = [];
  for (let pass = 0; pass < maxRereads; pass += 1) {
    const sent = await sendLeftovers(parts, lease, current);
    outcomes.push(...sent.outcomes);
    if (sent.retryInMs !== undefined) return toResult(current, outcomes, { retryInMs: sent.retryInMs });
    const mayJoin = joins < maxJoins;
    const next = await handle(parts, { lease, claim: current, seal, mayJoin, backfilled, isShed });
    if (next.kind === "settled") return toResult(current, [...outcomes, ...next.outcomes], next);
    if (next.kind === "changed") outcomes.push(...(next.outcomes ?? []));
    if (next.kind === "joined") joins += 1;
    if (next.kind === "backfilled") backfilled = true;
    current = withoutDone(await reread(), outcomes);
  }
  return toResult(current, outcomes, {});
}

async function handle(parts: WorkParts, situation: Situation): Promise<Handled> {
  const { lease, claim, seal } = situation;
  if (claim.unreadable.length > 0)
    return deadLetter(parts, situation, { ids: claim.unreadable, reason: "it could not be read" });
  if (claim.attempts > parts.maxAttempts) return giveUpFirst(parts, situation);
  const decided = passOldQuestions(decideOpen(claim, seal));
  if (decided.some(({ decision }) => isControl(decision))) {
    await parts.handoff.takeControls(subjectOf(lease, claim));
    return { kind: "changed" };
  }
  if (claim.handOver !== undefined) {
    await parts.handoff.handOver(subjectOf(lease, claim), claim.handOver);
    return { kind: "changed" };
  }
  if (await passUnsaid(parts, situation)) return { kind: "changed" };
  if (await letOwnershipFollow(parts, situation)) return { kind: "changed" };
  if (claim.turn !== undefined && claim.turn.epoch !== claim.epoch) {
    await parts.database.statement(lease.tenantId, closeTurn(lease.tenantId, claim.turn.id, "stood down"));
    return { kind: "changed" };
  }
  const questions = decided
    .filter(({ decision }) => decision.kind === "answer")
    .map(({ message }) => message);
  if (questions.length === 0) return settle(parts, situation, decided);
  const fresh = questions.filter((question) => !isAgainNote(question));
  if (await passTriggered(parts, situation, fresh)) return { kind: "changed" };
  if (await turnAway(parts, situation, fresh)) return { kind: "changed" };
  if (await endLongTalk(parts, situation, questions)) return { kind: "changed" };
  const silent = decided.filter(({ decision }) => decision.kind === "silent");
  return answer(parts, situation, {
    questions,
    silent,
  });
}

/** An answer that colleagues did not let go out leaves somebody waiting: the conversation goes to people. */
async function passUnsaid(parts: WorkParts, { lease, claim }: Situation): Promise<boolean> {
  const note = claim.open.find(isHandOverNote);
  if (note === undefined || claim.owner.kind !== "bot") return false;
  const reason = "an answer was not approved";
  const at = new Date(Date.now() - note.waitedMs);
  return parts.handoff.apply(subjectOf(lease, claim), {
    kind: "escalate",
    reason,
    queue: defaultQueue,
    evidence: { rule: "answer not approved" },
    at,
  });
}

function isControl(decision: Decision): boolean {
  return decision.kind === "command" || decision.kind === "action" || decision.kind === "staff speaks";
}

async function answer(
  parts: WorkParts,
  situation: Situation,
  found: {
    readonly questions: readonly OpenMessage[];
    readonly silent: readonly Decided[];
  },
): Promise<Handled> {
  const { claim, lease, seal, mayJoin } = situation;
  const fresh = mayStartOver(claim);
  // A turn that has shown or done something goes on with all its questions: it settles them all.
  const careful = fresh && claim.attempts > carefulAfterAttempts;
  const limit = fresh ? Number.POSITIVE_INFINITY : (claim.turn?.throughSeq ?? Number.POSITIVE_INFINITY);
  const within = found.questions.filter((question) => question.seq <= limit);
  const questions = careful ? within.slice(0, 1) : within;
  const last = questions.at(-1);
  if (last === undefined) return settleDeleted(parts, situation);
  const destination = destinationOf(parts, claim, last.senderId);
  if (
    !situation.backfilled &&
    (await backfillThread(parts, { claim, lease, seal, destination, question: last }))
  )
    return { kind: "backfilled" };
  // Whoever comes next reads what is asked, even if nobody lives to answer it.
  if (isWaiting(claim)) await parts.rooms.bring(lease.tenantId, lease.conversationId);
  const untold = found.silent.map(({ message }) => message);
  if (isWaiting(claim)) await leaveToStaff(parts, { lease, seal }, untold);
  const isOwn = asksInOwnConversation(questions, claim);
  const role = decideRole(claim.contact.roles, isOwn);
  // What is put off comes back as a note, which only a bot that has the conversation answers.
  if (!isWaiting(claim) && (await putOffWhenBusy(parts, situation, { questions, role })))
    return { kind: "changed" };
  const mode = await parts.answerMode({
    tenantId: lease.tenantId,
    channel: claim.channel,
    role,
    texts: questions
      .filter((question) => question.role !== "system")
      .map((question) => question.action?.value ?? question.text),
    tellsOutcome: questions.some((question) => question.role === "system"),
  });
  if (!isWaiting(claim) && fresh && (mode === "off" || mode === "suggest"))
    return leaveToPeople(parts, situation, { questions, mode });
  const isDraft = mode === "draft_only";
  // Where colleagues read every answer first, somebody is to take the conversation anyway.
  if (isWaiting(claim) && (mode !== "auto" || !parts.aiEnabled))
    return settle(parts, situation, [
      ...questions.map((message) => ({ message, decision: waitsForPerson })),
      ...found.silent,
    ]);
  const turn = await answerTurn(parts, {
    claim,
    lease,
    seal,
    destination,
    questions,
    role,
    verified: isOwn ? claim.contact.roles : [],
    isDraft,
    ignored: found.silent.map(({ message, decision }) => toIgnored(message, decision)),
    mayJoin: mayJoin && !careful,
    partial: questions.length < found.questions.length || !isWhole(claim),
  });
  if (turn.state === "joined") return { kind: "joined" };
  if (turn.state === "drafted") return { kind: "changed" };
  if (turn.state === "put off") {
    await putOffAgain(parts, lease, { notes: questions, turnId: turn.turnId });
    return { kind: "changed" };
  }
  if (turn.state === "needs a person") return handOver(parts, situation, turn);
  return { kind: "settled", outcomes: turn.outcomes, turn };
}

/** A call nobody asked for with more than a customer's rights may be anybody's: its note is told with no more. */
function asksInOwnConversation(questions: readonly OpenMessage[], claim: Claim): boolean {
  return questions.every(({ role, senderId, content }) =>
    role === "system" ? (content.role ?? "customer") !== "customer" : senderId === claim.contact.externalId,
  );
}

/** What may have been done must not be done again: the conversation goes to people, whose notice is the answer. */
async function handOver(parts: WorkParts, { lease, claim }: Situation, turn: TurnResult): Promise<Handled> {
  const reason = "a step may have been carried out, and must not be repeated blindly";
  const evidence = { rule: "unsure step" };
  const escalation = {
    kind: "escalate",
    reason,
    queue: defaultQueue,
    evidence,
    at: new Date(),
  } as const;
  await parts.handoff.apply(subjectOf(lease, claim), escalation);
  return { kind: "changed", outcomes: turn.outcomes };
}

/** Everything the unfinished turn was about is gone: it ends without an answer, and what came later is looked at. */
async function settleDeleted(parts: WorkParts, { lease, claim }: Situation): Promise<Handled> {
  if (claim.turn !== undefined)
    await parts.database.statement(lease.tenantId, closeTurn(lease.tenantId, claim.turn.id, "silent"));
  return { kind: "changed" };
}

async function settle(
  parts: WorkParts,
  { lease, claim, seal }: Situation,
  decided: readonly Decided[],
): Promise<Handled> {
  await leaveToStaff(
    parts,
    { lease, seal },
    decided.map(({ message }) => message),
  );
  // Those who help read it before it counts as dealt with.
  const isWithPeople = claim.owner.kind === "human" || claim.owner.kind === "queue";
  if (isWithPeople && claim.audience === "direct")
    await parts.rooms.bring(lease.tenantId, lease.conversationId);
  const ignored = decided.map(({ message, decision }) => ({
    ...toIgnored(message, decision),
    state: "ignored" as const,
  }));
  await parts.database.statement(
    lease.tenantId,
    settleSilently(lease, isWhole(claim) ? claim.inboxVersion : 0, ignored),
  );
  if (claim.turn !== undefined)
    await parts.database.statement(lease.tenantId, closeTurn(lease.tenantId, claim.turn.id, "silent"));
  return { kind: "settled", outcomes: [] };
}

/** Outcomes are written when the conversation is given back, so a second look must not send again. */
function withoutDone(claim: Claim, outcomes: readonly Outcome[]): Claim {
  const done = new Set(outcomes.map(({ id }) => id));
  return {
    ...claim,
    deliveries: claim.deliveries.filter(({ id }) => !done.has(id)),
    lostDeliveries: claim.lostDeliveries.filter((id) => !done.has(id)),
  };
}

function toIgnored(
  message: OpenMessage,
  decision: Decision,
): { readonly id: MessageId; readonly reason: string } {
  return { id: message.id, reason: decision.kind === "silent" ? decision.reason : decision.kind };
}

function toResult(
  claim: Claim,
  outcomes: readonly Outcome[],
  { retryInMs, turn }: { readonly retryInMs?: number | undefined; readonly turn?: TurnResult | undefined },
): WorkResult {
  const waiting = outcomes.find((outcome) => !isFinal(outcome));
  return {
    outcomes,
    turnId: turn?.turnId,
    turnState: turn?.state === "stood down" ? "stood down" : undefined,
    receiptCleared: turn?.receiptCleared ?? false,
    retryInMs: retryInMs ?? (waiting && (waiting.retryInMs ?? 1_000)),
    correlationId: claim.open.at(-1)?.correlationId ?? "",
  };
}
