import { createSafeMarkdown, withoutUserInfo } from "../kit/safe-markdown.ts";

/**
 * CommonMark that stays harmless in any renderer: HTML is text, links lead where they seem to lead and nowhere but to
 * web, mail and phone addresses, images become links.
 */
export const { toSafe: toSafeMarkdown, mayForge } = createSafeMarkdown({
  suspicious: /<|:\/\/[^\s/]*@/,
  defuseText: (source) => withoutUserInfo(source.replaceAll(/<br\s*\/?>/gi, " ").replaceAll(/\\?</g, "&lt;")),
  // Every renderer escapes code itself.
  defuseCode: (source) => source,
});
