import { randomUUID } from "node:crypto";
import type { ConversationId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Reacted, Reaction } from "../../inbox/inbox.ts";
import type { Database } from "../../store/database.ts";
import type { Sealer } from "../../store/seal.ts";
import type { ApprovalNews } from "../pressed.ts";
import { toEmoji } from "./emoji-names.ts";
import { channelOf, lockPerson, lockRoom } from "./room-store.ts";
import { sayInRoom, type Split } from "./say-in-room.ts";

type MereReaction = Pick<Reaction, "tenantId" | "emoji" | "targetId" | "conversations">;

/** Tells colleagues what people react with to their replies. */
export interface Reactions {
  /**
   * What finds out whether a reaction is a command, with what becomes of those that are none: on a colleague's reply they
   * are told in its room, and what cannot be told is left out.
   */
  beside(
    reacted: (reaction: Reaction) => Promise<Reacted | undefined>,
  ): (reaction: Reaction) => Promise<Reacted | undefined>;
}

export interface ReactionsParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly split: Split;
  readonly onNews: (news: ApprovalNews) => void;
  readonly log: Log;
}

export function createReactions(parts: ReactionsParts): Reactions {
  const { database, sealer, split, onNews, log } = parts;

  async function carry(reaction: MereReaction): Promise<void> {
    try {
      const emoji = toEmoji(reaction.emoji);
      const [found] = await database.statement<FoundRow>(reaction.tenantId, {
        text: selectReacted,
        values: [reaction.tenantId, reaction.conversations, reaction.targetId],
      });
      if (emoji === undefined || found === undefined) return;
      await tellRoom(reaction, found, emoji);
    } catch (cause) {
      log.warn({ tenantId: reaction.tenantId, err: cause }, "a reaction is not told in its room");
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
  readonly number: number;
}

const selectReacted = `
  SELECT p.room_id, p.number FROM deliveries d
  JOIN room_replies p ON p.company_id = $1 AND p.conversation_id = d.conversation_id AND d.id = ANY (p.deliveries)
  WHERE d.company_id = $1 AND d.conversation_id = ANY ($2::uuid[]) AND d.ref = $3
  ORDER BY p.created_at DESC LIMIT 1`;
