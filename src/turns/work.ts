import { StoodDownError } from "../core/errors.ts";
import type { DeliveryId, MessageId, TurnId } from "../core/ids.ts";
import { decideTurn, isSubstantive, type Decision } from "../core/turn.ts";
import type { Handoff } from "../handoff/handoff.ts";
import { isWhispered } from "../inbox/conversation-key.ts";
import { contentPurpose } from "../inbox/message-content.ts";
import { sealReply, type Delivery } from "../outbox/delivery.ts";
import { attemptOf, type Destination } from "../outbox/outbox.ts";
import { enqueueNotice, storeOutcomes } from "../outbox/outbox-store.ts";
import { isFinal, type Outcome } from "../outbox/outcome.ts";
import { deriveId } from "../store/derive-id.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";
import { answerTurn, mayStartOver, type AnswerParts, type TurnResult } from "./answer-turn.ts";
import type { Claim, OpenMessage } from "./claim.ts";
import type { HeldLease } from "./lease.ts";
import { backfillThread } from "./backfill.ts";
import { deadLetterReply } from "./plain-reply.ts";
import { closeTurn, openLimit, settleSilently } from "./turn-store.ts";

/** What work on a conversation needs. */
export interface WorkParts extends AnswerParts {
  readonly sealer: Sealer;
  readonly handoff: Handoff;
  readonly aiEnabled: boolean;
  readonly maxAttempts: number;
}

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
  reread: Reread,
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
    const next = await handle(parts, { lease, claim: current, seal, mayJoin: joins < maxJoins, backfilled });
    if (next.kind === "settled") return toResult(current, [...outcomes, ...next.outcomes], next);
    if (next.kind === "changed") outcomes.push(...(next.outcomes ?? []));
    if (next.kind === "joined") joins += 1;
    if (next.kind === "backfilled") backfilled = true;
    current = withoutDone(await reread(), outcomes);
  }
  return toResult(current, outcomes, {});
}

type Handled =
  | { readonly kind: "settled"; readonly outcomes: readonly Outcome[]; readonly turn?: TurnResult }
  | { readonly kind: "changed"; readonly outcomes?: readonly Outcome[] }
  | { readonly kind: "backfilled" }
  | { readonly kind: "joined" };

interface Situation {
  readonly lease: HeldLease;
  readonly claim: Claim;
  readonly seal: TenantSeal;
  readonly mayJoin: boolean;
  readonly backfilled: boolean;
}

async function handle(parts: WorkParts, situation: Situation): Promise<Handled> {
  const { lease, claim } = situation;
  if (claim.unreadable.length > 0)
    return deadLetter(parts, situation, { ids: claim.unreadable, reason: "it could not be read" });
  if (claim.attempts > parts.maxAttempts) return giveUpFirst(parts, situation);
  const decided = claim.open.map((message) => ({ message, decision: decide(message, claim) }));
  if (decided.some(({ decision }) => isControl(decision))) {
    await parts.handoff.takeControls(subjectOf(lease, claim));
    return { kind: "changed" };
  }
  if (claim.handOver !== undefined) {
    await parts.handoff.handOver(subjectOf(lease, claim), claim.handOver);
    return { kind: "changed" };
  }
  if (await letOwnershipFollow(parts, situation)) return { kind: "changed" };
  if (claim.turn !== undefined && claim.turn.epoch !== claim.epoch) {
    await parts.database.statement(lease.tenantId, closeTurn(lease.tenantId, claim.turn.id, "stood down"));
    return { kind: "changed" };
  }
  const questions = decided
    .filter(({ decision }) => decision.kind === "answer")
    .map(({ message }) => message);
  if (questions.length === 0) return settle(parts, situation, decided);
  const silent = decided.filter(({ decision }) => decision.kind === "silent");
  return answer(parts, situation, {
    questions,
    ignored: silent.map(({ message, decision }) => toIgnored(message, decision)),
  });
}

function decide(message: OpenMessage, claim: Claim): Decision {
  if (claim.status === "closed" && message.kind === "message" && !isSubstantive(message.text))
    return { kind: "silent", reason: "the conversation is closed" };
  return decideTurn(message, {
    owner: claim.owner,
    requesterId: claim.contact.externalId,
    audience: claim.audience,
  });
}

function isControl(decision: Decision): boolean {
  return decision.kind === "command" || decision.kind === "action" || decision.kind === "staff speaks";
}

/**
 * What a person's message does to the baton by itself: it wakes, reopens, or starts the waiting clock;
 * and with the bot switched off everywhere, it goes to people.
 */
async function letOwnershipFollow(parts: WorkParts, { lease, claim }: Situation): Promise<boolean> {
  const message = claim.open.find((open) => mayMoveBaton(open, claim));
  if (message === undefined) return false;
  const subject = subjectOf(lease, claim);
  const at = new Date(Date.now() - message.waitedMs);
  if (!parts.aiEnabled && claim.owner.kind === "bot" && claim.status === "active") {
    const reason = "the bot is switched off";
    return parts.handoff.apply(subject, { kind: "escalate", reason, queue: "general_support", at });
  }
  if (claim.owner.kind === "bot" && claim.status === "active") return false;
  const substantive = isSubstantive(message.text);
  return parts.handoff.apply(subject, { kind: "user message", substantive, previousOnShift: false, at });
}

/** Staff who talk to the bot wake or reopen a conversation like anyone, but they do not wait for a person. */
function mayMoveBaton(open: OpenMessage, claim: Claim): boolean {
  if (open.role === "system") return false;
  if (open.role === "user" || open.senderId === claim.contact.externalId) return true;
  const isWithPeople = claim.owner.kind !== "bot" && claim.status === "escalated";
  return open.addressed !== "none" && !isWithPeople;
}

async function answer(
  parts: WorkParts,
  situation: Situation,
  found: {
    readonly questions: readonly OpenMessage[];
    readonly ignored: readonly { id: MessageId; reason: string }[];
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
  const turn = await answerTurn(parts, {
    claim,
    lease,
    seal,
    destination,
    questions,
    ignored: found.ignored,
    mayJoin: mayJoin && !careful,
    partial: questions.length < found.questions.length || !isWhole(claim),
  });
  if (turn.state === "joined") return { kind: "joined" };
  if (turn.state === "needs a person") return handOver(parts, situation, turn);
  return { kind: "settled", outcomes: turn.outcomes, turn };
}

/** What may have been done must not be done again: the conversation goes to people, whose notice is the answer. */
async function handOver(parts: WorkParts, { lease, claim }: Situation, turn: TurnResult): Promise<Handled> {
  const reason = "a step may have been carried out, and must not be repeated blindly";
  const escalation = { kind: "escalate", reason, queue: "general_support", at: new Date() } as const;
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
  { lease, claim }: Situation,
  decided: readonly { readonly message: OpenMessage; readonly decision: Decision }[],
): Promise<Handled> {
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

/** The same work broke too often: its first message is given up, what is behind it gets its turn. */
async function giveUpFirst(parts: WorkParts, situation: Situation): Promise<Handled> {
  const { lease, claim } = situation;
  const ids = claim.open.slice(0, 1).map(({ id }) => id);
  if (claim.turn !== undefined) {
    await takeBack(parts, situation, claim.turn.id);
    await parts.database.statement(lease.tenantId, closeTurn(lease.tenantId, claim.turn.id, "dead"));
  }
  return deadLetter(parts, situation, { ids, reason: "the work on it broke too often" });
}

/** What a turn that is given up had begun to show was never committed: taken away, it is not said twice. */
async function takeBack(parts: WorkParts, { lease, claim }: Situation, turnId: TurnId): Promise<void> {
  const destination = destinationOf(parts, claim, claim.contact.externalId);
  const outcomes: Outcome[] = [];
  for (const delivery of claim.deliveries)
    if (delivery.turnId === turnId) outcomes.push(await takeAway(parts, lease, destination, delivery));
  await parts.database.statement(lease.tenantId, storeOutcomes(lease.tenantId, outcomes));
}

async function takeAway(
  { outbox, log }: WorkParts,
  lease: HeldLease,
  destination: Destination,
  delivery: Delivery,
): Promise<Outcome> {
  const { id } = delivery;
  try {
    const found = await outbox.locate(lease, destination, delivery);
    if (found.kind === "found")
      await destination.channel.remove(destination.target, found.ref, attemptOf(lease, delivery));
    return { id, state: "cancelled", error: "its turn was given up" };
  } catch (cause) {
    if (cause instanceof StoodDownError) throw cause;
    log.error({ deliveryId: id, err: cause }, "delivery of a turn that was given up stays where it is");
    return { id, state: "failed", error: "it could not be taken back" };
  }
}

/** Messages nobody can deal with: the person is told once, an operator is alerted, the conversation goes on. */
async function deadLetter(
  parts: WorkParts,
  { lease, claim, seal }: Situation,
  { ids, reason }: { readonly ids: readonly MessageId[]; readonly reason: string },
): Promise<Handled> {
  const { tenantId, conversationId } = lease;
  const [first] = ids;
  if (first !== undefined)
    await parts.database.statement(tenantId, toDeadLetterNotice({ lease, claim, seal }, first));
  const hasMore = claim.open.some(({ id }) => !ids.includes(id)) || !isWhole(claim);
  const dead = ids.map((id) => ({ id, reason, state: "dead" as const }));
  await parts.database.statement(tenantId, settleSilently(lease, hasMore ? 0 : claim.inboxVersion, dead));
  parts.metrics.errors.inc({ kind: "dead letter" });
  parts.log.error(
    { conversationId, messageIds: ids, reason, correlationId: claim.open.at(-1)?.correlationId },
    "message given up: look at the errors before this line",
  );
  return { kind: "changed" };
}

function toDeadLetterNotice(
  { lease, claim, seal }: Pick<Situation, "lease" | "claim" | "seal">,
  cause: MessageId,
) {
  const { tenantId, conversationId } = lease;
  const recipient = claim.open.find(({ id }) => id === cause)?.senderId ?? claim.contact.externalId;
  return enqueueNotice({
    tenantId,
    conversationId,
    id: deriveId<DeliveryId>("dead letter", conversationId, cause),
    messageId: deriveId<MessageId>("dead letter message", conversationId, cause),
    recipient,
    body: sealReply(seal, { ...deadLetterReply, ...(isWhispered(claim) && { onlyFor: recipient }) }),
    content: seal.seal(contentPurpose, JSON.stringify({ text: deadLetterReply.body })),
    correlationId: claim.open.at(-1)?.correlationId ?? "",
  });
}

/** Sends what earlier work left in the outbox, in order; the running turn's own messages stay with the turn. */
async function sendLeftovers(
  parts: WorkParts,
  lease: HeldLease,
  claim: Claim,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly retryInMs: number | undefined }> {
  const outcomes = claim.lostDeliveries.map((id) => toLost(parts, id));
  const running = claim.turn?.epoch === claim.epoch ? claim.turn.id : undefined;
  for (const delivery of claim.deliveries) {
    if (delivery.turnId !== undefined && delivery.turnId === running) continue;
    if (delivery.dueInMs > 0) return { outcomes, retryInMs: delivery.dueInMs };
    const outcome = await putLeftover(parts, lease, claim, delivery);
    if (outcome === undefined) continue;
    outcomes.push(outcome);
    if (!isFinal(outcome)) return { outcomes, retryInMs: outcome.retryInMs ?? 1_000 };
  }
  return { outcomes, retryInMs: undefined };
}

function toLost({ log, metrics }: WorkParts, id: DeliveryId): Outcome {
  metrics.errors.inc({ kind: "dead letter" });
  log.error({ deliveryId: id }, "delivery given up: it could not be read");
  return { id, state: "failed", error: "it could not be read" };
}

/** A delivery that breaks the work itself, again and again, is given up so that the conversation can go on. */
async function putLeftover(
  parts: WorkParts,
  lease: HeldLease,
  claim: Claim,
  delivery: Delivery,
): Promise<Outcome | undefined> {
  try {
    return await parts.outbox.put(lease, destinationOf(parts, claim, claim.contact.externalId), delivery);
  } catch (cause) {
    if (claim.attempts <= parts.maxAttempts) throw cause;
    parts.log.error({ deliveryId: delivery.id, err: cause }, "delivery given up: sending it broke too often");
    return { id: delivery.id, state: "failed", error: "sending it broke too often" };
  }
}

/** A claim shows the oldest open messages only; with more behind them the conversation is not settled yet. */
function isWhole(claim: Claim): boolean {
  return claim.open.length + claim.unreadable.length < openLimit;
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

function destinationOf(parts: WorkParts, claim: Claim, recipient: string): Destination {
  const channel = parts.outbox.channels.get(claim.channel);
  if (channel === undefined)
    throw new Error(`the channel ${claim.channel} is not configured here, but a conversation of it has work`);
  const { space, thread, audience, installation, returnPath } = claim;
  return { channel, target: { installation, place: { space, thread, audience }, recipient, returnPath } };
}

function subjectOf(lease: HeldLease, claim: Claim) {
  const correlationId = claim.open.at(-1)?.correlationId ?? "";
  return { tenantId: lease.tenantId, conversationId: lease.conversationId, correlationId };
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
