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
