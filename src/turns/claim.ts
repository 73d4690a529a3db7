import { z } from "zod";
import { defaultQueue } from "../core/baton-event.ts";
import type { Owner } from "../core/conversation.ts";
import type { HotTalk } from "../agent/hot-memory.ts";
import type { NumberedMessage } from "../agent/rolling-summary.ts";
import type { ChannelName } from "../core/envelope.ts";
import type {
  ContactId,
  ConversationId,
  DeliveryId,
  InstallationId,
  MessageId,
  TurnId,
} from "../core/ids.ts";
import { noProfile, parseProfile, profilePurpose, type Profile } from "../core/profile.ts";
import type { OpenItem } from "../core/turn.ts";
import type { Role } from "../core/tool.ts";
import { toOwner } from "../handoff/handoff-store.ts";
import { returnPathPurpose, tryOpenContent, type MessageContent } from "../inbox/message-content.ts";
import { parseDelivery, type Delivery } from "../outbox/delivery.ts";
import type { TenantSeal } from "../store/seal.ts";
import {
  claimRow,
  deliveryIdRow,
  type HistoryRow,
  type OpenRow,
  type SaidRow,
  type StepRow,
  type TurnRowRead,
} from "./claim-row.ts";

/** An open message with everything the turn needs. */
export interface OpenMessage extends OpenItem {
  readonly id: MessageId;
  readonly externalId: string | undefined;
  readonly content: MessageContent;
  readonly correlationId: string;
  readonly waitedMs: number;
}

/** A turn an earlier worker began and did not finish. */
export interface UnfinishedTurn {
  readonly id: TurnId;
  readonly epoch: number;
  readonly throughSeq: number;
  readonly inboxVersion: number;
  readonly receipt: string | undefined;
  readonly steps: readonly RecordedStep[];
}

/** A step as the journal recorded it; `output` is missing when a crash came first. */
export interface RecordedStep {
  readonly key: string;
  readonly kind: "model" | "tool" | "retrieval";
  readonly repeatable: boolean;
  readonly outcome:
    | {
        readonly output: unknown;
        readonly ok: boolean;
        readonly durationMs: number;
        readonly costUsd: number;
      }
    | undefined;
}

/** Everything about a conversation at the moment a worker took it. */
export interface Claim {
  readonly conversationId: ConversationId;
  readonly channel: ChannelName;
  readonly installationId: InstallationId;
  /** The platform's workspace id. */
  readonly installation: string;
  readonly space: string;
  readonly thread: string;
  readonly audience: "direct" | "group" | "public" | "shared";
  readonly owner: Owner;
  readonly status: "active" | "escalated" | "snoozed" | "closed";
  readonly epoch: number;
  /** Its person waits for a person of the team, and wants the bot to go on answering. */
  readonly asksMeanwhile: boolean;
  /** The last message before it changed hands to whoever has it. */
  readonly epochSeq: number;
  readonly inboxVersion: number;
  readonly attempts: number;
  readonly summary: string | undefined;
  /** The last message the summary covers; 0 where there is none. What was said before the bot was called is below 0. */
  readonly summarizedThrough: number;
  /** What its person has said since it began, changed hands, or paused for half a day; without what is open. */
  readonly lengthTurns: number;
  /** What is remembered of its person, and the same as it is stored. Undefined where others read along. */
  readonly profile: { readonly read: Profile; readonly stored: Buffer | undefined } | undefined;
  readonly returnPath: string | undefined;
  /** What the last answer left as its dialogue; undefined where nothing is going on, or nobody can read it. */
  readonly dialogue: unknown;
  /** An answer said that the conversation goes to people; it has not gone yet. */
  readonly handOver: PendingHandOver | undefined;
  readonly contact: {
    readonly id: ContactId;
    readonly externalId: string;
    readonly timeZone: string | undefined;
    readonly locale: string | undefined;
    /** The language they were last answered in. */
    readonly language: string | undefined;
    /** What the company verified them to be; empty for customers. */
    readonly roles: readonly Role[];
  };
  readonly open: readonly OpenMessage[];
  /** Open messages that cannot be read: damaged, or sealed for somebody else. */
  readonly unreadable: readonly MessageId[];
  /** The newest messages dealt with, oldest first: the window, and all that stands in no summary. */
  readonly history: readonly NumberedMessage[];
  /** What was said last where several people read along, by whomever and to whomever; still sealed. */
  readonly said: readonly SaidRow[];
  readonly deliveries: readonly Delivery[];
  /** Deliveries that cannot be read. */
  readonly lostDeliveries: readonly DeliveryId[];
  readonly turn: UnfinishedTurn | undefined;
}

/** The purposes under which a dialogue, a hand-over and a summary are sealed. */
export const dialoguePurpose = "conversation.dialogue";
export const handOverPurpose = "conversation.hand-over";
export const summaryPurpose = "conversation.summary";

/** A hand-over as `JSON.stringify` left it. `at` makes carrying it out twice the same as once. */
const pendingHandOver = z.object({
  queue: z.string(),
  reason: z.string(),
  evidence: z
    .object({
      rule: z.string(),
      value: z.union([z.number(), z.string()]).optional(),
      threshold: z.number().optional(),
    })
    .optional(),
  at: z.coerce.date(),
});
export type PendingHandOver = z.output<typeof pendingHandOver>;

const nothingHot: HotTalk = { history: undefined, context: undefined };

/**
 * Reads the row of the claim statement and opens what is sealed in it. What cannot be opened is left out by itself;
 * what the row leaves out because it is at hand comes from there.
 */
export function parseClaim(input: unknown, seal: TenantSeal, hot: HotTalk = nothingHot): Claim {
  const row = claimRow.parse(input);
  const open: OpenMessage[] = [];
  const unreadable: MessageId[] = [];
  for (const message of row.open) {
    const content = tryOpenContent(seal, message.content);
    if (content === undefined) unreadable.push(message.id);
    else open.push(toOpenMessage(message, content));
  }
  const deliveries = row.deliveries.map((delivery) => attempt(() => parseDelivery(delivery, seal)));
  return {
    conversationId: row.id,
    channel: row.channel,
    installationId: row.installation_id,
    installation: row.installation,
    space: row.space,
    thread: row.thread,
    audience: row.audience,
    owner: toOwner(row),
    status: row.status,
    epoch: row.epoch,
    asksMeanwhile: row.asks_meanwhile,
    epochSeq: row.epoch_seq,
    inboxVersion: row.inbox_version,
    attempts: row.attempts,
    summary:
      hot.context?.through === row.summary_through_seq
        ? hot.context.summary
        : openSealed(seal, summaryPurpose, row.summary),
    summarizedThrough: row.summary_through_seq,
    lengthTurns: row.length_turns,
    profile: row.audience === "direct" ? toProfile(row.profile, seal) : undefined,
    returnPath: openSealed(seal, returnPathPurpose, row.return_path),
    dialogue: openJson(seal, dialoguePurpose, row.dialogue),
    handOver: toHandOver(row.hand_over, seal),
    contact: {
      id: row.contact_id,
      externalId: row.contact_external_id,
      timeZone: row.contact_time_zone ?? undefined,
      locale: row.contact_locale ?? undefined,
      language: row.contact_language ?? undefined,
      roles: row.contact_roles,
    },
    open,
    unreadable,
    history: row.history?.flatMap((message) => toSpoken(message, seal)) ?? hot.history?.messages ?? [],
    said: row.said,
    deliveries: deliveries.filter((delivery) => delivery !== undefined),
    lostDeliveries: row.deliveries.flatMap((delivery, index) =>
      deliveries[index] === undefined ? [deliveryIdRow.parse(delivery).id] : [],
    ),
    turn: row.turn === null ? undefined : toUnfinishedTurn(row.turn, row.steps, seal),
  };
}

function toOpenMessage(row: OpenRow, content: MessageContent): OpenMessage {
  return {
    id: row.id,
    seq: row.seq,
    kind: row.kind,
    role: row.role,
    senderId: row.sender_id ?? "",
    text: content.text,
    addressed: content.addressed ?? "none",
    mentionsOthers: content.mentionsOthers ?? false,
    action: content.action,
    externalId: row.external_id ?? undefined,
    content,
    correlationId: row.correlation_id ?? "",
    waitedMs: row.waited_ms,
  };
}

function toUnfinishedTurn(row: TurnRowRead, steps: readonly StepRow[], seal: TenantSeal): UnfinishedTurn {
  return {
    id: row.id,
    epoch: row.epoch,
    throughSeq: row.through_seq,
    inboxVersion: row.inbox_version,
    receipt: row.receipt ?? undefined,
    steps: steps.map((step) => ({
      key: step.key,
      kind: step.kind,
      repeatable: step.repeatable,
      outcome: attempt(() => toOutcome(step, seal)), // an outcome nobody can read is one nobody knows
    })),
  };
}

function toOutcome(step: StepRow, seal: TenantSeal): RecordedStep["outcome"] {
  if (step.output === null) return undefined;
  return {
    output: JSON.parse(seal.open("step.output", step.output)) as unknown,
    ok: step.ok ?? false,
    durationMs: step.duration_ms ?? 0,
    costUsd: step.cost_usd,
  };
}

/** A message of the talk as it was spoken, none where it cannot be read. What was chosen by a button was said as well. */
export function toSpoken(
  { seq, role, kind, content, edited }: HistoryRow,
  seal: TenantSeal,
): readonly NumberedMessage[] {
  const opened = tryOpenContent(seal, content);
  if (opened === undefined) return [];
  return [{ seq, role, ...toWords(kind, opened), ...(edited !== null && { edited }) }];
}

/** What somebody said, and who. */
export function toWords(kind: OpenItem["kind"], { text, action, name, trouble }: MessageContent) {
  const words = kind === "action" ? (action?.value ?? text) : text;
  return { text: words, name, ...(trouble !== undefined && { trouble }) };
}

/** One that nobody can read is nobody's: it is begun anew. */
function toProfile(stored: Buffer | null, seal: TenantSeal): Claim["profile"] {
  if (stored === null) return { read: noProfile, stored: undefined };
  return { read: attempt(() => parseProfile(seal.open(profilePurpose, stored))) ?? noProfile, stored };
}

function openSealed(seal: TenantSeal, purpose: string, sealed: Buffer | null): string | undefined {
  return sealed === null ? undefined : attempt(() => seal.open(purpose, sealed));
}

function openJson(seal: TenantSeal, purpose: string, sealed: Buffer | null): unknown {
  const text = openSealed(seal, purpose, sealed);
  return text === undefined ? undefined : attempt(() => JSON.parse(text) as unknown);
}

/** One that nobody can read is still carried out: the person was told so. */
function toHandOver(sealed: Buffer | null, seal: TenantSeal): PendingHandOver | undefined {
  if (sealed === null) return undefined;
  const read = pendingHandOver.safeParse(openJson(seal, handOverPurpose, sealed));
  if (read.success) return read.data;
  return { queue: defaultQueue, reason: "the answer handed over", at: new Date(0) };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
