import {
  createSafeMarkdown,
  defuseNames,
  joiner,
  withoutOverrides,
  withoutUserInfo,
} from "../kit/safe-markdown.ts";

/**
 * Markdown as Slack's `markdown` block and streams take it, with mentions of people, groups and everyone,
 * disguised links, images and HTML made harmless.
 */
export const { toSafe: toSafeMarkdown, mayForge } = createSafeMarkdown({
  suspicious: /<|&(?:lt|#)|@(?:channel|here|everyone)\b/i,
  defuseText,
  defuseCode,
});

/** Angle brackets of text, as Slack wants them in its own markup. */
export function escapeMrkdwn(text: string): string {
  return defuseNames(
    withoutOverrides(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  );
}

/** Slack reads its own `<…>` tokens in a markdown block too, and shows an escaped bracket as the bracket. */
function defuseText(source: string): string {
  return defuseNames(
    withoutUserInfo(
      source
        .replaceAll(/<br\s*\/?>/gi, " ")
        .replaceAll(/\\?</g, "&lt;")
        // Slack decodes an entity without reading the result as a token; the joiner makes sure of it.
        .replaceAll(/&(?:lt|#0*60|#x0*3c);(?=[!@#])/gi, `&lt;${joiner}`),
    ),
  );
}

/** In code entities are not decoded, so only what Slack could take for a token of its own is broken up. */
function defuseCode(source: string): string {
  return source.replaceAll(
    /<(?=!(?:channel|here|everyone|group|subteam|date)\b|@[UWB][A-Z0-9]|#[CGD][A-Z0-9]|[a-z][a-z0-9+.-]*:[^>\n]*\|)/gi,
    `<${joiner}`,
  );
}
