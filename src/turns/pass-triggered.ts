import type { DeliveryId, MessageId } from "../core/ids.ts";
import type { Reply } from "../core/reply.ts";
import { markTickets } from "../handoff/tickets.ts";
import { isWhispered } from "../inbox/conversation-key.ts";
import { sealContent } from "../inbox/message-content.ts";
import { sealReply } from "../outbox/delivery.ts";
import { enqueueNotice } from "../outbox/outbox-store.ts";
import { deriveId } from "../store/derive-id.ts";
import type { OpenMessage } from "./claim.ts";
import { mayStartOver } from "./answer-turn.ts";
import { isWaiting } from "./is-waiting.ts";
import { hearLanguage } from "./person-language.ts";
import { subjectOf, type Situation, type WorkParts } from "./situation.ts";
import { settleSilently } from "./turn-store.ts";

/**
 * What somebody wrote may be for people by itself: then it goes to them before anything answers it, and stays open for
 * them to read. True when it went. A turn that has shown or done something answers what it began with first.
 */
export async function passTriggered(
  parts: WorkParts,
  situation: Situation,
  questions: readonly OpenMessage[],
): Promise<boolean> {
  const { claim, lease } = situation;
  if (!mayStartOver(claim)) return false;
  const written = questions.filter(({ role, kind }) => role !== "system" && kind === "message");
  const first = written[0];
  if (first === undefined) return false;
  const triggered = await parts.triggers.before({
    tenantId: lease.tenantId,
    conversationId: lease.conversationId,
    texts: written.map(({ text }) => text),
    locale: claim.contact.locale,
  });
  if (triggered === undefined) return false;
  if (isWaiting(claim)) return tellWhoWaits(parts, situation, { questions, first: triggered.first });
  const { reason, queue, evidence } = triggered.decision;
  const at = new Date(Date.now() - first.waitedMs);
  const event = { kind: "escalate", reason, queue, evidence, at } as const;
  const language = await hearLanguage(
    claim,
    written.map(({ text }) => text),
    triggered.language,
  );
  return parts.handoff.apply(subjectOf(lease, claim), event, { first: triggered.first, language });
}

/**
 * Who is with people already, and only asks meanwhile, is told at once what cannot wait for them, and nothing else is made
 * of it: colleagues read it in their room, and the ticket is urgent. True when it was told.
 */
async function tellWhoWaits(
  parts: WorkParts,
  { claim, lease, seal }: Situation,
  { questions, first }: { readonly questions: readonly OpenMessage[]; readonly first: string | undefined },
): Promise<boolean> {
  const last = questions.at(-1);
  if (first === undefined || last === undefined) return false;
  const { tenantId, conversationId } = lease;
  await parts.rooms.bring(tenantId, conversationId);
  const reply: Reply = { body: first, ...(isWhispered(claim) && { onlyFor: last.senderId }) };
  await parts.database.withTenant(tenantId, async (sql) => {
    await sql.query(
      enqueueNotice({
        tenantId,
        conversationId,
        id: deriveId<DeliveryId>("cannot wait", conversationId, last.id),
        messageId: deriveId<MessageId>("cannot wait message", conversationId, last.id),
        recipient: last.senderId,
        body: sealReply(seal, reply),
        content: sealContent(seal, { text: first }),
        correlationId: last.correlationId,
      }),
    );
    await sql.query(markTickets(tenantId, conversationId, { priority: "urgent" }));
  });
  const told = questions.map(({ id }) => ({ id, reason: "it cannot wait", state: "settled" as const }));
  await parts.database.statement(tenantId, settleSilently(lease, 0, told));
  return true;
}
