import { fieldsAt, listAt, textAt, type Fields } from "../kit/fields.ts";
import { plainText } from "../kit/write-markdown.ts";
import { nameOf, type DiscordContext } from "./parse-context.ts";

/** What a message says, and whom it names. */
export interface ReadText {
  readonly text: string;
  readonly namesUs: boolean;
  readonly namesOthers: boolean;
}

/**
 * The text of a Discord message in CommonMark, which is close to Discord's own, mentions as `@name`. A mention of
 * ourselves that opens the message is how people call us and no part of what they say: it is taken off. Never throws.
 */
export function readText(
  message: Fields,
  { botUserId, botRoleIds }: Pick<DiscordContext, "botUserId" | "botRoleIds">,
): ReadText {
  const content = plainText(textAt(message, "content") ?? "");
  const names = new Map(
    listAt(message, "mentions").flatMap((user) => {
      const id = textAt(user, "id");
      const name = textAt(fieldsAt(user, "member"), "nick") ?? nameOf(user);
      return id === undefined || name === undefined ? [] : [[id, plainText(name)] as const];
    }),
  );
  const isUs = (kind: string, id: string): boolean => (kind === "@&" ? botRoleIds.has(id) : id === botUserId);
  let namesUs = false;
  let namesOthers = message["mention_everyone"] === true;

  const read = (text: string): string =>
    text
      .replaceAll(/<(@[!&]?)(\d{1,20})>/g, (_, kind: string, id: string) => {
        if (isUs(kind, id)) namesUs = true;
        else namesOthers = true;
        return kind === "@&" ? "@role" : `@${names.get(id) ?? id}`;
      })
      .replaceAll(/<#(\d{1,20})>/g, "#$1")
      .replaceAll(/<a?:(\w{1,32}):\d{1,20}>/g, ":$1:")
      .replaceAll(/<\/([^:>\n]{1,100}):\d{1,20}>/g, "/$1")
      .replaceAll(/<t:(-?\d{1,12})(?::[tTdDfFR])?>/g, (token, seconds: string) => toMoment(seconds) ?? token);

  const opening = openingMentions(content, isUs);
  if (opening > 0) namesUs = true;
  const body = content
    .slice(opening)
    .split(/(```[^]*?```|`[^`\n]+`)/)
    .map((part, index) => (index % 2 === 1 ? part : read(part)))
    .join("");
  return { text: toBlockQuotes(body).trim(), namesUs, namesOthers };
}

/** How much of the text is nothing but calling us. */
function openingMentions(content: string, isUs: (kind: string, id: string) => boolean): number {
  let end = 0;
  for (;;) {
    const match = /^\s*<(@[!&]?)(\d{1,20})>[\s,:]*/.exec(content.slice(end));
    if (match === null || !isUs(match[1] ?? "", match[2] ?? "")) return end;
    end += match[0].length;
  }
}

/** `>>>` quotes all that follows. */
function toBlockQuotes(text: string): string {
  const at = /^>>> /m.exec(text)?.index;
  if (at === undefined) return text;
  return text.slice(0, at) + text.slice(at + 4).replaceAll(/^/gm, "> ");
}

function toMoment(seconds: string): string | undefined {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime())
    ? undefined
    : date.toISOString().slice(0, 16).replace("T", " ") + " UTC";
}
