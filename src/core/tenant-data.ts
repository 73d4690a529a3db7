import type { ConversationId, TenantId } from "./ids.ts";

/** One SQL statement: a constant text, values beside it. */
export interface TenantQuery {
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
}

/** A transaction in progress; usable only until the function it was handed to settles. */
export interface TenantSql {
  query<Row = Record<string, unknown>>(query: TenantQuery): Promise<Row[]>;
}

/** Seals one company's texts. What was sealed for a purpose opens for no other, and for no other company. */
export interface TenantSeal {
  seal(purpose: string, text: string): Uint8Array;
  /** Throws on anything that was not sealed for this company and purpose. */
  open(purpose: string, sealed: Uint8Array): string;
}

/** Something to say outside of a turn: into a conversation, or to the staff (about a conversation, where there is one). */
export interface Announcement {
  readonly audience: "conversation" | "staff";
  readonly topic: "booking confirmed" | "payment failed" | "payment refunded" | "new lead";
  readonly conversationId: ConversationId | undefined;
  /** CommonMark. */
  readonly body: string;
}

/** What an effect works with. All of it happens, or nothing. */
export interface EffectTools {
  readonly sql: TenantSql;
  readonly seal: TenantSeal;
  /** Said once, after the effect is there; a crash in between loses nothing. */
  announce(announcement: Announcement): Promise<void>;
}

/** A company's own data: inside each call only its rows exist. Failures are Transient or Uncertain, or travel untouched. */
export interface TenantData {
  /** One statement in a transaction of its own. */
  statement<Row = Record<string, unknown>>(tenantId: TenantId, query: TenantQuery): Promise<Row[]>;
  sealFor(tenantId: TenantId): Promise<TenantSeal>;
  /**
   * Does `work` in one transaction and remembers under the key what it gave, which must survive JSON. The same key
   * again, at the same moment or after a crash, gives the same result and does nothing. What throws leaves nothing behind.
   */
  once<T>(tenantId: TenantId, key: string, work: (tools: EffectTools) => Promise<T>): Promise<T>;
}
