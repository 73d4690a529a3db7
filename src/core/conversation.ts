import { defaultQueue, type BatonEvent, type TriggerEvidence } from "./baton-event.ts";
import type { StaffId } from "./ids.ts";

export type { BatonEvent, TriggerEvidence } from "./baton-event.ts";

/** Who has the baton. `off` is a conversation the bot was switched off for. */
export type Owner =
  | { readonly kind: "bot" }
  | { readonly kind: "queue"; readonly queue: string }
  | { readonly kind: "human"; readonly staff: StaffId }
  | { readonly kind: "off" };

export type Status = "active" | "escalated" | "snoozed" | "closed";

/** The part of a conversation that ownership rules read and write. `epoch` grows with every change of owner or status. */
export interface Baton {
  readonly owner: Owner;
  readonly status: Status;
  readonly epoch: number;
  /** Since when a person has waited for a person's answer; undefined while nobody waits. */
  readonly waitingSince: Date | undefined;
  /** Who gets it back after a snooze, and who had it when it was closed. */
  readonly previousOwner: Owner | undefined;
  readonly snoozedUntil: Date | undefined;
  readonly closedAt: Date | undefined;
}

/** What a change tells the people in the thread. */
export type Notice =
  "waiting for a teammate" | "a teammate has joined" | "the bot is back" | "resolved" | "reopened";

/** The audit row a change leaves. */
export interface BatonAudit {
  readonly action: BatonEvent["kind"];
  readonly by: string;
  readonly from: Owner["kind"];
  readonly to: Owner["kind"];
  readonly reason: string | undefined;
  readonly at: Date;
  readonly evidence?: TriggerEvidence | undefined;
}

/** A change with its one audit row and at most one notice; or nothing to do; or not allowed, and why. */
export type Transition =
  | {
      readonly kind: "changed";
      readonly baton: Baton;
      readonly audit: BatonAudit;
      readonly notice: Notice | undefined;
    }
  | { readonly kind: "unchanged"; readonly baton: Baton }
  | { readonly kind: "refused"; readonly reason: string };

/** A closed conversation reopens for this long after it was closed; later messages start it afresh with the bot. */
export const reopenWindowMs = 7 * 24 * 60 * 60 * 1000;

/** A conversation nobody has spoken in yet. */
export const newBaton: Baton = {
  owner: { kind: "bot" },
  status: "active",
  epoch: 0,
  waitingSince: undefined,
  previousOwner: undefined,
  snoozedUntil: undefined,
  closedAt: undefined,
};

/** The one place where ownership changes. Pure: the caller stores the result in one transaction. */
export function transition(baton: Baton, event: BatonEvent): Transition {
  switch (event.kind) {
    case "escalate":
      return escalate(baton, event);
    case "claim":
      return takeOver(baton, event.by, event);
    case "assign":
      return takeOver(baton, event.to, event);
    case "transfer":
      return transfer(baton, event);
    case "reopen":
      return reopenBy(baton, event);
    case "staff reply":
      return staffReply(baton, event);
    case "return to bot":
      return returnToBot(baton, event);
    case "switch off":
      return switchOff(baton, event);
    case "snooze":
      return snooze(baton, event);
    case "snooze over":
      return baton.status === "snoozed" ? wake(baton, event) : unchanged(baton);
    case "holder left":
      return holderLeft(baton, event);
    case "resolve":
      return resolve(baton, event);
    case "user message":
      return userMessage(baton, event);
    default:
      throw new Error(`unknown baton event: ${JSON.stringify(event satisfies never)}`);
  }
}

/** Two owners are the same owner. */
export function isSameOwner(a: Owner, b: Owner): boolean {
  if (a.kind === "human" && b.kind === "human") return a.staff === b.staff;
  if (a.kind === "queue" && b.kind === "queue") return a.queue === b.queue;
  return a.kind === b.kind;
}

type EventOf<Kind extends BatonEvent["kind"]> = Extract<BatonEvent, { kind: Kind }>;

function escalate(baton: Baton, event: EventOf<"escalate">): Transition {
  if (baton.status === "closed") return refused("the conversation is closed");
  if (baton.owner.kind !== "bot") return unchanged(baton); // already with people: asking again changes nothing
  const to: Owner = { kind: "queue", queue: event.queue };
  const waitingSince = baton.waitingSince ?? event.at;
  const awake = { snoozedUntil: undefined, previousOwner: undefined };
  return change(
    baton,
    event,
    { owner: to, status: "escalated", waitingSince, ...awake },
    "waiting for a teammate",
  );
}

/** To another queue, where whoever comes next takes it; the person waits on, or from now. */
function transfer(baton: Baton, event: EventOf<"transfer">): Transition {
  if (baton.status === "closed") return refused("the conversation is closed");
  const to: Owner = { kind: "queue", queue: event.queue };
  if (isSameOwner(baton.owner, to) && baton.status === "escalated") return unchanged(baton);
  const waitingSince = baton.waitingSince ?? event.at;
  const awake = { snoozedUntil: undefined, previousOwner: undefined };
  const notice = baton.owner.kind === "bot" ? "waiting for a teammate" : undefined;
  return change(baton, event, { owner: to, status: "escalated", waitingSince, ...awake }, notice);
}

/** Others take it, who are told that somebody waits. What sleeps goes when it wakes, and what was passed on stays. */
function holderLeft(baton: Baton, event: EventOf<"holder left">): Transition {
  const has = baton.owner.kind === "human" && baton.owner.staff === event.staff;
  if (!has || baton.status !== "escalated") return unchanged(baton);
  const waitingSince = baton.waitingSince ?? event.at;
  return change(baton, event, { owner: { kind: "queue", queue: event.queue }, waitingSince }, undefined);
}

/** Staff open a conversation again and have it. */
function reopenBy(baton: Baton, event: EventOf<"reopen">): Transition {
  if (baton.status !== "closed") return refused("the conversation is open");
  const owner: Owner = { kind: "human", staff: event.by };
  const opened = { closedAt: undefined, previousOwner: undefined, status: "escalated" } as const;
  return change(baton, event, { owner, ...opened }, "reopened");
}

function takeOver(baton: Baton, staff: StaffId, event: EventOf<"claim"> | EventOf<"assign">): Transition {
  if (baton.status === "closed") return refused("the conversation is closed: reopen it first");
  if (baton.owner.kind === "human" && baton.owner.staff === staff && baton.status !== "snoozed")
    return unchanged(baton);
  if (baton.owner.kind === "human" && event.kind === "claim" && baton.owner.staff !== staff)
    return refused("a teammate has it already");
  const notice = baton.owner.kind === "human" ? undefined : "a teammate has joined";
  return change(
    baton,
    event,
    { owner: { kind: "human", staff }, status: "escalated", snoozedUntil: undefined },
    notice,
  );
}

/** A public reply of staff takes the conversation over and stops the waiting clock, whoever had it. */
function staffReply(baton: Baton, event: EventOf<"staff reply">): Transition {
  const has = baton.owner.kind === "human" && baton.owner.staff === event.by;
  const answered = { waitingSince: undefined };
  if (has && baton.status === "escalated") {
    return baton.waitingSince === undefined
      ? unchanged(baton)
      : { kind: "unchanged", baton: { ...baton, ...answered } };
  }
  const owner: Owner = { kind: "human", staff: event.by };
  const notice = baton.owner.kind === "human" ? undefined : "a teammate has joined";
  const opened = { status: "escalated", snoozedUntil: undefined, closedAt: undefined } as const;
  return change(baton, event, { owner, ...opened, ...answered }, notice);
}

function returnToBot(baton: Baton, event: EventOf<"return to bot">): Transition {
  if (baton.status === "closed") return refused("the conversation is closed");
  if (baton.owner.kind === "bot" && baton.status === "active") return unchanged(baton);
  const back = {
    owner: { kind: "bot" },
    status: "active",
    snoozedUntil: undefined,
    waitingSince: undefined,
  } as const;
  return change(baton, event, back, "the bot is back");
}

function switchOff(baton: Baton, event: EventOf<"switch off">): Transition {
  if (baton.status === "closed") return refused("the conversation is closed");
  if (baton.owner.kind === "off" && baton.status === "active") return unchanged(baton);
  const off = {
    owner: { kind: "off" },
    status: "active",
    snoozedUntil: undefined,
    previousOwner: undefined,
  } as const;
  return change(baton, event, off, undefined);
}

function snooze(baton: Baton, event: EventOf<"snooze">): Transition {
  if (baton.status === "closed") return refused("the conversation is closed");
  if (event.until.getTime() <= event.at.getTime()) return refused("the time to wake up is in the past");
  const previousOwner = baton.status === "snoozed" ? baton.previousOwner : baton.owner;
  return change(baton, event, { status: "snoozed", snoozedUntil: event.until, previousOwner }, undefined);
}

function wake(baton: Baton, event: EventOf<"snooze over"> | EventOf<"user message">): Transition {
  const owner = baton.previousOwner ?? baton.owner;
  const waitingSince =
    event.kind === "user message" && owner.kind !== "bot"
      ? (baton.waitingSince ?? event.at)
      : baton.waitingSince;
  const status = statusFor(owner);
  return change(
    baton,
    event,
    { owner, status, waitingSince, snoozedUntil: undefined, previousOwner: undefined },
    undefined,
  );
}

function resolve(baton: Baton, event: EventOf<"resolve">): Transition {
  if (baton.status === "closed") return unchanged(baton);
  const previousOwner = baton.status === "snoozed" ? (baton.previousOwner ?? baton.owner) : baton.owner;
  const closed = {
    status: "closed",
    closedAt: event.at,
    waitingSince: undefined,
    snoozedUntil: undefined,
    previousOwner,
  } as const;
  const notice = event.quietly === true ? undefined : "resolved";
  return change(baton, event, { ...closed, owner: { kind: "bot" } }, notice);
}

function userMessage(baton: Baton, event: EventOf<"user message">): Transition {
  if (baton.status === "snoozed") return wake(baton, event);
  if (baton.status === "closed") return reopen(baton, event);
  if (baton.owner.kind === "bot" || baton.owner.kind === "off") return unchanged(baton);
  if (baton.waitingSince !== undefined) return unchanged(baton);
  return { kind: "unchanged", baton: { ...baton, waitingSince: event.at } }; // the clock is no change of hands
}

function reopen(baton: Baton, event: EventOf<"user message">): Transition {
  if (!event.substantive) return unchanged(baton);
  const owner = ownerAfterReopening(baton, event);
  const waitingSince = owner.kind === "bot" ? undefined : event.at;
  const opened = { closedAt: undefined, previousOwner: undefined, status: statusFor(owner) } as const;
  return change(baton, event, { owner, waitingSince, ...opened }, "reopened");
}

function ownerAfterReopening(baton: Baton, event: EventOf<"user message">): Owner {
  const late = baton.closedAt !== undefined && event.at.getTime() - baton.closedAt.getTime() > reopenWindowMs;
  const previous = baton.previousOwner;
  if (late || previous === undefined || previous.kind !== "human") return { kind: "bot" };
  return event.previousOnShift ? previous : { kind: "queue", queue: event.queue ?? defaultQueue };
}

function statusFor(owner: Owner): Status {
  return owner.kind === "bot" || owner.kind === "off" ? "active" : "escalated";
}

function change(
  baton: Baton,
  event: BatonEvent,
  next: Partial<Baton>,
  notice: Notice | undefined,
): Transition {
  const changed: Baton = { ...baton, ...next, epoch: baton.epoch + 1 };
  const audit: BatonAudit = {
    action: event.kind,
    by: byWhom(event),
    from: baton.owner.kind,
    to: changed.owner.kind,
    reason: "reason" in event ? event.reason : undefined,
    at: event.at,
    ...("evidence" in event && event.evidence !== undefined && { evidence: event.evidence }),
  };
  return { kind: "changed", baton: changed, audit, notice };
}

function byWhom(event: BatonEvent): string {
  if ("by" in event) return event.by;
  return event.kind === "user message" ? "user" : "baton";
}

function unchanged(baton: Baton): Transition {
  return { kind: "unchanged", baton };
}

function refused(reason: string): Transition {
  return { kind: "refused", reason };
}
