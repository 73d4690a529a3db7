import { randomUUID } from "node:crypto";
import { deckButton } from "../../core/deck.ts";
import type { ChannelName } from "../../core/envelope.ts";
import type { ConversationId, DeliveryId, TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Reply } from "../../core/reply.ts";
import { say, toTextLanguage, type TextLanguage } from "../../core/texts/texts.ts";
import { isWhispered } from "../../inbox/conversation-key.ts";
import { sealReply } from "../../outbox/delivery.ts";
import type { Database, Sql } from "../../store/database.ts";
import { deriveId } from "../../store/derive-id.ts";
import type { Sealer, TenantSeal } from "../../store/seal.ts";
import { lockConversation, type LockedConversation } from "../handoff-store.ts";
import { noticeIdOf, toNotice } from "../notice.ts";
import type { ApprovalNews } from "../pressed.ts";
import { channelOf, findRoomOf, mayChange, restate, staleCard } from "../rooms/room-store.ts";
import { toWaitWords } from "./wait-words.ts";
import {
  findTold,
  findWaiting,
  findWaits,
  forgetWait,
  keepWait,
  noteTold,
  type WaitRow,
} from "./waiting-store.ts";

/** Keeps what people who wait were told true: the same message tells another place, or that the wait is over. */
export interface Waits {
  /** One look. Resolves with how many were told anew. */
  sweep(): Promise<number>;
}

export interface WaitsParts {
  readonly database: Database;
  readonly sealer: Sealer;
  /** Brings a room's card up to date; must not reject. */
  readonly soon: (tenantId: TenantId, conversation: ConversationId) => Promise<void>;
  /** Whether the bot answers them meanwhile. */
  readonly answersMeanwhile: (tenantId: TenantId, channel: ChannelName) => boolean;
  readonly onNews: (news: ApprovalNews) => void;
  readonly log: Log;
}

const dueAtOnce = 500;

/**
 * Tells somebody who begins to wait their place, how long it takes and what they can do meanwhile, in the transaction in
 * which they begin. Where they were told that a colleague comes (`isTold`), only what is known of the wait; where a card
 * tells it (`isShown`), nothing.
 */
export async function tellWait(
  scene: { readonly sql: Sql; readonly seal: TenantSeal; readonly conversation: LockedConversation },
  subject: {
    readonly tenantId: TenantId;
    readonly conversationId: ConversationId;
    readonly correlationId: string;
  },
  how: {
    readonly isTold: boolean;
    readonly isShown: boolean;
    readonly mayAsk: boolean;
    readonly cause: string;
  },
): Promise<void> {
  const { sql, seal, conversation } = scene;
  const { tenantId, conversationId } = subject;
  const { language, requesterId: recipient } = conversation;
  const words = toWaitWords(await findWaiting(sql, tenantId, conversationId), language);
  const hasIntro = !how.isTold;
  const keep = (noticeId: DeliveryId | undefined) =>
    sql.query(keepWait(tenantId, { conversationId, noticeId, hasIntro, told: toldOf(words) }));
  if (how.isShown) return void (await keep(undefined));
  if (how.isTold && words === "") return;
  const isAlone = conversation.audience === "direct";
  const notice = {
    ...subject,
    kind: "notice",
    cause: [conversationId, how.cause],
    recipient,
    place: conversation,
    reply: toWaitReply({ language, words, hasIntro, isAlone, mayAsk: how.mayAsk, conversationId }),
  };
  await sql.query(toNotice(seal, notice));
  // What only one of many sees cannot be changed.
  if (!isWhispered(conversation)) await keep(noticeIdOf(notice));
}

export function createWaits(parts: WaitsParts): Waits {
  const { database, sealer, soon, answersMeanwhile, onNews, log } = parts;

  async function sweep(): Promise<number> {
    const due = await database.acrossTenants((sql) =>
      sql.query<{ company_id: TenantId }>({
        text: `SELECT DISTINCT company_id FROM (SELECT company_id FROM waits LIMIT ${dueAtOnce}) due`,
      }),
    );
    let told = 0;
    for (const { company_id: tenantId } of due) told += await sweepOf(tenantId);
    return told;
  }

  async function sweepOf(tenantId: TenantId): Promise<number> {
    const { rows, waits } = await database.withTenant(tenantId, async (sql) => ({
      rows: await sql.query<WaitRow>(findTold(tenantId)),
      waits: await findWaits(sql, tenantId),
    }));
    let told = 0;
    for (const row of rows) {
      const words = row.waits ? toWaitWords({ ahead: row.ahead, waits }, languageOf(row)) : undefined;
      if (words !== undefined && toldOf(words) === row.told) continue;
      told += 1;
      try {
        await tellAnew(tenantId, row, words);
      } catch (cause) {
        log.warn({ conversationId: row.conversation_id, err: cause }, "a wait is not told anew yet");
      }
    }
    return told;
  }

  async function tellAnew(tenantId: TenantId, row: WaitRow, words: string | undefined): Promise<void> {
    const { conversation_id: conversationId } = row;
    const seal = await sealer.forTenant(tenantId);
    const mayAsk = answersMeanwhile(tenantId, row.channel);
    const channel = await database.withTenant(tenantId, async (sql) => {
      await lockConversation(sql, tenantId, conversationId);
      const [mine] = await sql.query(
        words === undefined ? forgetWait(tenantId, row) : noteTold(tenantId, row, toldOf(words)),
      );
      if (mine === undefined) return undefined;
      if (row.notice_id === null) {
        const room = await findRoomOf(sql.query, tenantId, conversationId);
        if (room !== undefined) await sql.query(staleShared(tenantId, room.id));
        return undefined;
      }
      const [changed] = await sql.query(
        restate(tenantId, row.notice_id, sealReply(seal, toReply(row, words, mayAsk))),
      );
      if (changed !== undefined) return channelOf(sql, tenantId, conversationId);
      if (await mayChange(sql, tenantId, row.notice_id))
        throw new Error("waits: the message is on its way at this moment");
      return undefined;
    });
    if (row.notice_id === null) await soon(tenantId, conversationId);
    if (channel !== undefined) onNews({ tenantId, conversationId, channel, correlationId: randomUUID() });
  }

  return { sweep };
}

/** Where all share the thread, nobody is live, so nothing of that is lost. */
function staleShared(tenantId: TenantId, roomId: string) {
  return staleCard(tenantId, roomId, {});
}

function toReply(row: WaitRow, words: string | undefined, mayAsk: boolean): Reply {
  const language = languageOf(row);
  const { has_intro: hasIntro, conversation_id: conversationId } = row;
  if (words !== undefined)
    return toWaitReply({
      language,
      words,
      hasIntro,
      isAlone: row.audience === "direct",
      mayAsk,
      conversationId,
    });
  return { body: say(language, hasIntro ? "handoff.waiting" : "wait.over") };
}

function toWaitReply(wait: {
  readonly language: TextLanguage;
  readonly words: string;
  readonly hasIntro: boolean;
  readonly isAlone: boolean;
  readonly mayAsk: boolean;
  readonly conversationId: ConversationId;
}): Reply {
  const { language, words, hasIntro, isAlone, mayAsk, conversationId } = wait;
  const told = [hasIntro ? say(language, "handoff.waiting") : "", words].filter((part) => part !== "");
  if (!isAlone) return { body: told.join(" ") };
  return {
    body: [told.join(" "), say(language, "wait.meanwhile")].join("\n\n"),
    buttons: [
      ...(mayAsk ? [deckButton("ask", say(language, "wait.ask"), { conversationId })] : []),
      deckButton("cancel", say(language, "wait.cancel"), { conversationId }),
    ],
  };
}

function languageOf({ language }: WaitRow): TextLanguage {
  return toTextLanguage(language);
}

/** The same words have the same. */
function toldOf(words: string): string {
  return deriveId("wait words", words);
}
