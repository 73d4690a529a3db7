import { randomUUID } from "node:crypto";
import { phaseOf } from "../agent/flows/dialogue.ts";
import type { AgentAnswer, AnswerTrouble } from "../core/agent.ts";
import { StoodDownError } from "../core/errors.ts";
import type { MessageId } from "../core/ids.ts";
import { profilePurpose, withItem } from "../core/profile.ts";
import { isSubstantive } from "../core/turn.ts";
import { sealContent } from "../inbox/message-content.ts";
import { sealReply } from "../outbox/delivery.ts";
import { JoinedError } from "../outbox/live-answer.ts";
import type { PlannedPart } from "../outbox/whole-answer.ts";
import type { Query, Sql } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";
import { dialoguePurpose, handOverPurpose, type Claim, type PendingHandOver } from "./claim.ts";
import { commitTurn, type TurnCommit } from "./commit-turn.ts";
import { isCacheHit } from "./tell-turn.ts";
import type { AskedItem } from "./memory-keeper.ts";
import { isOfPerson, type Workbench } from "./workbench.ts";

/** What the commit left for afterwards. */
export interface Committed {
  /** The answer's words, and its place in the conversation. */
  readonly body: string;
  readonly trouble: AnswerTrouble | undefined;
  readonly seq: number;
  /** What could not be remembered with it: the profile changed meanwhile. */
  readonly missed: AskedItem | undefined;
}

/** What is written in the transaction of the commit: in the place of sending, or beside it. */
interface MoreToCommit {
  readonly instead?: ((sql: Sql, messageId: MessageId) => Promise<void>) | undefined;
  readonly also?: ((sql: Sql) => Promise<void>) | undefined;
  /** The conversation goes to people, whatever the answer says. */
  readonly handOver?: PendingHandOver | undefined;
  /** The answer did not help. */
  readonly trouble?: AnswerTrouble | undefined;
}

/**
 * Writes the answer with everything it leaves behind, in one statement. Throws StoodDownError when the conversation is
 * somebody else's by now, and JoinedError when something arrived that is to be answered with it.
 */
export async function commitAnswer(
  bench: Workbench,
  answer: AgentAnswer,
  planned: readonly PlannedPart[],
  { instead, also, handOver, trouble }: MoreToCommit = {},
): Promise<Committed> {
  const { parts, request, turn, journal, live } = bench;
  const { lease, seal, claim, questions, ignored, destination } = request;
  const { usage } = answer;
  const latencyMs = questions[0]?.waitedMs ?? 0;
  const body = planned
    .map((part) => part.delivery.reply.body)
    .filter(Boolean)
    .join("\n\n");
  const model = answer.kind === "answered" ? answer.model : undefined;
  const tokens = usage.inputTokens + usage.outputTokens;
  const item = answer.kind === "answered" ? findItem(bench) : undefined;
  const messageId = randomUUID() as MessageId;
  const row = await write(
    bench,
    commitTurn(lease, {
      turn,
      partial: request.partial,
      mustBeCurrent: request.mayJoin && !journal.acted && !live.visible,
      state: answer.kind === "answered" ? "answered" : "failed",
      role: request.role,
      outcome: instead === undefined ? toOutcome(answer) : "drafted",
      messageId,
      content: sealContent(seal, { text: body, trouble }),
      metadata: {
        tokens_used: tokens,
        latency_ms: Math.round(latencyMs),
        model,
        cache_hit: isCacheHit(answer),
      },
      model,
      inputTokens: usage.inputTokens,
      outputTokens: usage.outputTokens,
      costUsd: usage.costUsd,
      latencyMs,
      lastStep: journal.takePending(),
      ignored,
      promptVersion: answer.promptVersion,
      spokenByPerson: questions.filter((question) => isOfPerson(question, claim)).length,
      profile: item && claim.profile && toProfile(claim.profile, item, seal),
      ...leftBehind(answer.kind === "answered" ? answer : { dialogue: claim.dialogue }, seal, handOver),
      parts: (instead === undefined ? planned : []).map(({ delivery }) => ({
        id: delivery.id,
        part: delivery.part,
        state: delivery.state,
        body: sealReply(seal, delivery.reply),
        recipient: destination.target.recipient,
      })),
    }),
    instead === undefined ? also : (sql) => instead(sql, messageId),
  );
  parts.log.debug({ turnId: turn.id, channel: claim.channel }, "turn committed");
  return { body, trouble, seq: row.seq, missed: row.remembered === 1 ? undefined : item };
}

interface CommittedRow {
  readonly mine: number;
  readonly committed: number;
  readonly remembered: number;
  readonly seq: number;
}

/** What belongs to the commit goes with it, or not at all. */
async function write(
  { parts: { database }, request: { lease } }: Workbench,
  query: Query,
  more: ((sql: Sql) => Promise<void>) | undefined,
): Promise<CommittedRow> {
  if (more === undefined) return check(await database.statement<CommittedRow>(lease.tenantId, query));
  return database.withTenant(lease.tenantId, async (sql) => {
    const row = check(await sql.query<CommittedRow>(query));
    await more(sql);
    return row;
  });
}

function check([row]: readonly CommittedRow[]): CommittedRow {
  if (row?.mine !== 1) throw new StoodDownError("the conversation changed hands");
  if (row.committed !== 1) throw new JoinedError("a message arrived before the answer was visible");
  return row;
}

function toOutcome(answer: AgentAnswer): string {
  return answer.kind === "answered" ? "answered" : answer.reason;
}

/** Only what is asked where nobody else reads is remembered, and only of who asked it. */
function findItem({ parts, request: { claim, questions } }: Workbench): AskedItem | undefined {
  if (!parts.remembersPeople || claim.profile === undefined) return undefined;
  const asked = questions.findLast(
    (question) => question.kind === "message" && isOfPerson(question, claim) && isSubstantive(question.text),
  );
  return asked && { at: new Date(), text: asked.text, message: asked.id };
}

function toProfile(
  { read, stored }: NonNullable<Claim["profile"]>,
  item: AskedItem,
  seal: TenantSeal,
): TurnCommit["profile"] {
  return { after: seal.seal(profilePurpose, JSON.stringify(withItem(read, item))), before: stored };
}

/** What a turn leaves for the next one, sealed; one without an answer leaves the dialogue where it was. */
function leftBehind(
  {
    dialogue,
    handOver,
    language,
  }: Pick<Extract<AgentAnswer, { kind: "answered" }>, "dialogue" | "handOver" | "language">,
  seal: TenantSeal,
  triggered: PendingHandOver | undefined,
): Pick<TurnCommit, "dialogue" | "dialoguePhase" | "handOver" | "language"> {
  const sealed = (purpose: string, value: unknown) =>
    value === undefined ? undefined : seal.seal(purpose, JSON.stringify(value));
  const announced = handOver && { queue: handOver.queue, reason: handOver.reason, at: new Date() };
  const pending: PendingHandOver | undefined = triggered ?? announced;
  return {
    dialogue: sealed(dialoguePurpose, dialogue),
    dialoguePhase: phaseOf(dialogue),
    handOver: sealed(handOverPurpose, pending),
    language,
  };
}
