import type { ConversationId, TenantId } from "./ids.ts";

/** The name of Baton's own note that a question is to be asked again. */
export const againAction = "baton.again";

/** Something a person wants to be reminded of, in the conversation they asked in. */
export interface Reminder {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  /** The same key is the same reminder. */
  readonly idempotencyKey: string;
  readonly text: string;
  readonly at: Date;
}

/** Where reminders are left. */
export interface ReminderDesk {
  /** Keeps it and has it said once, whatever becomes of this process. Throws PermanentError where too many wait. */
  remind(reminder: Reminder): Promise<void>;
}

/** What the rules need to know of something to be said later, and of its conversation as it is now. */
export interface LaterFacts {
  readonly kind: "question" | "reminder";
  readonly isWithBot: boolean;
  /** Nobody took the conversation over since. */
  readonly isSameEpoch: boolean;
  readonly isActive: boolean;
  /** Somebody has said something since. */
  readonly movedOn: boolean;
  /** Since when it is due, milliseconds. */
  readonly lateMs: number;
}

/** What to do with something that is due. */
export type LaterDecision = "tell" | "wait" | "stand down";

// A reminder that would come so late is none any more.
const tooLateMs = 7 * 24 * 60 * 60 * 1_000;

/**
 * A question is asked again only where nothing has happened since: whoever went on, or was answered by people, does not
 * want it any more. A reminder waits until the bot may speak.
 */
export function decideLater(facts: LaterFacts): LaterDecision {
  if (facts.kind === "reminder") {
    if (facts.isWithBot) return "tell";
    return facts.lateMs < tooLateMs ? "wait" : "stand down";
  }
  const isOpen = facts.isWithBot && facts.isSameEpoch && facts.isActive && !facts.movedOn;
  return isOpen ? "tell" : "stand down";
}
