import { toMoment } from "../../core/wall-clock.ts";
import { isOpenAt, nextOpening, type OpeningHours } from "../../core/business-time.ts";
import type { TenantId } from "../../core/ids.ts";
import { say } from "../../core/texts/texts.ts";
import { toNotice } from "../notice.ts";
import type { FollowBaton } from "../passed-baton.ts";

/** When a company is there, and what it says while it is not. */
export interface ClosedPolicy {
  readonly hours: OpeningHours;
  /** In its own words; they follow the moment from which it is there again. */
  readonly closedText: string | undefined;
}

/** Tells whoever comes to wait while nobody is there from when on somebody is; once for each time they come to wait. */
export function createClosedNotice(policyOf: (tenantId: TenantId) => ClosedPolicy | undefined): FollowBaton {
  return async (sql, seal, { tenantId, conversationId, correlationId, event, before, conversation }) => {
    const policy = policyOf(tenantId);
    const { owner, epoch } = conversation.baton;
    if (policy === undefined || owner.kind !== "queue" || before.owner.kind !== "bot") return;
    if (isOpenAt(event.at, policy.hours)) return;
    const { language } = conversation;
    const moment = toMoment(nextOpening(event.at, policy.hours), policy.hours.timeZone, language);
    const more = policy.closedText ?? say(language, "wait.place kept");
    const reply = { body: `${say(language, "wait.closed", { moment })} ${more}` };
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
