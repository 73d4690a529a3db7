import { decideLength } from "../agent/memory.ts";
import type { AgentAnswer } from "../core/agent.ts";
import type { Reply } from "../core/reply.ts";
import { isOfPerson, type Workbench } from "./workbench.ts";

const offerLine =
  "We have been at this for a while. If you would rather talk to a person, use the button below.";

/** The reply, and, each time the talk has become that much longer, the offer of a person in words. */
export function withOffer(
  { parts, request: { claim, questions } }: Workbench,
  answer: AgentAnswer,
  reply: Reply,
): Reply {
  // Both bring a person by themselves.
  if (answer.kind === "failed" || answer.handOver !== undefined) return reply;
  const { offerAt } = parts.length;
  const before = claim.lengthTurns;
  const after = before + questions.filter((question) => isOfPerson(question, claim)).length;
  const isDue = decideLength(after, parts.length) === "offer a person";
  if (!isDue || Math.floor(after / offerAt) === Math.floor(before / offerAt)) return reply;
  return { ...reply, body: `${reply.body}\n\n${offerLine}` };
}
