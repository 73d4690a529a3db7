import { saidToOneNamed } from "./addressed/reasons.ts";
import type { Baton } from "./conversation.ts";
import { actions } from "./reply.ts";
import type { Role } from "./tool.ts";
import { parseMarkedCommand, parseStaffCommand, parseTextCommand, type TextCommand } from "./text-command.ts";

/** One thing in a conversation that nobody has dealt with yet. */
export interface OpenItem {
  readonly seq: number;
  readonly kind: "message" | "action" | "command";
  /**
   * The sender's verified standing in the company; `staff` never comes from what is said. `system` is a note of
   * Baton's own: something the conversation waited for has happened.
   */
  readonly role: "user" | "staff" | "system";
  readonly senderId: string;
  readonly text: string;
  readonly addressed: "mention" | "direct" | "reply" | "none";
  readonly mentionsOthers: boolean;
  /** For an action: our name for the control and what was chosen. */
  readonly action?: { readonly name: string; readonly value: string } | undefined;
}

/** What to do with one open item. */
export type Decision =
  | { readonly kind: "answer" }
  | { readonly kind: "silent"; readonly reason: string }
  | { readonly kind: "command"; readonly command: TextCommand }
  | { readonly kind: "action"; readonly name: string; readonly value: string }
  /** A colleague speaks to the person in the same thread: that takes the conversation over. */
  | { readonly kind: "staff speaks" };

/** What is said while nobody has taken the conversation yet, and is not asked of the bot. */
export const waitsForPerson: Decision = { kind: "silent", reason: "it waits for a person" };

/** What the decision needs to know of the conversation. */
export interface TurnView {
  readonly owner: Baton["owner"];
  /** The platform id of the person whose conversation it is. */
  readonly requesterId: string;
  readonly audience: "direct" | "group" | "public" | "shared";
  /** While they wait for a person, they want the bot to go on answering. */
  readonly asksMeanwhile?: boolean | undefined;
}

/** Decides for one open item, in the order they came. Touches nothing. */
export function decideTurn(item: OpenItem, view: TurnView): Decision {
  if (item.kind === "action") return decideAction(item, view);
  if (item.kind === "command") return decideSlashCommand(item, view);
  const command = toCommand(item, view);
  if (command?.name === "ask" && command.argument !== undefined) return ifBotHasIt(view, item);
  if (command !== undefined) return { kind: "command", command };
  if (isStaffSpeaking(item, view)) return { kind: "staff speaks" };
  if (!isForUs(item)) return { kind: "silent", reason: saidToOneNamed };
  return ifBotHasIt(view, item);
}

/**
 * Which agent answers: the one of the widest role the company verified for whoever asks. Colleagues get theirs in
 * conversations of their own only: in somebody else's, what they are told is read by that somebody.
 */
export function decideRole(verified: readonly Role[], asksInOwnConversation: boolean): Role {
  if (!asksInOwnConversation) return "customer";
  return (["admin", "staff", "analytics"] as const).find((role) => verified.includes(role)) ?? "customer";
}

/** More than a thank-you: worth an answer, and worth reopening a closed conversation. */
export function isSubstantive(text: string): boolean {
  return !politeWords.test(text);
}

// Any number of them, and signs.
const politeWords =
  /^[\s\p{P}\p{S}]*((thanks?( you)?( so much| very much| a lot)?|thx|ty|ok(ay)?|great|perfect|cool|bye|(vielen )?danke?( schön)?|super|merci( beaucoup)?|(muchas )?gracias|vale|ขอบคุณ[\p{L}\p{M}]*)([\s\p{P}\p{S}]+|$))*$/iu;

function decideAction(item: OpenItem, view: TurnView): Decision {
  if (item.action === undefined) return { kind: "silent", reason: "an action without a name" };
  if (item.role === "system") return ifBotHasIt(view, item);
  if (item.action.name === actions.suggestion) return ifBotHasIt(view, item);
  return { kind: "action", name: item.action.name, value: item.action.value };
}

/** `/baton resolve` is a command, `/baton how do I …` a question. */
function decideSlashCommand(item: OpenItem, view: TurnView): Decision {
  const command = item.text.trim() === "" ? ({ name: "help" } as const) : parseTextCommand(item.text);
  return command === undefined ? ifBotHasIt(view, item) : { kind: "command", command };
}

/** Colleagues who help somebody else tell Baton what to do; everybody else has questions to ask. */
function toCommand(item: OpenItem, view: TurnView): TextCommand | undefined {
  if (item.addressed === "none") return parseMarkedCommand(item.text);
  const isHelping = item.role === "staff" && item.senderId !== view.requesterId;
  const anyWords = view.owner.kind === "off";
  return parseTextCommand(item.text) ?? (isHelping ? parseStaffCommand(item.text, { anyWords }) : undefined);
}

/** A colleague writing in somebody else's thread without naming the bot speaks to that somebody. */
function isStaffSpeaking(item: OpenItem, view: TurnView): boolean {
  if (item.role !== "staff" || item.senderId === view.requesterId) return false;
  // A room's thread is nobody's, and begins with a card of ours: whoever writes under it answers no bot.
  return item.addressed === "none" || (item.addressed === "reply" && view.requesterId === "");
}

/** Who waits keeps their place while the bot answers what they ask of it by name; what else they write is for people. */
function isAskedMeanwhile({ requesterId, audience, asksMeanwhile }: TurnView, item: OpenItem): boolean {
  if (item.role === "system" || item.senderId !== requesterId) return false;
  if (asksMeanwhile === true || parseMarkedCommand(item.text)?.name === "ask") return true;
  return audience !== "direct" && item.addressed === "mention";
}

/** A follow-up in our thread needs no new mention, unless it names somebody else. */
function isForUs(item: OpenItem): boolean {
  return item.addressed === "mention" || item.addressed === "direct" || !item.mentionsOthers;
}

function ifBotHasIt(view: TurnView, item: OpenItem): Decision {
  switch (view.owner.kind) {
    case "bot":
      return { kind: "answer" };
    case "queue":
      return isAskedMeanwhile(view, item) ? { kind: "answer" } : waitsForPerson;
    case "human":
      return { kind: "silent", reason: "a person has it" };
    case "off":
      return { kind: "silent", reason: "the bot is switched off here" };
    default:
      throw new Error(`unknown owner: ${JSON.stringify(view.owner satisfies never)}`);
  }
}
