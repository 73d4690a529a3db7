import type { Button } from "./reply.ts";
import { textCommands, type TextCommandName } from "./text-command.ts";

const prefix = "baton.deck.";

/** A button by which colleagues tell Baton what to do with a conversation, which it names. */
export function deckButton(
  name: TextCommandName,
  label: string,
  { conversationId, style }: { readonly conversationId: string; readonly style?: Button["style"] },
): Button {
  return { action: prefix + name, label, value: conversationId, ...(style !== undefined && { style }) };
}

/** What a pressed control tells to do; undefined for every other control. */
export function deckCommandOf(action: string): TextCommandName | undefined {
  if (!action.startsWith(prefix)) return undefined;
  return textCommands.find((name) => action === prefix + name);
}

/** One of a few that is chosen in a form; the first one unless another is. */
export interface DeckChoice {
  /** The name of its field, in what comes back. */
  readonly name: string;
  /** At most 45 characters. */
  readonly label: string;
  /** Two at least, each label of at most 75 characters. */
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

/** What a button asks before it tells anything: one field of words, in a form of the platform's own. */
export interface DeckForm {
  /** At most 24 characters. */
  readonly title: string;
  /** What is asked for, at most 45 characters. */
  readonly label: string;
  readonly placeholder: string;
  /** What there is to choose from in the place of words: one at least, each value once and at most 64 characters. */
  readonly options?: DeckChoice["options"] | undefined;
  /** On its own button, at most 24 characters. */
  readonly submit: string;
  /** More than a line. */
  readonly isLong: boolean;
  /** The most that is written into it, in characters; `formLimit` where left out. */
  readonly limit?: number | undefined;
  /** What is chosen beside the words. */
  readonly choice?: DeckChoice | undefined;
  /** What stands in the field already, for whoever asks alone; at most `limit` characters. */
  readonly initial?: string | undefined;
  /** What comes back as the control's value, where that is another one than was pressed. */
  readonly about?: string | undefined;
}

/** The control that opens a form, and where and by whom that is asked for. */
export interface FormAsked {
  readonly action: string;
  /** The platform's workspace id. */
  readonly installation: string;
  /** Whoever presses, by the platform's id; left out for a form that everybody in `space` is shown. */
  readonly by?: string | undefined;
  /** The room it stands in. */
  readonly space?: string | undefined;
  /** What the control says it is about. */
  readonly value?: string | undefined;
  /** The platform's id of the message whose menu it was chosen from, which may be anybody's. */
  readonly message?: string | undefined;
}

/**
 * The form that a control opens, with what there is to choose from where whoever asks may know that. Answers within a
 * second, without options where it cannot tell them; never rejects. Undefined for whatever opens none, and where a message's
 * menu is no matter of whoever chose from it.
 */
export type FormDesk = (asked: FormAsked) => Promise<DeckForm | undefined>;

/** The form as it fits a platform that shows so many options at most: with more of them it asks for words. */
export function fitForm(form: DeckForm, mostOptions: number): DeckForm {
  const { options, ...ofWords } = form;
  const fits = options !== undefined && options.length > 0 && options.length <= mostOptions;
  return fits ? form : ofWords;
}

/** The name of a form's field, in what comes back. */
export const formField = "words";

/** The most that is written into it, in characters. */
export const formLimit = 2_000;

const note: DeckForm = {
  title: "A note for colleagues",
  label: "Your note",
  placeholder: "She called before",
  submit: "Note",
  isLong: true,
};
const assign: DeckForm = {
  title: "Who is to have it?",
  label: "The colleague",
  placeholder: "Mia",
  submit: "Assign",
  isLong: false,
};
/** For whom a corrected answer is: whoever may read the place it was given in, colleagues, or everybody. */
export const fixReaders = ["place", "colleagues", "public"] as const;
export type FixReaders = (typeof fixReaders)[number];

/** The name of the field that says so, in what comes back. */
export const fixReadersField = "readers";

const fix: DeckForm = {
  title: "Fix this answer",
  label: "What the bot should have answered",
  placeholder: "The whole answer: it takes the place of the bot's",
  submit: "Fix it",
  isLong: true,
  limit: 3_000, // as much as Slack's field takes
  choice: {
    name: fixReadersField,
    label: "Who is told it from now on?",
    options: [
      { value: "place", label: "Who may read this conversation; of a private one, colleagues" },
      { value: "colleagues", label: "Colleagues" },
      { value: "public", label: "Everybody" },
    ] satisfies readonly { readonly value: FixReaders; readonly label: string }[],
  },
};
/** The control by which a colleague puts an answer right, as the menu of a message names it, too. */
export const fixAction = `${prefix}fix`;
/** What that menu calls it, and what whoever it is no matter of reads; at most 24 characters in the first. */
export const fixMenu = {
  name: fix.title,
  refusal: "Only answers of the bot's can be put right here, and only by colleagues.",
} as const;

const forms: ReadonlyMap<string, DeckForm> = new Map([
  [`${prefix}note`, note],
  [`${prefix}assign`, assign],
  [fixAction, fix],
]);

/**
 * The form that a control opens where it is pressed; undefined for every other control. A press that cannot open it is
 * taken in without words: then the deck says what to write instead.
 */
export function deckFormOf(action: string): DeckForm | undefined {
  return forms.get(action);
}

/** Forms of words alone; which message is whose is not known. */
export const wordForms: FormDesk = async ({ action, message }) =>
  message === undefined ? deckFormOf(action) : undefined;

/** Whether a form asks for one of the colleagues. */
export function asksForColleague(action: string): boolean {
  return action === `${prefix}assign`;
}

// By the emoji itself, and by Slack's name for it.
const reactions: ReadonlyMap<string, TextCommandName> = new Map([
  ["📤", "send"],
  ["outbox_tray", "send"],
  ["🙋", "claim"],
  ["raising_hand", "claim"],
  ["🤖", "bot"],
  ["robot_face", "bot"],
  ["✅", "resolve"],
  ["white_check_mark", "resolve"],
  ["💤", "snooze"],
  ["zzz", "snooze"],
  ["🚩", "priority"],
  ["triangular_flag_on_post", "priority"],
  ["↩", "undo"],
  ["leftwards_arrow_with_hook", "undo"],
  ["✏", "fix"],
  ["pencil2", "fix"],
]);

/** The control a colleague's reaction stands for, whatever its skin tone; undefined for every other reaction. */
export function deckActionOf(emoji: string): string | undefined {
  const name = reactions.get(withoutTone(emoji));
  return name && prefix + name;
}

/** Teams names an emoji by its code point and a word, and a tone behind a dash; Slack puts a tone behind two colons. */
function withoutTone(emoji: string): string {
  const [, code] = /^([0-9a-f]{4,5})_/u.exec(emoji) ?? [];
  if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
  return emoji.replace(/::skin-tone-\d$/u, "").replaceAll(/\p{Emoji_Modifier}|\uFE0F/gu, "");
}
