import { randomUUID } from "node:crypto";
import type { Channel } from "../../core/channel.ts";
import { deckActionOf } from "../../core/deck.ts";
import { receiptEmoji, toEmoji } from "../../core/emoji-names.ts";
import type { ChannelName } from "../../core/envelope.ts";
import type { ConversationId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Reacted, Reaction } from "../../inbox/reaction.ts";
import { sealReply } from "../../outbox/delivery.ts";
import type { Database, Sql } from "../../store/database.ts";
import type { Sealer } from "../../store/seal.ts";
import { isColleague } from "../../tenants/colleagues.ts";
import type { ApprovalNews } from "../pressed.ts";
import { patiently } from "./patiently.ts";
import { channelOf, lockPerson, lockRoom, mayChange, restate } from "./room-store.ts";
import { findTarget } from "./room-target.ts";
import { roomNoticeId, sayInRoom, type RoomScene, type Split } from "./say-in-room.ts";

/**
 * Carries reactions through rooms: what people react with to colleagues' replies is told to those, and what colleagues
 * react with to a person's message stands under that message. Taken away on one side they are on the other.
 */
export interface Reactions {
  /**
   * What finds out whether a reaction is a command, with what becomes of those that are none. That one cannot be carried is
   * no failure of anything.
   */
  beside(
    reacted: (reaction: Reaction) => Promise<Reacted | undefined>,
  ): (reaction: Reaction) => Promise<Reacted | undefined>;
}

export interface ReactionsParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly split: Split;
  readonly channels: ReadonlyMap<ChannelName, Pick<Channel, "react">>;
  readonly onNews: (news: ApprovalNews) => void;
  readonly log: Log;
}

export function createReactions(parts: ReactionsParts): Reactions {
  const { database, sealer, split, channels, onNews, log } = parts;
  // Somebody who changes their mind is followed in the order in which they did.
  const underWay = new Map<string, Promise<void>>();

  function follow(reaction: Reaction): void {
    const key = `${reaction.tenantId} ${reaction.targetId}`;
    const before = underWay.get(key) ?? Promise.resolve();
    const work = before
      .then(() => carry(reaction))
      .finally(() => {
        if (underWay.get(key) === work) underWay.delete(key);
      });
    underWay.set(key, work);
  }

  async function carry(reaction: Reaction): Promise<void> {
    const { tenantId } = reaction;
    try {
      const emoji = toEmoji(reaction.emoji);
      if (emoji === undefined) return;
      const [replied] = await database.statement<RepliedRow>(tenantId, {
        text: selectReplied,
        values: [tenantId, reaction.conversations, reaction.targetId],
      });
      if (replied !== undefined) return await tellRoom(reaction, replied, emoji);
      // A command is for colleagues alone.
      if (deckActionOf(reaction.emoji) === undefined) await putUnder(reaction, emoji);
    } catch (cause) {
      log.warn({ tenantId, err: cause }, "a reaction is not carried through its room");
    }
  }

  /** Which message it is on is told by its number: the room has the reply's line, not the message. */
  async function tellRoom({ tenantId, added }: Reaction, replied: RepliedRow, emoji: string): Promise<void> {
    const seal = await sealer.forTenant(tenantId);
    await patiently(async () => {
      const told = await database.withTenant(tenantId, async (sql) => {
        await sql.query(lockPerson(tenantId, replied.room_id));
        const room = await lockRoom(sql, tenantId, replied.room_id);
        const place = room?.room_conversation_id ?? undefined;
        if (room === undefined || place === undefined) return "done";
        const scene = { sql, seal, split, room, tenantId, touched: new Set<ConversationId>() };
        if (!(await sayReaction(scene, { number: replied.number, emoji, added }))) return "later";
        const channel = await channelOf(sql, tenantId, place);
        return channel && { tenantId, conversationId: place, channel, correlationId: randomUUID() };
      });
      if (typeof told === "object") onNews(told);
      return told !== "later";
    });
  }

  /** A colleague's reaction to what shows a person's message goes under the message itself. */
  async function putUnder(reaction: Reaction, emoji: string): Promise<void> {
    const { tenantId, added, sender } = reaction;
    const seal = await sealer.forTenant(tenantId);
    const under = await database.withTenant(tenantId, async (sql) => {
      const found = await findUnder(sql, reaction);
      if (found === undefined) return undefined;
      const isOn = await note(sql, found, { tenantId, emoji, added, sender });
      const place = await findTarget(sql.query, seal, tenantId, found.conversation_id);
      return place && { ...place, isOn, ref: { id: found.external_id } };
    });
    const channel = under && channels.get(under.channel);
    // What somebody else's reaction keeps there stands already.
    if (under === undefined || channel === undefined || under.isOn !== added) return;
    await patiently(async () => {
      await channel.react(under.target, under.ref, emoji, under.isOn);
      return true;
    });
  }

  return {
    beside: (reacted) => async (reaction) => {
      const control = reaction.added ? await reacted(reaction) : undefined;
      if (control === undefined) follow(reaction);
      return control;
    },
  };
}

/** One line for each emoji and reply, which changes with it. False while it is on its way. */
async function sayReaction(
  scene: RoomScene,
  { number, emoji, added }: { readonly number: number; readonly emoji: string; readonly added: boolean },
): Promise<boolean> {
  const { sql, seal, room, tenantId } = scene;
  const cause = ["reaction", String(number), emoji] as const;
  const words = added ? `${emoji} on **#${number}**` : `${emoji} on **#${number}** was taken away`;
  const id = roomNoticeId(room, cause, 0);
  const [changed] = await sql.query(restate(tenantId, id, sealReply(seal, { body: words })));
  if (changed !== undefined) return true;
  if (await mayChange(sql, tenantId, id)) return false;
  if (added) await sayInRoom(scene, cause, words);
  return true;
}

interface RepliedRow {
  readonly room_id: string;
  readonly number: number;
}

const selectReplied = `
  SELECT p.room_id, p.number FROM deliveries d
  JOIN room_replies p ON p.company_id = $1 AND p.conversation_id = d.conversation_id AND d.id = ANY (p.deliveries)
  WHERE d.company_id = $1 AND d.conversation_id = ANY ($2::uuid[]) AND d.ref = $3
  ORDER BY p.created_at DESC LIMIT 1`;

interface UnderRow {
  readonly room_id: string;
  readonly conversation_id: ConversationId;
  readonly message_id: string;
  readonly external_id: string;
}

/** Some platforms tell the room and the message, and not the thread: it is looked for in all that are open there. */
async function findUnder(sql: Sql, reaction: Reaction): Promise<UnderRow | undefined> {
  const { tenantId, installationId, space, sender, targetId } = reaction;
  const [row] = await sql.query<UnderRow>({
    text: `SELECT r.id AS room_id, r.conversation_id, m.id AS message_id, m.external_id FROM rooms r
           JOIN conversations place ON place.company_id = $1 AND place.id = r.room_conversation_id
             AND place.installation_id = $2 AND place.space = $3
           JOIN deliveries d ON d.company_id = $1 AND d.conversation_id = place.id AND d.ref = $5
           JOIN room_mirrors x ON x.company_id = $1 AND x.room_id = r.id AND d.id = ANY (x.deliveries)
           JOIN messages m ON m.company_id = $1 AND m.id = x.message_id AND m.deleted_at IS NULL
             AND m.role = 'user' AND m.external_id IS NOT NULL
           WHERE r.company_id = $1 AND r.state = 'open' AND r.room_conversation_id <> r.conversation_id
             AND ${isColleague("$2", "$4")}
           LIMIT 1`,
    values: [tenantId, installationId, space, sender, targetId],
  });
  return row;
}

/** Whether any colleague's reaction of that kind is left, or the bot's own. */
async function note(
  sql: Sql,
  { room_id: room, message_id: message, conversation_id: conversation, external_id: ref }: UnderRow,
  { tenantId, emoji, added, sender }: Pick<Reaction, "tenantId" | "emoji" | "added" | "sender">,
): Promise<boolean> {
  await sql.query(
    added
      ? {
          text: `INSERT INTO room_reactions (company_id, room_id, message_id, emoji, sender_id)
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
          values: [tenantId, room, message, emoji, sender],
        }
      : {
          text: `DELETE FROM room_reactions WHERE company_id = $1 AND message_id = $2 AND emoji = $3 AND sender_id = $4`,
          values: [tenantId, message, emoji, sender],
        },
  );
  const left = await sql.query({
    text: `SELECT 1 FROM room_reactions WHERE company_id = $1 AND message_id = $2 AND emoji = $3
           UNION ALL SELECT 1 FROM turns
             WHERE company_id = $1 AND conversation_id = $4 AND receipt = $5 AND $3 = $6 LIMIT 1`,
    values: [tenantId, message, emoji, conversation, ref, receiptEmoji],
  });
  return left.length > 0;
}
