import type { OpenMessage } from "./claim.ts";
import { mayStartOver } from "./answer-turn.ts";
import { hearLanguage } from "./person-language.ts";
import { subjectOf, type Situation, type WorkParts } from "./situation.ts";

/**
 * What somebody wrote may be for people by itself: then it goes to them before anything answers it, and stays open for
 * them to read. True when it went. A turn that has shown or done something answers what it began with first.
 */
export async function passTriggered(
  parts: WorkParts,
  { claim, lease }: Situation,
  questions: readonly OpenMessage[],
): Promise<boolean> {
  if (!mayStartOver(claim)) return false;
  const written = questions.filter(({ role, kind }) => role !== "system" && kind === "message");
  const first = written[0];
  if (first === undefined) return false;
  const triggered = await parts.triggers.before({
    tenantId: lease.tenantId,
    conversationId: lease.conversationId,
    texts: written.map(({ text }) => text),
    locale: claim.contact.locale,
  });
  if (triggered === undefined) return false;
  const { reason, queue, evidence } = triggered.decision;
  const at = new Date(Date.now() - first.waitedMs);
  const event = { kind: "escalate", reason, queue, evidence, at } as const;
  const language = await hearLanguage(
    claim,
    written.map(({ text }) => text),
    triggered.language,
  );
  return parts.handoff.apply(subjectOf(lease, claim), event, { first: triggered.first, language });
}
