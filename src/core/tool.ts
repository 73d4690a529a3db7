import type { ContactId, ConversationId, TenantId, TurnId } from "./ids.ts";
import type { Citation } from "./reply.ts";

/** A guarded border: gives the typed value or throws. zod's schemas are this. */
export interface Schema<T> {
  parse(input: unknown): T;
  /** The JSON Schema told to the model. */
  toJSONSchema(): object;
}

/** Roles a caller can have, verified by Baton and never taken from what is said. */
export const roles = ["customer", "staff", "admin", "analytics"] as const;
export type Role = (typeof roles)[number];

/** A file a tool made. What it is, is found out from the bytes; `mimeType` only tells kinds of text apart. */
export interface ToolFile {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

/** Who a tool works for and under which key. Everything here comes from Baton, nothing from the model. */
export interface ToolContext {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly contactId: ContactId;
  readonly turnId: TurnId;
  readonly role: Role;
  /** Who reads the answer: only with `direct` nobody but the caller. */
  readonly audience?: "direct" | "group" | "public" | "shared" | undefined;
  /** The same for every try of the same call: a second run with it must have no second effect. */
  readonly idempotencyKey: string;
  readonly now: Date;
  /** The caller's IANA time zone, where the platform tells it. */
  readonly timeZone: string | undefined;
  readonly signal: AbortSignal;
  /**
   * Hangs a file on the turn's answer, if the call ends well. Once for each name, however often the call is repeated.
   * Throws PermanentError, in words for the model, for a file that is empty, too large or one too many.
   */
  attach(file: ToolFile): Promise<void>;
}

/** Where the files of a turn's tools are kept until the answer goes out. `key` is the call's idempotency key. */
export interface TurnFiles {
  attach(key: string, file: ToolFile): Promise<void>;
  /** Forgets what a call attached that did not end well. */
  discard(key: string): Promise<void>;
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
  /** Offered to these tenants alone; to all of them when left out. */
  readonly tenants?: ReadonlySet<TenantId> | undefined;
  readonly effect: "read" | "write";
  /** May be run again with the same key after a crash without a second effect. Reads always may. */
  readonly repeatable: boolean;
  readonly approval: "none" | "staff";
  readonly rateLimit?: { readonly perMinute: number } | undefined;
  /** Milliseconds; the call is aborted then. */
  readonly timeoutMs: number;
  /**
   * Takes longer than a turn may, minutes perhaps: it runs on the queue, under a time limit of its own, and the person
   * is told when it is done.
   */
  readonly background?: true | undefined;
  /**
   * Its results are texts that anybody may have written, documents, pages and other systems' answers: they are read and
   * never obeyed. Once one of them was told in a turn, a `write` needs the person's yes. `later`: what it gives at once is
   * Baton's own, and what it comes to is told in a turn of its own.
   */
  readonly foreign?: true | "later" | undefined;
  /** US dollars per call, for the ledger. */
  readonly cost: number;
  /**
   * The business's own rules on arguments that fit the schema. Gives what is wrong in words a person may read;
   * nothing for a call that may go ahead. Asked before a colleague is, and again before each run; changes nothing.
   */
  check?(input: Input, context: ToolContext): Promise<string | undefined>;
  run(input: Input, context: ToolContext): Promise<Output>;
  /** What an answer that rests on this result may cite. */
  cite?(output: Output): readonly Source[];
}

/** A citation and the words it stands for, by which an answer is seen to rest on it. */
export interface Source {
  readonly citation: Citation;
  readonly text: string;
}

/** What is the same for every tool that only looks something up in the company's own records. */
export const lookUp = {
  effect: "read",
  repeatable: true,
  approval: "none",
  timeoutMs: 5_000,
  cost: 0.001,
} as const satisfies Partial<Tool>;

/** Keeps a tool's input and output types together while it is written down. */
export function defineTool<Input, Output>(tool: Tool<Input, Output>): Tool {
  return tool as Tool;
}
