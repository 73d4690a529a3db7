import { judgeLink } from "../kit/safe-link.ts";
import { toDiscordMarkdown } from "./markup.ts";

/**
 * How long markdown is at most on Discord, in UTF-16 units: counted where that can be done without reading it as
 * markdown, which costs twenty times as much, else as it is rendered.
 */
export function measureForDiscord(markdown: string): number {
  return upperBound(markdown) ?? toDiscordMarkdown(markdown).length;
}

/** Links and bare addresses of everyday answers; whatever else has brackets or addresses is looked at closely. */
const everydayLink =
  /(?<!!)\[([^[\]\\]+)\]\((https?:\/\/[^\s()<>|\\@]+)\)|(?<![^\s(])https?:\/\/[a-z0-9.-]+[a-z0-9](?:\/[\w\-./?=&%#,;:]*)?(?=[.,;:!?)]*(?:\s|$))/gi;
const mark = /[\\*_~`|<&@\]]/g;
/** What is written anew, longer than it was: tables, rules, indented code, definitions, images, odd addresses. */
const rewritten =
  /\|[ \t]*:?-|-[ \t]*\||\][[:(]|!\[|^[ \t]*(?:[-*_][ \t]*){3,}$|^(?: {4}|[ \t]*\t)|\[\^|\bwww\.|mailto:|:\/\//im;

/** Undefined where it cannot be told. Every mark may get a backslash or a joiner, every line a blank one before it. */
function upperBound(markdown: string): number | undefined {
  let extra = 0;
  let isOdd = false;
  const rest = markdown.includes("://")
    ? markdown.replaceAll(everydayLink, (source: string, label = "", address = source) => {
        if (judgeLink(label, address).kind !== "plain") isOdd = true;
        extra += address.length + 6; // as `](<…>)`
        return label;
      })
    : markdown;
  if (isOdd || rewritten.test(rest)) return undefined;
  const count = (pattern: RegExp): number => rest.match(pattern)?.length ?? 0;
  // A number may be written out longer than it was, and what hangs on it goes further in.
  const perLine = /^[ \t>]*\d{1,9}[.)]/m.test(rest) ? 8 : 2;
  return rest.length + extra + count(mark) + perLine * (count(/\n/g) + 1) + 8;
}
