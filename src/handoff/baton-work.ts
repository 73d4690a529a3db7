import { toMoment } from "../core/wall-clock.ts";
import { transition, type BatonEvent, type Notice } from "../core/conversation.ts";
import type { ConversationId, StaffId, TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Reply } from "../core/reply.ts";
import type { TextCommand } from "../core/text-command.ts";
import type { Sql } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";
import { plainName } from "./approval-card.ts";
import { recordAudit, storeBaton, type LockedConversation } from "./handoff-store.ts";
import { toNotice } from "./notice.ts";
import { toNoticeReply, toRefusalReply } from "./notices.ts";
import type { FollowBaton } from "./passed-baton.ts";
import type { ApprovalNews } from "./pressed.ts";
import { findStanding, type RoomRow } from "./rooms/room-store.ts";
import { toClock, toStandingLine } from "./rooms/room-words.ts";
import type { Rooms } from "./rooms/rooms.ts";
import { insertTicket, settleTickets } from "./tickets.ts";
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

export const defaultQueue = "general_support";

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
    event: BatonEvent,
    cause: string,
    { command, isTold = false, first, words: why, data }: PassOptions = {},
  ): Promise<void> {
    const { sql, subject, conversation, ends } = work;
    const { tenantId, conversationId, correlationId } = subject;
    const before = conversation.baton;
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
    if (event.kind === "escalate") await openTicket(work, event, cause);
    if (event.kind === "resolve") await sql.query(settleTickets(tenantId, conversationId, "solved"));
    if (event.kind === "reopen") await sql.query(settleTickets(tenantId, conversationId, "open"));
    if (first !== undefined) await notify(work, { body: first }, `${cause} first`);
    const isShown = await rooms.follow(sql, work.seal, {
      ...subject,
      conversation: work.conversation,
      epoch: result.baton.epoch,
      escalation:
        event.kind === "escalate" && !(isTold && conversation.audience !== "direct")
          ? { reason: event.reason }
          : undefined,
      fromBot: before.owner.kind === "bot" && result.baton.owner.kind !== "bot",
      line: await toLine(work, event, why),
      cause,
      touched: ends.touched,
    });
    if (result.notice === "waiting for a teammate") {
      const { sql: ask, seal } = work;
      await tellWait({ sql: ask, seal, conversation }, subject, { isTold, isShown, cause });
      ends.touched.add(conversationId);
      return;
    }
    if (isTold || isShown || speaksForItself(event, result.notice)) return;
    if (result.notice === undefined) return;
    await notify(work, toNoticeReply(result.notice, conversation.language), cause);
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

  /** What a room is told of a change, beside its card. */
  async function toLine(
    { sql, subject }: Work,
    event: BatonEvent,
    words: string | undefined,
  ): Promise<string | undefined> {
    const names = await namesOf(sql, subject.tenantId, event);
    const by = names("by");
    switch (event.kind) {
      case "claim":
      case "staff reply":
        return `🙋 **${by}** has it.`;
      case "assign":
        return `🙋 **${names("to")}** has it, assigned by ${by}.`;
      case "transfer":
        return `🔔 ${by} moved it to **${event.queue}**.`;
      case "return to bot":
        return event.by === "the person"
          ? "🤖 They did not want to wait: it is back with the bot."
          : "🤖 It is back with the bot.";
      case "resolve":
        return `✅ Resolved by ${by}${words === undefined ? "" : `: ${words}`}.`;
      case "reopen":
        return `🔓 ${by} opened it again.`;
      case "snooze":
        return `💤 Snoozed until ${toMoment(event.until, rooms.policyOf(subject.tenantId).timeZone)}, or until they write.`;
      case "snooze over":
        return "⏰ It is awake again.";
      case "user message":
        return "🔔 They wrote again.";
      case "escalate":
      case "switch off":
        return undefined;
      default:
        throw new Error(`unknown event: ${JSON.stringify(event satisfies never)}`);
    }
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

async function openTicket(
  { sql, seal, subject, conversation }: Work,
  { reason, queue, evidence }: Extract<BatonEvent, { kind: "escalate" }>,
  cause: string,
): Promise<void> {
  await sql.query(
    insertTicket(seal, {
      tenantId: subject.tenantId,
      conversationId: subject.conversationId,
      contactId: conversation.contactId,
      subject: `Waiting for a person: ${reason}`,
      description: `The conversation was passed to the queue ${queue} because: ${reason}.`,
      priority: evidence?.rule.startsWith("safety") === true ? "urgent" : "normal",
      idempotencyKey: `handoff:${cause}`,
    }),
  );
}

/** The names of the colleagues in an event. */
async function namesOf(
  sql: Sql,
  tenantId: TenantId,
  event: BatonEvent,
): Promise<(who: "by" | "to") => string> {
  const found = "by" in event ? event.by : undefined;
  const to = event.kind === "assign" ? event.to : undefined;
  const ids = [found, to].filter(
    (id) => id !== undefined && id !== "bot" && id !== "idle rule" && id !== "the person",
  );
  const rows =
    ids.length === 0
      ? []
      : await sql.query<{ id: StaffId; name: string }>({
          text: "SELECT id, name FROM staff WHERE company_id = $1 AND id = ANY ($2::uuid[])",
          values: [tenantId, ids],
        });
  return (who) => {
    const id = who === "by" ? found : to;
    return plainName(rows.find((row) => row.id === id)?.name ?? "Baton");
  };
}

/** A colleague's own words tell the thread that they have joined; a notice beside them would be noise. */
function speaksForItself(event: BatonEvent, notice: Notice | undefined): boolean {
  return event.kind === "staff reply" && notice === "a teammate has joined";
}
