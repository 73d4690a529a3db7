import { defaultQueue } from "../core/baton-event.ts";
import type { ChannelName } from "../core/envelope.ts";
import type { ConversationId, MessageId, TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import { toTextLanguage, type TextLanguage } from "../core/texts/texts.ts";
import { decideTurn, isSubstantive, type TurnView } from "../core/turn.ts";
import type { Arrival } from "../inbox/inbox.ts";
import { openContent } from "../inbox/message-content.ts";
import { botMaySpeak } from "../outbox/outbox-store.ts";
import type { Database } from "../store/database.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";
import { sweepDue } from "../store/sweep-due.ts";
import { apologize } from "./apology.ts";
import { hearLanguage } from "./person-language.ts";

/** Apologies for messages whose turns cannot say it themselves: their process died, or the work on them breaks. */
export interface Apologies {
  /** One look. Resolves with how many conversations were late. */
  sweep(): Promise<number>;
}

export interface ApologiesParts {
  readonly database: Database;
  readonly sealer: Sealer;
  /** A message may wait this long without anything visible, milliseconds. */
  readonly afterMs: number;
  /** Something is to be sent in a conversation; must not throw. */
  readonly onNews: (news: Arrival) => void;
  readonly log: Log;
}

interface Late {
  readonly company_id: TenantId;
  readonly conversation_id: ConversationId;
}

interface LateRow {
  readonly id: MessageId;
  readonly seq: string;
  readonly kind: "message" | "action" | "command";
  readonly role: "user" | "staff";
  readonly sender_id: string;
  readonly content: Buffer;
  readonly correlation_id: string | null;
  readonly channel: ChannelName;
  readonly audience: "direct" | "group" | "public" | "shared";
  readonly thread: string;
  readonly status: string;
  readonly owner_kind: "bot" | "queue";
  readonly asks_meanwhile: boolean;
  /** What came no later was there before the conversation changed hands. */
  readonly epoch_seq: string;
  readonly requester_id: string;
  readonly language: string | null;
  readonly locale: string | null;
  readonly is_told: boolean;
}

const limit = 200;

export function createApologies({ database, sealer, afterMs, onNews, log }: ApologiesParts): Apologies {
  function sweep(): Promise<number> {
    return sweepDue<Late>(database, {
      find: findLate(afterMs),
      one: ({ company_id: tenantId, conversation_id: conversationId }) => tell(tenantId, conversationId),
      onFailed: ({ conversation_id: conversationId }, cause) =>
        log.warn({ conversationId, err: cause }, "swept past a late message"),
    });
  }

  /** The oldest message that is meant for the bot is apologized for; nobody wants one for each. */
  async function tell(tenantId: TenantId, conversationId: ConversationId): Promise<void> {
    const seal = await sealer.forTenant(tenantId);
    const rows = await database.statement<LateRow>(tenantId, readLate(tenantId, conversationId, afterMs));
    const row = rows.find((message) => isForBot(message, seal));
    if (row === undefined || row.is_told) return;
    const correlationId = row.correlation_id ?? "";
    const told = await apologize(database, seal, {
      tenantId,
      conversationId,
      messageId: row.id,
      senderId: row.sender_id,
      place: row,
      correlationId,
      language: () => languageIn(row, seal),
    });
    if (told?.isNew !== true) return;
    log.warn({ conversationId, correlationId }, "a message waits too long: apologized");
    onNews({ tenantId, conversationId, channel: row.channel, correlationId, urgent: false });
  }

  return { sweep };
}

async function languageIn({ language, locale, content }: LateRow, seal: TenantSeal): Promise<TextLanguage> {
  const { text } = openContent(seal, content);
  const contact = { language: language ?? undefined, locale: locale ?? undefined };
  return toTextLanguage(await hearLanguage({ contact }, [text]));
}

/** What the turn would decide, if there were one. */
function isForBot(row: LateRow, seal: TenantSeal): boolean {
  try {
    const { text, addressed = "none", mentionsOthers = false, action } = openContent(seal, row.content);
    if (row.status === "closed" && !isSubstantive(text)) return false;
    const { seq, kind, role, sender_id: senderId } = row;
    if (row.owner_kind === "queue" && Number(seq) <= Number(row.epoch_seq)) return false;
    const item = { seq: Number(seq), kind, role, senderId, text, addressed, mentionsOthers, action };
    return decideTurn(item, toView(row)).kind === "answer";
  } catch {
    return false; // nobody can read it: the work gives it up and says so
  }
}

function toView(row: LateRow): TurnView {
  const { requester_id: requesterId, audience, asks_meanwhile: asksMeanwhile } = row;
  const owner: TurnView["owner"] =
    row.owner_kind === "bot" ? { kind: "bot" } : { kind: "queue", queue: defaultQueue };
  return { owner, requesterId, audience, asksMeanwhile };
}

/**
 * Conversations in which a message may have waited too long: nothing has come in since, or nobody is at work on them.
 * A turn at work in one where people go on writing apologizes itself. In no order: those that are told and wait on must
 * not keep a look from the others.
 */
function findLate(afterMs: number) {
  return {
    text: `SELECT company_id, id AS conversation_id FROM conversations
           WHERE inbox_version > settled_version AND ${botMaySpeak}
             AND created_at < clock_timestamp() - $1 * interval '1 millisecond'
             AND (updated_at < clock_timestamp() - $1 * interval '1 millisecond'
               OR lease_until IS NULL OR lease_until < clock_timestamp())
           ORDER BY random() LIMIT ${limit}`,
    values: [afterMs],
  };
}

function readLate(tenantId: TenantId, conversationId: ConversationId, afterMs: number) {
  return {
    text: `SELECT m.id, m.seq, m.kind, m.role, m.sender_id, m.content, m.correlation_id, c.channel, c.audience, c.thread,
             c.status, c.owner_kind, c.epoch_seq, u.external_id AS requester_id, u.language, u.locale,
             c.owner_kind = 'queue' AND c.meanwhile_epoch IS NOT DISTINCT FROM c.epoch AS asks_meanwhile,
             EXISTS (SELECT FROM deliveries d WHERE d.company_id = $1 AND d.conversation_id = c.id
               AND d.created_at > m.created_at AND d.state IN ('sending', 'sent', 'unknown')) AS is_told
           FROM messages m
           JOIN conversations c ON c.company_id = $1 AND c.id = m.conversation_id AND c.${botMaySpeak}
           JOIN contacts u ON u.company_id = $1 AND u.id = c.user_id
           WHERE m.company_id = $1 AND m.conversation_id = $2 AND m.state = 'open' AND m.role <> 'system'
             AND m.created_at < clock_timestamp() - $3 * interval '1 millisecond'
           ORDER BY m.seq LIMIT 20`,
    values: [tenantId, conversationId, afterMs],
  };
}
