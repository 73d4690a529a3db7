import { isOpenAt, nextOpening, type OpeningHours } from "../../core/business-time.ts";
import type { TenantId } from "../../core/ids.ts";
import { toNotice } from "../notice.ts";
import type { FollowBaton } from "../passed-baton.ts";
import { toMoment } from "../rooms/room-words.ts";

/** When a company is there, and what it says while it is not. */
export interface ClosedPolicy {
  readonly hours: OpeningHours;
  /** In its own words; they follow the moment from which it is there again. */
  readonly closedText: string | undefined;
}

const usualText =
  "Your place is kept. If we should answer elsewhere, write your email address or phone number here.";

/** Tells whoever comes to wait while nobody is there from when on somebody is; once for each time they come to wait. */
export function createClosedNotice(policyOf: (tenantId: TenantId) => ClosedPolicy | undefined): FollowBaton {
  return async (sql, seal, { tenantId, conversationId, correlationId, event, before, conversation }) => {
    const policy = policyOf(tenantId);
    const { owner, epoch } = conversation.baton;
    if (policy === undefined || owner.kind !== "queue" || before.owner.kind !== "bot") return;
    if (isOpenAt(event.at, policy.hours)) return;
    const from = toMoment(nextOpening(event.at, policy.hours), policy.hours.timeZone);
    const reply = {
      body: `Nobody of the team is there right now: they are from ${from}. ${policy.closedText ?? usualText}`,
    };
    await sql.query(
      toNotice(seal, {
        tenantId,
        conversationId,
        correlationId,
        kind: "closed",
        cause: [conversationId, String(epoch)],
        recipient: conversation.requesterId,
        place: conversation,
        reply,
      }),
    );
  };
}
