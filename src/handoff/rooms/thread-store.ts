import type { ChannelName } from "../../core/envelope.ts";
import type { ConversationId, InstallationId, TenantId } from "../../core/ids.ts";
import type { Query } from "../../store/database.ts";
import type { RoomRow } from "./room-store.ts";

/** Where a card that waits for its thread stands on its platform. */
export interface StandingCard {
  readonly ref: string;
  readonly channel: ChannelName;
  readonly installation_id: InstallationId;
  readonly installation: string;
  readonly space: string;
  readonly contact_id: string;
  readonly audience: string;
}

/** Finds where a card stands; no row until it does. */
export function findCard(tenantId: TenantId, room: RoomRow): Query {
  return {
    text: `SELECT d.ref, c.channel, c.installation_id, i.external_id AS installation, c.space, c.user_id AS contact_id, c.audience
           FROM deliveries d
           JOIN conversations c ON c.company_id = $1 AND c.id = $2
           JOIN installations i ON i.company_id = $1 AND i.id = c.installation_id
           WHERE d.company_id = $1 AND d.id = $3 AND d.state = 'sent' AND d.ref IS NOT NULL`,
    values: [tenantId, room.card_conversation_id, room.card_id],
  };
}

/** The thread under a card as a conversation: Baton only carries words there, so it has no bot. */
export function openThread(
  tenantId: TenantId,
  card: StandingCard,
  thread: { readonly id: ConversationId; readonly threadId: string },
): Query {
  return {
    text: `INSERT INTO conversations (company_id, id, installation_id, user_id, channel, thread_id, space, thread, audience,
             agent_type, owner_kind)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'staff', 'off')
           ON CONFLICT (company_id, id) DO UPDATE SET owner_kind = 'off', owner_staff = NULL, owner_queue = NULL,
             agent_type = 'staff', user_id = excluded.user_id`,
    values: [
      tenantId,
      thread.id,
      card.installation_id,
      card.contact_id,
      card.channel,
      thread.threadId,
      card.space,
      card.ref,
      card.audience,
    ],
  };
}

/** The room's thread is known from now on. */
export function linkRoom(tenantId: TenantId, id: string, place: ConversationId): Query {
  return {
    text: `UPDATE rooms SET state = CASE WHEN state = 'opening' THEN 'open' ELSE state END, room_conversation_id = $3,
             is_card_stale = true
           WHERE company_id = $1 AND id = $2 AND room_conversation_id IS NULL RETURNING id`,
    values: [tenantId, id, place],
  };
}
