import { randomUUID } from "node:crypto";
import type { Message, Person } from "./model.ts";
import { textOf } from "./seen-message.ts";

type Fields = Record<string, unknown>;

interface Mentioned {
  readonly id: string;
  readonly name: string;
}

/** A file or an inline picture somebody sends along. */
export interface FileDraft {
  readonly name: string;
  readonly content: string | Buffer;
  readonly contentType?: string;
  /** A picture pasted into the message: its address needs the bot's token. A file's does not. */
  readonly inline?: boolean;
}

/** What Teams makes of something typed: its text, its entities and the HTML beside it. */
export interface Composed {
  readonly text: string;
  readonly html: string;
  readonly mentions: readonly Fields[];
}

/** `@Name` becomes `<at>Name</at>` with its entity for everyone given; the bot is put in front when it is mentioned. */
export function compose(draft: {
  text: string;
  html?: string | undefined;
  mention?: Mentioned | undefined;
  others: readonly Mentioned[];
  quoted?: { message: Message; by: Person | Mentioned } | undefined;
}): Composed {
  const mentioned: Mentioned[] = [];
  const mark = ({ id, name }: Mentioned): string => {
    mentioned.push({ id, name });
    return `<at>${name}</at>`;
  };
  const start = draft.mention === undefined ? "" : `${mark(draft.mention)} `;
  const text =
    start +
    draft.text.replace(/(^|\s)@(\p{L}[\p{L}\d-]*)/gu, (whole, before: string, name: string) => {
      const found = draft.others.find((one) => one.name.split(" ")[0]?.toLowerCase() === name.toLowerCase());
      return found === undefined ? whole : `${before}${mark(found)}`;
    });
  return {
    text,
    html: `${draft.quoted === undefined ? "" : toQuote(draft.quoted)}${draft.html ?? toHtml(text)}`,
    mentions: mentioned.map((one) => ({ mentioned: one, text: `<at>${one.name}</at>`, type: "mention" })),
  };
}

/** The attachment of a file, or of a picture in the text. */
export function toFileAttachment(
  file: FileDraft,
  address: { id: string; fileUrl: string; serviceUrl: string; tenantName: string },
): Fields {
  if (file.inline === true)
    return {
      contentType: file.contentType ?? "image/*",
      contentUrl: `${address.serviceUrl}v3/attachments/${address.id}/views/original`,
      name: file.name,
    };
  return {
    contentType: "application/vnd.microsoft.teams.file.download.info",
    content: {
      downloadUrl: `${address.fileUrl}?tempauth=${randomUUID()}`,
      uniqueId: address.id,
      fileType: file.name.includes(".") ? file.name.slice(file.name.lastIndexOf(".") + 1) : "",
    },
    contentUrl: `https://${address.tenantName.toLowerCase()}.sharepoint.example/Documents/${encodeURIComponent(file.name)}`,
    name: file.name,
  };
}

function toHtml(text: string): string {
  let nth = -1;
  const html = text
    .split(/(<at>.*?<\/at>)/)
    .map((part) => {
      const name = /^<at>(.*)<\/at>$/.exec(part)?.[1];
      if (name === undefined) return escapeHtml(part);
      nth += 1;
      return `<span itemtype="http://schema.skype.com/Mention" itemscope="" itemid="${nth}">${escapeHtml(name)}</span>`;
    })
    .join("")
    .replaceAll("</span> ", "</span>&nbsp;");
  return html
    .split("\n")
    .map((line) => `<p>${line}</p>`)
    .join("\n");
}

function toQuote({ message, by }: { message: Message; by: Mentioned }): string {
  const preview = escapeHtml(textOf(message.activity).slice(0, 100));
  return (
    `<blockquote itemscope="" itemtype="http://schema.skype.com/Reply" itemid="${message.id}">\n` +
    `<strong itemprop="mri" itemid="${by.id}">${escapeHtml(by.name)}</strong>` +
    `<span itemprop="time" itemid="${message.id}"></span>\n` +
    `<p itemprop="preview">${preview}</p>\n</blockquote>\n`
  );
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
