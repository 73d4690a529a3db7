import type { Attachment, Envelope, Parsed, Place, Sender } from "../../src/core/envelope.ts";
import { fieldsAt, listAt, numberAt, textAt, type Fields } from "../kit/fields.ts";
import { plainText } from "../kit/write-markdown.ts";

/** What is known of a channel, whatever brought it. */
export interface ChannelInfo {
  /** Discord's number for the kind of channel. */
  readonly type: number;
  /** The channel a thread or a post stands in. */
  readonly parentId: string | undefined;
  readonly audience: Place["audience"];
}

/** What the parser must know besides the payload: whose server it is, what the channel is and who we are there. */
export interface DiscordContext {
  /** The server, or the application where it is between two. */
  readonly installation: string;
  readonly applicationId: string;
  readonly botUserId: string;
  /** The roles that stand for the bot itself: naming one names us. */
  readonly botRoleIds: ReadonlySet<string>;
  /** The payload's channel; undefined where it has none, or the bot cannot see it. */
  readonly channel: ChannelInfo | undefined;
  /** Other bots that may talk to us, by user id or application id. */
  readonly allowedBots: ReadonlySet<string>;
  readonly receivedAt: Date;
  readonly correlationId: string;
  /** The message that shows a question asked by a command; what is asked hangs on it. */
  readonly echo?: string | undefined;
}

/** An event of the gateway, as it comes: `t` is its name, `d` its content. Interactions over HTTP are put into one. */
export type Dispatch = Fields;

type WithoutBase<E> = E extends Envelope
  ? Omit<E, "channel" | "installation" | "receivedAt" | "correlationId" | "raw">
  : never;

/** Completes an envelope with what is the same for all that came in one event. */
export function toEnvelope(context: DiscordContext, dispatch: Dispatch, said: WithoutBase<Envelope>): Parsed {
  // An interaction's token is a credential for fifteen minutes; nothing that replays an event needs it.
  const { token: _token, ...d } = fieldsAt(dispatch, "d");
  const { installation, receivedAt, correlationId } = context;
  const raw = { t: dispatch["t"], d };
  const envelope: Envelope = { ...said, channel: "discord", installation, receivedAt, correlationId, raw };
  return { kind: "envelope", envelope };
}

/** Nothing for us, and why. */
export function ignored(reason: string): Parsed {
  return { kind: "ignored", reason };
}

const directTypes: ReadonlySet<number> = new Set([1, 3]);
const threadTypes: ReadonlySet<number> = new Set([10, 11, 12]);

/** True for a kind of channel that is a conversation with one person. */
export function isDirect(type: number | undefined): boolean {
  return type !== undefined && directTypes.has(type);
}

/** True for a thread or a forum's post. */
export function isThread(type: number | undefined): boolean {
  return type !== undefined && threadTypes.has(type);
}

/**
 * The place of a message. A direct conversation is one; a thread stands in its parent, so that a thread opened from a
 * message (it has that message's id) and the message itself are one place; anywhere else a message begins one.
 */
export function placeOf(
  channelId: string,
  root: string,
  { channel }: Pick<DiscordContext, "channel">,
): Place | undefined {
  if (channel === undefined) return undefined;
  const { type, parentId, audience } = channel;
  if (isDirect(type)) return { space: channelId, thread: "", audience: "direct" };
  if (!isThread(type)) return { space: channelId, thread: root, audience };
  return parentId === undefined ? undefined : { space: parentId, thread: channelId, audience };
}

/** Who it was; undefined without an id. A webhook speaks in its own name. */
export function senderOf(
  user: Fields,
  about: { readonly member?: Fields; readonly webhook?: string } = {},
): Sender | undefined {
  const id = textAt(user, "id");
  if (id === undefined) return undefined;
  const isBot = user["bot"] === true || user["system"] === true || about.webhook !== undefined;
  const name = textAt(about.member ?? {}, "nick") ?? nameOf(user);
  return { id, kind: isBot ? "bot" : "user", ...(name !== undefined && { name: plainText(name) }) };
}

/** What a person is called where nothing closer is known. */
export function nameOf(user: Fields): string | undefined {
  return textAt(user, "global_name") ?? textAt(user, "username");
}

/** Files of a message as handles: their addresses die within a day, so the message is read again for a fresh one. */
export function attachmentsOf(message: Fields, channelId: string): readonly Attachment[] {
  const messageId = textAt(message, "id") ?? "";
  return listAt(message, "attachments").flatMap((file) => {
    const id = textAt(file, "id");
    if (id === undefined) return [];
    return [
      {
        id,
        name: plainText(textAt(file, "filename") ?? id),
        mimeType: textAt(file, "content_type") ?? "application/octet-stream",
        bytes: numberAt(file, "size") ?? 0,
        handle: JSON.stringify({ channel: channelId, message: messageId, id }),
      },
    ];
  });
}
