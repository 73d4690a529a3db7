import { decideLength } from "../agent/memory.ts";
import { defaultQueue } from "../core/baton-event.ts";
import type { DeliveryId, MessageId } from "../core/ids.ts";
import { toHumanButton, type Reply } from "../core/reply.ts";
import { say } from "../core/texts/texts.ts";
import { isWhispered } from "../inbox/conversation-key.ts";
import { sealContent } from "../inbox/message-content.ts";
import { sealReply } from "../outbox/delivery.ts";
import { enqueueNotice } from "../outbox/outbox-store.ts";
import type { Query } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { OpenMessage } from "./claim.ts";
import { isWaiting } from "./is-waiting.ts";
import { languageOf } from "./person-language.ts";
import { subjectOf, type Situation, type WorkParts } from "./situation.ts";
import { startOver } from "./turn-store.ts";
import { isOfPerson } from "./workbench.ts";

/**
 * A talk that is as long as it may become ends before its next question: it goes to people, with the question, or
 * begins afresh, which the person is told once. True when something was done. A turn that has begun is let go on.
 */
export async function endLongTalk(
  parts: WorkParts,
  situation: Situation,
  questions: readonly OpenMessage[],
): Promise<boolean> {
  const { claim, lease } = situation;
  if (claim.turn !== undefined || isWaiting(claim) || decideLength(claim.lengthTurns, parts.length) !== "end")
    return false;
  const first = questions.find((question) => isOfPerson(question, claim));
  if (first === undefined) return false;
  const { database, log, handoff, length } = parts;
  log.info(
    { conversationId: lease.conversationId, turns: claim.lengthTurns, end: length.atEnd },
    "talk ended",
  );
  if (length.atEnd === "hand over") {
    const at = new Date(Date.now() - first.waitedMs);
    const reason = "the conversation has become very long without a solution";
    const evidence = { rule: "longest talk", value: claim.lengthTurns };
    const event = { kind: "escalate", reason, queue: defaultQueue, evidence, at } as const;
    return handoff.apply(subjectOf(lease, claim), event);
  }
  await database.withTenant(lease.tenantId, async (sql) => {
    const begun = await sql.query(startOver(lease, claim.open[0]?.seq ?? first.seq));
    if (begun.length > 0) await sql.query(toNotice(situation, first));
  });
  return true;
}

function toNotice({ lease, claim, seal }: Situation, { id, senderId, correlationId }: OpenMessage): Query {
  const { tenantId, conversationId } = lease;
  const language = languageOf(claim);
  const body = say(language, "trouble.long talk");
  const reply: Reply = {
    body,
    buttons: [toHumanButton(language)],
    ...(isWhispered(claim) && { onlyFor: senderId }),
  };
  return enqueueNotice({
    tenantId,
    conversationId,
    id: deriveId<DeliveryId>("fresh start", conversationId, id),
    messageId: deriveId<MessageId>("fresh start message", conversationId, id),
    recipient: senderId,
    body: sealReply(seal, reply),
    content: sealContent(seal, { text: body }),
    correlationId,
  });
}
