import { z } from "zod";
import type { Owner } from "../core/conversation.ts";
import type { ChannelName } from "../core/envelope.ts";
import { channelNames } from "../core/envelope.ts";
import type {
  ContactId,
  ConversationId,
  DeliveryId,
  InstallationId,
  MessageId,
  StaffId,
  TurnId,
} from "../core/ids.ts";
import type { OpenItem } from "../core/turn.ts";
import { roles, type Role } from "../core/tool.ts";
import { toOwner } from "../handoff/handoff-store.ts";
import {
  contentPurpose,
  parseMessageContent,
  returnPathPurpose,
  type MessageContent,
} from "../inbox/message-content.ts";
import { parseDelivery, type Delivery } from "../outbox/delivery.ts";
import type { TenantSeal } from "../store/seal.ts";

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
  readonly inboxVersion: number;
  readonly attempts: number;
  readonly summary: string | undefined;
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
  readonly history: readonly {
    readonly role: "user" | "assistant" | "staff" | "system";
    readonly text: string;
    readonly name: string | undefined;
  }[];
  readonly deliveries: readonly Delivery[];
  /** Deliveries that cannot be read. */
  readonly lostDeliveries: readonly DeliveryId[];
  readonly turn: UnfinishedTurn | undefined;
}

/** The purposes under which a dialogue and a hand-over are sealed. */
export const dialoguePurpose = "conversation.dialogue";
export const handOverPurpose = "conversation.hand-over";

/** A hand-over as `JSON.stringify` left it. `at` makes carrying it out twice the same as once. */
const pendingHandOver = z.object({ queue: z.string(), reason: z.string(), at: z.coerce.date() });
export type PendingHandOver = z.output<typeof pendingHandOver>;

const id = <T extends string>() => z.custom<T>((value) => typeof value === "string");
const bytea = z.string().transform((hex) => Buffer.from(hex.slice(2), "hex"));
const wholeNumber = z.coerce.number();

const openRow = z.object({
  id: id<MessageId>(),
  seq: z.number(),
  role: z.enum(["user", "staff", "system"]),
  kind: z.enum(["message", "action", "command"]),
  sender_id: z.string().nullable(),
  external_id: z.string().nullable(),
  content: bytea,
  correlation_id: z.string().nullable(),
  waited_ms: z.number(),
});

const historyRow = z.object({
  role: z.enum(["user", "assistant", "staff", "system"]),
  content: bytea,
});

const stepRow = z.object({
  key: z.string(),
  kind: z.enum(["model", "tool", "retrieval"]),
  repeatable: z.boolean(),
  output: bytea.nullable(),
  ok: z.boolean().nullable(),
  duration_ms: z.number().nullable(),
  cost_usd: z.number(),
});

const turnRow = z.object({
  id: id<TurnId>(),
  epoch: z.number(),
  through_seq: z.number(),
  inbox_version: z.number(),
  receipt: z.string().nullable(),
});

const claimRow = z.object({
  id: id<ConversationId>(),
  channel: z.enum(channelNames),
  installation_id: id<InstallationId>(),
  installation: z.string(),
  space: z.string(),
  thread: z.string(),
  audience: z.enum(["direct", "group", "public", "shared"]),
  owner_kind: z.enum(["bot", "queue", "human", "off"]),
  owner_staff: id<StaffId>().nullable(),
  owner_queue: z.string().nullable(),
  status: z.enum(["active", "escalated", "snoozed", "closed"]),
  epoch: z.number(),
  inbox_version: wholeNumber,
  attempts: z.number(),
  summary: z.instanceof(Buffer).nullable(),
  return_path: z.instanceof(Buffer).nullable(),
  dialogue: z.instanceof(Buffer).nullable(),
  hand_over: z.instanceof(Buffer).nullable(),
  contact_id: id<ContactId>(),
  contact_external_id: z.string(),
  contact_time_zone: z.string().nullable(),
  contact_locale: z.string().nullable(),
  contact_language: z.string().nullable(),
  contact_roles: z.array(z.enum(roles)),
  open: z.array(openRow),
  history: z.array(historyRow),
  deliveries: z.array(z.unknown()),
  turn: turnRow.nullable(),
  steps: z.array(stepRow),
});

const deliveryId = z.object({ id: id<DeliveryId>() });

/** Reads the row of the claim statement and opens what is sealed in it. What cannot be opened is left out by itself. */
export function parseClaim(input: unknown, seal: TenantSeal): Claim {
  const row = claimRow.parse(input);
  const open: OpenMessage[] = [];
  const unreadable: MessageId[] = [];
  for (const message of row.open) {
    const content = tryOpen(seal, message.content);
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
    inboxVersion: row.inbox_version,
    attempts: row.attempts,
    summary: openSealed(seal, "conversation.summary", row.summary),
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
    history: row.history.flatMap((message) => {
      const content = tryOpen(seal, message.content);
      return content === undefined ? [] : [{ role: message.role, text: content.text, name: content.name }];
    }),
    deliveries: deliveries.filter((delivery) => delivery !== undefined),
    lostDeliveries: row.deliveries.flatMap((delivery, index) =>
      deliveries[index] === undefined ? [deliveryId.parse(delivery).id] : [],
    ),
    turn: row.turn === null ? undefined : toUnfinishedTurn(row.turn, row.steps, seal),
  };
}

function toOpenMessage(row: z.infer<typeof openRow>, content: MessageContent): OpenMessage {
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

function toUnfinishedTurn(
  row: z.infer<typeof turnRow>,
  steps: readonly z.infer<typeof stepRow>[],
  seal: TenantSeal,
): UnfinishedTurn {
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

function toOutcome(step: z.infer<typeof stepRow>, seal: TenantSeal): RecordedStep["outcome"] {
  if (step.output === null) return undefined;
  return {
    output: JSON.parse(seal.open("step.output", step.output)) as unknown,
    ok: step.ok ?? false,
    durationMs: step.duration_ms ?? 0,
    costUsd: step.cost_usd,
  };
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
  return { queue: "general_support", reason: "the answer handed over", at: new Date(0) };
}

function tryOpen(seal: TenantSeal, content: Buffer): MessageContent | undefined {
  return attempt(() => parseMessageContent(seal.open(contentPurpose, content)));
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
