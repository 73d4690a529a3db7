import type { Place } from "../../src/core/envelope.ts";
import { fieldsAt, textAt, type Fields } from "../kit/fields.ts";

/**
 * The thread of a group chat: it has none, and is one rolling conversation that all its members read. An empty
 * thread there would mean a whisper.
 */
const wholeChat = "chat";

const threadMark = ";messageid=";

/** Where an activity happened; undefined when it names no conversation. */
export function placeOf(activity: Fields): Place | undefined {
  const conversation = fieldsAt(activity, "conversation");
  const id = textAt(conversation, "id");
  if (id === undefined) return undefined;
  const { space, root } = splitConversationId(id);
  switch (kindOf(conversation, id)) {
    case "personal":
      return { space: id, thread: "", audience: "direct" };
    case "groupChat":
      return { space: id, thread: wholeChat, audience: "group" };
    case "channel":
      return { space, thread: root ?? "", audience: channelAudience(activity) };
  }
}

/** The conversation id of the connector's addresses. */
export function conversationIdOf({ space, thread }: Pick<Place, "space" | "thread">): string {
  return thread === "" || thread === wholeChat ? space : `${space}${threadMark}${thread}`;
}

/**
 * The id of a message in its space. Activity ids are milliseconds and repeat from one thread of a channel to the
 * next, so there the thread's id stands before them.
 */
export function toMessageId({ thread }: Pick<Place, "thread">, activityId: string): string {
  return thread === "" || thread === wholeChat ? activityId : `${thread}/${activityId}`;
}

/** A message's id as the connector knows it, and the conversation it is in where that is not the target's. */
export interface ActivityRef {
  readonly activityId: string;
  readonly conversationId?: string | undefined;
}

/** Reads back what `toMessageId` and `toWhisperId` wrote. */
export function parseMessageId(id: string): ActivityRef {
  const at = id.lastIndexOf("/");
  const activityId = id.slice(at + 1);
  return id.startsWith(whisperMark) ? { activityId, conversationId: id.slice(1, at) } : { activityId };
}

const whisperMark = "@";

/** The id of a message that went to one person's own chat instead of the room. */
export function toWhisperId(conversationId: string, activityId: string): string {
  return `${whisperMark}${conversationId}/${activityId}`;
}

function splitConversationId(id: string): { space: string; root: string | undefined } {
  const at = id.indexOf(threadMark);
  if (at < 0) return { space: id, root: undefined };
  return { space: id.slice(0, at), root: id.slice(at + threadMark.length) };
}

/** Older payloads leave the type out; then the shape of the id tells. */
function kindOf(conversation: Fields, id: string): "personal" | "groupChat" | "channel" {
  const type = textAt(conversation, "conversationType");
  if (type === "personal" || type === "groupChat" || type === "channel") return type;
  if (id.includes("@thread.tacv2") || id.includes("@thread.skype") || id.includes(threadMark))
    return "channel";
  return conversation["isGroup"] === true || id.includes("@thread") ? "groupChat" : "personal";
}

/** A standard channel is read as public, which promises the reader the least privacy. */
function channelAudience(activity: Fields): Place["audience"] {
  switch (textAt(fieldsAt(fieldsAt(activity, "channelData"), "channel"), "type")) {
    case "shared":
      return "shared";
    case "private":
      return "group";
    default:
      return "public";
  }
}
