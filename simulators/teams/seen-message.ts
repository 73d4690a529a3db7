import { isRecord } from "../kit/is-record.ts";
import type { Message, Person, SeenMessage } from "./model.ts";

interface People {
  readonly people: ReadonlyMap<string, Person>;
  readonly botId: string;
  readonly app: { readonly name: string };
}

/** The message as a person sees it, with its whole history. A copy: later changes do not show in it. */
export function toSeenMessage(who: People, message: Message): SeenMessage {
  const { activity, stream } = message;
  const attachments = listOf(activity["attachments"]);
  return {
    conversation: message.conversation,
    id: message.id,
    ...(message.rootId === undefined ? {} : { rootId: message.rootId }),
    from: message.from,
    fromName: message.from === who.botId ? who.app.name : (who.people.get(message.from)?.name ?? "unknown"),
    isBot: message.isBot,
    text: textOf(activity),
    textFormat: typeof activity["textFormat"] === "string" ? activity["textFormat"] : "markdown",
    mentions: mentionsOf(activity),
    attachments,
    cards: attachments
      .filter(({ contentType }) => contentType === "application/vnd.microsoft.card.adaptive")
      .map(({ content }) => content)
      .filter(isRecord),
    streaming: stream?.state === "open",
    ...(stream === undefined ? {} : { stream: { ...stream, updates: stream.updates.slice() } }),
    edited: message.edited,
    edits: message.edits.slice(),
    deleted: message.deleted,
    reactions: message.reactions.map(({ type, users }) => ({ type, users: users.slice() })),
    createdAt: message.createdAt,
    changedAt: message.changedAt,
    activity,
  };
}

/** The text of an activity; empty where it has none. */
export function textOf(activity: Readonly<Record<string, unknown>>): string {
  return typeof activity["text"] === "string" ? activity["text"] : "";
}

/** The objects in a list; anything else is left out. */
export function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function mentionsOf(activity: Readonly<Record<string, unknown>>): { id: string; name: string }[] {
  return listOf(activity["entities"])
    .filter(
      ({ type, text }) => type === "mention" && typeof text === "string" && textOf(activity).includes(text),
    )
    .map(({ mentioned }) => mentioned)
    .filter(isRecord)
    .map(({ id, name }) => ({ id: String(id), name: String(name) }));
}
