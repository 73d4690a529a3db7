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
  "draft",
  "merge",
  "block",
  "unblock",
  "fix",
  "tell",
  "live",
  "cancel",
  "ask",
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

/** A question as it is asked, without the mark that says it is for the bot. */
export function toQuestion(text: string): string {
  const command = parseMarkedCommand(text);
  return command?.name === "ask" && command.argument !== undefined ? command.argument : text;
}

/** A command behind a mark: nobody writes one by chance, so it needs no mention. */
export function parseMarkedCommand(text: string): TextCommand | undefined {
  const [, word = "", argument = ""] = /^\s*!([a-z]+)(?:\s+(\S[^]*))?$/iu.exec(text) ?? [];
  const name = aliases.get(word.toLowerCase());
  if (name === undefined) return undefined;
  return argument === "" ? { name } : { name, argument: argument.trimEnd() };
}

// What stands behind the word and can hardly be meant as a question.
const argumentShapes: Readonly<Partial<Record<TextCommandName, RegExp>>> = {
  assign: /^@?\p{L}[\p{L}'’.-]*(\s+\p{L}[\p{L}'’.-]*)?$/u,
  transfer: /^[\w-]{2,40}$/u,
  snooze: /^(for\s+)?\d|^until\s/iu,
  priority: /^(low|normal|high|urgent)$/iu,
  tag: /^[\p{L}\p{N}_-]{1,40}$/u,
  snippet: /^[\p{L}\p{N}_-]{1,40}$/u,
  edit: /^#?\d{1,6}\s/u,
  merge: /^#?\d{1,15}(\s+same)?$/iu,
};

/**
 * A command from whoever helps somebody else and mentions the bot: one command word alone, with the argument that belongs
 * to it (`assign Mia`, `snooze 2h`), or with a colon and anything behind it (`note: she called`). What they ask of the bot,
 * they write out; where the bot answers nobody, `anyWords` may stand behind a command.
 */
export function parseStaffCommand(
  text: string,
  { anyWords }: { readonly anyWords: boolean },
): TextCommand | undefined {
  const [, word = "", colon, rest = ""] = /^\s*([a-z]+)(:)?(?:\s+(\S[^]*))?\s*$/iu.exec(text) ?? [];
  const name = aliases.get(word.toLowerCase());
  if (name === undefined) return undefined;
  const argument = rest.trimEnd();
  if (argument === "") return { name };
  const isMeant = anyWords || colon !== undefined || argumentShapes[name]?.test(argument) === true;
  return isMeant ? { name, argument } : undefined;
}

function parsePlainWord(text: string): TextCommand | undefined {
  const name = aliases.get(text.trim().toLowerCase());
  return name !== undefined && plainWords.has(name) && text.trim().toLowerCase() === name
    ? { name }
    : undefined;
}
