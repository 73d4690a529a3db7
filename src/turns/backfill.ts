import type { Accept, Envelope, MessageEnvelope } from "../core/envelope.ts";
import type { Log } from "../core/log.ts";
import { conversationKeyOf } from "../inbox/conversation-key.ts";
import { sealContent } from "../inbox/message-content.ts";
import type { Destination } from "../outbox/outbox.ts";
import type { Database } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";
import type { Claim, OpenMessage } from "./claim.ts";
import type { HeldLease } from "./lease.ts";

export interface BackfillParts {
  readonly database: Database;
  /** The way in, for what called us and was never heard. */
  readonly accept: Accept;
  readonly log: Log;
}

// Enough to know what a thread is about; the model's window is smaller still.
const limit = 30;

// As long as Slack, the most patient of the platforms, sends again what was not acknowledged.
const missedWithinMs = 60 * 60_000;

/**
 * Whoever is called into a running thread reads what was said before. Stores the thread's earlier messages in front
 * of the conversation, as background nobody asked us to answer; what did ask us, while nobody listened, is taken in.
 * True when there was something new.
 */
export async function backfillThread(
  { database, accept, log }: BackfillParts,
  work: {
    readonly claim: Claim;
    readonly lease: HeldLease;
    readonly seal: TenantSeal;
    readonly destination: Destination;
    readonly question: OpenMessage;
  },
): Promise<boolean> {
  const { claim, lease, seal, destination, question } = work;
  if (claim.history.length > 0 || claim.thread === "" || question.content.inThread !== true) return false;
  try {
    const said = await destination.channel.history(destination.target, { after: undefined, limit });
    const earlier = said.filter(isMessage).filter((envelope) => isBefore(envelope, claim.open));
    const missed = earlier.filter(isMissed);
    const taken = await takeIn(accept, missed);
    const background = earlier.filter((envelope) => !missed.includes(envelope));
    if (background.length === 0) return taken > 0;
    const rows = background.map((envelope) => ({
      id: conversationKeyOf(envelope, claim.installationId).messageId(envelope.id),
      externalId: envelope.id,
      senderId: envelope.sender.id,
      content: sealContent(seal, { text: envelope.text, name: envelope.sender.name }),
      sentAt: envelope.sentAt,
    }));
    await database.statement(lease.tenantId, {
      text: `INSERT INTO messages (company_id, id, conversation_id, seq, role, state, reason, external_id, sender_id,
               content, sent_at)
             SELECT $1, m.id, $2, m.position - 1 - cardinality($3::uuid[]), 'user', 'settled', 'said before we were called',
               m.external_id, m.sender_id, m.content, m.sent_at
             FROM unnest($3::uuid[], $4::text[], $5::text[], $6::bytea[], $7::timestamptz[])
               WITH ORDINALITY AS m (id, external_id, sender_id, content, sent_at, position)
             ON CONFLICT DO NOTHING`,
      values: [
        lease.tenantId,
        lease.conversationId,
        rows.map((row) => row.id),
        rows.map((row) => row.externalId),
        rows.map((row) => row.senderId),
        rows.map((row) => row.content),
        rows.map((row) => row.sentAt),
      ],
    });
    return true;
  } catch (cause) {
    log.warn({ conversationId: lease.conversationId, err: cause }, "earlier messages of the thread not read");
    return false; // an answer without background is better than none
  }
}

/** Somebody waits for an answer to it; the platform may send it again or not. */
function isMissed({ addressed, sentAt }: MessageEnvelope): boolean {
  const isForUs = addressed === "mention" || addressed === "direct";
  return isForUs && Date.now() - sentAt.getTime() < missedWithinMs;
}

/** How many were new: what is known already changes nothing. */
async function takeIn(accept: Accept, missed: readonly MessageEnvelope[]): Promise<number> {
  let taken = 0;
  for (const envelope of missed) if ((await accept(envelope)).kind === "accepted") taken += 1;
  return taken;
}

function isMessage(envelope: Envelope): envelope is MessageEnvelope {
  return envelope.kind === "message" && envelope.text !== "";
}

/** Platform ids grow with time; what is open already is not background. */
function isBefore(envelope: MessageEnvelope, open: readonly OpenMessage[]): boolean {
  return open.every((message) => message.externalId === undefined || envelope.id < message.externalId);
}
