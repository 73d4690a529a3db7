import { randomUUID } from "node:crypto";
import { defaultQueue } from "../core/baton-event.ts";
import type { ChannelName } from "../core/envelope.ts";
import type { ContactId, ConversationId, TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import { humanButton } from "../core/reply.ts";
import type { Database } from "../store/database.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";
import type { KeptAnnouncement, KeptTenantData } from "../store/tenant-data.ts";
import type { Handoff, Subject } from "./handoff.ts";
import { toNotice } from "./notice.ts";
import { insertTicket } from "./tickets.ts";

/** What the effects of tools have to say outside of a turn, on its way to people. */
export interface Announcements {
  /** Tells what a company's effects left to say. Never rejects: what could not be told is tried again by the sweep. */
  tell(tenantId: TenantId): Promise<void>;
  /** The same for every company that has something left. */
  sweep(): Promise<void>;
}

export interface AnnouncementsParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly data: Pick<KeptTenantData, "deliver" | "companiesWithNews">;
  readonly handoff: Pick<Handoff, "apply">;
  /** Something is to be sent in a conversation. */
  readonly onNews: (news: Subject & { readonly channel: ChannelName }) => void;
  readonly log: Log;
}

interface Addressee {
  readonly channel: ChannelName;
  readonly audience: "direct" | "group" | "public" | "shared";
  readonly thread: string;
  readonly requesterId: string;
  readonly contactId: ContactId;
}

/**
 * A person is told in their conversation, by a notice whose id is the announcement's own; colleagues find a ticket.
 * A payment that failed goes to people at once.
 */
export function createAnnouncements(parts: AnnouncementsParts): Announcements {
  const { database, sealer, data, handoff, onNews, log } = parts;

  async function hand(tenantId: TenantId, seal: TenantSeal, announcement: KeptAnnouncement): Promise<void> {
    const { id, audience, topic, conversationId } = announcement;
    const addressee = conversationId && (await find(tenantId, conversationId));
    if (conversationId === undefined || addressee === undefined) {
      log.warn({ tenantId, announcementId: id, topic }, "an announcement has no conversation to be told in");
      return;
    }
    if (audience === "staff") {
      await database.statement(
        tenantId,
        toTicket({ tenantId, seal, addressee, announcement, conversationId }),
      );
      return;
    }
    const subject = { tenantId, conversationId, correlationId: randomUUID() };
    await database.statement(
      tenantId,
      toNotice(seal, {
        ...subject,
        kind: "announcement",
        cause: [id],
        recipient: addressee.requesterId,
        place: addressee,
        reply: { body: announcement.body, buttons: [humanButton] },
      }),
    );
    if (topic === "payment failed") {
      const reason = "a payment failed";
      const evidence = { rule: "payment failed", value: "announcement" };
      const event = { kind: "escalate", reason, queue: defaultQueue, evidence, at: new Date() } as const;
      await handoff.apply(subject, event);
    }
    onNews({ ...subject, channel: addressee.channel });
  }

  async function find(tenantId: TenantId, id: ConversationId): Promise<Addressee | undefined> {
    const [row] = await database.statement<Addressee>(tenantId, {
      text: `SELECT c.channel, c.audience, c.thread, u.external_id AS "requesterId", u.id AS "contactId"
             FROM conversations c JOIN contacts u ON u.company_id = c.company_id AND u.id = c.user_id
             WHERE c.company_id = $1 AND c.id = $2`,
      values: [tenantId, id],
    });
    return row;
  }

  async function tell(tenantId: TenantId): Promise<void> {
    try {
      const seal = await sealer.forTenant(tenantId);
      await data.deliver(tenantId, (announcement) => hand(tenantId, seal, announcement));
    } catch (cause) {
      log.warn({ tenantId, err: cause }, "announcements are not told yet; trying again");
    }
  }

  return {
    tell,
    sweep: async () => {
      for (const tenantId of await data.companiesWithNews()) await tell(tenantId);
    },
  };
}

function toTicket(told: {
  readonly tenantId: TenantId;
  readonly seal: TenantSeal;
  readonly addressee: Addressee;
  readonly announcement: KeptAnnouncement;
  readonly conversationId: ConversationId;
}) {
  const { tenantId, seal, addressee, announcement, conversationId } = told;
  const { id, topic, body } = announcement;
  return insertTicket(seal, {
    tenantId,
    conversationId,
    contactId: addressee.contactId,
    subject: `${topic.charAt(0).toUpperCase()}${topic.slice(1)}`,
    description: body,
    priority: "normal",
    idempotencyKey: `announcement:${id}`,
  });
}
