import { transition, type BatonEvent, type Notice } from "../core/conversation.ts";
import type { ConversationId, TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Reply } from "../core/reply.ts";
import type { TextCommand } from "../core/text-command.ts";
import type { Sql } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";
import { plainName } from "./approval-card.ts";
import { recordAudit, storeBaton, type LockedConversation } from "./handoff-store.ts";
import { mentionsOf } from "./mentions.ts";
import { toNotice } from "./notice.ts";
import { toNoticeReply, toRefusalReply } from "./notices.ts";
import type { FollowBaton } from "./passed-baton.ts";
import { toLine } from "./passed-line.ts";
import type { ApprovalNews } from "./pressed.ts";
import { findStanding, type RoomRow } from "./rooms/room-store.ts";
import { toClock, toStandingLine } from "./rooms/room-words.ts";
import type { Rooms } from "./rooms/rooms.ts";
import { letTicketFollow } from "./ticket-follows.ts";
import { inUsualQueue } from "./usual-queue.ts";
import { tellWait } from "./waiting/waits.ts";

/** The conversation something happens to. */
export interface Subject {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly correlationId: string;
}

/** A transaction in which a conversation is locked. */
export interface Work {
  readonly sql: Sql;
  readonly seal: TenantSeal;
  readonly subject: Subject;
  conversation: LockedConversation;
  /** The room in whose thread colleagues tell what to do; undefined where that is the conversation itself. */
  readonly room: RoomRow | undefined;
  /** Where colleagues are answered. */
  readonly desk: ConversationId;
  readonly ends: Ends;
}

/** What is to be done once the transaction is committed. */
export interface Ends {
  /** Conversations that changed hands, with their new epoch. */
  readonly changes: Map<ConversationId, number>;
  readonly news: ApprovalNews[];
  /** Conversations in which something is to be sent. */
  readonly touched: Set<ConversationId>;
  /** Conversations whose rooms are to be looked after. */
  readonly rooms: Set<ConversationId>;
  /** Answers of the bot that a colleague corrected: their documents are to be brought up to date. */
  readonly reviewed: Set<string>;
  /** Replies that are to be suggested to colleagues. */
  readonly suggestions: Set<string>;
}

export interface PassOptions {
  /** The command that asked for it: a refusal is told to who typed it. */
  readonly command?: TextCommand["name"] | undefined;
  /** The person has been told already. */
  readonly isTold?: boolean;
  /** What the person is told before anything else, even where a card takes the notice's place. */
  readonly first?: string | undefined;
  /** Why, in a colleague's words, for their room. */
  readonly words?: string | undefined;
  /** What else its audit row tells: ids and our own names, never anybody's words. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** Passes the baton, and says so. */
export interface Passing {
  /** The new state, its audit row, its notice and its room. */
  pass(work: Work, event: BatonEvent, cause: string, options?: PassOptions): Promise<void>;
  /** Says something to the person, once for each cause. */
  notify(work: Work, reply: Reply, cause: string): Promise<void>;
  /** Says something to colleagues where they asked, once for each cause. */
  answer(work: Work, reply: Reply, cause: string): Promise<void>;
}

export function createPassing({
  rooms,
  followers,
  log,
}: {
  readonly rooms: Rooms;
  readonly followers: readonly FollowBaton[];
  readonly log: Log;
}): Passing {
  /** What a change brings about is said behind its own notice. */
  async function pass(work: Work, event: BatonEvent, cause: string, options?: PassOptions): Promise<void> {
    const before = work.conversation.baton;
    await change(work, event, cause, options);
    const { sql, seal, subject, conversation } = work;
    if (conversation.baton.epoch === before.epoch) return;
    for (const follow of followers) await follow(sql, seal, { ...subject, event, before, conversation });
  }

  async function change(
    work: Work,
    asked: BatonEvent,
    cause: string,
    { command, isTold = false, first, words: why, data }: PassOptions = {},
  ): Promise<void> {
    const { sql, subject, conversation, ends } = work;
    const { tenantId, conversationId, correlationId } = subject;
    const before = conversation.baton;
    const event = inUsualQueue(asked, rooms.policyOf(tenantId).queue);
    const result = transition(before, event);
    if (result.kind === "refused") {
      log.info({ ...subject, event: event.kind, reason: result.reason }, "baton not passed");
      if (command !== undefined) await refuse(work, { command, reason: result.reason, cause });
      return;
    }
    work.conversation = { ...conversation, baton: result.baton };
    await sql.query(storeBaton(tenantId, conversationId, result.baton));
    if (result.kind === "unchanged") {
      if (command !== undefined && work.room !== undefined)
        await answer(work, { body: await standingOf(work) }, cause);
      return;
    }
    ends.changes.set(conversationId, result.baton.epoch);
    ends.rooms.add(conversationId);
    const { epoch } = result.baton;
    await sql.query(recordAudit(tenantId, conversationId, result.audit, { epoch, correlationId, data }));
    await letTicketFollow(work, event, { before, cause });
    if (first !== undefined) await notify(work, { body: first }, `${cause} first`);
    const assigned = event.kind === "assign" && event.to !== event.by ? [event.to] : [];
    const isShown = await rooms.follow(sql, work.seal, {
      ...subject,
      conversation: work.conversation,
      epoch: result.baton.epoch,
      escalation:
        event.kind === "escalate" && !(isTold && conversation.audience !== "direct")
          ? { reason: event.reason }
          : undefined,
      fromBot: before.owner.kind === "bot" && result.baton.owner.kind !== "bot",
      line: await toLine(sql, tenantId, { event, words: why, timeZone: rooms.policyOf(tenantId).timeZone }),
      notifies: assigned,
      cause,
      touched: ends.touched,
    });
    const mayAsk = rooms.policyOf(tenantId).answersMeanwhile?.(conversation.channel) ?? true;
    if (result.notice === "waiting for a teammate") {
      const { sql: ask, seal } = work;
      await tellWait({ sql: ask, seal, conversation }, subject, { isTold, isShown, mayAsk, cause });
      ends.touched.add(conversationId);
      return;
    }
    if (isTold || isShown || speaksForItself(event, result.notice)) return;
    if (result.notice === undefined) return;
    const mentions = await mentionsOf(
      sql,
      tenantId,
      conversationId,
      conversation.audience === "direct" ? [] : assigned,
    );
    await notify(work, { ...toNoticeReply(result.notice, conversation.language), mentions }, cause);
    // Who opens it again by a message waits for a colleague, and is told so like everybody.
    if (result.notice === "reopened" && result.baton.owner.kind === "queue") {
      const how = { isTold: false, isShown, mayAsk, cause: `${cause} waits` };
      await tellWait({ sql, seal: work.seal, conversation }, subject, how);
    }
  }

  async function refuse(
    work: Work,
    {
      command,
      reason,
      cause,
    }: { readonly command: TextCommand["name"]; readonly reason: string; readonly cause: string },
  ): Promise<void> {
    const { owner } = work.conversation.baton;
    const why = command === "claim" && owner.kind === "human" ? await holderOf(work) : reason;
    await answer(work, toRefusalReply(command, why), cause);
  }

  async function holderOf({ sql, subject }: Work): Promise<string> {
    const standing = await findStanding(sql, subject.tenantId, subject.conversationId);
    const { timeZone } = rooms.policyOf(subject.tenantId);
    const since = standing?.since ? `, since ${toClock(standing.since, timeZone)}` : "";
    return `${plainName(standing?.holder ?? "a teammate")} has it already${since}`;
  }

  async function standingOf({ sql, subject }: Work): Promise<string> {
    const standing = await findStanding(sql, subject.tenantId, subject.conversationId);
    return standing === undefined ? "" : toStandingLine(standing, rooms.policyOf(subject.tenantId).timeZone);
  }

  async function notify(work: Work, reply: Reply, cause: string): Promise<void> {
    const { seal, subject, conversation } = work;
    await work.sql.query(
      toNotice(seal, {
        ...subject,
        kind: "notice",
        cause: [subject.conversationId, cause],
        recipient: conversation.requesterId,
        place: conversation,
        reply,
      }),
    );
    work.ends.touched.add(subject.conversationId);
  }

  async function answer(work: Work, reply: Reply, cause: string): Promise<void> {
    const { seal, subject, desk } = work;
    if (desk === subject.conversationId) return notify(work, reply, cause);
    const notice = {
      ...subject,
      conversationId: desk,
      kind: "notice",
      cause: [desk, cause],
      recipient: "",
      reply,
    };
    await work.sql.query(toNotice(seal, notice));
    work.ends.touched.add(desk);
  }

  return { pass, notify, answer };
}

/** A colleague's own words tell the thread that they have joined; a notice beside them would be noise. */
function speaksForItself(event: BatonEvent, notice: Notice | undefined): boolean {
  return event.kind === "staff reply" && notice === "a teammate has joined";
}
