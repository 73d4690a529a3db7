import type { CallRecord, DispatchRecord } from "./discord/record.ts";
import type { Modal, SeenMessage } from "./discord/model.ts";
import { isRecord } from "./kit/is-record.ts";
import { shorten, type Happening, type PageForm, type PageMessage } from "./page-message.ts";

/** Ordinary ones, replies, and answers to commands; the platform's own notices are not drawn. */
const spoken: ReadonlySet<number> = new Set([0, 19, 20, 23]);

/** A message as the page draws it; undefined for what it does not draw. */
export function toPageMessage(
  seen: SeenMessage,
  place: { readonly channel: string; readonly threadTs?: string },
): PageMessage | undefined {
  if (!spoken.has(seen.type)) return undefined;
  return {
    ...place,
    ts: seen.id,
    at: seen.createdAt,
    user: seen.userId,
    userName: seen.userName,
    isBot: seen.isBot,
    text: seen.text,
    format: "markdown",
    ...(seen.embeds.length === 0 ? {} : { embeds: seen.embeds }),
    ...(seen.components.length === 0 ? {} : { components: seen.components }),
    ...(seen.files.length === 0
      ? {}
      : {
          files: seen.files.map(({ id, name, contentType, size }) => ({
            id,
            name,
            mimetype: contentType,
            size,
          })),
        }),
    streaming: seen.thinking,
    broadcast: false,
    // Answers grow by edits here, which is no news.
    edited: seen.edited && !seen.isBot,
    deleted: seen.deleted,
    reactions: seen.reactions.map(({ emoji, users }) => ({ name: emoji, users })),
    ...(seen.ephemeralTo === undefined ? {} : { ephemeralTo: seen.ephemeralTo }),
    ...(seen.replyTo === undefined ? {} : { repliesTo: seen.replyTo }),
  };
}

/** What Baton asked of Discord. */
export function fromCall({ seq, at, ms, method, route, status, ok, body }: CallRecord): Happening {
  const said =
    typeof body === "object" && body !== null ? (body as { content?: unknown }).content : undefined;
  const detail = ok ? shorten(said) : `answered ${status}`;
  return { seq, at, ms, kind: "call", name: `${method} ${route}`, ok, detail };
}

/** What no session wanted is left out: nobody was told. */
export function fromDispatch({ seq, at, type, outcome, data }: DispatchRecord): Happening | undefined {
  if (outcome === "nobody") return undefined;
  const said =
    typeof data === "object" && data !== null ? (data as { content?: unknown }).content : undefined;
  const ok = outcome === "sent" || outcome === "replayed";
  const detail = ok ? shorten(said) : outcome;
  return { seq, at, ms: 0, kind: "delivery", name: type, ok, detail };
}

/** A form as the page draws it: inputs of text, and menus, under labels. */
export function toPageForm({ customId, userId, title, components }: Modal): PageForm {
  return {
    id: customId,
    user: userId,
    title,
    submit: "Submit",
    fields: components.filter(isRecord).flatMap((row) => {
      const field = row["component"];
      if (!isRecord(field) || (field["type"] !== textInput && field["type"] !== menu)) return [];
      return [
        {
          name: String(field["custom_id"]),
          label: String(row["label"] ?? ""),
          placeholder: String(field["placeholder"] ?? ""),
          isLong: field["style"] === 2,
          ...(field["type"] === menu && toMenu(field)),
        },
      ];
    }),
  };
}

const textInput = 4;
const menu = 3;

function toMenu(field: Record<string, unknown>) {
  const options = Array.isArray(field["options"]) ? field["options"].filter(isRecord) : [];
  const chosen = options.find((option) => option["default"] === true);
  return {
    options: options.map(({ value, label }) => ({ value: String(value), label: String(label) })),
    ...(chosen !== undefined && { chosen: String(chosen["value"]) }),
  };
}
