import { deckCommandOf, formField } from "../core/deck.ts";
import { isId, type ConversationId, type StaffId } from "../core/ids.ts";
import { actions } from "../core/reply.ts";
import type { TextCommandName } from "../core/text-command.ts";
import { decideTurn, type Decision, type OpenItem } from "../core/turn.ts";
import { tryOpenContent, type MessageContent } from "../inbox/message-content.ts";
import type { Approvals } from "./approvals.ts";
import type { Work } from "./baton-work.ts";
import type { Deck } from "./deck/deck.ts";
import type { DeckCall } from "./deck/deck-call.ts";
import { findAnswerPlace } from "./deck/fixed-answer.ts";
import { lockConversation, settleControl, type OpenControl } from "./handoff-store.ts";
import type { Rooms } from "./rooms/rooms.ts";

/** What is done about one control, in the transaction in which its conversation is locked. */
export interface Controls {
  /**
   * Carries it out and settles it. False for what is no control: a question stays for the turn, and so does what cannot be
   * read.
   */
  carryOut(work: Work, control: OpenControl): Promise<boolean>;
}

export interface ControlsParts {
  readonly deck: Deck;
  readonly approvals: Pick<Approvals, "press">;
  readonly rooms: Pick<Rooms, "of">;
}

const ownControls: ReadonlySet<string> = new Set(Object.values(actions));

export function createControls({ deck, approvals, rooms }: ControlsParts): Controls {
  async function carryOut(work: Work, control: OpenControl): Promise<boolean> {
    const content = tryOpenContent(work.seal, control.content);
    if (content === undefined) return false;
    const decision = decide(work, toOpenItem(control, content));
    if (decision.kind === "answer" || decision.kind === "silent") return false;
    const heard = await carryOutDecision(work, { decision, control, content });
    const reason = heard ?? describe(decision);
    await work.sql.query(settleControl(work.subject.tenantId, control.id, reason));
    return true;
  }

  async function carryOutDecision(
    work: Work,
    {
      decision,
      control,
      content,
    }: { decision: ControlDecision; control: OpenControl; content: MessageContent },
  ): Promise<string | undefined> {
    const staff = control.staff_id ?? undefined;
    const call = { control, content, staff };
    switch (decision.kind) {
      case "staff speaks":
        return staff === undefined ? undefined : deck.hear(work, { ...call, staff });
      case "command":
        await deck.carryOut(work, { ...call, command: decision.command });
        return undefined;
      case "action":
        await pressControl(work, decision, call);
        return undefined;
      default:
        throw new Error(`unknown decision: ${JSON.stringify(decision satisfies never)}`);
    }
  }

  async function pressControl(
    work: Work,
    decision: Extract<Decision, { kind: "action" }>,
    call: Omit<DeckCall, "command">,
  ): Promise<void> {
    const name = deckCommandOf(decision.name) ?? oldControls.get(decision.name);
    if (name === undefined) return pressButton(work, call.control, decision, call.staff);
    const about = await aboutOf(work, name, decision.value);
    await deck.carryOut(about, { ...call, command: { name, argument: wordsOf(call.content) } });
    if (ownControls.has(decision.name)) await countAction(work, decision);
  }

  /** A card tells which conversation it is about: one that was just put up has no thread yet that would. */
  async function aboutOf(work: Work, name: TextCommandName, value: string): Promise<Work> {
    const { tenantId, conversationId } = work.subject;
    if (!isId(value) || value === conversationId) return work;
    const id = value as ConversationId;
    const room = await rooms.of(work.sql.query, tenantId, id);
    const conversation = room && (await lockConversation(work.sql, tenantId, id));
    if (room === undefined || conversation === undefined)
      return name === "fix" ? aboutAnswer(work, id) : work;
    return { ...work, subject: { ...work.subject, conversationId: id }, conversation, room, desk: work.desk };
  }

  /** Who was asked for the right answer may have been asked alone, elsewhere: the button tells which answer it is about. */
  async function aboutAnswer(work: Work, message: string): Promise<Work> {
    const { tenantId, conversationId } = work.subject;
    const id = await findAnswerPlace(work.sql, tenantId, message);
    if (id === undefined || id === conversationId) return work;
    const conversation = await lockConversation(work.sql, tenantId, id);
    if (conversation === undefined) return work;
    // Who shares a thread is told alone, wherever that is.
    const room =
      conversation.audience === "direct" ? await rooms.of(work.sql.query, tenantId, id) : undefined;
    return { ...work, subject: { ...work.subject, conversationId: id }, conversation, room };
  }

  /** A button that changes no ownership: it may decide about an approval, and is counted. */
  async function pressButton(
    work: Work,
    control: OpenControl,
    decision: Extract<Decision, { kind: "action" }>,
    staff: StaffId | undefined,
  ): Promise<void> {
    const { sql, seal, desk } = work;
    const subject = { ...work.subject, conversationId: desk };
    const news = await approvals.press(sql, seal, {
      ...subject,
      controlId: control.id,
      staff,
      senderId: control.sender_id,
      action: decision.name,
      value: decision.value,
    });
    if (news !== undefined && news.conversationId !== subject.conversationId) work.ends.news.push(news);
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

  return { carryOut };
}

/** What was written into the form that the button opened. */
function wordsOf({ fields }: MessageContent): string | undefined {
  const words = fields?.[formField]?.trim() ?? "";
  return words === "" ? undefined : words;
}

type ControlDecision = Exclude<Decision, { kind: "answer" } | { kind: "silent" }>;

/** Buttons that stand under messages in the person's own conversation. */
const oldControls: ReadonlyMap<string, DeckCall["command"]["name"]> = new Map([
  [actions.human, "human"],
  [actions.claim, "claim"],
  [actions.returnToBot, "bot"],
  [actions.resolve, "resolve"],
]);

/** Among colleagues nobody is the person: whoever of the staff speaks there, speaks to the others. */
function decide(work: Work, item: OpenItem): Decision {
  const { baton, requesterId, audience } = work.conversation;
  if (work.room === undefined) return decideTurn(item, { owner: baton.owner, requesterId, audience });
  const decision = decideTurn(item, { owner: { kind: "off" }, requesterId: "", audience: "group" });
  // Where a thread begins with the bot's card, all that is written in it answers the bot.
  const speaks = item.kind === "message" && item.role === "staff" && item.addressed !== "mention";
  return decision.kind === "silent" && speaks ? { kind: "staff speaks" } : decision;
}

function describe(decision: ControlDecision): string {
  if (decision.kind === "staff speaks") return "a colleague spoke";
  return decision.kind === "command" ? `command ${decision.command.name}` : `action ${decision.name}`;
}

function toOpenItem(control: OpenControl, content: MessageContent): OpenItem {
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
}
