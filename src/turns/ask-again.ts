import type { AgentAnswer } from "../core/agent.ts";
import type { Lease } from "../core/lease.ts";
import type { Role } from "../core/tool.ts";
import { againAction } from "../core/later.ts";
import type { Decision } from "../core/turn.ts";
import { createPhrases } from "../agent/phrases/phrases.ts";
import type { Query, Sql } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";
import { deriveId } from "../store/derive-id.ts";
import type { OpenMessage } from "./claim.ts";
import { isWaiting } from "./is-waiting.ts";
import { insertLater, laterPurpose, type LaterContent, type LaterRow } from "./later-store.ts";
import { languageOf } from "./person-language.ts";
import type { Workbench } from "./workbench.ts";

type Answered = Extract<AgentAnswer, { kind: "answered" }>;

/** Baton's own note that a question is to be asked again; nobody outside can write one. */
export function isAgainNote({ role, action }: Pick<OpenMessage, "role" | "action">): boolean {
  return role === "system" && action?.name === againAction;
}

/** Whoever has written something new is answered that, and not what they asked before. */
export function passOldQuestions(
  decided: readonly { readonly message: OpenMessage; readonly decision: Decision }[],
): readonly { readonly message: OpenMessage; readonly decision: Decision }[] {
  if (!decided.some(({ message }) => isAgainNote(message))) return decided;
  const isNew = decided.some(({ message }) => !isAgainNote(message));
  if (!isNew) return decided;
  return decided.map(({ message, decision }) =>
    isAgainNote(message)
      ? { message, decision: { kind: "silent", reason: "the person has moved on" } }
      : { message, decision },
  );
}

/** Words that stand for an answer nobody could give: the question is worth asking again. */
export function isCanned(answer: AgentAnswer): boolean {
  if (answer.usage.toolCalls > 0) return false;
  if (answer.kind === "failed") return answer.reason === "model unavailable";
  return answer.canned === true && answer.handOver === undefined;
}

/**
 * The answer, and what keeps its question in the transaction that commits it, where no model could be asked. What was
 * answered late says so.
 */
export function withAskingAgain(
  { parts, request, turn }: Workbench,
  answer: AgentAnswer,
): { readonly answer: AgentAnswer; readonly promise?: string; readonly keep?: (sql: Sql) => Promise<void> } {
  const { lease, seal, claim, questions, role } = request;
  const { conversationId } = lease;
  const language = (answer.kind === "answered" ? answer.language : undefined) ?? languageOf(claim);
  if (questions.some(isAgainNote))
    return { answer: toLate(answer, createPhrases(undefined, language).say("answeredLate")) };
  if (!isCanned(answer) || request.isDraft) return { answer };
  if (isWaiting(claim)) return { answer }; // a person comes already, and no note is answered before
  if (questions.length === 0 || !questions.every(isPlainQuestion)) return { answer };
  return {
    answer,
    promise: createPhrases(undefined, language).say("askedAgain"),
    keep: async (sql) => {
      const { throughSeq, correlationId } = turn;
      const id = deriveId("ask again", conversationId, turn.id);
      const dueInMs = parts.askAgainMs;
      await sql.query(
        keepQuestions(lease, seal, { id, questions, role, dueInMs, throughSeq, correlationId }),
      );
    },
  };
}

/** Questions of one conversation that wait to be asked again. */
const mostWaiting = 1;

/** Keeps plain questions as one, to be asked again later; once for its id, and while no other waits. */
export function keepQuestions(
  { tenantId, conversationId }: Pick<Lease, "tenantId" | "conversationId">,
  seal: TenantSeal,
  {
    questions,
    role,
    ...row
  }: Pick<LaterRow, "id" | "dueInMs" | "throughSeq" | "correlationId"> & {
    readonly questions: readonly OpenMessage[];
    readonly role: Role;
  },
): Query {
  const last = questions.at(-1);
  const text = questions.map((question) => question.text).join("\n");
  const content: LaterContent = { text, senderId: last?.senderId, name: last?.content.name, role };
  const sealed = seal.seal(laterPurpose, JSON.stringify(content));
  return insertLater(tenantId, { ...row, conversationId, kind: "question", sealed }, mostWaiting);
}

/** Somebody wrote it, in words. */
export function isPlainQuestion({ role, kind, text }: OpenMessage): boolean {
  return role !== "system" && kind === "message" && text.trim() !== "";
}

function toLate(answer: AgentAnswer, line: string): AgentAnswer {
  return answer.kind === "answered"
    ? ({ ...answer, body: `${line}\n\n${answer.body}` } satisfies Answered)
    : answer;
}
