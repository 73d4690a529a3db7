import { LRUCache } from "lru-cache";
import type { Channel, Target } from "../../core/channel.ts";
import type { ChannelName } from "../../core/envelope.ts";
import type { ConversationId, TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Database } from "../../store/database.ts";
import type { Sealer } from "../../store/seal.ts";
import { findTarget } from "./room-target.ts";

/** Somebody types. */
export interface Typed {
  readonly tenantId: TenantId;
  /** Where. */
  readonly conversationId: ConversationId;
  /** The platform's id of them. */
  readonly sender: string;
}

/** Shows on one side of a room that somebody types on the other. */
export interface RoomTyping {
  /** Never throws and is not waited for: a courtesy that is kept nowhere. */
  typed(typed: Typed): void;
}

export interface RoomTypingParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly channels: ReadonlyMap<ChannelName, Pick<Channel, "typing" | "capabilities">>;
  readonly log: Log;
}

/** Platforms show it for about ten seconds, and say again and again that somebody types. */
const showEveryMs = 8_000;
/** As long may it be shown that somebody types to a person who has been given back to the bot. */
const knownForMs = 10_000;
const remembered = 10_000;

/** The other side of a room, and whose typing is shown there; everybody's where none are named. */
interface OtherSide {
  readonly channel: Pick<Channel, "typing">;
  readonly target: Target;
  readonly of: readonly string[] | undefined;
}

/** Asks the database once for each place and while, also for places that are no room's. */
export function createRoomTyping({ database, sealer, channels, log }: RoomTypingParts): RoomTyping {
  const known = new LRUCache<string, { readonly side: Promise<OtherSide | undefined> }>({
    max: remembered,
    ttl: knownForMs,
  });
  const shown = new LRUCache<string, true>({ max: remembered, ttl: showEveryMs });

  function otherSideOf(tenantId: TenantId, place: ConversationId): Promise<OtherSide | undefined> {
    const kept = known.get(place);
    if (kept !== undefined) return kept.side;
    const side = look(tenantId, place);
    known.set(place, { side });
    return side;
  }

  async function look(tenantId: TenantId, place: ConversationId): Promise<OtherSide | undefined> {
    const [room] = await database.statement<RoomSides>(
      tenantId,
      { text: selectSides, values: [tenantId, place] },
      { durable: false },
    );
    if (room === undefined) return undefined;
    const isColleague = room.room === place;
    const seal = await sealer.forTenant(tenantId);
    const ask = <Row>(query: Parameters<Database["statement"]>[1]) =>
      database.statement<Row>(tenantId, query);
    const found = await findTarget(ask, seal, tenantId, isColleague ? room.person : room.room);
    const channel = found && channels.get(found.channel);
    // Where it stays until something is said it would soon be a lie.
    if (found === undefined || channel?.capabilities.typingFades !== true) return undefined;
    return { channel, target: found.target, of: isColleague ? room.accounts : undefined };
  }

  async function show({ tenantId, conversationId, sender }: Typed): Promise<void> {
    const who = `${conversationId} ${sender}`;
    if (shown.has(who)) return;
    const side = await otherSideOf(tenantId, conversationId);
    if (side === undefined || side.of?.includes(sender) === false || shown.has(who)) return;
    shown.set(who, true);
    await side.channel.typing(side.target);
  }

  return {
    typed: (typed) =>
      void show(typed).catch((cause: unknown) => {
        log.debug({ tenantId: typed.tenantId, err: cause }, "typing is not shown in its room");
      }),
  };
}

interface RoomSides {
  readonly person: ConversationId;
  readonly room: ConversationId;
  /** Of whoever has the conversation. */
  readonly accounts: readonly string[];
}

const selectSides = `
  SELECT r.conversation_id AS person, r.room_conversation_id AS room,
    ARRAY(SELECT i.external_id FROM staff_identities i WHERE i.company_id = $1 AND i.staff_id = c.owner_staff) AS accounts
  FROM rooms r JOIN conversations c ON c.company_id = $1 AND c.id = r.conversation_id
  WHERE r.company_id = $1 AND (r.conversation_id = $2 OR r.room_conversation_id = $2) AND r.state = 'open'
    AND r.room_conversation_id <> r.conversation_id AND c.owner_kind IN ('queue', 'human')
  ORDER BY r.created_at DESC LIMIT 1`;
