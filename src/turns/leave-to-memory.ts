import type { NumberedMessage } from "../agent/rolling-summary.ts";
import { toWords } from "./claim.ts";
import type { Committed } from "./commit-answer.ts";
import { unsummarizedLimit } from "./claim-store.ts";
import type { Workbench } from "./workbench.ts";

/** The answer is out: what is left to do is nobody's waiting time, and nothing anybody waits for. */
export function leaveToMemory(
  { parts, request, turn }: Workbench,
  { body, trouble, seq, missed }: Committed,
): void {
  const { claim, lease, questions, seal } = request;
  const { conversationId, tenantId } = lease;
  const contactId = claim.contact.id;
  const asked = questions
    .filter((question) => question.seq <= turn.throughSeq && question.role !== "system")
    .map((question) => ({
      seq: question.seq,
      role: question.role,
      ...toWords(question.kind, question.content),
    }));
  const talk: readonly NumberedMessage[] = [
    ...claim.history,
    ...asked,
    { seq, role: "assistant", text: body, ...(trouble !== undefined && { trouble }) },
  ];
  const isOpen = ({ seq: place }: NumberedMessage) =>
    claim.summarizedThrough === 0 || place > claim.summarizedThrough;
  const next = talk
    .filter((message, index) => talk.length - index <= parts.window || isOpen(message))
    .slice(-(parts.window + unsummarizedLimit));
  void parts.hot.keepHistory({ contactId, conversationId, seal }, next);
  parts.memory.afterTurn({ tenantId, conversationId, contactId, missed, unsummarized: talk.filter(isOpen) });
}
