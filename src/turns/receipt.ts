import type { Channel, Target } from "../core/channel.ts";
import { receiptEmoji } from "../core/emoji-names.ts";
import { PermanentError } from "../core/errors.ts";
import type { ConversationId, TenantId } from "../core/ids.ts";
import type { Lease } from "../core/lease.ts";
import type { Log } from "../core/log.ts";
import type { Destination } from "../outbox/outbox.ts";
import type { Database } from "../store/database.ts";
import { noteReceipt, type TurnRow } from "./turn-store.ts";

/** The sign that a message was seen, while its answer takes its time. */
export interface Receipt {
  /** An answer is visible, or the turn is over: no new sign from here on. Resolves when none is on its way either. */
  cancel(): Promise<void>;
  /** Takes the sign away. True when none stands any more, so that the turn's row may forget it. */
  clear(): Promise<boolean>;
}

export interface ReceiptParts {
  readonly database: Database;
  readonly lease: Lease;
  readonly destination: Destination;
  readonly turn: TurnRow;
  /** The message to mark. */
  readonly externalId: string | undefined;
  /** Where an earlier worker left one. */
  readonly inherited: string | undefined;
  /** An answer visible within this time needs no sign, milliseconds. */
  readonly delayMs: number;
  readonly log: Log;
}

/** Platforms show it for ten seconds or less. */
const typingEveryMs = 8_000;

/**
 * Puts 👀 on the message, and shows that an answer is being written, if nothing is visible soon. The 👀 is recorded
 * before it is put, so that a crash does not leave it there; the rest goes away by itself.
 */
export function createReceipt(parts: ReceiptParts): Receipt {
  const { database, lease, destination, turn, externalId, log } = parts;
  const { channel, target } = destination;
  let standing = parts.inherited;
  let putting: Promise<void> = Promise.resolve();
  let typing: NodeJS.Timeout | undefined;
  const { reactions, typing: types } = channel.capabilities;
  const marked = reactions && standing === undefined ? externalId : undefined;
  const timer = marked === undefined && !types ? undefined : setTimeout(begin, parts.delayMs);

  function begin(): void {
    if (marked !== undefined) putting = put(marked);
    if (!types) return;
    showTyping();
    typing = setInterval(showTyping, typingEveryMs);
  }

  function showTyping(): void {
    try {
      lease.check();
      channel.typing(target).catch(() => {}); // a courtesy
    } catch {
      clearInterval(typing); // somebody else has the conversation
    }
  }

  function stopShowing(): void {
    clearTimeout(timer);
    clearInterval(typing);
  }

  async function put(id: string): Promise<void> {
    try {
      const rows = await database.statement(lease.tenantId, noteReceipt(lease, turn, id));
      if (rows.length === 0) return;
      standing = id;
      lease.check(); // this process may have slept since: whoever took over takes the recorded sign away
      await channel.react(target, { id }, receiptEmoji, true);
    } catch (cause) {
      log.debug({ cause: String(cause) }, "receipt not shown"); // a courtesy: the answer does not depend on it
    }
  }

  async function clear(): Promise<boolean> {
    stopShowing();
    await putting;
    if (standing === undefined) return true;
    try {
      const { tenantId, conversationId } = lease;
      await takeReceiptAway(database, { channel, target, tenantId, conversationId }, standing);
      return true;
    } catch (cause) {
      if (isBeyondReach(cause)) return true;
      log.warn({ cause: String(cause) }, "receipt not cleared yet");
      return false; // its row keeps it, the sweeper comes back
    }
  }

  return {
    cancel: () => {
      stopShowing();
      return putting;
    },
    clear,
  };
}

/**
 * Takes the sign away. The bot has but one of it on a message, so it is put back where a colleague put the same there out
 * of a room.
 */
export async function takeReceiptAway(
  database: Pick<Database, "statement">,
  where: {
    readonly channel: Pick<Channel, "react">;
    readonly target: Target;
    readonly tenantId: TenantId;
    readonly conversationId: ConversationId;
  },
  id: string,
): Promise<void> {
  const { channel, target, tenantId, conversationId } = where;
  await channel.react(target, { id }, receiptEmoji, false);
  // Out of rooms those are helped who talk to the bot alone.
  if (target.place.audience !== "direct") return;
  const [kept] = await database.statement(tenantId, {
    text: `SELECT 1 FROM rooms r JOIN room_reactions x ON x.company_id = $1 AND x.room_id = r.id AND x.emoji = $4
           JOIN messages m ON m.company_id = $1 AND m.id = x.message_id AND m.external_id = $3
           WHERE r.company_id = $1 AND r.conversation_id = $2 LIMIT 1`,
    values: [tenantId, conversationId, id, receiptEmoji],
  });
  if (kept !== undefined) await channel.react(target, { id }, receiptEmoji, true);
}

/** The message was deleted, or the workspace shut us out: asking again will not change that. */
export function isBeyondReach(cause: unknown): boolean {
  return cause instanceof PermanentError;
}
