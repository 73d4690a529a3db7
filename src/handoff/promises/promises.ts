import { randomUUID } from "node:crypto";
import { deckButton } from "../../core/deck.ts";
import { isId, type ConversationId, type MessageId, type StaffId, type TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import { plainText } from "../../core/plain-text.ts";
import type { Button, Reply } from "../../core/reply.ts";
import type { Database, Query, Sql } from "../../store/database.ts";
import { deriveId } from "../../store/derive-id.ts";
import type { Sealer, TenantSeal } from "../../store/seal.ts";
import { sweepDue } from "../../store/sweep-due.ts";
import { plainName } from "../approval-card.ts";
import { lockConversation } from "../handoff-store.ts";
import type { FollowBaton } from "../passed-baton.ts";
import { answerPress, type ApprovalNews, type PressedControl } from "../pressed.ts";
import { channelOf, findRoomOf, lockRoom } from "../rooms/room-store.ts";
import { toMoment } from "../../core/wall-clock.ts";
import type { Rooms } from "../rooms/rooms.ts";
import { sayInRoom } from "../rooms/say-in-room.ts";
import type { StaffRoom } from "../staff-room.ts";
import { findPromises, mayPromise } from "./find-promises.ts";
import {
  askAbout,
  dropPromises,
  findPromisesDue,
  forgetPromises,
  insertPromise,
  promisePurpose,
  putOffPromise,
  settlePromise,
  takeReminder,
  type PromiseRow,
} from "./promise-store.ts";

/** What a colleague said to a person. */
interface SaidToPerson {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
  readonly staff: StaffId;
  readonly text: string;
  readonly at: Date;
}

/** What colleagues said to people that they would do: kept with its day, reminded of, and asked about at the end. */
export interface Promises {
  /** Keeps what a colleague promised, in the transaction in which they said it. Gives what to tell them; empty for none. */
  hear(sql: Sql, seal: TenantSeal, said: SaidToPerson): Promise<string>;
  /** A message was taken back, or says something else now: what it promised is promised no more. */
  forget(sql: Sql, tenantId: TenantId, messageId: MessageId): Promise<void>;
  /** What a colleague who is about to resolve a conversation is asked, once; undefined where nothing is open. */
  ask(
    sql: Sql,
    seal: TenantSeal,
    tenantId: TenantId,
    conversation: ConversationId,
  ): Promise<Reply | undefined>;
  /** What is still open when a conversation ends is dropped. */
  readonly follow: FollowBaton;
  /** A colleague's press under a reminder; nothing for any other button. */
  press(sql: Sql, seal: TenantSeal, pressed: PressedControl): Promise<ApprovalNews | undefined>;
  /** Reminds of what is due. Resolves with how much that was. */
  sweep(): Promise<number>;
}

export interface PromisesParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly rooms: Pick<Rooms, "policyOf" | "split">;
  readonly staffRoom: Pick<StaffRoom, "post">;
  readonly onNews: (news: ApprovalNews) => void;
  readonly log: Log;
}

interface PromiseDue {
  readonly company_id: TenantId;
  readonly id: string;
  readonly conversation_id: ConversationId;
}

const dueAtOnce = 100;
const dayMs = 86_400_000;
const ownActions = { kept: "baton.promise.kept", later: "baton.promise.later", drop: "baton.promise.drop" };

export function createPromises(parts: PromisesParts): Promises {
  const { database, sealer, rooms, staffRoom, onNews, log } = parts;
  const momentOf = (tenantId: TenantId, at: Date) => toMoment(at, rooms.policyOf(tenantId).timeZone);

  async function hear(sql: Sql, seal: TenantSeal, said: SaidToPerson): Promise<string> {
    const { tenantId, conversationId, messageId, staff, text, at: now } = said;
    if (!mayPromise(text)) return "";
    const { timeZone } = rooms.policyOf(tenantId);
    // What reads dates takes its time to load: it is loaded when the first one may have to be read.
    const { readWhen } = await import("../../guard/understanding/when.ts");
    const kept: string[] = [];
    for (const [index, { words, dueAt }] of findPromises(text, { now, timeZone, readWhen }).entries()) {
      const promise = {
        id: deriveId("promise", messageId, now.toISOString(), String(index)),
        conversationId,
        messageId,
        staff,
        words: seal.seal(promisePurpose, words),
        dueAt,
      };
      const [isNew] = await sql.query(insertPromise(tenantId, promise));
      if (isNew !== undefined)
        kept.push(`📌 Noted: “${plainText(words)}”, due ${momentOf(tenantId, dueAt)}.`);
    }
    return kept.join("\n\n");
  }

  async function ask(
    sql: Sql,
    seal: TenantSeal,
    tenantId: TenantId,
    conversationId: ConversationId,
  ): Promise<Reply | undefined> {
    const open = await sql.query<PromiseRow>(askAbout(tenantId, conversationId));
    if (open.length === 0) return undefined;
    const lines = open.map((row) => `- ${toLine(seal, row)}, due ${momentOf(tenantId, row.due_at)}`);
    const [first] = open;
    return {
      body: `📌 **Still promised:**\n${lines.join("\n")}\n\nIs it done? Resolve once more to close it all the same.`,
      buttons: [
        ...(open.length === 1 && first !== undefined ? [button("kept", "Done", first.id)] : []),
        deckButton("resolve", "Resolve", { conversationId, style: "primary" }),
      ],
    };
  }

  async function press(sql: Sql, seal: TenantSeal, pressed: PressedControl): Promise<undefined> {
    const { tenantId, action, value, staff } = pressed;
    if (staff === undefined || !isId(value)) return;
    const answer = decidePress(tenantId, action, value);
    if (answer === undefined) return;
    const changed = await sql.query(answer.change);
    const body = changed.length === 0 ? "That is settled already." : answer.body;
    await sql.query(answerPress(seal, pressed, "promise answer", { body }));
  }

  /** What a press changes, and what is said to it; undefined for a button of somebody else's. */
  function decidePress(
    tenantId: TenantId,
    action: string,
    id: string,
  ): { readonly change: Query; readonly body: string } | undefined {
    switch (action) {
      case ownActions.later: {
        const later = new Date(Date.now() + dayMs);
        const body = `📌 I remind you again on ${momentOf(tenantId, later)}.`;
        return { change: putOffPromise(tenantId, id, later), body };
      }
      case ownActions.kept:
        return { change: settlePromise(tenantId, id, "kept"), body: "✅ Done as promised." };
      case ownActions.drop:
        return { change: settlePromise(tenantId, id, "dropped"), body: "📌 Not kept in mind any more." };
      default:
        return undefined;
    }
  }

  function sweep(): Promise<number> {
    return sweepDue<PromiseDue>(database, {
      find: findPromisesDue(dueAtOnce),
      one: async ({ company_id: tenantId, id, conversation_id: conversationId }) => {
        const seal = await sealer.forTenant(tenantId);
        const touched = await database.withTenant(tenantId, (sql) =>
          remind({ sql, seal, tenantId, conversationId, id }),
        );
        for (const news of touched) onNews({ ...news, tenantId, correlationId: randomUUID() });
      },
      onFailed: ({ id }, cause) =>
        log.warn({ promiseId: id, err: cause }, "not reminded of a promise yet; trying again"),
    });
  }

  /** In the room's thread where the person does not read along, else in the staff room. */
  async function remind(about: {
    readonly sql: Sql;
    readonly seal: TenantSeal;
    readonly tenantId: TenantId;
    readonly conversationId: ConversationId;
    readonly id: string;
  }): Promise<readonly Omit<ApprovalNews, "tenantId" | "correlationId">[]> {
    const { sql, seal, tenantId, conversationId, id } = about;
    await lockConversation(sql, tenantId, conversationId);
    const newest = await findRoomOf(sql.query, tenantId, conversationId);
    const room = newest && (await lockRoom(sql, tenantId, newest.id));
    const [row] = await sql.query<PromiseRow>(takeReminder(tenantId, id));
    if (row === undefined) return [];
    const body = `⏰ **Due now:** ${toLine(seal, row)}.`;
    const buttons = [
      button("kept", "Done", id, "primary"),
      button("later", "Tomorrow", id),
      button("drop", "Forget it", id),
    ];
    const cause = `promise ${id} ${row.due_at.toISOString()}`;
    const place = room?.room_conversation_id ?? undefined;
    if (room !== undefined && place !== undefined && place !== conversationId) {
      const touched = new Set<ConversationId>();
      await sayInRoom({ sql, seal, split: rooms.split, tenantId, room, touched }, [cause], { body, buttons });
      const channel = await channelOf(sql, tenantId, place);
      return channel === undefined ? [] : [{ conversationId: place, channel }];
    }
    const replies = [{ body, buttons }];
    const posted = await staffRoom.post(sql, seal, { tenantId, replies, cause, correlationId: "" });
    if (posted === undefined)
      log.info({ tenantId, promiseId: id }, "a promise is due, and no room to say it in");
    return posted === undefined ? [] : [posted];
  }

  return {
    hear,
    forget: async (sql, tenantId, messageId) => void (await sql.query(forgetPromises(tenantId, messageId))),
    ask,
    follow: async (sql, _seal, { tenantId, conversationId, event }) => {
      if (event.kind === "resolve") await sql.query(dropPromises(tenantId, conversationId));
    },
    press,
    sweep,
  };
}

function toLine(seal: TenantSeal, { words, owner }: PromiseRow): string {
  return `**${plainName(owner)}** said: “${plainText(seal.open(promisePurpose, words))}”`;
}

function button(
  action: keyof typeof ownActions,
  label: string,
  value: string,
  style?: Button["style"],
): Button {
  return { action: ownActions[action], label, value, ...(style !== undefined && { style }) };
}
