import type { TurnId } from "../core/ids.ts";
import { toHumanButton } from "../core/reply.ts";
import { toTextLanguage } from "../core/texts/texts.ts";
import type { Role } from "../core/tool.ts";
import { createPhrases } from "../agent/phrases/phrases.ts";
import { toNotice } from "../handoff/notice.ts";
import { deriveId } from "../store/derive-id.ts";
import { isPlainQuestion, keepQuestions } from "./ask-again.ts";
import type { OpenMessage } from "./claim.ts";
import { tryLaterAgain } from "./later-store.ts";
import { hearLanguage } from "./person-language.ts";
import type { Situation, WorkParts } from "./situation.ts";
import { closeTurn, settleSilently } from "./turn-store.ts";

/** How much longer each further try waits than the first one; then the question is let go. */
const laterTimes = [2, 5, 15, 60];

/** Nobody could answer this time either: nothing is said, and it is asked again later, or let go. */
export async function putOffAgain(
  { database, askAgainMs, log }: Pick<WorkParts, "database" | "askAgainMs" | "log">,
  lease: Situation["lease"],
  { notes, turnId }: { readonly notes: readonly OpenMessage[]; readonly turnId: TurnId },
): Promise<void> {
  const { tenantId, conversationId } = lease;
  const settled = notes.map(({ id }) => ({ id, reason: "asked again in vain", state: "ignored" as const }));
  const waitsMs = laterTimes.map((times) => times * askAgainMs);
  await database.withTenant(tenantId, async (sql) => {
    await sql.query(settleSilently(lease, 0, settled));
    for (const { action } of notes) await sql.query(tryLaterAgain(tenantId, action?.value ?? "", waitsMs));
    await sql.query(closeTurn(tenantId, turnId, "silent"));
  });
  log.info({ conversationId }, "asked again in vain");
}

/**
 * There is more to do than this process can, and this company's questions come last: its people are told so, and are
 * answered as soon as it is quieter. True when something was put off. A turn that has begun is let go on.
 */
export async function putOffWhenBusy(
  parts: WorkParts,
  situation: Situation,
  { questions, role }: { readonly questions: readonly OpenMessage[]; readonly role: Role },
): Promise<boolean> {
  const { lease, claim, seal, isShed } = situation;
  const { tenantId, conversationId } = lease;
  const last = questions.at(-1);
  if (!isShed || last === undefined || claim.turn !== undefined) return false;
  if (role !== "customer" || !questions.every(isPlainQuestion)) return false;
  const language = await hearLanguage(
    claim,
    questions.map(({ text }) => text),
  );
  const phrases = createPhrases(undefined, language);
  const kept = {
    id: deriveId("put off", conversationId, last.id),
    questions,
    role,
    dueInMs: parts.askAgainMs,
    throughSeq: last.seq,
    correlationId: last.correlationId,
  };
  const settled = questions.map(({ id }) => ({ id, reason: "put off: too busy", state: "settled" as const }));
  await parts.database.withTenant(tenantId, async (sql) => {
    await sql.query(keepQuestions(lease, seal, kept));
    await sql.query(
      toNotice(seal, {
        tenantId,
        conversationId,
        correlationId: last.correlationId,
        kind: "busy",
        cause: [conversationId, last.id],
        recipient: last.senderId,
        place: claim,
        reply: { body: phrases.say("busy"), buttons: [toHumanButton(toTextLanguage(language))] },
      }),
    );
    await sql.query(settleSilently(lease, 0, settled));
  });
  parts.metrics.shed.inc({ what: "questions" }, questions.length);
  parts.log.info({ conversationId, correlationId: last.correlationId }, "put off: too busy");
  return true;
}
