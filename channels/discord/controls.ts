import { PermanentError } from "../../src/core/errors.ts";
import { actions, type Button, type Reply } from "../../src/core/reply.ts";
import { cutShort } from "../kit/cut-short.ts";

/** What a pressed control means, in Baton's words. */
export interface Control {
  readonly action: string;
  readonly value: string;
}

/** Reads a control back. One that is not ours keeps its whole id as the action. */
export function readControl(customId: string): Control {
  const at = customId.indexOf(separator);
  if (at <= 0) return { action: customId, value: "" };
  return { action: customId.slice(0, at), value: customId.slice(at + 1) };
}

/** Rows of buttons as Discord takes them. */
export interface ActionRow {
  readonly type: 1;
  readonly components: readonly object[];
}

/**
 * Buttons, thumbs, then as many suggested replies as there is room for: five rows of five. Throws PermanentError for
 * a value that does not fit into Discord's hundred characters, since there is nowhere to look a shorter one up.
 */
export function toActionRows(reply: Pick<Reply, "buttons" | "feedback" | "suggestions">): ActionRow[] {
  const suggested = (reply.suggestions ?? []).map((text) => toSuggestion(text));
  const asked = (reply.buttons ?? []).map((button) => toButton(button));
  const thumbs =
    reply.feedback === undefined
      ? []
      : [
          toThumb("👍", toCustomId(actions.feedbackUp, reply.feedback)),
          toThumb("👎", toCustomId(actions.feedbackDown, reply.feedback)),
        ];
  return [...inRows(distinct(suggested)), ...inRows(distinct([...asked, ...thumbs]))].slice(-maxRows);
}

const separator = ":";
const maxCustomId = 100;
const maxLabel = 80;
const inRow = 5;
const maxRows = 5;
const styles = { plain: 2, primary: 1, danger: 4 } as const;

interface DiscordButton {
  readonly type: 2;
  readonly style: number;
  readonly custom_id: string;
  readonly label?: string;
  readonly emoji?: { readonly name: string };
}

function toButton({ action, label, value, style }: Button): DiscordButton {
  const text = cutShort(label.trim() === "" ? action : label, maxLabel);
  return { type: 2, style: styles[style ?? "plain"], custom_id: toCustomId(action, value), label: text };
}

/** Its value is its text, which may be cut as its label is. */
function toSuggestion(text: string): DiscordButton {
  const value = cutShort(text, maxCustomId - actions.suggestion.length - 1);
  return toButton({ action: actions.suggestion, label: text, value });
}

function toThumb(emoji: string, customId: string): DiscordButton {
  return { type: 2, style: styles.plain, custom_id: customId, emoji: { name: emoji } };
}

/** Throws PermanentError for what does not fit. */
export function toCustomId(action: string, value: string): string {
  const id = `${action}${separator}${value}`;
  if (id.length <= maxCustomId) return id;
  throw new PermanentError(`discord: a button's action and value are over ${maxCustomId} characters`, {
    code: "button too long",
  });
}

/** Discord refuses a message in which two controls have the same id. */
function distinct(buttons: readonly DiscordButton[]): DiscordButton[] {
  return [...new Map(buttons.map((button) => [button.custom_id, button])).values()];
}

function inRows(buttons: readonly DiscordButton[]): ActionRow[] {
  const rows: ActionRow[] = [];
  for (let at = 0; at < buttons.length; at += inRow)
    rows.push({ type: 1, components: buttons.slice(at, at + inRow) });
  return rows;
}
