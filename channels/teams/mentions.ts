import { escapeMarkdown, plainText } from "../kit/write-markdown.ts";
import { fieldsAt, listAt, textAt, type Fields } from "../kit/fields.ts";
import { readHtml, type QuotedMessage } from "./read-html.ts";

/** What was said, in CommonMark, and whom it names. */
export interface Spoken {
  readonly text: string;
  readonly mentionsUs: boolean;
  readonly mentionsOthers: boolean;
  /** It quotes a message of ours. */
  readonly quotesUs: boolean;
  /** What it begins with, where it answers one certain message. */
  readonly quoted: QuotedMessage | undefined;
}

interface Mention {
  readonly id: string;
  readonly name: string;
  /** How it stands in the plain text. */
  readonly text: string;
}

const mostMentions = 200;

/**
 * Reads a message's words. Mentions are found by their entities, never by what looks like one: ours are taken
 * out, those of others become `@name`, and an `<at>` without an entity is what somebody typed.
 */
export function readSpoken(activity: Fields, botId: string): Spoken {
  const mentions = mentionsIn(activity);
  const isOurs = ({ id }: Mention): boolean => id === botId;
  const html = htmlOf(activity);
  let quotesUs = false;
  let quoted: QuotedMessage | undefined;
  const text =
    html === undefined
      ? readPlain(textAt(activity, "text") ?? "", mentions, isOurs)
      : readHtml(html, {
          mention: (index, name) => {
            const mention = mentions[index];
            if (mention !== undefined && isOurs(mention)) return "";
            return `@${escapeMarkdown(plainText(name === "" ? (mention?.name ?? "") : name))}`;
          },
          quote: (found) => {
            if (found.authorId === botId) quotesUs = true;
            quoted ??= found;
          },
        });
  return {
    text: text.trim(),
    mentionsUs: mentions.some(isOurs),
    mentionsOthers: mentions.some((mention) => !isOurs(mention)),
    quotesUs,
    quoted: text.trimStart().startsWith(">") ? quoted : undefined,
  };
}

function mentionsIn(activity: Fields): readonly Mention[] {
  return listAt(activity, "entities")
    .filter((entity) => textAt(entity, "type") === "mention")
    .slice(0, mostMentions)
    .map((entity) => {
      const mentioned = fieldsAt(entity, "mentioned");
      const name = textAt(mentioned, "name") ?? "";
      return { id: textAt(mentioned, "id") ?? "", name, text: textAt(entity, "text") ?? `<at>${name}</at>` };
    });
}

/** Teams sends what a person wrote as HTML beside its plain words, which have lost lists, code and quotes. */
function htmlOf(activity: Fields): string | undefined {
  const part = listAt(activity, "attachments").find((one) => textAt(one, "contentType") === "text/html");
  return part === undefined ? undefined : textAt(part, "content");
}

/** The entities come in the order of the text, so each is looked for after the one before it. */
function readPlain(
  text: string,
  mentions: readonly Mention[],
  isOurs: (mention: Mention) => boolean,
): string {
  let out = "";
  let at = 0;
  for (const mention of mentions) {
    const found = text.indexOf(mention.text, at);
    if (found < 0) continue;
    out += text.slice(at, found) + (isOurs(mention) ? "" : `@${mention.name}`);
    at = found + mention.text.length;
  }
  return plainText((out + text.slice(at)).replaceAll("\u00A0", " "));
}
