import { say, type TextLanguage } from "./texts/texts.ts";

/** Where an answer's claim comes from; rendered natively by each channel. */
export interface Citation {
  readonly title: string;
  readonly url?: string | undefined;
  readonly locator?: string | undefined;
}

/** A control under a reply. `action` and `value` come back in an action envelope. */
export interface Button {
  readonly action: string;
  readonly label: string;
  readonly value: string;
  readonly style?: "primary" | "danger" | undefined;
}

/** A file of ours as a handle, never the bytes: those a channel reads while it sends. Its name and type are safe to show. */
export interface ReplyFile {
  readonly id: string;
  readonly name: string;
  readonly mimeType: string;
  /** How many there are. */
  readonly bytes: number;
}

/** Somebody who is to be notified by a message, as their platform knows them. */
export interface Mentioned {
  readonly id: string;
  readonly name: string;
}

/** With this begins what is said in the place of a file that could not go there as one. */
export const fileMark = "📎";

/**
 * What Baton says, once, for every channel: a CommonMark body and what hangs on it.
 * Channels render it natively and neutralize whatever a model could forge (mentions, disguised links).
 */
export interface Reply {
  readonly body: string;
  readonly citations?: readonly Citation[] | undefined;
  readonly buttons?: readonly Button[] | undefined;
  readonly suggestions?: readonly string[] | undefined;
  /** Ask for thumbs up or down; the value identifies the answer. */
  readonly feedback?: string | undefined;
  /** A reply that goes to a channel has words or one file: each file is a message of its own, after the words. */
  readonly files?: readonly ReplyFile[] | undefined;
  /** Visible to one person only, where the platform can. */
  readonly onlyFor?: string | undefined;
  /** The platform's id of the message this answers. Only what `Capabilities.repliesTo` says shows it. */
  readonly repliesTo?: string | undefined;
  /** Who is notified by it. The one way to call anybody: what the words say calls nobody. */
  readonly mentions?: readonly Mentioned[] | undefined;
}

/** Names of the controls Baton itself puts under replies; channels send them back unchanged. */
export const actions = {
  human: "baton.human",
  feedbackUp: "baton.feedback.up",
  feedbackDown: "baton.feedback.down",
  suggestion: "baton.suggestion",
  claim: "baton.claim",
  returnToBot: "baton.return",
  resolve: "baton.resolve",
} as const;

/** The way to a person: under every answer, and wherever the bot cannot help. */
export function toHumanButton(language: TextLanguage = "en"): Button {
  return { action: actions.human, label: say(language, "button.human"), value: "human" };
}

/** The same for whoever reads English. */
export const humanButton: Button = toHumanButton();
