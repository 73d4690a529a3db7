import { randomUUID } from "node:crypto";
import type { Channel } from "../../core/channel.ts";
import type { ChannelName, Place } from "../../core/envelope.ts";
import type { ConversationId, DeliveryId, MessageId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Reacted, Reaction } from "../../inbox/inbox.ts";
import type { Database } from "../../store/database.ts";
import type { Sealer } from "../../store/seal.ts";
import type { ApprovalNews } from "../pressed.ts";
import { toEmoji, toSlackName } from "./emoji-names.ts";
import { channelOf, lockPerson, lockRoom } from "./room-store.ts";
import { roomNoticeId, sayInRoom, type Split } from "./say-in-room.ts";

type MereReaction = Pick<Reaction, "tenantId" | "emoji" | "targetId" | "conversations">;

/** Shows reactions on the other side of a room, where the platform there lets Baton react. */
export interface Reactions {
  /**
   * What finds out whether a reaction is a command, with what becomes of those that are none: they are shown behind it,
   * and what cannot be shown is left out.
   */
  beside(
    reacted: (reaction: Reaction) => Promise<Reacted | undefined>,
  ): (reaction: Reaction) => Promise<Reacted | undefined>;
}

export interface ReactionsParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly channels: ReadonlyMap<ChannelName, Pick<Channel, "capabilities" | "react">>;
  readonly split: Split;
  readonly onNews: (news: ApprovalNews) => void;
  readonly log: Log;
}

const looksBack = 100;

export function createReactions(parts: ReactionsParts): Reactions {
  const { database, sealer, channels, split, onNews, log } = parts;

  async function carry(reaction: MereReaction): Promise<void> {
    try {
      const emoji = toEmoji(reaction.emoji);
      const [found] = await database.statement<FoundRow>(reaction.tenantId, {
        text: selectReacted,
        values: [reaction.tenantId, reaction.conversations, reaction.targetId],
      });
      if (emoji === undefined || found === undefined) return;
      if (found.number !== null) await tellRoom(reaction, found, emoji);
      if (found.number === null) await showPerson(reaction, found, emoji);
    } catch (cause) {
      log.warn({ tenantId: reaction.tenantId, err: cause }, "a reaction is not shown on the other side");
    }
  }

  /** Which message it is on is told by its number: the room has the reply's line, not the message. */
  async function tellRoom({ tenantId }: MereReaction, { room_id: id, number }: FoundRow, emoji: string) {
    const seal = await sealer.forTenant(tenantId);
    const news = await database.withTenant(tenantId, async (sql) => {
      await sql.query(lockPerson(tenantId, id));
      const room = await lockRoom(sql, tenantId, id);
      const place = room?.room_conversation_id ?? undefined;
      if (room === undefined || place === undefined) return undefined;
      const scene = { sql, seal, split, room, tenantId, touched: new Set<ConversationId>() };
      await sayInRoom(scene, ["reaction", String(number), emoji], `${emoji} on **#${number}**`);
      const channel = await channelOf(sql, tenantId, place);
      return channel && { tenantId, conversationId: place, channel, correlationId: randomUUID() };
    });
    if (news !== undefined) onNews(news);
  }

  /** On what a person wrote as the room shows it: the bot reacts to the message itself. */
  async function showPerson({ tenantId }: MereReaction, found: FoundRow, emoji: string) {
    const mirrors = await database.statement<MirrorRow>(tenantId, {
      text: selectMirrored,
      values: [tenantId, found.room_id],
    });
    const mirror = mirrors.find(({ message_id: message, pieces }) =>
      Array.from({ length: pieces }, (_, index) =>
        roomNoticeId({ id: found.room_id }, ["mirror", message], index),
      ).includes(found.delivery_id),
    );
    const channel = mirror && channels.get(mirror.channel);
    if (mirror === undefined || channel?.capabilities.reactions !== true) return;
    const shown = mirror.channel === "slack" ? toSlackName(emoji) : emoji;
    if (shown === undefined) return;
    const { installation, space, thread, audience, external_id: id } = mirror;
    await channel.react({ installation, place: { space, thread, audience } }, { id }, shown, true);
  }

  return {
    beside: (reacted) => async (reaction) => {
      const control = await reacted(reaction);
      if (control === undefined) void carry(reaction);
      return control;
    },
  };
}

interface FoundRow {
  readonly room_id: string;
  readonly delivery_id: DeliveryId;
  /** Of a colleague's reply; null for what stands in the room's thread. */
  readonly number: number | null;
}

interface MirrorRow extends Place {
  readonly message_id: MessageId;
  readonly pieces: number;
  readonly external_id: string;
  readonly channel: ChannelName;
  readonly installation: string;
}

const selectReacted = `
  SELECT coalesce(p.room_id, r.id) AS room_id, d.id AS delivery_id, p.number FROM deliveries d
  LEFT JOIN room_replies p ON p.company_id = $1 AND p.conversation_id = d.conversation_id AND d.id = ANY (p.deliveries)
  LEFT JOIN rooms r ON r.company_id = $1 AND r.room_conversation_id = d.conversation_id AND r.conversation_id <> d.conversation_id
  WHERE d.company_id = $1 AND d.conversation_id = ANY ($2::uuid[]) AND d.ref = $3 AND (p.id IS NOT NULL OR r.id IS NOT NULL)
  ORDER BY r.created_at DESC NULLS LAST LIMIT 1`;

const selectMirrored = `
  SELECT x.message_id, x.pieces, m.external_id, c.channel, c.space, c.thread, c.audience, i.external_id AS installation
  FROM room_mirrors x JOIN messages m ON m.company_id = $1 AND m.id = x.message_id
  JOIN conversations c ON c.company_id = $1 AND c.id = m.conversation_id
  JOIN installations i ON i.company_id = $1 AND i.id = c.installation_id
  WHERE x.company_id = $1 AND x.room_id = $2 AND m.external_id IS NOT NULL ORDER BY m.seq DESC LIMIT ${looksBack}`;
