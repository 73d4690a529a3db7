import { randomBytes, timingSafeEqual } from "node:crypto";
import { decideApproval, parseApprovalValue, type Verdict } from "../core/approval.ts";
import { draftActions, draftVerdictOf } from "../core/draft.ts";
import type { Place } from "../core/envelope.ts";
import type { ConversationId, DeliveryId, MessageId, StaffId, TenantId, TurnId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Reply } from "../core/reply.ts";
import { toTextLanguage, type TextLanguage } from "../core/texts/texts.ts";
import { sealContent } from "../inbox/message-content.ts";
import { sealReply } from "../outbox/delivery.ts";
import type { Database, Sql } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";
import { sweepDue } from "../store/sweep-due.ts";
import { digestOf, insertNote, mayDecide } from "./approval-store.ts";
import { toDraftNote, toDraftCards, toDraftDecision, toDraftDenied, type DraftCard } from "./drafts-card.ts";
import {
  auditDraft,
  draftPurpose,
  findDraftsDue,
  insertDraft,
  lockDraft,
  noteDraft,
  parseDraftParts,
  releaseDraft,
  settleDraft,
  type DraftPart,
  type DraftRow,
} from "./drafts-store.ts";
import { toNotice } from "./notice.ts";
import { answerPress, toNews, type ApprovalNews, type PressedControl } from "./pressed.ts";
import type { PostedInRoom, StaffRoom } from "./staff-room.ts";

/** An answer that is thought out and not said. */
export interface UnsaidAnswer {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly turnId: TurnId;
  /** The answer's row in the history, as the turn's commit wrote it. */
  readonly messageId: MessageId;
  readonly epoch: number;
  readonly channel: string;
  readonly place: Pick<Place, "thread" | "audience">;
  /** Who asked. */
  readonly recipient: string | undefined;
  /** They wait for one response: they are told at once that a colleague looks at it. */
  readonly tellAtOnce: boolean;
  /** In which they are told so. */
  readonly language: TextLanguage;
  readonly name: string | undefined;
  readonly question: string;
  /** The messages it will be, in order. */
  readonly parts: readonly { readonly id: DeliveryId; readonly part: number; readonly reply: Reply }[];
  readonly correlationId: string;
}

/** Answers that colleagues read first: kept, shown to them, sent or discarded by one of them. */
export interface Drafts {
  /** Whether colleagues of this company have a room to see drafts in. */
  canBeSeen(tenantId: TenantId): Promise<boolean>;
  /** Keeps a draft and shows it, in the transaction that commits its turn. Gives the room whose bell is to be rung. */
  keep(sql: Sql, seal: TenantSeal, answer: UnsaidAnswer): Promise<PostedInRoom>;
  /**
   * Rules on a press, inside the transaction that settles the control. One of several presses wins. Gives the
   * conversation that has something new to look at.
   */
  press(sql: Sql, seal: TenantSeal, pressed: PressedControl): Promise<ApprovalNews | undefined>;
  /** Ends what nobody decided in time or what lost its conversation, and tells people who wait. Resolves with how many. */
  sweep(): Promise<number>;
}

export interface DraftsParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly room: StaffRoom;
  /** How long a draft waits, milliseconds. */
  readonly ttlMs: number;
  /** A person who waits this long is told that a colleague looks at the answer, milliseconds. */
  readonly noteAfterMs: number;
  /** Called after a commit that put something into a conversation; must not throw. */
  readonly onNews: (news: ApprovalNews) => void;
  readonly log: Log;
}

const dueAtOnce = 100;
const kind = "draft notice";

export function createDrafts(parts: DraftsParts): Drafts {
  const { database, sealer, room, ttlMs, noteAfterMs, onNews, log } = parts;

  async function keep(sql: Sql, seal: TenantSeal, answer: UnsaidAnswer): Promise<PostedInRoom> {
    const { tenantId, conversationId, turnId, epoch, correlationId } = answer;
    const id = deriveId("draft", tenantId, turnId);
    const nonce = randomBytes(16).toString("base64url");
    const kept = answer.parts.map(({ id: delivery, part, reply }): DraftPart => ({
      id: delivery,
      part,
      body: sealReply(seal, reply).toString("base64"),
    }));
    await sql.query(
      insertDraft(tenantId, {
        ...answer,
        id,
        sealed: seal.seal(draftPurpose, JSON.stringify(kept)),
        nonceHash: digestOf(nonce),
        ttlMs,
      }),
    );
    const audited = { id, conversation_id: conversationId, epoch, correlation_id: correlationId };
    await sql.query(auditDraft(tenantId, audited, { actor: "baton", action: "draft shown" }));
    if (answer.tellAtOnce) {
      const { recipient = "", place, language } = answer;
      await tellToWait(sql, seal, {
        tenantId,
        id,
        conversationId,
        recipient,
        place,
        correlationId,
        language,
      });
    }
    const replies = toDraftCards(toCard(answer), id, nonce);
    const posted = await room.post(sql, seal, { tenantId, replies, cause: id, correlationId });
    if (posted === undefined) throw new Error("drafts: the company has no room for colleagues any more");
    log.info({ conversationId, draftId: id, correlationId }, "answer left to colleagues as a draft");
    return posted;
  }

  function toCard({ channel, name, question, parts: messages }: UnsaidAnswer): DraftCard {
    const files = messages.flatMap(({ reply }) => reply.files ?? []);
    return {
      channel,
      name,
      question,
      bodies: messages.map(({ reply }) => reply.body).filter((body) => body !== ""),
      files: files.map((file) => file.name),
      minutes: Math.max(1, Math.round(ttlMs / 60_000)),
    };
  }

  async function press(
    sql: Sql,
    seal: TenantSeal,
    pressed: PressedControl,
  ): Promise<ApprovalNews | undefined> {
    const verdict = draftVerdictOf(pressed.action);
    if (verdict === undefined) return undefined;
    const { tenantId, staff } = pressed;
    const named = parseApprovalValue(pressed.value);
    const [row] = named === undefined ? [] : await sql.query<DraftRow>(lockDraft(tenantId, named.id));
    if (row === undefined || named === undefined) return deny(sql, seal, pressed, "not genuine");
    const ruling = decideApproval(
      { state: row.state, epoch: row.epoch, expiresAt: row.expires_at },
      {
        verdict,
        isGenuine: timingSafeEqual(digestOf(named.nonce), row.nonce_hash),
        mayDecide: staff !== undefined && (await sql.query(mayDecide(tenantId, staff))).length > 0,
        epoch: row.now_epoch,
        botHasIt: row.owner_kind === "bot",
        at: row.now,
      },
    );
    if (ruling.kind === "denied") return deny(sql, seal, pressed, ruling.reason);
    await settle(sql, seal, row, { tenantId, to: ruling.state, by: staff });
    await sql.query(answerPress(seal, pressed, kind, toDraftDecision(ruling.state)));
    return toNews(tenantId, row);
  }

  async function deny(
    sql: Sql,
    seal: TenantSeal,
    pressed: PressedControl,
    reason: Parameters<typeof toDraftDenied>[0],
  ): Promise<undefined> {
    log.warn({ conversationId: pressed.conversationId, reason }, "draft button pressed in vain");
    const reply = { ...toDraftDenied(reason), onlyFor: pressed.senderId };
    await sql.query(answerPress(seal, pressed, kind, reply));
  }

  /** Ends the wait: its answer goes out as it was shown, or people take the conversation. */
  async function settle(
    sql: Sql,
    seal: TenantSeal,
    row: DraftRow,
    end: {
      readonly tenantId: TenantId;
      readonly to: Verdict | "expired" | "stood down";
      readonly by: StaffId | undefined;
    },
  ): Promise<void> {
    const { tenantId, to } = end;
    const by = to === "approved" || to === "refused" ? end.by : undefined;
    const [changed] = await sql.query(settleDraft(tenantId, row.id, to, by));
    if (changed === undefined) return;
    const actor = by === undefined ? "system" : `staff:${by}`;
    await sql.query(auditDraft(tenantId, row, { actor, action: `draft ${toWord(to)}` }));
    if (to === "approved") {
      const messages = parseDraftParts(seal.open(draftPurpose, row.parts));
      const sealed = messages.map((part) => ({ ...part, body: Buffer.from(part.body, "base64") }));
      await sql.query(releaseDraft(tenantId, row, sealed));
    }
    if (to === "refused" || to === "expired") await sql.query(toHandOverNote(seal, tenantId, row));
    const { conversation_id: conversationId, id: draftId, correlation_id: correlationId } = row;
    log.info({ conversationId, draftId, state: to, correlationId }, "draft settled");
  }

  function sweep(): Promise<number> {
    return sweepDue<{ company_id: TenantId; id: string }>(database, {
      find: findDraftsDue(dueAtOnce, noteAfterMs),
      one: ({ company_id: tenantId, id }) => lookAfter(tenantId, id),
      onFailed: ({ id }, cause) => log.warn({ draftId: id, err: cause }, "swept past a draft"),
    });
  }

  async function lookAfter(tenantId: TenantId, id: string): Promise<void> {
    const seal = await sealer.forTenant(tenantId);
    const row = await database.withTenant(tenantId, async (sql) => {
      const [found] = await sql.query<DraftRow>(lockDraft(tenantId, id));
      if (found?.state !== "pending") return undefined;
      const isLost = found.epoch !== found.now_epoch || found.owner_kind !== "bot";
      const isLate = found.expires_at <= found.now;
      if (isLost || isLate)
        await settle(sql, seal, found, { tenantId, to: isLost ? "stood down" : "expired", by: undefined });
      else if (found.noted_at === null) await tellToWait(sql, seal, toWaiting(tenantId, found));
      return found;
    });
    if (row !== undefined) onNews(toNews(tenantId, row));
  }

  async function tellToWait(sql: Sql, seal: TenantSeal, waiting: WaitingPerson): Promise<void> {
    const { tenantId, conversationId, id } = waiting;
    const cause = [conversationId, id, "waits"];
    await sql.query(toNotice(seal, { ...waiting, kind, cause, reply: toDraftNote(waiting.language) }));
    await sql.query(noteDraft(tenantId, id));
  }

  return { canBeSeen: room.isOpen, keep, press, sweep };
}

/** Somebody whose answer waits. */
interface WaitingPerson extends Pick<
  UnsaidAnswer,
  "tenantId" | "conversationId" | "place" | "correlationId"
> {
  readonly id: string;
  readonly recipient: string;
  readonly language: TextLanguage;
}

function toWaiting(tenantId: TenantId, row: DraftRow): WaitingPerson {
  const { id, conversation_id: conversationId, requester_id: recipient, correlation_id: correlationId } = row;
  const language = toTextLanguage(row.language);
  return {
    tenantId,
    conversationId,
    id,
    recipient,
    place: row,
    correlationId: correlationId ?? "",
    language,
  };
}

/** The note that makes the conversation's next work pass it to people: nobody may be left without an answer. */
function toHandOverNote(seal: TenantSeal, tenantId: TenantId, row: DraftRow) {
  const action = { name: draftActions.handOver, value: row.id };
  return insertNote(tenantId, {
    conversationId: row.conversation_id,
    id: deriveId<MessageId>("draft note", row.conversation_id, row.id),
    senderId: row.requester_id,
    content: sealContent(seal, { text: "", action }),
    correlationId: row.correlation_id ?? "",
  });
}

function toWord(state: Verdict | "expired" | "stood down"): string {
  if (state === "approved") return "sent";
  return state === "refused" ? "discarded" : state;
}
