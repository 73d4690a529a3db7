import { randomUUID } from "node:crypto";
import type { Channel } from "../../core/channel.ts";
import type { ChannelName } from "../../core/envelope.ts";
import type { ConversationId, MessageId, StaffId, TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Database, Sql } from "../../store/database.ts";
import type { Sealer, TenantSeal } from "../../store/seal.ts";
import type { LockedConversation } from "../handoff-store.ts";
import { isWhispered } from "../../inbox/conversation-key.ts";
import { mentionsOf } from "../mentions.ts";
import { noticeIdOf, toNotice } from "../notice.ts";
import type { ApprovalNews } from "../pressed.ts";
import { staffRoomConversation, type StaffPlace, type StaffRoom } from "../staff-room.ts";
import { deriveId } from "../../store/derive-id.ts";
import { sweepDue } from "../../store/sweep-due.ts";
import { lookAfter } from "./look-after.ts";
import { readMatter } from "./room-matter.ts";
import { createPersonNames } from "./person-names.ts";
import type { ShowsAnswered } from "./replied-to.ts";
import { sayInRoom, type Split } from "./say-in-room.ts";
import {
  briefPurpose,
  closeRoom,
  findRoomAt,
  findRoomOf,
  findRoomsAbout,
  findRoomsDue,
  findStanding,
  insertRoom,
  mayChange,
  skipToNow,
  staleCard,
  type RoomRow,
} from "./room-store.ts";
import { staleMirrors } from "./mirror-store.ts";
import { staleReplies, type Identity } from "./reply-store.ts";
import { toWaitWords } from "../waiting/wait-words.ts";
import { findWaiting } from "../waiting/waiting-store.ts";
import { toCard, toThreadCard } from "./room-words.ts";

/** A change of hands as a room is told of it. */
export interface RoomNews {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly correlationId: string;
  /** As it is after the change. */
  readonly conversation: LockedConversation;
  readonly epoch: number;
  /** The conversation is on its way to people, and why. */
  readonly escalation: { readonly reason: string } | undefined;
  /** Colleagues were brought in from the bot's own talk. */
  readonly fromBot: boolean;
  /** What the room is told in words; the card says the rest. */
  readonly line: string | undefined;
  /** Colleagues who did not do it themselves and have to know. */
  readonly notifies?: readonly StaffId[] | undefined;
  /** What makes it one: the same cause is the same news. */
  readonly cause: string;
  /** Conversations in which something is to be sent once this is committed; added to. */
  readonly touched: Set<ConversationId>;
}

/** What a company says about its rooms. */
export interface RoomPolicy {
  /** Where people wait whom nothing sends elsewhere. */
  readonly queue?: string | undefined;
  readonly timeZone: string;
  /** As whom colleagues speak unless they say otherwise. */
  readonly identity: Identity;
  /** Words that are sent by their name, in lower case. */
  readonly snippets: ReadonlyMap<string, string>;
  /** A reply is suggested to colleagues when a room opens; it is unless this is false. */
  readonly suggests?: boolean | undefined;
  /** Whether the bot answers whoever waits and goes on asking it, on a channel; it does unless this says otherwise. */
  readonly answersMeanwhile?: ((channel: ChannelName) => boolean) | undefined;
  /** How long an answer is told that a colleague gave in the place of the bot's; half a year unless said. */
  readonly reviewedDays?: number | undefined;
}

/** Where colleagues work on conversations: a card for each, and a thread under it where the person does not read along. */
export interface Rooms {
  /** The room whose thread a conversation is; undefined for any other, also for one that people share. */
  at(ask: Sql["query"], tenantId: TenantId, place: ConversationId): Promise<RoomRow | undefined>;
  /** The newest room of a conversation. */
  of(ask: Sql["query"], tenantId: TenantId, conversation: ConversationId): Promise<RoomRow | undefined>;
  /**
   * Opens a room for what goes to people, or tells the one there is, in the transaction that passes the baton. True when
   * the person is told by the room's own card, so that no notice is needed.
   */
  follow(sql: Sql, seal: TenantSeal, news: RoomNews): Promise<boolean>;
  /** What a room shows of a message is changed, or will be; in the transaction that changes the message. */
  edited(sql: Sql, tenantId: TenantId, message: MessageId): Promise<boolean>;
  /** Brings what the person wrote into their room; before it counts as dealt with. */
  bring(tenantId: TenantId, conversation: ConversationId): Promise<void>;
  /** Looks after whatever is due around a conversation. Never rejects: what fails is done by the sweep. */
  soon(tenantId: TenantId, conversation: ConversationId): Promise<void>;
  /** The same, where the conversation may be a company's staff room; asks no database for any other one the bot has. */
  sent(tenantId: TenantId, conversation: ConversationId, ownerKind: string): Promise<void>;
  /** Looks after everything that is due. Resolves with how many rooms. */
  sweep(): Promise<number>;
  readonly policyOf: (tenantId: TenantId) => RoomPolicy;
  /** Says something to the colleagues of a company in their staff room; see `StaffRoom.post`. */
  readonly post: StaffRoom["post"];
  /** Where a thread opens in its platform's own application. */
  readonly linkTo: (channel: ChannelName, ...where: Parameters<LinkTo>) => string | undefined;
  /** Cuts a reply as a platform takes it. */
  readonly split: Split;
  readonly showsAnswered: ShowsAnswered;
}

type LinkTo = NonNullable<Channel["linkTo"]>;

export interface RoomsParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly staffRoom: StaffRoom;
  readonly placeOf: (tenantId: TenantId) => StaffPlace | undefined;
  readonly policyOf: (tenantId: TenantId) => RoomPolicy;
  readonly channels: ReadonlyMap<ChannelName, Pick<Channel, "split" | "capabilities" | "nameOf" | "linkTo">>;
  /** Something is to be sent in a conversation; must not throw. */
  readonly onNews: (news: ApprovalNews) => void;
  /** A reply is to be suggested to colleagues; must not throw. */
  readonly onSuggestionWanted: (tenantId: TenantId, id: string) => void;
  readonly log: Log;
}

const dueAtOnce = 100;

export function createRooms(parts: RoomsParts): Rooms {
  const { database, sealer, staffRoom, policyOf, onNews, log } = parts;
  const names = createPersonNames(parts);

  const split: Split = (channel, reply) => parts.channels.get(channel)?.split(reply) ?? [reply];

  const showsAnswered: ShowsAnswered = (channel) =>
    channel !== undefined && parts.channels.get(channel)?.capabilities.repliesTo === true;

  async function follow(sql: Sql, seal: TenantSeal, news: RoomNews): Promise<boolean> {
    const room = await findRoomOf(sql.query, news.tenantId, news.conversationId);
    if (news.escalation !== undefined && !(await isThere(sql, news.tenantId, room)))
      return open(sql, seal, news, news.escalation.reason);
    if (room === undefined) return false;
    return tell(sql, seal, news, room);
  }

  /** A room whose card could not be put up is none, and its place is free. */
  async function isThere(sql: Sql, tenantId: TenantId, room: RoomRow | undefined): Promise<boolean> {
    if (room === undefined || room.state === "closed") return false;
    if (await mayChange(sql, tenantId, room.card_id)) return true;
    log.warn({ roomId: room.id }, "a room's card could not be put up: a new one is tried");
    await sql.query(closeRoom(tenantId, room.id));
    return false;
  }

  /** A new room. In a thread that all share, the card is the notice. */
  async function open(sql: Sql, seal: TenantSeal, news: RoomNews, reason: string): Promise<boolean> {
    const { tenantId, conversationId, correlationId, conversation } = news;
    const id = deriveId("room", tenantId, conversationId, String(news.epoch));
    const { brief } = await readMatter(sql, seal, { tenantId, conversationId, reason });
    const kept = { id, conversationId, correlationId, brief: seal.seal(briefPurpose, JSON.stringify(brief)) };
    const standing = await findStanding(sql, tenantId, conversationId);
    if (standing === undefined) return false;
    const { timeZone } = policyOf(tenantId);
    if (conversation.audience !== "direct") {
      if (isWhispered(conversation)) return false;
      const waits = toWaitWords(await findWaiting(sql, tenantId, conversationId), conversation.language);
      const card = {
        tenantId,
        conversationId,
        correlationId,
        kind: "notice",
        cause: [conversationId, news.cause],
        recipient: conversation.requesterId,
        reply: toThreadCard(standing, conversationId, timeZone, waits),
      };
      await sql.query(toNotice(seal, card));
      const here = { cardConversationId: conversationId, roomConversationId: conversationId };
      await sql.query(insertRoom(tenantId, { ...kept, ...here, cardId: noticeIdOf(card) }));
      return true;
    }
    const replies = [toCard(brief, standing, conversationId, { timeZone })];
    const posted = await staffRoom.post(sql, seal, { tenantId, replies, cause: id, correlationId });
    const [cardId] = posted?.deliveries ?? [];
    if (posted === undefined || cardId === undefined) return false;
    const there = { cardConversationId: posted.conversationId, roomConversationId: undefined };
    await sql.query(insertRoom(tenantId, { ...kept, ...there, cardId }));
    news.touched.add(posted.conversationId);
    return false;
  }

  /** The card changes in place; the thread is told in words, where the person does not read along. */
  async function tell(sql: Sql, seal: TenantSeal, news: RoomNews, room: RoomRow): Promise<boolean> {
    const { tenantId, conversation, conversationId, touched } = news;
    const isRelay = room.room_conversation_id !== conversationId;
    const reason = news.escalation?.reason;
    const { owner } = conversation.baton;
    const again =
      reason === undefined ? undefined : await readMatter(sql, seal, { tenantId, conversationId, reason });
    await sql.query(
      staleCard(tenantId, room.id, {
        state: conversation.baton.status === "closed" ? "closed" : "open",
        brief: again && seal.seal(briefPurpose, JSON.stringify(again.brief)),
        holder: owner.kind === "human" ? owner.staff : undefined,
      }),
    );
    if (!isRelay || room.room_conversation_id === null) return false;
    if (news.fromBot) await sql.query(skipToNow(tenantId, room));
    const since = news.fromBot ? await transcriptOf(sql, seal, news) : undefined;
    const line = again === undefined ? news.line : `🔔 **Waiting again:** ${again.brief.reason}.`;
    const words = [line, since].filter((word) => word !== undefined && word !== "").join("\n\n");
    if (words === "") return false;
    const mentions = await mentionsOf(sql, tenantId, room.room_conversation_id, news.notifies ?? []);
    const scene = { sql, seal, split, room, tenantId, touched };
    await sayInRoom(scene, ["line", news.cause], { body: words, mentions });
    return false;
  }

  async function transcriptOf(sql: Sql, seal: TenantSeal, news: RoomNews): Promise<string> {
    const { tenantId, conversationId } = news;
    const reason = news.escalation?.reason ?? "";
    return (await readMatter(sql, seal, { tenantId, conversationId, reason })).transcript;
  }

  async function look(tenantId: TenantId, id: string): Promise<void> {
    await names.learn(tenantId, id);
    const seal = await sealer.forTenant(tenantId);
    const wanted = new Set<string>();
    const rung = await database.withTenant(
      tenantId,
      (sql) => {
        const { timeZone, suggests = true } = policyOf(tenantId);
        wanted.clear();
        const looking = { sql, seal, split, showsAnswered, tenantId, timeZone, suggests, wanted };
        return lookAfter({ ...looking, touched: new Set() }, id);
      },
      { retries: 2 },
    );
    for (const { conversationId, channel } of rung)
      onNews({ tenantId, conversationId, channel, correlationId: randomUUID() });
    for (const suggestion of wanted) parts.onSuggestionWanted(tenantId, suggestion);
  }

  async function bring(tenantId: TenantId, conversation: ConversationId): Promise<void> {
    const due = await database.statement<{ id: string }>(tenantId, findRoomsAbout(tenantId, conversation));
    for (const { id } of due) await look(tenantId, id);
  }

  async function soon(tenantId: TenantId, conversation: ConversationId): Promise<void> {
    try {
      await bring(tenantId, conversation);
    } catch (cause) {
      log.warn({ conversationId: conversation, err: cause }, "room not looked after; the sweep does it");
    }
  }

  async function sent(tenantId: TenantId, conversation: ConversationId, ownerKind: string): Promise<void> {
    const place = parts.placeOf(tenantId);
    const isStaffRoom = place !== undefined && staffRoomConversation(tenantId, place) === conversation;
    if (isStaffRoom || (ownerKind !== "bot" && ownerKind !== "off")) await soon(tenantId, conversation);
  }

  function sweep(): Promise<number> {
    return sweepDue<{ company_id: TenantId; id: string }>(database, {
      find: findRoomsDue(dueAtOnce),
      one: ({ company_id: tenantId, id }) => look(tenantId, id),
      onFailed: ({ id }, cause) => log.warn({ roomId: id, err: cause }, "swept past a room"),
    });
  }

  return {
    at: async (ask, tenantId, place) => {
      const room = await findRoomAt(ask, tenantId, place);
      return room?.conversation_id === place ? undefined : room;
    },
    of: findRoomOf,
    follow,
    edited: async (sql, tenantId, message) => {
      const shown = await sql.query(staleMirrors(tenantId, message));
      const sent = await sql.query(staleReplies(tenantId, message));
      return shown.length + sent.length > 0;
    },
    bring,
    soon,
    sent,
    sweep,
    policyOf,
    post: staffRoom.post,
    linkTo: (channel, ...where) => parts.channels.get(channel)?.linkTo?.(...where),
    split,
    showsAnswered,
  };
}
