// eslint-disable-next-line no-control-regex -- these are the characters to remove
const controls = /[\0-\x08\x0B-\x1F\x7F-\x9F]/g;

/** Text of a platform without control characters (line feed and tab stay) and without half characters. */
export function plainText(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(controls, "").toWellFormed();
}

/**
 * The same words in CommonMark: what would be read as markup gets a backslash, everything that is harmless where
 * it stands is left alone, because people and models read this text too.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\\(?=[!-/:-@[-`{-~])/g, "\\\\")
    .replace(/`/g, "\\`")
    .replace(/(?<=\S)\*|\*(?=\S)/g, "\\*")
    .replace(/(?<![\p{L}\p{N}])_(?=\S)|(?<=\S)_(?![\p{L}\p{N}])/gu, "\\_")
    .replace(/~(?=~)|(?<=~)~/g, "\\~")
    .replace(/<(?=[A-Za-z/!?])/g, "\\<")
    .replace(/&(?=#?\w+;)/g, "\\&")
    .replace(/\](?=[(:])/g, "\\]");
}

/** A link as CommonMark; only web, mail and phone addresses become links, of the rest the label remains. */
export function toMarkdownLink(url: string, label: string): string {
  const words = escapeMarkdown(label).replaceAll("\n", " ");
  if (!/^(?:https?:\/\/|mailto:|tel:)/i.test(url)) return label === "" ? escapeMarkdown(url) : words;
  const address = url.replace(/[\s<>()\\]/g, percent);
  const bare = url.replace(/^(?:mailto|tel):/i, "");
  if (label === "" || label === url || label === bare) return bare === url ? address : escapeMarkdown(bare);
  return `[${words}](${address})`;
}

/** A code span whose fence is longer than any run of backticks inside. */
export function toCodeSpan(code: string): string {
  const fence = "`".repeat(longestRun(code) + 1);
  const pad = code.startsWith("`") || code.endsWith("`") ? " " : "";
  return `${fence}${pad}${code.replaceAll("\n", " ")}${pad}${fence}`;
}

/** A code block on lines of its own. */
export function toCodeBlock(code: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(code) + 1));
  return `${fence}\n${code.replace(/^\n|\n$/g, "")}\n${fence}`;
}

// encodeURIComponent leaves parentheses alone, and in CommonMark they end the address.
function percent(character: string): string {
  if (character === "(") return "%28";
  if (character === ")") return "%29";
  return encodeURIComponent(character);
}

function longestRun(code: string): number {
  return Math.max(0, ...(code.match(/`+/g) ?? []).map((run) => run.length));
}
