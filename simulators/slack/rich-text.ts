type Element = Record<string, unknown>;

const tokens = /<(@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|![a-z]+|https?:[^>|]+)(?:\|([^>]*))?>/g;

/** The rich text block that the platform makes of what a person typed. */
export function toRichText(text: string, blockId: string): Element {
  const elements: Element[] = [];
  let end = 0;
  for (const match of text.matchAll(tokens)) {
    if (match.index > end) elements.push({ type: "text", text: unescape(text.slice(end, match.index)) });
    elements.push(toElement(match[1] ?? "", match[2]));
    end = match.index + match[0].length;
  }
  if (end < text.length) elements.push({ type: "text", text: unescape(text.slice(end)) });
  return { type: "rich_text", block_id: blockId, elements: [{ type: "rich_text_section", elements }] };
}

function toElement(target: string, label: string | undefined): Element {
  if (target.startsWith("@")) return { type: "user", user_id: target.slice(1) };
  if (target.startsWith("#")) return { type: "channel", channel_id: target.slice(1) };
  if (target.startsWith("!")) return { type: "broadcast", range: target.slice(1) };
  return { type: "link", url: target, ...(label === undefined ? {} : { text: label }) };
}

function unescape(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
