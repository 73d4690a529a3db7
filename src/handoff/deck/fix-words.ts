import { cutToLine } from "../../core/cut-text.ts";
import { deckButton, fixReaders, fixReadersField, type FixReaders } from "../../core/deck.ts";
import { isId } from "../../core/ids.ts";
import { plainText } from "../../core/plain-text.ts";
import type { Reply } from "../../core/reply.ts";
import type { Subject } from "../baton-work.ts";
import type { StaffCall } from "./deck-call.ts";

/** A correction as a colleague gave it. */
export interface FixWords {
  /** The bot's message it is about; its newest answer where none is named. */
  readonly message: string | undefined;
  readonly readers: FixReaders;
  /** Empty where they have still to write it. */
  readonly text: string;
}

/** Reads a correction: out of a command, a reaction, a button or the form that it opened. */
export function readFix({ command, content }: StaffCall, { conversationId }: Subject): FixWords {
  const { fields, action } = content;
  const named = fields?.[reactedField] ?? action?.value;
  const message = isId(named) && named !== conversationId ? named : undefined;
  const chosen = fixReaders.find((one) => one === fields?.[fixReadersField]);
  const words = command.argument ?? "";
  if (chosen !== undefined) return { message, readers: chosen, text: words.trim() };
  // In small letters it is for whom it is; anything else begins the answer.
  const [, mark, text = ""] = /^\s*((?:public|colleagues)(?=\s|$))?\s*([^]*)$/u.exec(words) ?? [];
  return { message, readers: fixReaders.find((one) => one === mark) ?? "place", text: text.trim() };
}

/** Where a reaction says which message it is on. */
const reactedField = "message";
const longestQuote = 160;

/** Asks a colleague for the right answer: a reaction has no words, and nothing opens a form for it. */
export function toFixOffer(answer: { readonly id: string; readonly text: string }): Reply {
  const line = plainText(cutToLine(answer.text, longestQuote));
  return {
    body: `✏️ What should I have answered here?\n\n> ${line}`,
    buttons: [deckButton("fix", "Fix this answer", { conversationId: answer.id, style: "primary" })],
  };
}
