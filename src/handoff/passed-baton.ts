import type { Baton, BatonEvent } from "../core/conversation.ts";
import type { ConversationId, TenantId } from "../core/ids.ts";
import type { Sql } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";
import type { LockedConversation } from "./handoff-store.ts";

/** A change of hands, while its transaction is open. */
export interface PassedBaton {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly correlationId: string;
  readonly event: BatonEvent;
  readonly before: Baton;
  /** As it is after the change. */
  readonly conversation: LockedConversation;
}

/** What else a change of hands brings about, in its transaction; what fails here undoes the change. */
export type FollowBaton = (sql: Sql, seal: TenantSeal, passed: PassedBaton) => Promise<void>;
