import type { ChannelName } from "../core/envelope.ts";
import type { ContactId, ConversationId, DeliveryId, InstallationId, TenantId } from "../core/ids.ts";
import type { Reply } from "../core/reply.ts";
import type { Database, Query, Sql } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { TenantSeal } from "../store/seal.ts";
import { installationIdOf } from "../tenants/installations.ts";
import { noticeIdOf, toNotice } from "./notice.ts";

/** A room on a platform that colleagues read and the people they help do not. */
export interface StaffPlace {
  readonly channel: ChannelName;
  readonly workspace: string;
  /** The room's own id there. */
  readonly id: string;
}

/** Where something was put, so that its bell can be rung after the commit. */
export interface PostedInRoom {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly channel: ChannelName;
  /** The messages that were put there, in order. */
  readonly deliveries: readonly DeliveryId[];
}

/** The conversation that stands for a company's staff room. */
export function staffRoomConversation(tenantId: TenantId, place: StaffPlace): ConversationId {
  const installation = installationIdOf(tenantId, place.channel, place.workspace);
  return deriveId<ConversationId>("staff room", installation, place.id);
}

/** Where colleagues of a company see what waits for them. */
export interface StaffRoom {
  /** Whether a company has such a room, and a workspace that is installed. */
  isOpen(tenantId: TenantId): Promise<boolean>;
  /**
   * Puts messages there, one after the other, in the given transaction; once for each cause. Undefined where the company
   * has no such room.
   */
  post(
    sql: Sql,
    seal: TenantSeal,
    posting: {
      readonly tenantId: TenantId;
      readonly replies: readonly Reply[];
      readonly cause: string;
      readonly correlationId: string;
    },
  ): Promise<PostedInRoom | undefined>;
}

export function createStaffRoom({
  database,
  placeOf,
}: {
  readonly database: Database;
  readonly placeOf: (tenantId: TenantId) => StaffPlace | undefined;
}): StaffRoom {
  async function find(
    tenantId: TenantId,
    ask: (query: Query) => Promise<{ readonly id: InstallationId }[]>,
  ): Promise<(StaffPlace & { readonly installationId: InstallationId }) | undefined> {
    const place = placeOf(tenantId);
    if (place === undefined) return undefined;
    const [installation] = await ask({
      text: "SELECT id FROM installations WHERE company_id = $1 AND channel = $2 AND external_id = $3 AND state = 'enabled'",
      values: [tenantId, place.channel, place.workspace],
    });
    return installation && { ...place, installationId: installation.id };
  }

  return {
    isOpen: async (tenantId) =>
      (await find(tenantId, (query) => database.statement(tenantId, query))) !== undefined,
    post: async (sql, seal, { tenantId, replies, cause, correlationId }) => {
      const place = await find(tenantId, (query) => sql.query(query));
      if (place === undefined) return undefined;
      const { channel, installationId, id: space } = place;
      const conversationId = deriveId<ConversationId>("staff room", installationId, space);
      await sql.query(openRoom(tenantId, conversationId, place));
      const deliveries: DeliveryId[] = [];
      for (const [index, reply] of replies.entries()) {
        const notice = {
          tenantId,
          conversationId,
          correlationId,
          kind: "staff room",
          cause: [conversationId, cause, String(index)],
          recipient: "",
          reply,
        };
        await sql.query(toNotice(seal, notice));
        deliveries.push(noticeIdOf(notice));
      }
      return { tenantId, conversationId, channel, deliveries };
    },
  };
}

/** A conversation like others, which nobody speaks in: what is put there is sent in order, once, by whoever holds it. */
function openRoom(
  tenantId: TenantId,
  conversationId: ConversationId,
  { channel, installationId, id: space }: StaffPlace & { readonly installationId: InstallationId },
): Query {
  return {
    text: `WITH contact AS (
             INSERT INTO contacts (company_id, id, installation_id, external_id) VALUES ($1, $3, $4, '')
             ON CONFLICT DO NOTHING)
           INSERT INTO conversations (company_id, id, installation_id, user_id, channel, thread_id, space, thread, audience)
           VALUES ($1, $2, $4, $3, $5, $6, $7, '', 'group') ON CONFLICT DO NOTHING`,
    values: [
      tenantId,
      conversationId,
      deriveId<ContactId>("staff room contact", installationId),
      installationId,
      channel,
      `staff-room:${conversationId}`,
      space,
    ],
  };
}
