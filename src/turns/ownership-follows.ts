import { defaultQueue } from "../core/baton-event.ts";
import { isSubstantive } from "../core/turn.ts";
import type { Claim, OpenMessage } from "./claim.ts";
import { subjectOf, type Situation, type WorkParts } from "./situation.ts";

/**
 * What a person's message does to the baton by itself: it wakes, reopens, or starts the waiting clock;
 * and with the bot switched off everywhere, it goes to people.
 */
export async function letOwnershipFollow(parts: WorkParts, { lease, claim }: Situation): Promise<boolean> {
  const message = claim.open.find((open) => mayMoveBaton(open, claim));
  if (message === undefined) return false;
  const subject = subjectOf(lease, claim);
  const at = new Date(Date.now() - message.waitedMs);
  if (!parts.aiEnabled && claim.owner.kind === "bot" && claim.status === "active") {
    const reason = "the bot is switched off";
    const evidence = { rule: "bot switched off" };
    return parts.handoff.apply(subject, { kind: "escalate", reason, queue: defaultQueue, evidence, at });
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
