// What a document may carry to lead a reader or a model elsewhere: pictures, links to strangers, text nobody sees.
const image = /!\[([^\]]*)\]\([^)]*\)/g;
const link = /\[([^\]]*)\]\(\s*<?([^)\s>]+)>?[^)]*\)/g;
const bare = /\bhttps?:\/\/[^\s<>()[\]"']+/gi;
const hidden = /[\u{E0000}-\u{E007F}\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]|<!--[^]*?(?:-->|$)/gu;

/** Stands where a link was. */
export const leftOutLink = "[link left out]";

/** A passage without pictures, and without links to hosts other than its source's. Its words stay as they are. */
export function cleanPassage(text: string, sourceUrl: string | undefined): string {
  const own = hostOf(sourceUrl);
  const isOwn = (url: string) => own !== undefined && hostOf(url) === own;
  return text
    .replace(hidden, "")
    .replace(image, "$1")
    .replace(link, (whole, words: string, url: string) => (isOwn(url) ? whole : words))
    .replace(bare, (url) => (isOwn(url) ? url : leftOutLink));
}

const code = /(^(`{3,})[^]*?^\2`*$|(?<!`)`[^`\n]+`(?!`))/gmu;

/** The same with code as it stands: no channel makes links or pictures of what is in it. */
export function cleanProse(text: string, sourceUrl: string | undefined): string {
  let clean = "";
  let from = 0;
  for (const { index, 0: piece } of text.matchAll(code)) {
    clean += cleanPassage(text.slice(from, index), sourceUrl) + piece.replace(hidden, "");
    from = index + piece.length;
  }
  return clean + cleanPassage(text.slice(from), sourceUrl);
}

function hostOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  return new URL(url).host;
}
