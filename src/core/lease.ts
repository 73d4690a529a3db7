import type { ConversationId, TenantId } from "./ids.ts";

/**
 * The right to work on one conversation. Whoever holds it runs its turns and sends its deliveries; every write and
 * every send names it. It is lost when another worker takes it after it ran out, and is worthless once `signal` aborts.
 */
export interface Lease {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly token: string;
  /** The epoch the work began in: a change of hands makes it stale. */
  readonly epoch: number;
  /** Aborts with a StoodDownError when the lease is lost or the conversation changes hands. */
  readonly signal: AbortSignal;
  /** Throws StoodDownError when the lease ran out by this process's own clock, or was lost. Cheap: call it before each send. */
  check(): void;
}
