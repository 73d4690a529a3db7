import type { AgentAnswer, AnswerTrouble } from "../core/agent.ts";
import type { Reply } from "../core/reply.ts";
import { say } from "../core/texts/texts.ts";
import { isAgainNote } from "./ask-again.ts";
import type { Claim, PendingHandOver } from "./claim.ts";
import { isWaiting } from "./is-waiting.ts";
import { languageUnder } from "./person-language.ts";
import { isOfPerson, type Workbench } from "./workbench.ts";

/** What an answer leads to beside itself. */
export interface Looked {
  /** Said under it. */
  readonly line?: string | undefined;
  /** The conversation goes to people with it. */
  readonly handOver?: PendingHandOver | undefined;
  /** It did not help, which counts when the next one does not, either. */
  readonly trouble?: AnswerTrouble | undefined;
}

/**
 * Decides whether an answer, with what came before it since the bot has the conversation, brings a person or offers one.
 * Reads nothing but what the turn has at hand.
 */
export async function lookAfter(bench: Workbench, answer: AgentAnswer): Promise<Looked> {
  const { parts, request } = bench;
  const { claim, lease, questions } = request;
  if (isWaiting(claim)) return {}; // a person comes already
  // It brings a person by itself, or nobody has asked anything new.
  if (answer.kind === "answered" && answer.handOver !== undefined) return {};
  const asked = questions.filter((question) => isOfPerson(question, claim));
  if (questions.some(isAgainNote) || asked.length === 0) return {};
  const { triggers } = parts;
  const policy = triggers.policyOf(lease.tenantId);
  const tools = bench.toolSigns();
  const failed = isFailure(answer) || tools.lastFailed;
  const confidence = toConfidence(answer);
  const trouble = failed ? "failed" : asksBack(answer, policy.minConfidence) ? "asked back" : undefined;
  const before = claim.lengthTurns;
  const decision = await triggers.after(
    lease.tenantId,
    {
      confidence,
      askedBack: lastTrouble(claim) === "asked back",
      failures: failed ? 1 + countFailures(claim) : 0,
      paymentFailed: tools.paymentFailed,
      // Both the words for a failure and the offer have the way to a person in them.
      turns: answer.kind === "failed" ? undefined : { before, after: before + asked.length },
    },
    [...saidSince(claim), ...asked.map(({ text }) => text)],
  );
  const kept: Looked = trouble === undefined ? {} : { trouble: { epoch: claim.epoch, kind: trouble } };
  switch (decision.kind) {
    case "none":
      return kept;
    case "offer":
      return { ...kept, line: say(await languageUnder(bench, answer), "handoff.offer") };
    case "escalate":
    case "safety": {
      const { queue, reason, evidence } = decision;
      const { conversationId } = lease;
      parts.log.info({ tenantId: lease.tenantId, conversationId, ...evidence }, "trigger fired");
      const line = say(await languageUnder(bench, answer), "handoff.waiting");
      return { ...kept, line, handOver: { queue, reason, evidence, at: new Date() } };
    }
    default:
      throw new Error(`unknown decision: ${JSON.stringify(decision satisfies never)}`);
  }
}

/** The reply with a line under it. */
export function withLine(reply: Reply, line: string | undefined): Reply {
  return line === undefined ? reply : { ...reply, body: `${reply.body}\n\n${line}` };
}

/** An answer that goes to people says so to whoever asks it. */
export function withHandOver(answer: AgentAnswer, { queue, reason }: PendingHandOver): AgentAnswer {
  if (answer.kind === "failed") return answer;
  return { ...answer, handOver: { action: "escalate_to_agent", queue, reason } };
}

/** Where no model is set up, or none may be paid for, nothing went wrong: the written answers are all there is. */
function isFailure(answer: AgentAnswer): boolean {
  return (
    answer.kind === "failed" && answer.reason !== "no model configured" && answer.reason !== "over budget"
  );
}

/** What stands in a document is answered, however it was asked. */
function toConfidence(answer: AgentAnswer): number | undefined {
  return answer.kind === "answered" && answer.citations.length === 0 ? answer.confidence : undefined;
}

function asksBack(answer: AgentAnswer, least: number): boolean {
  const confidence = toConfidence(answer);
  if (answer.kind !== "answered" || confidence === undefined || confidence >= least) return false;
  return /[?？]\W*$/u.test(answer.body);
}

/** Troubles of an earlier epoch are over: people have looked at them since. */
function troublesOf({ history, epoch }: Claim): readonly (AnswerTrouble["kind"] | undefined)[] {
  return history
    .filter(({ role }) => role === "assistant")
    .map(({ trouble }) => (trouble?.epoch === epoch ? trouble.kind : undefined));
}

function lastTrouble(claim: Claim): AnswerTrouble["kind"] | undefined {
  return troublesOf(claim).at(-1);
}

function countFailures(claim: Claim): number {
  const troubles = troublesOf(claim);
  return troubles.length - 1 - troubles.findLastIndex((trouble) => trouble !== "failed");
}

/** What the person has said to the bot since it has the conversation. */
function saidSince({ history, lengthTurns }: Claim): readonly string[] {
  if (lengthTurns === 0) return [];
  const lastStaff = history.findLastIndex(({ role }) => role === "staff");
  const since = history.slice(lastStaff + 1).filter(({ role }) => role === "user");
  return since.slice(-lengthTurns).map(({ text }) => text);
}
