/** The commands people type to the bot: `@baton claim`, `/baton resolve done`. */
export const textCommands = ["claim", "bot", "resolve", "human", "help"] as const;
export type TextCommandName = (typeof textCommands)[number];

export interface TextCommand {
  readonly name: TextCommandName;
  readonly argument?: string | undefined;
}

const takesArgument: ReadonlySet<TextCommandName> = new Set(["resolve"]);

/**
 * Reads a command, or nothing: only a command word alone (or followed by its argument) counts,
 * so "claim my refund" and "human resources" stay questions.
 */
export function parseTextCommand(text: string): TextCommand | undefined {
  const [word = "", ...rest] = text.trim().split(/\s+/u);
  const name = textCommands.find((known) => known === word.toLowerCase().replace(/^!/u, ""));
  if (name === undefined) return undefined;
  const argument = rest.join(" ");
  if (argument === "") return { name };
  return takesArgument.has(name) && word.startsWith("!") ? { name, argument } : undefined;
}
