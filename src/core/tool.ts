import type { ContactId, ConversationId, TenantId, TurnId } from "./ids.ts";

/** A guarded border: gives the typed value or throws. zod's schemas are this. */
export interface Schema<T> {
  parse(input: unknown): T;
  /** The JSON Schema told to the model. */
  toJSONSchema(): object;
}

/** Roles a caller can have, verified by Baton and never taken from what is said. */
export const roles = ["customer", "staff", "admin", "analytics"] as const;
export type Role = (typeof roles)[number];

/** Who a tool works for and under which key. Everything here comes from Baton, nothing from the model. */
export interface ToolContext {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly contactId: ContactId;
  readonly turnId: TurnId;
  readonly role: Role;
  /** The same for every try of the same call: a second run with it must have no second effect. */
  readonly idempotencyKey: string;
  readonly now: Date;
  /** The caller's IANA time zone, where the platform tells it. */
  readonly timeZone: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * A typed function an agent may call. Arguments are parsed before, results after.
 * A `write` tool must either honour `idempotencyKey` (`repeatable: true`)
 * or be handed to a person when a crash leaves its outcome unknown.
 */
export interface Tool<Input = unknown, Output = unknown> {
  readonly name: string;
  readonly description: string;
  readonly input: Schema<Input>;
  readonly output: Schema<Output>;
  readonly roles: readonly Role[];
  readonly effect: "read" | "write";
  /** May be run again with the same key after a crash without a second effect. Reads always may. */
  readonly repeatable: boolean;
  readonly approval: "none" | "staff";
  readonly rateLimit?: { readonly perMinute: number } | undefined;
  /** Milliseconds; the call is aborted then. */
  readonly timeoutMs: number;
  /** US dollars per call, for the ledger. */
  readonly cost: number;
  run(input: Input, context: ToolContext): Promise<Output>;
}

/** Keeps a tool's input and output types together while it is written down. */
export function defineTool<Input, Output>(tool: Tool<Input, Output>): Tool {
  return tool as Tool;
}
