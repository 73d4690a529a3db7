import type { MessageId } from "../core/ids.ts";
import { toHumanButton } from "../core/reply.ts";
import type { LimitVerdict } from "../guard/limits/limits.ts";
import { toNotice } from "../handoff/notice.ts";
import type { Query } from "../store/database.ts";
import type { OpenMessage } from "./claim.ts";
import type { Situation, WorkParts } from "./situation.ts";
import { languageOf } from "./person-language.ts";
import { settleSilently } from "./turn-store.ts";

/**
 * Questions of people who ask more than they may are settled with a friendly notice, one for each window; what others
 * ask stays open. A message that was let through once is let through whenever work on it begins again. True when
 * something was turned away.
 */
export async function turnAway(
  parts: WorkParts,
  situation: Situation,
  questions: readonly OpenMessage[],
): Promise<boolean> {
  const { database, metrics, log } = parts;
  const { tenantId, conversationId } = situation.lease;
  const refused: { readonly id: MessageId; readonly reason: string; readonly state: "ignored" }[] = [];
  for (const question of questions) {
    const verdict = await admit(parts, situation, question);
    if (verdict.kind === "allowed") continue;
    if (verdict.noticeKey !== undefined)
      await database.statement(
        tenantId,
        toFriendlyNotice(situation, question, verdict.noticeKey, verdict.notice),
      );
    refused.push({ id: question.id, reason: `over the limit: ${verdict.layer}`, state: "ignored" });
    metrics.errors.inc({ kind: "rate limited" });
    log.info({ conversationId, layer: verdict.layer, correlationId: question.correlationId }, "turned away");
  }
  if (refused.length === 0) return false;
  await database.statement(tenantId, settleSilently(situation.lease, 0, refused));
  return true;
}

async function admit(
  { limits, companies }: WorkParts,
  { lease, claim }: Situation,
  question: OpenMessage,
): Promise<LimitVerdict> {
  const { tenantId, conversationId } = lease;
  const { tier } = await companies.get(tenantId);
  return limits.admit({
    tenantId,
    tier,
    role: question.role === "staff" ? "staff" : "customer",
    user: `${claim.installationId}:${question.senderId}`,
    conversationId,
    message: question.id,
    timeZone: claim.contact.timeZone,
    language: languageOf(claim),
  });
}

function toFriendlyNotice(
  { lease, claim, seal }: Situation,
  { senderId, correlationId }: OpenMessage,
  key: string,
  body: string,
): Query {
  const { tenantId, conversationId } = lease;
  return toNotice(seal, {
    tenantId,
    conversationId,
    correlationId,
    kind: "limit",
    cause: [conversationId, key],
    recipient: senderId,
    place: claim,
    reply: { body, buttons: [toHumanButton(languageOf(claim))] },
  });
}
