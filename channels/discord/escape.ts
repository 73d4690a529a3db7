import { joiner } from "../kit/safe-markdown.ts";

/**
 * Text that Discord shows as it is: its marks get a backslash, its tokens (`<@1>`, `<#1>`, `<t:1>`, `</x:1>`,
 * `<:x:1>`) and addresses (`<https:`, `://`) a joiner, and so do the names that call everybody.
 */
export function escapeText(text: string): string {
  return (
    text
      // Discord finds them in the middle of a word as well.
      .replaceAll(/@(?=everyone|here)/gi, `@${joiner}`)
      .replaceAll(/<br\s*\/?>/gi, " ")
      .replaceAll(/[\\*_~`|]/g, "\\$&")
      .replaceAll(/\](?=[(<])/g, "\\]")
      .replaceAll(/&(?=#?\w+;)/g, "\\&")
      .replaceAll(/<(?=[@#:/!&]|[a-z][a-z0-9+.-]*:)/gi, `<${joiner}`)
      .replaceAll(/(?<=[a-z0-9+.-]):\/\//gi, `:${joiner}//`)
      .replaceAll(/(www)\.(?=[^ \t\r\n/?#]*@)/gi, `$1${joiner}.`)
  );
}

/** Keeps lines of a paragraph from becoming headings, lists, quotes or small print. */
export function escapeLineStarts(text: string): string {
  return text
    .replaceAll(/^([ \t]*)(?=#{1,3} |-# |>{1,3} |[-+] )/gm, "$1\\")
    .replaceAll(/^([ \t]*\d{1,9})(?=\. )/gm, "$1\\");
}

/** A code span; Discord ends it at the first run of as many backticks, so longer runs are broken up. */
export function toCodeSpan(code: string): string {
  const line = code.replaceAll("\n", " ");
  if (!line.includes("`")) return `\`${line === "" ? " " : line}\``;
  return `\`\` ${line.replaceAll(/`(?=`)/g, `\`${joiner}`)} \`\``;
}

/** A code block. Three backticks in it would end it, whatever the fence. */
export function toCodeBlock(code: string, language: string): string {
  const name = /^[a-z0-9_+\-.#]{1,20}$/i.test(language) ? language : "";
  return `\`\`\`${name}\n${code.replaceAll(/`(?=``)/g, `\`${joiner}`)}\n\`\`\``;
}
