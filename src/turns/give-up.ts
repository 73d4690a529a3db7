import { StoodDownError } from "../core/errors.ts";
import type { MessageId, TurnId } from "../core/ids.ts";
import { toTextLanguage } from "../core/texts/texts.ts";
import { toNotice } from "../handoff/notice.ts";
import type { Delivery } from "../outbox/delivery.ts";
import { attemptOf, type Destination } from "../outbox/outbox.ts";
import { storeOutcomes } from "../outbox/outbox-store.ts";
import type { Outcome } from "../outbox/outcome.ts";
import { leaveToStaff } from "./background-news.ts";
import type { HeldLease } from "./lease.ts";
import { hearLanguage } from "./person-language.ts";
import { toDeadLetterReply } from "./plain-reply.ts";
import { destinationOf, isWhole, type Handled, type Situation, type WorkParts } from "./situation.ts";
import { closeTurn, settleSilently } from "./turn-store.ts";

/** The same work broke too often: its first message is given up, what is behind it gets its turn. */
export async function giveUpFirst(parts: WorkParts, situation: Situation): Promise<Handled> {
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
export async function deadLetter(
  parts: WorkParts,
  { lease, claim, seal }: Situation,
  { ids, reason }: { readonly ids: readonly MessageId[]; readonly reason: string },
): Promise<Handled> {
  const { tenantId, conversationId } = lease;
  await leaveOutcomes(parts, { lease, claim, seal }, ids);
  const [first] = ids;
  if (first !== undefined)
    await parts.database.statement(tenantId, await toDeadLetterNotice({ lease, claim, seal }, first));
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

/** A note that is given up would take what its call gave with it. One nobody can read must not keep the rest waiting. */
async function leaveOutcomes(
  parts: WorkParts,
  { lease, claim, seal }: Pick<Situation, "lease" | "claim" | "seal">,
  ids: readonly MessageId[],
): Promise<void> {
  try {
    const notes = claim.open.filter(({ id }) => ids.includes(id));
    await leaveToStaff(parts, { lease, seal }, notes, "given up");
  } catch (cause) {
    const { conversationId } = lease;
    parts.log.error({ conversationId, err: cause }, "what a call gave could not be left to colleagues");
  }
}

async function toDeadLetterNotice(
  { lease, claim, seal }: Pick<Situation, "lease" | "claim" | "seal">,
  cause: MessageId,
) {
  const { tenantId, conversationId } = lease;
  const message = claim.open.find(({ id }) => id === cause);
  const language = toTextLanguage(await hearLanguage(claim, [message?.text ?? ""]));
  return toNotice(seal, {
    tenantId,
    conversationId,
    correlationId: claim.open.at(-1)?.correlationId ?? "",
    kind: "dead letter",
    cause: [conversationId, cause],
    recipient: message?.senderId ?? claim.contact.externalId,
    place: claim,
    reply: toDeadLetterReply(language),
  });
}
