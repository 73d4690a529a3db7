import { randomBytes, timingSafeEqual } from "node:crypto";
import {
  decideApproval,
  parseApprovalValue,
  verdictOf,
  type ApprovalDesk,
  type Verdict,
} from "../core/approval.ts";
import { PermanentError } from "../core/errors.ts";
import type { ConversationId, StaffId, TenantId } from "../core/ids.ts";
import type { KeptCall } from "../core/kept-call.ts";
import type { Log } from "../core/log.ts";
import { isWhispered } from "../inbox/conversation-key.ts";
import { toTextLanguage } from "../core/texts/texts.ts";
import type { Database, Sql } from "../store/database.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";
import { sweepDue } from "../store/sweep-due.ts";
import {
  maxShownArguments,
  showArguments,
  toApprovalCards,
  toDecisionReply,
  toDeniedReply,
  toWaitingReply,
} from "./approval-card.ts";
import { approvalNotice, toNote, toTeller, type TellingPlace } from "./approval-notice.ts";
import {
  approvalIdOf,
  argumentsPurpose,
  auditApproval,
  digestOf,
  findOverdue,
  findWaiting,
  insertApproval,
  isOwnRequest,
  lockApproval,
  lockForRequest,
  mayDecide,
  settleApproval,
  type ApprovalRow,
  type RequestPlace,
} from "./approval-store.ts";
import { answerPress, toNews, type ApprovalNews, type PressedControl } from "./pressed.ts";
import type { PostedInRoom, StaffRoom } from "./staff-room.ts";

/** Where calls wait for a colleague's word, what is decided there, and what becomes of it. */
export interface Approvals extends ApprovalDesk {
  /**
   * Rules on a press, inside the transaction that settles the control. One of several presses wins. Gives the
   * conversation that has something new to look at.
   */
  press(sql: Sql, seal: TenantSeal, pressed: PressedControl): Promise<ApprovalNews | undefined>;
  /** Ends what nobody decided in time, and what lost its conversation. Resolves with how many ended. */
  sweep(): Promise<number>;
  /** Whether something was put into this conversation's outbox here since the last time this was asked. */
  takeAsked(conversationId: ConversationId): boolean;
}

export interface ApprovalParts {
  readonly database: Database;
  readonly sealer: Sealer;
  /** How long a request waits, milliseconds. */
  readonly ttlMs: number;
  /** Where colleagues see a request when they do not share the person's thread. */
  readonly room?: Pick<StaffRoom, "post"> | undefined;
  /** Whether a company lets colleagues approve what they asked for themselves; without it none does. */
  readonly mayApproveOwn?: ((tenantId: TenantId) => boolean) | undefined;
  /** Called after a commit that put something into a conversation; must not throw. */
  readonly onNews: (news: ApprovalNews) => void;
  readonly log: Log;
}

const overdueAtOnce = 100;

export function createApprovals({
  database,
  sealer,
  ttlMs,
  room,
  mayApproveOwn = () => false,
  onNews,
  log,
}: ApprovalParts): Approvals {
  const asked = new Set<ConversationId>();

  async function request(wanted: KeptCall): Promise<{ readonly expiresAt: Date }> {
    if (showArguments(wanted.arguments).length > maxShownArguments)
      throw new PermanentError(`${wanted.tool} was not asked for: its arguments are too long to be checked`);
    const seal = await sealer.forTenant(wanted.tenantId);
    const { expiresAt, news } = await database.withTenant(wanted.tenantId, (sql) => ask(sql, seal, wanted), {
      retries: 2,
    });
    asked.add(wanted.conversationId);
    if (news !== undefined) onNews(news);
    return { expiresAt };
  }

  async function ask(
    sql: Sql,
    seal: TenantSeal,
    wanted: KeptCall,
  ): Promise<{ readonly expiresAt: Date; readonly news?: ApprovalNews | undefined }> {
    const [place] = await sql.query<RequestPlace>(lockForRequest(wanted));
    if (place === undefined)
      throw new PermanentError(`${wanted.tool} was not asked for: a colleague has the conversation`);
    const nonce = randomBytes(16).toString("base64url");
    const correlationId = place.correlation_id ?? "";
    const [kept] = await sql.query<{ expires_at: Date }>(
      insertApproval(wanted, {
        sealed: seal.seal(argumentsPurpose, wanted.arguments),
        nonceHash: digestOf(nonce),
        epoch: place.epoch,
        ttlMs,
        correlationId,
      }),
    );
    if (kept === undefined) return { expiresAt: await alreadyWaiting(sql, wanted) };
    const id = approvalIdOf(wanted);
    const { tenantId, conversationId, tool } = wanted;
    const actor = `contact:${wanted.requester}`;
    const audit = { conversationId, actor, action: "approval asked", approvalId: id, tool, correlationId };
    await sql.query(auditApproval(tenantId, audit));
    const posted = await showCards(sql, seal, { wanted, place, id, nonce });
    log.info({ conversationId, approvalId: id, tool, correlationId }, "approval asked for");
    return { expiresAt: kept.expires_at, news: posted && { ...posted, correlationId } };
  }

  async function alreadyWaiting(sql: Sql, wanted: KeptCall): Promise<Date> {
    const [waiting] = await sql.query<{ expires_at: Date }>(findWaiting(wanted));
    if (waiting === undefined) throw new Error("approvals: a request is neither new nor known");
    return waiting.expires_at;
  }

  /** Gives the room whose bell is to be rung, where that is not the conversation itself. */
  async function showCards(
    sql: Sql,
    seal: TenantSeal,
    shown: {
      readonly wanted: KeptCall;
      readonly place: RequestPlace;
      readonly id: string;
      readonly nonce: string;
    },
  ): Promise<PostedInRoom | undefined> {
    const { wanted, place, id, nonce } = shown;
    const name = place.requester_name === null ? undefined : seal.open("contact.name", place.requester_name);
    const minutes = Math.max(1, Math.round(ttlMs / 60_000));
    const card = { tool: wanted.tool, arguments: wanted.arguments, requesterName: name, minutes };
    const cards = toApprovalCards(card, id, nonce);
    const teller = toTeller(sql, seal, wanted, place);
    if (isShared(place, mayApproveOwn(wanted.tenantId))) {
      for (const [index, reply] of cards.entries()) await teller(reply, `${id}:${index}`);
      return undefined;
    }
    const correlationId = place.correlation_id ?? "";
    const posted = await room?.post(sql, seal, {
      tenantId: wanted.tenantId,
      replies: cards,
      cause: id,
      correlationId,
    });
    if (posted === undefined)
      throw new PermanentError(
        `${wanted.tool} needs a colleague's approval, and none can be asked from here: offer the person a human`,
      );
    await teller(toWaitingReply(wanted.tool, toTextLanguage(place.requester_language)), id);
    return posted;
  }

  async function press(
    sql: Sql,
    seal: TenantSeal,
    pressed: PressedControl,
  ): Promise<ApprovalNews | undefined> {
    const verdict = verdictOf(pressed.action);
    if (verdict === undefined) return undefined;
    const named = parseApprovalValue(pressed.value);
    const [row] =
      named === undefined ? [] : await sql.query<ApprovalRow>(lockApproval(pressed.tenantId, named.id));
    const isGenuine =
      row !== undefined && named !== undefined && timingSafeEqual(digestOf(named.nonce), row.nonce_hash);
    const ruling =
      row === undefined
        ? ({ kind: "denied", reason: "not genuine" } as const)
        : decideApproval(
            { state: row.state, epoch: row.epoch, expiresAt: row.expires_at },
            {
              verdict,
              isGenuine,
              mayDecide: await isAuthorized(sql, pressed),
              isOwnRequest: await isOwn(sql, pressed, row.id),
              epoch: row.now_epoch,
              botHasIt: row.owner_kind === "bot",
              at: row.now,
            },
          );
    if (ruling.kind === "denied" || row === undefined) {
      const reason = ruling.kind === "denied" ? ruling.reason : "not genuine";
      log.warn({ conversationId: pressed.conversationId, reason }, "approval button pressed in vain");
      const reply = { ...toDeniedReply(reason), onlyFor: pressed.senderId };
      await sql.query(answerPress(seal, pressed, approvalNotice, reply));
      return undefined;
    }
    await settle(sql, seal, row, { tenantId: pressed.tenantId, to: ruling.state, by: pressed.staff });
    if (pressed.conversationId !== row.conversation_id)
      await sql.query(
        answerPress(seal, pressed, approvalNotice, toDecisionReply(row.tool, ruling.state, "en")),
      );
    return toNews(pressed.tenantId, row);
  }

  async function isAuthorized(sql: Sql, { tenantId, staff }: PressedControl): Promise<boolean> {
    return staff !== undefined && (await sql.query(mayDecide(tenantId, staff))).length > 0;
  }

  async function isOwn(sql: Sql, { tenantId, staff }: PressedControl, id: string): Promise<boolean> {
    if (staff === undefined || mayApproveOwn(tenantId)) return false;
    return (await sql.query(isOwnRequest(tenantId, id, staff))).length > 0;
  }

  /** Ends the wait: state, audit, a line in the conversation, and after an approval the note to carry it out. */
  async function settle(
    sql: Sql,
    seal: TenantSeal,
    row: ApprovalRow,
    end: {
      readonly tenantId: TenantId;
      readonly to: Verdict | "expired" | "stood down";
      readonly by: StaffId | undefined;
    },
  ): Promise<void> {
    const { tenantId, to } = end;
    const by = to === "approved" || to === "refused" ? end.by : undefined;
    const [changed] = await sql.query(settleApproval(tenantId, row.id, { from: row.state, to, by }));
    if (changed === undefined) return;
    const { conversation_id: conversationId, tool, id } = row;
    const correlationId = row.correlation_id ?? "";
    const actor = by === undefined ? "system" : `staff:${by}`;
    const audit = { conversationId, actor, action: `approval ${to}`, approvalId: id, tool, correlationId };
    await sql.query(auditApproval(tenantId, audit));
    await toTeller(
      sql,
      seal,
      { tenantId, conversationId },
      toPlace(row),
    )(toDecisionReply(tool, to, toTextLanguage(row.requester_language)), `${id}:${to}`);
    if (to === "approved") await sql.query(toNote(seal, tenantId, row));
    log.info({ conversationId, approvalId: id, tool, state: to, correlationId }, "approval settled");
  }

  function sweep(): Promise<number> {
    return sweepDue<{ company_id: TenantId; id: string }>(database, {
      find: findOverdue(overdueAtOnce),
      one: ({ company_id: tenantId, id }) => end(tenantId, id),
      onFailed: ({ id }, cause) => log.warn({ approvalId: id, err: cause }, "swept past an approval"),
    });
  }

  async function end(tenantId: TenantId, id: string): Promise<void> {
    const seal = await sealer.forTenant(tenantId);
    const row = await database.withTenant(tenantId, async (sql) => {
      const [found] = await sql.query<ApprovalRow>(lockApproval(tenantId, id));
      if (found === undefined || !isOpen(found)) return undefined;
      const lost = found.epoch !== found.now_epoch || found.owner_kind !== "bot";
      const late = found.state === "pending" && found.expires_at <= found.now;
      if (!lost && !late) return undefined;
      await settle(sql, seal, found, { tenantId, to: lost ? "stood down" : "expired", by: undefined });
      return found;
    });
    if (row !== undefined) onNews(toNews(tenantId, row));
  }

  return { request, press, sweep, takeAsked: (conversationId) => asked.delete(conversationId) };
}

/**
 * Somebody who may decide reads it too: a thread several people share, or the private chat of a colleague whose own
 * word is enough.
 */
function isShared(place: RequestPlace, mayApproveOwn: boolean): boolean {
  if (place.audience === "direct") return place.requester_is_staff && mayApproveOwn;
  return !isWhispered(place);
}

function isOpen({ state, run_turn_id: turn }: ApprovalRow): boolean {
  return state === "pending" || (state === "approved" && turn === null);
}

function toPlace(row: ApprovalRow): TellingPlace {
  const { audience, thread, requester_external_id: requester, correlation_id: correlation } = row;
  return { audience, thread, requester_id: requester, correlation_id: correlation };
}
