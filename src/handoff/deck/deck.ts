import { defaultQueue } from "../../core/baton-event.ts";
import type { BatonEvent } from "../../core/conversation.ts";
import type { TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Reply } from "../../core/reply.ts";
import type { TextCommand } from "../../core/text-command.ts";
import { say } from "../../core/texts/texts.ts";
import type { Passing, Work } from "../baton-work.ts";
import { keepAsking, type OpenControl } from "../handoff-store.ts";
import { toHelpReply, toRefusalReply } from "../notices.ts";
import type { Promises } from "../promises/promises.ts";
import type { Rooms } from "../rooms/rooms.ts";
import { createBlocks, type Blocks } from "./blocks.ts";
import type { DeckCall, StaffCall } from "./deck-call.ts";
import { auditCommand, createDesk, type Desk } from "./desk.ts";
import { createFixes, type Fixes } from "./fixes.ts";
import { createLive, type Live } from "./live.ts";
import { createMerges, type Merges } from "./merges.ts";
import { createReplies, type Replies } from "./replies.ts";
import { suggestedText } from "./suggested-text.ts";
import { tellColleague } from "./tell-colleague.ts";
import { readWakeUp } from "./when-to-wake.ts";

/** What people and colleagues tell Baton to do, one table for text, buttons and reactions. */
export interface Deck {
  /** Carries a command out in the transaction that settles its control; a refusal is said where it was asked. */
  carryOut(work: Work, call: DeckCall): Promise<void>;
  /** What a colleague wrote without a command: see `Live`. */
  readonly hear: Live["hear"];
}

export interface DeckParts {
  readonly passing: Passing;
  readonly rooms: Rooms;
  readonly promises: Promises;
  readonly holdMs: number;
  /** Somebody who is no colleague told Baton to do what only colleagues may; must not throw. */
  readonly onStranger?: ((tenantId: TenantId) => void) | undefined;
  /** Opens a closed conversation for whoever asks for a person in it. */
  readonly reopen: (work: Work, control: OpenControl) => Promise<void>;
  readonly log: Log;
}

type Handler = (work: Work, call: StaffCall) => Promise<void>;

// A date a conversation that sleeps until somebody writes never lives to see.
const foreverMs = 10 * 365 * 86_400_000;

export function createDeck(parts: DeckParts): Deck {
  const { passing, rooms, promises, reopen, log } = parts;
  const { pass, answer } = passing;
  const replies: Replies = createReplies(parts);
  const live: Live = createLive({ passing, replies, promises });
  const desk: Desk = createDesk({ passing, rooms });
  const fixes: Fixes = createFixes({ passing, rooms });
  const blocks: Blocks = createBlocks({ passing });
  const merges: Merges = createMerges({ passing, rooms });

  const handlers: Readonly<Record<Exclude<TextCommand["name"], "human" | "cancel" | "ask">, Handler>> = {
    claim: (work, call) => passAs(work, call, { kind: "claim", by: call.staff, at: atOf(call) }),
    bot: (work, call) => passAs(work, call, { kind: "return to bot", by: call.staff, at: atOf(call) }),
    resolve: async (work, call) => {
      const { tenantId, conversationId } = work.subject;
      const question = await promises.ask(work.sql, work.seal, tenantId, conversationId);
      if (question !== undefined) return tellColleague(passing, work, call, question);
      const reason = reasonOf(call);
      await passAs(work, call, { kind: "resolve", by: call.staff, reason, at: atOf(call) });
    },
    reopen: (work, call) => passAs(work, call, { kind: "reopen", by: call.staff, at: atOf(call) }),
    transfer: async (work, call) => {
      const queue = toQueue(call.command.argument);
      if (queue === undefined) return refuse(work, call, "name the queue, such as `!transfer billing`");
      await passAs(work, call, { kind: "transfer", queue, by: call.staff, at: atOf(call) });
    },
    assign: async (work, call) => {
      const found = await desk.findColleague(work, call.command.argument);
      if (found.kind === "refused") return refuse(work, call, found.reason);
      await passAs(work, call, { kind: "assign", to: found.id, by: call.staff, at: atOf(call) });
    },
    snooze: (work, call) => snooze(work, call),
    reply: (work, call) => replies.send(work, call, { identity: undefined }),
    role: (work, call) => replies.send(work, call, { identity: "role" }),
    anonymous: (work, call) => replies.send(work, call, { identity: "anonymous" }),
    send: async (work, call) => {
      const text = await suggestedText(work, call);
      return text === undefined ? replies.sendNote(work, call) : replies.sendWords(work, call, { text });
    },
    edit: replies.edit,
    undo: replies.undo,
    snippet: replies.snippet,
    note: desk.note,
    priority: desk.priority,
    tag: desk.tag,
    summary: desk.summary,
    who: desk.who,
    draft: desk.draft,
    merge: merges.merge,
    block: blocks.block,
    unblock: blocks.unblock,
    fix: fixes.fix,
    tell: fixes.tell,
    live: live.turn,
    help: async (work, call) => {
      await work.sql.query(auditCommand(work, call));
      await tellColleague(passing, work, call, toHelp(work, true));
    },
  };

  async function carryOut(work: Work, call: DeckCall): Promise<void> {
    const { command, staff } = call;
    const { name } = command;
    if (name === "help" && staff === undefined) return answer(work, toHelp(work, false), call.control.id);
    if (name === "human") return callPerson(work, call);
    if (name === "cancel") return cancel(work, call);
    if (name === "ask") return askMeanwhile(work, call);
    if (staff === undefined) {
      parts.onStranger?.(work.subject.tenantId);
      return refuse(work, call, "only staff can do that");
    }
    await handlers[name](work, { ...call, staff });
    log.info({ ...work.subject, command: name }, "deck command carried out");
  }

  function toHelp({ conversation, room }: Work, isStaff: boolean): Reply {
    return toHelpReply({ language: conversation.language, isStaff, isRoom: room !== undefined });
  }

  async function callPerson(work: Work, call: DeckCall): Promise<void> {
    const reason = "the person asked for a human";
    if (work.conversation.baton.status === "closed") await reopen(work, call.control);
    const evidence = {
      rule: "asked for a human",
      value: call.control.kind === "action" ? "button" : "command",
    };
    await passAs(work, call, { kind: "escalate", reason, queue: defaultQueue, evidence, at: atOf(call) });
  }

  /** Whoever waits need not: as long as nobody has taken it, the bot answers again. Anything else changes nothing. */
  async function cancel(work: Work, call: DeckCall): Promise<void> {
    if (!isWhoWaits(work, call)) return;
    await passAs(work, call, { kind: "return to bot", by: "the person", at: atOf(call) });
  }

  /** They keep their place, and the bot answers what they write until somebody takes the conversation. */
  async function askMeanwhile(work: Work, call: DeckCall): Promise<void> {
    const { sql, subject, conversation } = work;
    if (!isWhoWaits(work, call) || conversation.audience !== "direct") return;
    if (rooms.policyOf(subject.tenantId).answersMeanwhile?.(conversation.channel) === false) return;
    const begun = await sql.query(keepAsking(subject.tenantId, subject.conversationId));
    if (begun.length === 0) return;
    await passing.notify(work, { body: say(conversation.language, "wait.asking") }, call.control.id);
  }

  /** Of a press in a shared thread everybody sees what came, in the card; only who claimed too late is told more. */
  function passAs(work: Work, call: DeckCall, event: BatonEvent): Promise<void> {
    const { command, control } = call;
    const isSeen = control.kind === "action" && work.room === undefined && command.name !== "claim";
    return pass(work, event, control.id, {
      command: isSeen ? undefined : command.name,
      words: command.argument,
    });
  }

  async function snooze(work: Work, call: StaffCall): Promise<void> {
    const at = atOf(call);
    const { timeZone } = rooms.policyOf(work.subject.tenantId);
    const wake = readWakeUp(call.command.argument, at, timeZone);
    if (wake === undefined)
      return refuse(work, call, "say until when, such as `2h`, `until Mon 9:00` or `until reply`");
    const until = wake.kind === "at" ? wake.at : new Date(at.getTime() + foreverMs);
    await passAs(work, call, { kind: "snooze", by: call.staff, until, at });
  }

  function refuse(work: Work, { command, control }: DeckCall, reason: string): Promise<void> {
    return answer(work, toRefusalReply(command.name, reason), control.id);
  }

  return { carryOut, hear: live.hear };
}

/** The person themselves, before anybody has taken their conversation. */
function isWhoWaits({ conversation, room }: Work, { control }: DeckCall): boolean {
  const isTheirs = control.sender_id === conversation.requesterId && room === undefined;
  return isTheirs && conversation.baton.owner.kind === "queue";
}

function atOf({ control }: DeckCall): Date {
  return control.created_at;
}

/** The audit is not sealed, so it names the message in which staff gave their reason. */
function reasonOf({ command, control }: DeckCall): string {
  return command.argument === undefined
    ? "resolved by staff"
    : `resolved by staff, as said in message ${control.id}`;
}

function toQueue(argument: string | undefined): string | undefined {
  const name = (argument ?? "")
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/gu, "_");
  return /^[a-z0-9_]{2,40}$/u.test(name) ? name : undefined;
}
