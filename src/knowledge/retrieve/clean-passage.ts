// What a document may carry to lead a reader or a model elsewhere: pictures, links to strangers, text nobody sees.
const image = /!\[([^\]]*)\]\([^)]*\)/g;
const link = /\[([^\]]*)\]\(\s*<?([^)\s>]+)>?[^)]*\)/g;
const bare = /\bhttps?:\/\/[^\s<>()[\]"']+/gi;
const hidden = /[\u{E0000}-\u{E007F}\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]|<!--[^]*?(?:-->|$)/gu;

/** A passage without pictures, and without links to hosts other than its source's. Its words stay as they are. */
export function cleanPassage(text: string, sourceUrl: string | undefined): string {
  const own = hostOf(sourceUrl);
  const isOwn = (url: string) => own !== undefined && hostOf(url) === own;
  return text
    .replace(hidden, "")
    .replace(image, "$1")
    .replace(link, (whole, words: string, url: string) => (isOwn(url) ? whole : words))
    .replace(bare, (url) => (isOwn(url) ? url : "[link left out]"));
}

function hostOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  return new URL(url).host;
}
