import type { HotMemory } from "../agent/hot-memory.ts";
import type { Agent } from "../core/agent.ts";
import type { MessageId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Role } from "../core/tool.ts";
import type { Triggers } from "../handoff/triggers/triggers.ts";
import type { Drafts } from "../handoff/drafts.ts";
import type { PostedInRoom, StaffRoom } from "../handoff/staff-room.ts";
import type { Metrics } from "../insights/metrics.ts";
import type { LiveAnswer } from "../outbox/live-answer.ts";
import type { Destination, Outbox } from "../outbox/outbox.ts";
import type { ReplyFiles } from "../outbox/reply-files.ts";
import type { Database } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";
import type { Companies } from "../tenants/companies.ts";
import type { ApprovedCallParts } from "./approved-calls.ts";
import type { Claim, OpenMessage } from "./claim.ts";
import type { HeldLease } from "./lease.ts";
import type { MemoryKeeper } from "./memory-keeper.ts";
import type { Receipt } from "./receipt.ts";
import type { Patience } from "./patience.ts";
import type { TurnJournal } from "./turn-journal.ts";
import type { TurnRow } from "./turn-store.ts";

/** How long a talk may become, in messages of its person. */
export interface TalkLength {
  /** Each time it has become so much longer, a person is offered in words; 0 offers none. */
  readonly offerAt: number;
  /** Then it ends; 0 sets no end. */
  readonly endAt: number;
  readonly atEnd: "hand over" | "start over";
}

/** What turns need to answer. */
export interface AnswerParts extends ApprovedCallParts {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly agent: Agent;
  readonly files: Pick<ReplyFiles, "of" | "ofTurn">;
  readonly companies: Companies;
  readonly metrics: Metrics;
  /** What is left to do for the memory once a turn is over. */
  readonly memory: Pick<MemoryKeeper, "afterTurn">;
  /** What was said last, at hand for the next turn. */
  readonly hot: HotMemory;
  /** Messages a turn looks back on. */
  readonly window: number;
  /** Whether what people ask is remembered beyond the conversation. */
  readonly remembersPeople: boolean;
  /** How long a talk may become. */
  readonly length: TalkLength;
  /** When conversations go to people by themselves. */
  readonly triggers: Triggers;
  readonly streaming: boolean;
  /** An answer visible within this time needs no 👀, milliseconds. */
  readonly receiptDelayMs: number;
  /** Where answers wait for a colleague's word. */
  readonly drafts: Pick<Drafts, "canBeSeen" | "keep">;
  /** Where colleagues see what waits for them. */
  readonly room: Pick<StaffRoom, "post">;
  /** Something was put into a room for colleagues; must not throw. */
  readonly onPosted: (posted: PostedInRoom & { readonly correlationId: string }) => void;
  /** A message with nothing visible for this long is apologized for, milliseconds. */
  readonly apologyAfterMs: number;
  /** How long a question that nobody could answer waits before it is asked again, milliseconds. */
  readonly askAgainMs: number;
  /** Tools that change something, or go on behind a turn: not for who only asks while they wait for a person. */
  readonly lasting: ReadonlySet<string>;
  readonly leaseTtlMs: number;
  readonly log: Log;
}

/** One turn: what it answers, for whom, with which rights. */
export interface TurnRequest {
  readonly claim: Claim;
  readonly lease: HeldLease;
  readonly seal: TenantSeal;
  readonly destination: Destination;
  readonly questions: readonly OpenMessage[];
  /** The agent that answers. */
  readonly role: Role;
  /** What else whoever asks was verified to be, where only they read the answer. */
  readonly verified: readonly Role[];
  /** Nobody but colleagues reads the answer before one of them lets it go out: nothing of it shows. */
  readonly isDraft: boolean;
  readonly ignored: readonly { readonly id: MessageId; readonly reason: string }[];
  /** A message that arrives before anything is visible is answered together with the others. */
  readonly mayJoin: boolean;
  /** Not everything open is in `questions`. */
  readonly partial: boolean;
}

/** How a turn's tools went: whether the last one failed, and whether one told that a payment failed. */
export interface ToolSigns {
  readonly lastFailed: boolean;
  readonly paymentFailed: boolean;
}

/** The tools of one turn at work. */
export interface Workbench {
  readonly parts: AnswerParts;
  readonly request: TurnRequest;
  readonly turn: TurnRow;
  readonly journal: TurnJournal;
  readonly live: LiveAnswer;
  readonly receipt: Receipt;
  readonly patience: Patience;
  /** What tools told that speaks for a person. */
  readonly toolSigns: () => ToolSigns;
  /** What the models took of the turn's time. */
  readonly modelMs: () => number;
}

/** The person whose conversation it is wrote it themselves. */
export function isOfPerson({ role, senderId }: OpenMessage, { contact }: Claim): boolean {
  return role !== "system" && senderId === contact.externalId;
}
