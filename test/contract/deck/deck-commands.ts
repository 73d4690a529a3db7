import type { TextCommandName } from "../../../src/core/text-command.ts";

/** Who has the conversation before a command: nobody yet, Mia who gives it, Kim beside her, the bot, or nobody any more. */
export type Before = "queue" | "mine" | "theirs" | "bot" | "closed" | "blocked";

/** Everything a command may change, as it is read from the database. */
export interface DeckState {
  readonly owner: string;
  readonly status: string;
  readonly asleep: string;
  readonly ticket: string;
  readonly priority: string;
  readonly tags: string;
  readonly queue: string;
  readonly blocked: boolean;
}

/** One command as colleagues give it, and what comes of it, the same by every input on every platform. */
export interface DeckCase {
  readonly name: TextCommandName;
  /** What is written behind the mark; `{ticket}` and `{reply}` are numbers of the place, `{step}` differs each time. */
  readonly words: string;
  /** Its argument is free text: with a mention, a colon tells it from a question. */
  readonly isFree?: boolean;
  readonly from: Before;
  readonly to: Partial<DeckState>;
  /** Its one audit row. */
  readonly audit: string;
  /** What whoever gave it reads. */
  readonly told?: string;
  /** What the person reads, once. */
  readonly said?: string;
  /** Only where the person does not read along. */
  readonly inRoomOnly?: boolean;
  /** What the colleague did before. */
  readonly first?: "a note" | "a sent reply" | "a held reply";
  /** The button's label, where it has one. */
  readonly button?: string;
  /** What is written into the form that the button opens. */
  readonly form?: string;
  /** The button stands only on the card of a room. */
  readonly isRoomButton?: boolean;
  /** A reaction says too little: whoever gave it is asked for the words by a button that opens the form. */
  readonly isAskedFor?: boolean;
  /** By each platform's name for it, where there is one. */
  readonly reaction?: { readonly slack: string; readonly discord: string; readonly teams: string };
}

const closed = { owner: "bot", status: "closed" } as const;
const command = (name: string) => `command ${name}`;

/** The whole deck. A reaction has no words, so it stands for the first case of its command. */
export const deckCases: readonly DeckCase[] = [
  {
    name: "claim",
    words: "claim",
    from: "queue",
    to: { owner: "Mia" },
    audit: "claim",
    button: "Claim",
    reaction: { slack: "raising_hand", discord: "🙋", teams: "1f64b_personraisinghand" },
  },
  {
    name: "assign",
    words: "assign Kim",
    from: "queue",
    to: { owner: "Kim" },
    audit: "assign",
    button: "Assign",
    form: "Kim",
  },
  {
    name: "transfer",
    words: "transfer billing",
    from: "mine",
    to: { owner: "queue billing", queue: "billing" },
    audit: "transfer",
  },
  {
    name: "bot",
    words: "bot",
    from: "mine",
    to: { owner: "bot", status: "active" },
    audit: "return to bot",
    button: "Return to bot",
    reaction: { slack: "robot_face", discord: "🤖", teams: "1f916_robot" },
  },
  {
    name: "resolve",
    words: "resolve it was paid back",
    isFree: true,
    from: "mine",
    to: { ...closed, ticket: "solved" },
    audit: "resolve",
    button: "Resolve",
    reaction: { slack: "white_check_mark", discord: "✅", teams: "2705_whiteheavycheckmark" },
  },
  {
    name: "reopen",
    words: "reopen",
    from: "closed",
    to: { owner: "Mia", status: "escalated", ticket: "open" },
    audit: "reopen",
    button: "Reopen",
  },
  {
    name: "snooze",
    words: "snooze 2h",
    from: "mine",
    to: { status: "snoozed", asleep: "for hours" },
    audit: "snooze",
    button: "Snooze 2 h",
    reaction: { slack: "zzz", discord: "💤", teams: "1f4a4_sleepingsymbol" },
  },
  {
    name: "snooze",
    words: "snooze until Mon 9:00",
    from: "mine",
    to: { status: "snoozed", asleep: "for days" },
    audit: "snooze",
  },
  {
    name: "snooze",
    words: "snooze until reply",
    from: "mine",
    to: { status: "snoozed", asleep: "until they write" },
    audit: "snooze",
  },
  {
    name: "priority",
    words: "priority high",
    from: "mine",
    to: { priority: "high" },
    audit: command("priority"),
    told: "high",
    reaction: { slack: "triangular_flag_on_post", discord: "🚩", teams: "1f6a9_triangularflag" },
  },
  {
    name: "tag",
    words: "tag refund",
    from: "mine",
    to: { tags: "refund" },
    audit: command("tag"),
    told: "refund",
  },
  {
    name: "note",
    words: "note she called before",
    isFree: true,
    from: "mine",
    to: {},
    audit: command("note"),
    told: "oted",
    button: "Note",
    form: "she called before",
  },
  { name: "summary", words: "summary", from: "mine", to: {}, audit: command("summary"), told: "Asks:" },
  { name: "who", words: "who", from: "mine", to: {}, audit: command("who"), told: "has it" },
  { name: "help", words: "help", from: "mine", to: {}, audit: command("help"), told: "claim" },
  {
    name: "draft",
    words: "draft",
    from: "mine",
    to: {},
    audit: command("draft"),
    told: "answer:draft",
    button: "Draft",
  },
  {
    name: "live",
    words: "live",
    from: "mine",
    to: {},
    audit: command("live"),
    told: "LIVE",
    inRoomOnly: true,
    button: "Go live",
    isRoomButton: true,
  },
  {
    name: "live",
    words: "live on",
    from: "queue",
    to: { owner: "Mia" },
    audit: "claim",
    told: "LIVE",
    inRoomOnly: true,
  },
  {
    name: "merge",
    words: "merge {ticket}",
    from: "mine",
    to: { ...closed, ticket: "closed" },
    audit: "resolve",
    said: "in your other conversation",
  },
  {
    name: "block",
    words: "block he only swears",
    isFree: true,
    from: "mine",
    to: { ...closed, ticket: "solved", blocked: true },
    audit: "resolve",
    told: "Blocked",
  },
  {
    name: "unblock",
    words: "unblock",
    from: "blocked",
    to: { blocked: false },
    audit: command("unblock"),
    told: "not blocked any more",
  },
  {
    name: "reply",
    words: "reply the crate is in Bonn",
    isFree: true,
    from: "queue",
    to: { owner: "Mia" },
    audit: "staff reply",
    said: "Mia:** the crate is in Bonn",
    inRoomOnly: true,
  },
  {
    name: "role",
    words: "role the crate is in Kiel",
    isFree: true,
    from: "mine",
    to: {},
    audit: command("role"),
    said: "Support team:** the crate is in Kiel",
    inRoomOnly: true,
  },
  {
    name: "anonymous",
    words: "anonymous the crate is in Jena",
    isFree: true,
    from: "mine",
    to: {},
    audit: command("anonymous"),
    said: "the crate is in Jena",
    inRoomOnly: true,
  },
  {
    name: "snippet",
    words: "snippet refund",
    from: "mine",
    to: {},
    audit: command("snippet"),
    said: "within five days",
    inRoomOnly: true,
  },
  {
    name: "send",
    words: "send",
    from: "mine",
    to: {},
    audit: command("send"),
    first: "a note",
    said: "the crate is in Ulm",
    inRoomOnly: true,
    reaction: { slack: "outbox_tray", discord: "📤", teams: "1f4e4_outboxtray" },
  },
  {
    name: "edit",
    words: "edit {reply} the crate is in Trier",
    from: "mine",
    to: {},
    audit: command("edit"),
    first: "a sent reply",
    said: "the crate is in Trier",
    inRoomOnly: true,
  },
  {
    name: "fix",
    words: "fix the crate is in Rome {step}",
    isFree: true,
    from: "mine",
    to: {},
    audit: command("fix"),
    told: "Corrected. Until",
    said: "the crate is in Rome {step}",
    button: "Fix the last answer",
    form: "the crate is in Rome {step}",
    isAskedFor: true,
    reaction: { slack: "pencil2", discord: "✏️", teams: "270f_pencil" },
  },
  {
    name: "undo",
    words: "undo",
    from: "mine",
    to: {},
    audit: command("undo"),
    first: "a held reply",
    told: "was taken back",
    inRoomOnly: true,
    reaction: { slack: "leftwards_arrow_with_hook", discord: "↩️", teams: "21a9_rightarrowcurvingleft" },
  },
];
