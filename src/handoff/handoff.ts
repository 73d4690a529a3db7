import type { BatonEvent, TriggerEvidence } from "../core/conversation.ts";
import type { ChannelName } from "../core/envelope.ts";
import type { ConversationId, TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import { toTextLanguage } from "../core/texts/texts.ts";
import type { Database, Sql } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { Sealer } from "../store/seal.ts";
import type { Approvals } from "./approvals.ts";
import { createPassing, type Ends, type PassOptions, type Subject, type Work } from "./baton-work.ts";
import { createControls } from "./controls.ts";
import { createDeck } from "./deck/deck.ts";
import {
  forgetHandOver,
  lockConversation,
  openControls,
  storeLanguage,
  type OpenControl,
} from "./handoff-store.ts";
import type { ApprovalNews } from "./pressed.ts";
import type { FollowBaton } from "./passed-baton.ts";
import type { Promises } from "./promises/promises.ts";
import { lockRoom, type RoomRow } from "./rooms/room-store.ts";
import type { Rooms } from "./rooms/rooms.ts";

export type { Subject } from "./baton-work.ts";

/** What an answer announced, and by which rule where one spoke for it. */
interface HandOverRequest {
  readonly queue: string;
  readonly reason: string;
  readonly evidence?: TriggerEvidence | undefined;
  readonly at: Date;
}

/** An event, or what finds it out once the conversation is locked; undefined where there is none any more. */
type EventOrFinder = BatonEvent | ((sql: Sql) => Promise<BatonEvent | undefined>);

/** What is said with an event. */
interface ApplyOptions extends Pick<PassOptions, "first" | "data"> {
  /** The person was heard to speak it (ISO 639-1): they are told everything in it from now on. */
  readonly language?: string | undefined;
}

/** Where the baton passes: each change is one transaction with its audit row and its notice. */
export interface Handoff {
  /** Applies an event, e.g. an escalation. True when the baton changed. */
  apply(subject: Subject, event: EventOrFinder, options?: ApplyOptions): Promise<boolean>;
  /** Carries out the hand-over an answer announced, once; its words were the notice. */
  handOver(subject: Subject, request: HandOverRequest): Promise<void>;
  /**
   * Carries out every open control of a conversation: buttons, commands, colleagues who speak. Needs no lease:
   * a take-over must not wait for a running turn. Each is carried out once, however many workers try. In the thread of a
   * room they are carried out on the conversation the room is about.
   */
  takeControls(subject: Subject): Promise<{ readonly changed: boolean; readonly handled: number }>;
}

export interface HandoffParts {
  readonly database: Database;
  readonly sealer: Sealer;
  /** Called after a commit that changed hands: running turns must stop, waiting ones look again. */
  readonly onChanged: (change: Subject & { readonly epoch: number }) => void;
  readonly approvals: Pick<Approvals, "press">;
  readonly rooms: Rooms;
  readonly promises: Promises;
  /** What else each change of hands brings about, in order. */
  readonly followers: readonly FollowBaton[];
  /** A colleague's words to a person wait this long before they go, milliseconds: so long they can be taken back. */
  readonly holdMs: number;
  /** Called after a commit that put something into another conversation than the one it came from; must not throw. */
  readonly onNews: (news: ApprovalNews) => void;
  /** Called after a commit in which a colleague corrected an answer; must not throw. */
  readonly onReviewed?: ((tenantId: TenantId) => void) | undefined;
  /** Called after a commit in which a colleague asked for a reply to be suggested; must not throw. */
  readonly onSuggestionWanted?: ((tenantId: TenantId, id: string) => void) | undefined;
  /** Called where somebody who is no colleague tells Baton to do what only colleagues may; must not throw. */
  readonly onStranger?: ((tenantId: TenantId) => void) | undefined;
  readonly log: Log;
}

export function createHandoff(parts: HandoffParts): Handoff {
  const { database, sealer, rooms, followers, log } = parts;
  const passing = createPassing({ rooms, followers, log });
  const { pass } = passing;
  const deck = createDeck({ ...parts, passing, reopen });
  const controls = createControls({ deck, approvals: parts.approvals, rooms });

  async function inTransaction<T>(
    subject: Subject,
    fn: (work: Work) => Promise<T>,
    room?: RoomRow,
  ): Promise<T | undefined> {
    const seal = await sealer.forTenant(subject.tenantId);
    const { tenantId, conversationId } = subject;
    const ends: Ends = {
      changes: new Map(),
      news: [],
      touched: new Set(),
      rooms: new Set(),
      reviewed: new Set(),
      suggestions: new Set(),
    };
    let news: readonly ApprovalNews[] = [];
    const result = await database.withTenant(tenantId, async (sql) => {
      // People's conversations before rooms, and rooms before their threads: everybody locks them in this order.
      const conversation = await lockConversation(sql, tenantId, conversationId);
      if (conversation === undefined) return undefined;
      const locked = room && (await lockRoom(sql, tenantId, room.id));
      const desk = room?.room_conversation_id ?? conversationId;
      if (desk !== conversationId) await lockConversation(sql, tenantId, desk);
      const value = await fn({ sql, seal, subject, conversation, room: locked, desk, ends });
      news = [...ends.news, ...(await toNews(sql, subject, [...ends.touched]))];
      return value;
    });
    for (const [changed, epoch] of ends.changes)
      parts.onChanged({ ...subject, conversationId: changed, epoch });
    news.forEach(parts.onNews);
    for (const changed of ends.rooms) void rooms.soon(tenantId, changed);
    if (ends.reviewed.size > 0) parts.onReviewed?.(tenantId);
    for (const id of ends.suggestions) parts.onSuggestionWanted?.(tenantId, id);
    return result;
  }

  async function apply(
    subject: Subject,
    asked: EventOrFinder,
    { language, ...options }: ApplyOptions = {},
  ): Promise<boolean> {
    const changed = await inTransaction(subject, async (work) => {
      const event = typeof asked === "function" ? await asked(work.sql) : asked;
      if (event === undefined) return false;
      const cause = deriveId("cause", subject.conversationId, event.kind, event.at.toISOString());
      if (language !== undefined) await hear(work, language);
      await pass(work, event, cause, options);
      return work.ends.changes.size > 0;
    });
    return changed ?? false;
  }

  async function hear(work: Work, language: string): Promise<void> {
    const { sql, subject, conversation } = work;
    await sql.query(storeLanguage(subject.tenantId, conversation.contactId, language));
    work.conversation = { ...conversation, language: toTextLanguage(language) };
  }

  async function handOver(subject: Subject, { queue, reason, evidence, at }: HandOverRequest): Promise<void> {
    const event = { kind: "escalate", reason, queue, evidence, at } as const;
    const cause = deriveId("cause", subject.conversationId, event.kind, at.toISOString());
    await inTransaction(subject, async (work) => {
      await pass(work, event, cause, { isTold: true });
      await work.sql.query(forgetHandOver(subject.tenantId, subject.conversationId));
    });
  }

  async function takeControls(subject: Subject): Promise<{ changed: boolean; handled: number }> {
    const { tenantId, conversationId: place } = subject;
    const room = await rooms.at((query) => database.statement(tenantId, query), tenantId, place);
    const target = { ...subject, conversationId: room?.conversation_id ?? place };
    const result = await inTransaction(
      target,
      async (work) => {
        const open = await work.sql.query<OpenControl>(openControls(tenantId, place));
        let handled = 0;
        for (const control of open) {
          if (await controls.carryOut(work, control)) handled += 1;
        }
        return { changed: work.ends.changes.size > 0, handled };
      },
      room,
    );
    return result ?? { changed: false, handled: 0 };
  }

  /** Asking for a person must lead to one, also from under an old answer. */
  async function reopen(work: Work, control: OpenControl): Promise<void> {
    const event = { kind: "user message", substantive: true, previousOnShift: false } as const;
    await pass(work, { ...event, at: control.created_at }, deriveId("reopening", control.id));
  }

  return { apply, handOver, takeControls };
}

/** What was touched beside the conversation itself, whose own bell rings anyway where it changed hands. */
async function toNews(
  sql: Sql,
  subject: Subject,
  touched: readonly ConversationId[],
): Promise<readonly ApprovalNews[]> {
  if (touched.length === 0) return [];
  const rows = await sql.query<{ id: ConversationId; channel: ChannelName }>({
    text: "SELECT id, channel FROM conversations WHERE company_id = $1 AND id = ANY ($2::uuid[])",
    values: [subject.tenantId, touched],
  });
  const { tenantId, correlationId } = subject;
  return rows.map(({ id, channel }) => ({ tenantId, conversationId: id, channel, correlationId }));
}
