import type { Baton, BatonEvent } from "../core/conversation.ts";
import type { ConversationId, TenantId } from "../core/ids.ts";
import type { Sql } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";
import type { LockedConversation } from "./handoff-store.ts";
import { goOnInTicket, insertTicket, markTickets, reopenTicket, solveTickets } from "./tickets.ts";

interface Scene {
  readonly sql: Sql;
  readonly seal: TenantSeal;
  readonly subject: { readonly tenantId: TenantId; readonly conversationId: ConversationId };
  /** As it is behind the change. */
  readonly conversation: LockedConversation;
}

/**
 * Keeps a conversation's ticket as the conversation is, in the transaction that passes the baton: people who wait have an
 * open one, in the queue they wait in; it is done when the conversation ends or they do not wait on.
 */
export async function letTicketFollow(
  scene: Scene,
  event: BatonEvent,
  { before, cause }: { readonly before: Baton; readonly cause: string },
): Promise<void> {
  const { sql, subject, conversation } = scene;
  const { tenantId, conversationId } = subject;
  const { owner, status } = conversation.baton;
  if (event.kind === "escalate") return openTicket(scene, event, cause);
  if (status === "closed" || (event.kind === "return to bot" && event.by === "the person")) {
    await sql.query(solveTickets(tenantId, conversationId));
    return;
  }
  const isReopened = before.status === "closed" && owner.kind !== "bot";
  const reopened = isReopened ? await sql.query(reopenTicket(tenantId, conversationId)) : [];
  const reason = isReopened ? "they wrote again" : passedOn(event);
  if (owner.kind !== "queue" || reason === undefined) return;
  if (reopened.length === 0) await openTicket(scene, { reason, queue: owner.queue }, cause);
  await sql.query(markTickets(tenantId, conversationId, { queue: owner.queue }));
}

/** Why somebody waits whom a colleague had, or passed on without anybody having had them. */
function passedOn({ kind }: BatonEvent): string | undefined {
  if (kind === "holder left") return "their colleague left";
  return kind === "transfer" ? "a colleague passed them on" : undefined;
}

/** Asked for again while an earlier asking is not solved, it is the same matter: one ticket, and one history of its times. */
async function openTicket(
  { sql, seal, subject, conversation }: Scene,
  {
    reason,
    queue,
    evidence,
  }: Pick<Extract<BatonEvent, { kind: "escalate" }>, "reason" | "queue" | "evidence">,
  cause: string,
): Promise<void> {
  const { tenantId, conversationId } = subject;
  const priority = evidence?.rule.startsWith("safety") === true ? "urgent" : "normal";
  const goingOn = await sql.query(goOnInTicket(tenantId, conversationId, { queue, priority }));
  if (goingOn.length > 0) return;
  await sql.query(
    insertTicket(seal, {
      tenantId,
      conversationId,
      contactId: conversation.contactId,
      subject: `Waiting for a person: ${reason}`,
      description: `The conversation was passed to the queue ${queue} because: ${reason}.`,
      priority,
      queue,
      idempotencyKey: `handoff:${cause}`,
    }),
  );
}
