import { listAt, textAt, type Fields } from "../kit/fields.ts";
import { createMentions, readMrkdwn, type ReadText } from "./markup.ts";
import { readRichText } from "./rich-text.ts";

/**
 * The text of a Slack message in CommonMark, mentions as `@name`. A mention of ourselves that opens the message is
 * how people call us and no part of what they say: it is taken off. Never throws.
 */
export function readText(message: Fields, botUserId: string | undefined): ReadText {
  const mentions = createMentions(botUserId);
  const rich = readRichText(listAt(message, "blocks"), mentions);
  const text =
    rich === undefined || rich.trim() === "" ? readMrkdwn(textAt(message, "text") ?? "", mentions) : rich;
  return {
    text: withoutOpeningMention(text, botUserId).trim(),
    users: mentions.users,
    everyone: mentions.everyone,
  };
}

function withoutOpeningMention(text: string, botUserId: string | undefined): string {
  const mention = `@${botUserId}`;
  const said = text.trimStart();
  if (botUserId === undefined || !said.startsWith(mention)) return text;
  const rest = said.slice(mention.length);
  // `@U1` also begins `@U12`.
  return /^[A-Z0-9]/.test(rest) ? text : rest.replace(/^[\s,:]+/, "");
}
