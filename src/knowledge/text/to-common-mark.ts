// A character that CommonMark, tables and strike-through included, would read as markup where it stands.
const markup =
  /\\(?=[!-/:-@[-`{-~])|<(?=[A-Za-z/!?])|&(?=#?\w+;)|`|\*(?=\S)|(?<=\S)\*|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|(?<=\S)~|(?<=\])\(/gu;
const markupAtStart = /^(?=#{1,6}(?:\s|$)|>|(?:=+|-{3,})\s*$)/u;

/** Plain words as CommonMark that shows exactly them. Names such as `apt-get` and `snake_case` stay as they are. */
export function toCommonMark(words: string): string {
  return words.replace(markup, "\\$&").replace(markupAtStart, "\\");
}

/** Words as code within a line. */
export function toInlineCode(words: string): string {
  const fence = "`".repeat(longestRun(words) + 1);
  const room = words.startsWith("`") || words.endsWith("`") ? " " : "";
  return `${fence}${room}${words}${room}${fence}`;
}

/** Lines as a block of code. */
export function toCodeBlock(lines: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(lines) + 1));
  return `${fence}\n${lines}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
