import { defaultQueue } from "../core/baton-event.ts";
import type { AgentAnswer } from "../core/agent.ts";
import { say, toTextLanguage } from "../core/texts/texts.ts";
import type { MessageId } from "../core/ids.ts";
import type { PostedInRoom } from "../handoff/staff-room.ts";
import type { PlannedPart } from "../outbox/whole-answer.ts";
import type { Sql } from "../store/database.ts";
import { languageOf } from "./person-language.ts";
import type { Workbench } from "./workbench.ts";

/**
 * The answer of a turn that may show none of its model's words: an answer that can wait for a colleague waits; one that
 * hands over, and one no colleague would ever see, becomes a hand-over in our own words.
 */
export async function toDraftable(
  { parts, request }: Workbench,
  answer: AgentAnswer,
): Promise<{ readonly answer: AgentAnswer; readonly isDraft: boolean }> {
  if (answer.kind === "failed") return { answer, isDraft: false }; // those words are ours
  const canBeSeen = await parts.drafts.canBeSeen(request.lease.tenantId);
  if (canBeSeen && answer.handOver === undefined) return { answer, isDraft: true };
  if (!canBeSeen)
    parts.log.error(
      { companyId: request.lease.tenantId },
      "no colleague can see drafts: the staff room's workspace is not installed, the conversation goes to people",
    );
  const { citations: _, suggestions: __, buttons: ___, ...kept } = answer;
  const handOver = answer.handOver ?? {
    action: "escalate_to_agent",
    queue: defaultQueue,
    reason: "the answer could not be shown to a colleague",
  };
  const body = say(toTextLanguage(answer.language ?? languageOf(request.claim)), "handoff.waiting");
  return { answer: { ...kept, body, citations: [], handOver }, isDraft: false };
}

/** Keeps the answer as a draft; for the transaction that commits its turn. Gives the room whose bell is to be rung. */
export function keepDraft(
  { parts, request, turn }: Workbench,
  planned: readonly PlannedPart[],
  { sql, messageId }: { readonly sql: Sql; readonly messageId: MessageId },
): Promise<PostedInRoom> {
  const { lease, seal, claim, questions, destination } = request;
  const asked = questions.filter(({ role }) => role !== "system");
  return parts.drafts.keep(sql, seal, {
    tenantId: lease.tenantId,
    conversationId: lease.conversationId,
    turnId: turn.id,
    messageId,
    epoch: lease.epoch,
    channel: claim.channel,
    place: claim,
    tellAtOnce: claim.channel === "web", // its visitors may ask over the API, which answers once
    language: languageOf(claim),
    recipient: destination.target.recipient,
    name: asked.at(-1)?.content.name,
    question: asked.map((question) => question.action?.value ?? question.text).join("\n"),
    parts: planned.map(({ delivery }) => ({ id: delivery.id, part: delivery.part, reply: delivery.reply })),
    correlationId: turn.correlationId,
  });
}
