import { createSafeMarkdown, joiner, withoutUserInfo } from "../kit/safe-markdown.ts";

/** Markdown as Teams renders it, with `<at>` and any other HTML, disguised links and images made harmless. */
export const { toSafe: toSafeMarkdown } = createSafeMarkdown({
  suspicious: /<|&(?:lt|#)/i,
  defuseText,
  defuseCode,
});

/** Teams reads some HTML inside markdown; an entity is shown as the bracket. */
function defuseText(source: string): string {
  return withoutUserInfo(
    source
      .replaceAll(/<br\s*\/?>/gi, " ")
      .replaceAll(/\\?</g, "&lt;")
      // A mention also needs an entity of the activity, which no text can make; the joiner makes doubly sure.
      .replaceAll(/&(?:lt|#0*60|#x0*3c);(?=\/?at\b)/gi, `&lt;${joiner}`),
  );
}

/** In code entities are not decoded, so only what could pass for a mention is broken up. */
function defuseCode(source: string): string {
  return source.replaceAll(/<(?=\/?at\b)/gi, `<${joiner}`);
}
