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

// By the emoji itself (Discord), Slack's name for it, and Teams' own.
const reactions: ReadonlyMap<string, TextCommandName> = new Map([
  ["📤", "send"],
  ["outbox_tray", "send"],
  ["1f4e4_outboxtray", "send"],
  ["🙋", "claim"],
  ["raising_hand", "claim"],
  ["1f64b_personraisinghand", "claim"],
  ["🤖", "bot"],
  ["robot_face", "bot"],
  ["1f916_robot", "bot"],
  ["✅", "resolve"],
  ["white_check_mark", "resolve"],
  ["2705_whiteheavycheckmark", "resolve"],
  ["💤", "snooze"],
  ["zzz", "snooze"],
  ["1f4a4_sleepingsymbol", "snooze"],
  ["🚩", "priority"],
  ["triangular_flag_on_post", "priority"],
  ["1f6a9_triangularflag", "priority"],
  ["↩️", "undo"],
  ["leftwards_arrow_with_hook", "undo"],
  ["21a9_rightarrowcurvingleft", "undo"],
]);

/** The control a colleague's reaction stands for; undefined for every other reaction. */
export function deckActionOf(emoji: string): string | undefined {
  const name = reactions.get(emoji);
  return name && prefix + name;
}
