/** What people tell Baton to do with a conversation, each by its one name. */
export const textCommands = [
  "claim",
  "bot",
  "resolve",
  "human",
  "help",
  "assign",
  "transfer",
  "note",
  "reply",
  "role",
  "anonymous",
  "send",
  "edit",
  "undo",
  "reopen",
  "snooze",
  "priority",
  "tag",
  "summary",
  "snippet",
  "who",
  "fix",
  "tell",
  "live",
  "cancel",
] as const;
export type TextCommandName = (typeof textCommands)[number];

export interface TextCommand {
  readonly name: TextCommandName;
  readonly argument?: string | undefined;
}

/** Words of everyday talk are commands for everybody only where nothing else is said. */
const plainWords: ReadonlySet<TextCommandName> = new Set(["claim", "bot", "resolve", "human", "help"]);

const aliases: ReadonlyMap<string, TextCommandName> = new Map([
  ...textCommands.map((name) => [name, name] as const),
  ["r", "reply"],
  ["rr", "role"],
  ["anon", "anonymous"],
  ["n", "note"],
  ["take", "claim"],
  ["return", "bot"],
  ["close", "resolve"],
  ["queue", "transfer"],
]);

/**
 * Reads a command, or nothing: a command word alone, or one behind a mark (`!resolve done`), which may have an argument.
 * So "claim my refund" and "human resources" stay questions. Words beside the five everybody has need the mark.
 */
export function parseTextCommand(text: string): TextCommand | undefined {
  return parseMarkedCommand(text) ?? parsePlainWord(text);
}

/** A command behind a mark: nobody writes one by chance, so it needs no mention. */
export function parseMarkedCommand(text: string): TextCommand | undefined {
  const [, word = "", argument = ""] = /^\s*!([a-z]+)(?:\s+(\S[^]*))?$/iu.exec(text) ?? [];
  const name = aliases.get(word.toLowerCase());
  if (name === undefined) return undefined;
  return argument === "" ? { name } : { name, argument: argument.trimEnd() };
}

/** One command word and nothing beside it, from whoever helps somebody else: what they ask of the bot, they write out. */
export function parseStaffWord(text: string): TextCommand | undefined {
  const name = aliases.get(text.trim().toLowerCase());
  return name && { name };
}

function parsePlainWord(text: string): TextCommand | undefined {
  const found = parseStaffWord(text);
  return found !== undefined && plainWords.has(found.name) && text.trim().toLowerCase() === found.name
    ? found
    : undefined;
}
