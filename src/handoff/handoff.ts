import { transition, type BatonEvent, type Notice } from "../core/conversation.ts";
import { isId, type ConversationId, type StaffId, type TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Reply } from "../core/reply.ts";
import { actions } from "../core/reply.ts";
import type { TextCommand } from "../core/text-command.ts";
import { decideTurn, type Decision, type OpenItem } from "../core/turn.ts";
import { contentPurpose, parseMessageContent } from "../inbox/message-content.ts";
import type { Database, Sql } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";
import type { Approvals } from "./approvals.ts";
import {
  forgetHandOver,
  lockConversation,
  openControls,
  recordAudit,
  settleControl,
  storeBaton,
  type LockedConversation,
  type OpenControl,
} from "./handoff-store.ts";
import { toNotice } from "./notice.ts";
import { toHelpReply, toNoticeReply, toRefusalReply } from "./notices.ts";
import type { ApprovalNews } from "./pressed.ts";
import { insertTicket } from "./tickets.ts";

/** The conversation something happens to. */
export interface Subject {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly correlationId: string;
}

/** Where the baton passes: each change is one transaction with its audit row and its notice. */
export interface Handoff {
  /** Applies an event, e.g. an escalation. True when the baton changed. */
  apply(subject: Subject, event: BatonEvent): Promise<boolean>;
  /** Carries out the hand-over an answer announced, once; its words were the notice. */
  handOver(
    subject: Subject,
    request: { readonly queue: string; readonly reason: string; readonly at: Date },
  ): Promise<void>;
  /**
   * Carries out every open control of a conversation: buttons, commands, colleagues who speak. Needs no lease:
   * a take-over must not wait for a running turn. Each is carried out once, however many workers try.
   */
  takeControls(subject: Subject): Promise<{ readonly changed: boolean; readonly handled: number }>;
}

export interface HandoffParts {
  readonly database: Database;
  readonly sealer: Sealer;
  /** Called after a commit that changed hands: running turns must stop, waiting ones look again. */
  readonly onChanged: (change: Subject & { readonly epoch: number }) => void;
  readonly approvals: Pick<Approvals, "press">;
  /** Called after a commit in which something was decided for another conversation than the one it was pressed in. */
  readonly onNews: (news: ApprovalNews) => void;
  readonly log: Log;
}

const defaultQueue = "general_support";
const ownControls: ReadonlySet<string> = new Set(Object.values(actions));

interface Work {
  readonly sql: Sql;
  readonly seal: TenantSeal;
  readonly subject: Subject;
  conversation: LockedConversation;
  changed: boolean;
  readonly news: ApprovalNews[];
}

export function createHandoff(parts: HandoffParts): Handoff {
  const { database, sealer, onChanged, log } = parts;

  async function inTransaction<T>(subject: Subject, fn: (work: Work) => Promise<T>): Promise<T | undefined> {
    const seal = await sealer.forTenant(subject.tenantId);
    let changedTo: number | undefined;
    const news: ApprovalNews[] = [];
    const result = await database.withTenant(subject.tenantId, async (sql) => {
      const conversation = await lockConversation(sql, subject.tenantId, subject.conversationId);
      if (conversation === undefined) return undefined;
      const work: Work = { sql, seal, subject, conversation, changed: false, news };
      const value = await fn(work);
      if (work.changed) changedTo = work.conversation.baton.epoch;
      return value;
    });
    if (changedTo !== undefined) onChanged({ ...subject, epoch: changedTo });
    news.forEach(parts.onNews);
    return result;
  }

  async function apply(subject: Subject, event: BatonEvent): Promise<boolean> {
    const cause = deriveId("cause", subject.conversationId, event.kind, event.at.toISOString());
    const changed = await inTransaction(subject, async (work) => {
      await pass(work, event, cause);
      return work.changed;
    });
    return changed ?? false;
  }

  async function handOver(
    subject: Subject,
    { queue, reason, at }: { readonly queue: string; readonly reason: string; readonly at: Date },
  ): Promise<void> {
    const event = { kind: "escalate", reason, queue, at } as const;
    const cause = deriveId("cause", subject.conversationId, event.kind, at.toISOString());
    await inTransaction(subject, async (work) => {
      await pass(work, event, cause, { isTold: true });
      await work.sql.query(forgetHandOver(subject.tenantId, subject.conversationId));
    });
  }

  async function takeControls(subject: Subject): Promise<{ changed: boolean; handled: number }> {
    const result = await inTransaction(subject, async (work) => {
      const controls = await work.sql.query<OpenControl>(
        openControls(subject.tenantId, subject.conversationId),
      );
      let handled = 0;
      for (const control of controls) {
        if (await carryOut(work, control)) handled += 1;
      }
      return { changed: work.changed, handled };
    });
    return result ?? { changed: false, handled: 0 };
  }

  /** False for what is no control: a question stays for the turn, and so does what cannot be read. */
  async function carryOut(work: Work, control: OpenControl): Promise<boolean> {
    const item = toOpenItem(work.seal, control);
    if (item === undefined) return false;
    const { baton, requesterId, audience } = work.conversation;
    const decision = decideTurn(item, { owner: baton.owner, requesterId, audience });
    if (decision.kind === "answer" || decision.kind === "silent") return false;
    const request = { decision, control, staff: control.staff_id ?? undefined };
    const event = toEvent(request);
    if (event === undefined) await answerWithoutChange(work, request);
    else {
      if (event.kind === "escalate" && baton.status === "closed") await reopen(work, control);
      await pass(work, event, control.id, { command: commandOf(decision) });
    }
    const { subject } = work;
    await work.sql.query(settleControl(subject.tenantId, control.id, describe(decision)));
    return true;
  }

  /** Asking for a person must lead to one, also from under an old answer. */
  async function reopen(work: Work, control: OpenControl): Promise<void> {
    const event = { kind: "user message", substantive: true, previousOnShift: false } as const;
    await pass(work, { ...event, at: control.created_at }, deriveId("reopening", control.id));
  }

  /** Passes the baton: the new state, its audit row and its notice. */
  async function pass(
    work: Work,
    event: BatonEvent,
    cause: string,
    { command, isTold = false }: PassOptions = {},
  ): Promise<void> {
    const { sql, subject, conversation } = work;
    const result = transition(conversation.baton, event);
    if (result.kind === "refused") {
      log.info({ ...subject, event: event.kind, reason: result.reason }, "baton not passed");
      if (command !== undefined) await notify(work, toRefusalReply(command, result.reason), cause);
      return;
    }
    work.conversation = { ...conversation, baton: result.baton };
    await sql.query(storeBaton(subject.tenantId, subject.conversationId, result.baton));
    if (result.kind === "unchanged") return;
    work.changed = true;
    const { tenantId, conversationId, correlationId } = subject;
    await sql.query(recordAudit(tenantId, conversationId, result.audit, result.baton.epoch, correlationId));
    if (event.kind === "escalate") await openTicket(work, event.reason, cause);
    if (isTold || speaksForItself(event, result.notice)) return;
    if (result.notice !== undefined) await notify(work, toNoticeReply(result.notice), cause);
  }

  async function answerWithoutChange(
    work: Work,
    { decision, control, staff }: ControlRequest,
  ): Promise<void> {
    if (decision.kind === "command" && decision.command.name !== "help")
      return notify(work, toRefusalReply(decision.command.name, "only staff can do that"), control.id);
    if (decision.kind === "command") return notify(work, toHelpReply(staff !== undefined), control.id);
    if (decision.kind === "action") await pressButton(work, control, decision, staff);
  }

  /** A button that changes no ownership: it may decide about an approval, and is counted. */
  async function pressButton(
    work: Work,
    control: OpenControl,
    decision: Extract<Decision, { kind: "action" }>,
    staff: StaffId | undefined,
  ): Promise<void> {
    const { sql, seal, subject } = work;
    const news = await parts.approvals.press(sql, seal, {
      ...subject,
      controlId: control.id,
      staff,
      senderId: control.sender_id,
      action: decision.name,
      value: decision.value,
    });
    if (news !== undefined && news.conversationId !== subject.conversationId) work.news.push(news);
    await countAction(work, decision);
  }

  /** Counters hold ids and our own names; what a person chose or wrote stays in the sealed message. */
  async function countAction(work: Work, decision: Extract<Decision, { kind: "action" }>): Promise<void> {
    const { subject } = work;
    const { name, value } = decision;
    const isFeedback = name === actions.feedbackUp || name === actions.feedbackDown;
    const data = { name: ownControls.has(name) ? name : "other", ...(isId(value) && { value }) };
    await work.sql.query({
      text: `INSERT INTO events (company_id, event_type, session_id, data) VALUES ($1, $2, $3, $4)`,
      values: [
        subject.tenantId,
        isFeedback ? "feedback" : "action",
        subject.conversationId,
        JSON.stringify(data),
      ],
    });
  }

  async function notify(work: Work, reply: Reply, cause: string): Promise<void> {
    const { seal, subject, conversation } = work;
    await work.sql.query(
      toNotice(seal, {
        ...subject,
        kind: "notice",
        cause: [subject.conversationId, cause],
        recipient: conversation.requesterId,
        place: conversation,
        reply,
      }),
    );
  }

  async function openTicket(
    { sql, seal, subject, conversation }: Work,
    reason: string,
    cause: string,
  ): Promise<void> {
    await sql.query(
      insertTicket(seal, {
        tenantId: subject.tenantId,
        conversationId: subject.conversationId,
        contactId: conversation.contactId,
        subject: `Waiting for a person: ${reason}`,
        description: `The conversation was passed to the queue ${defaultQueue} because: ${reason}.`,
        priority: "normal",
        idempotencyKey: `handoff:${cause}`,
      }),
    );
  }

  return { apply, handOver, takeControls };
}

interface PassOptions {
  /** The command that asked for it: a refusal is told to who typed it. */
  readonly command?: TextCommand["name"] | undefined;
  /** The person has been told already. */
  readonly isTold?: boolean;
}

interface ControlRequest {
  readonly decision: Exclude<Decision, { kind: "answer" } | { kind: "silent" }>;
  readonly control: OpenControl;
  readonly staff: StaffId | undefined;
}

/** The event a control stands for; undefined for what changes no ownership, or may not. */
function toEvent({ decision, control, staff }: ControlRequest): BatonEvent | undefined {
  const at = control.created_at;
  if (decision.kind === "staff speaks") return staff && { kind: "staff reply", by: staff, at };
  const name = decision.kind === "command" ? decision.command.name : decision.name;
  switch (name) {
    case "human":
    case actions.human:
      return { kind: "escalate", reason: "the person asked for a human", queue: defaultQueue, at };
    case "claim":
    case actions.claim:
      return staff && { kind: "claim", by: staff, at };
    case "bot":
    case actions.returnToBot:
      return staff && { kind: "return to bot", by: staff, at };
    case "resolve":
    case actions.resolve:
      return staff && { kind: "resolve", by: staff, reason: reasonOf(decision, control), at };
    default:
      return undefined;
  }
}

/** The audit is not sealed, so it names the message in which staff gave their reason. */
function reasonOf(decision: ControlRequest["decision"], control: OpenControl): string {
  const isTold = decision.kind === "command" && decision.command.argument !== undefined;
  return isTold ? `resolved by staff, as said in message ${control.id}` : "resolved by staff";
}

function commandOf(decision: ControlRequest["decision"]): TextCommand["name"] | undefined {
  return decision.kind === "command" ? decision.command.name : undefined;
}

function describe(decision: ControlRequest["decision"]): string {
  if (decision.kind === "staff speaks") return "a colleague spoke";
  return decision.kind === "command" ? `command ${decision.command.name}` : `action ${decision.name}`;
}

/** A colleague's own words tell the thread that they have joined; a notice beside them would be noise. */
function speaksForItself(event: BatonEvent, notice: Notice | undefined): boolean {
  return event.kind === "staff reply" && notice === "a teammate has joined";
}

function toOpenItem(seal: TenantSeal, control: OpenControl): OpenItem | undefined {
  try {
    const content = parseMessageContent(seal.open(contentPurpose, control.content));
    return {
      seq: Number(control.seq),
      kind: control.kind,
      role: control.role,
      senderId: control.sender_id,
      text: content.text,
      addressed: content.addressed ?? "none",
      mentionsOthers: content.mentionsOthers ?? false,
      action: content.action,
    };
  } catch {
    return undefined; // the turn marks it unreadable
  }
}
