import type { DeliveryId } from "../core/ids.ts";
import type { Delivery } from "../outbox/delivery.ts";
import { isFinal, type Outcome } from "../outbox/outcome.ts";
import { isOutdatedApology } from "./apology.ts";
import type { Claim } from "./claim.ts";
import type { HeldLease } from "./lease.ts";
import { destinationOf, type WorkParts } from "./situation.ts";

/** Sends what earlier work left in the outbox, in order; the running turn's own messages stay with the turn. */
export async function sendLeftovers(
  parts: WorkParts,
  lease: HeldLease,
  claim: Claim,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly retryInMs: number | undefined }> {
  const outcomes = claim.lostDeliveries.map((id) => toLost(parts, id));
  const running = claim.turn?.epoch === claim.epoch ? claim.turn.id : undefined;
  for (const delivery of claim.deliveries) {
    if (delivery.turnId !== undefined && delivery.turnId === running) continue;
    if (isOutdatedApology(delivery, claim)) {
      outcomes.push({ id: delivery.id, state: "cancelled", error: "it is answered" });
      continue;
    }
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
