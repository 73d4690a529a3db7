import type { AgentAnswer, AgentRequest } from "../core/agent.ts";
import type { CarriedOut } from "../core/approval.ts";
import type { TurnId } from "../core/ids.ts";
import { toHumanButton, type Reply, type ReplyFile } from "../core/reply.ts";
import { toTextLanguage, type TextLanguage } from "../core/texts/texts.ts";
import { toArrivedIds } from "./background-news.ts";
import { toDoneBody, toPlainReply } from "./plain-reply.ts";
import type { Workbench } from "./workbench.ts";

/** What approved calls did is told even where no model finds words for it, and leaves a dialogue where it stands. */
export function tellDone(
  answer: AgentAnswer,
  { questions, dialogue, language, locale }: AgentRequest,
  done: readonly CarriedOut[],
): AgentAnswer {
  if (done.length === 0) return answer;
  const kept = questions.length === 0 ? { dialogue } : {};
  if (answer.kind === "answered") return { ...kept, ...answer };
  if (answer.reason === "needs a person") return answer;
  return {
    ...kept,
    kind: "answered",
    body: toDoneBody(done, toTextLanguage(language, locale)),
    citations: [],
    model: "none",
    usage: answer.usage,
  };
}

/** What tools made for the answer; where none ran there is nothing to ask for. */
export async function filesOf(
  { parts, request, turn, journal }: Workbench,
  answer: AgentAnswer,
): Promise<readonly ReplyFile[]> {
  if (answer.kind === "failed" || !journal.acted) return [];
  const owners = [turn.id, ...toArrivedIds(request.questions)];
  const files = owners.map((owner) => parts.files.ofTurn(request.lease.tenantId, owner));
  return (await Promise.all(files)).flat();
}

/** The answer as it goes out, with the way to a person under it. */
export function toReply(
  answer: AgentAnswer,
  {
    turnId,
    language,
    files,
    promise,
  }: {
    readonly turnId: TurnId;
    /** Of Baton's own words in it. */
    readonly language: TextLanguage;
    readonly files: readonly ReplyFile[];
    /** What is said under it. */
    readonly promise?: string | undefined;
  },
): Reply {
  const whole = (body: string) => (promise === undefined ? body : `${body}\n\n${promise}`);
  if (answer.kind === "failed") {
    const plain = toPlainReply(answer.reason, language);
    return { ...plain, body: whole(plain.body) };
  }
  const { body, citations, suggestions = [], buttons = [] } = answer;
  return {
    body: whole(body),
    ...(citations.length > 0 && { citations }),
    ...(suggestions.length > 0 && { suggestions }),
    buttons: [...buttons, toHumanButton(language)],
    feedback: turnId,
    ...(files.length > 0 && { files }),
  };
}
