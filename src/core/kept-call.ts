import type { ContactId, ConversationId, TenantId, TurnId } from "./ids.ts";
import type { Role } from "./tool.ts";

/** A tool's call that outlives its turn: this tool, with exactly these arguments, for this person. */
export interface KeptCall {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  /** The turn that asked: the call is bound to its epoch until it has begun. */
  readonly turnId: TurnId;
  readonly requester: ContactId;
  /** The requester's role, under which the call runs. */
  readonly role: Role;
  readonly tool: string;
  /** JSON text: what is shown where somebody has to approve it, hashed, kept and run. */
  readonly arguments: string;
  /** The same for every try of the same call: asking again makes no second one. */
  readonly idempotencyKey: string;
}
