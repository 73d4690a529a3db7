import { refuse } from "./api-error.ts";
import { checkMessage } from "./check-activity.ts";
import type { ConnectorCall, Outcome } from "./connector-call.ts";
import { isRecord } from "../kit/is-record.ts";
import type { Conversation, Message } from "./model.ts";
import type { Platform } from "./platform.ts";
import { textOf } from "./seen-message.ts";
import { baseOf } from "./state.ts";
import { isStreamStep, takeStreamStep } from "./streams.ts";

type Fields = Record<string, unknown>;

/** Posts a message, shows typing or takes a step of a stream. */
export function createActivity(platform: Platform, call: ConnectorCall): Outcome {
  const { conversation, rootId } = findPlace(platform, call);
  const activity = toActivity(call);
  if (call.operation === "stream") return takeStreamStep(platform, conversation, activity, call.bytes);
  if (activity["type"] === "typing") {
    const where = rootId === undefined ? {} : { rootId };
    platform.state.changed(() => ({ kind: "typing", conversation: conversation.id, ...where }));
    return { status: 202, body: {} };
  }
  const message = postMessage(platform, { conversation, rootId, activity, bytes: call.bytes });
  return { status: 201, body: { id: message.id }, id: message.id };
}

/** Checks and posts a message of the bot. */
export function postMessage(
  platform: Platform,
  post: { conversation: Conversation; rootId: string | undefined; activity: Fields; bytes: number },
): Message {
  const { state } = platform;
  const { conversation, activity, rootId } = post;
  checkSize(platform, post.bytes);
  if (activity["type"] !== "message")
    throw refuse("BadSyntax", `an activity of type ${String(activity["type"])} cannot be sent`);
  checkMessage(platform, conversation, activity);
  const message = state.post(conversation, { from: state.botId, isBot: true, rootId, activity });
  state.changed(() => ({ kind: "message", what: "posted", message: state.seen(message) }));
  return message;
}

/** Puts a new content in the place of the bot's message. */
export function updateMessage(platform: Platform, call: ConnectorCall): Outcome {
  const { state } = platform;
  const { conversation, message } = findOwn(platform, call);
  checkSize(platform, call.bytes);
  const activity = toActivity(call);
  if (activity["type"] !== "message") throw refuse("BadSyntax", "only a message can take a message's place");
  checkMessage(platform, conversation, activity);
  if (message.stream?.state === "open")
    throw refuse("ForbiddenOperationException", "the message is still being streamed");
  message.edits.push({ at: Date.now(), text: textOf(message.activity) });
  message.activity = activity;
  message.edited = true;
  message.changedAt = Date.now();
  state.changed(() => ({ kind: "message", what: "changed", message: state.seen(message) }));
  return { status: 200, body: { id: message.id }, id: message.id };
}

/** Takes the bot's message away. */
export function deleteMessage(platform: Platform, call: ConnectorCall): Outcome {
  const { state } = platform;
  const { message } = findOwn(platform, call);
  message.deleted = true;
  message.changedAt = Date.now();
  state.changed(() => ({ kind: "message", what: "deleted", message: state.seen(message) }));
  return { status: 200, id: message.id };
}

/** The conversation a call is about, where the bot may act in it; refuses otherwise. */
export function findOpenConversation(platform: Platform, call: ConnectorCall): Conversation {
  const conversation = platform.state.conversations.get(baseOf(call.conversation ?? ""));
  if (conversation === undefined || conversation.tenantId !== call.tenantId)
    throw refuse("ConversationNotFound");
  if (!conversation.botInstalled) throw refuse("BotNotInConversationRoster");
  if (conversation.blocked) throw refuse("ConversationBlockedByUser");
  return conversation;
}

/** Whether a body is a step of a stream, or typing: what the call is then counted as. */
export function refineOperation(body: unknown): "stream" | "typing" | "message.create" {
  if (!isRecord(body)) return "message.create";
  if (isStreamStep(body)) return "stream";
  return body["type"] === "typing" ? "typing" : "message.create";
}

/** The thread comes from the conversation's `;messageid=`, or from the message that is answered. */
function findPlace(
  platform: Platform,
  call: ConnectorCall,
): { conversation: Conversation; rootId: string | undefined } {
  const conversation = findOpenConversation(platform, call);
  const named = /;messageid=(.+)$/.exec(call.conversation ?? "")?.[1];
  if (named !== undefined) {
    const root = conversation.messages.get(named);
    if (conversation.kind !== "channel" || root === undefined || root.rootId !== undefined)
      throw refuse("ConversationNotFound");
    return { conversation, rootId: named };
  }
  if (call.target === undefined) return { conversation, rootId: undefined };
  const answered = conversation.messages.get(call.target);
  if (answered !== undefined) return { conversation, rootId: answered.rootId ?? answered.id };
  if (conversation.kind === "channel") throw refuse("ActivityNotFoundInConversation");
  platform.recorder.complain("replyTo", "NotFound", `there is no message ${call.target} to answer`);
  return { conversation, rootId: undefined };
}

function findOwn(platform: Platform, call: ConnectorCall): { conversation: Conversation; message: Message } {
  const conversation = findOpenConversation(platform, call);
  const message = conversation.messages.get(call.target ?? "");
  if (message === undefined || message.deleted) throw refuse("ActivityNotFoundInConversation");
  if (message.from !== platform.state.botId) throw refuse("ForbiddenOperationException");
  return { conversation, message };
}

function toActivity({ body }: ConnectorCall): Fields {
  if (!isRecord(body)) throw refuse("BadSyntax", "the body is not a JSON object");
  return body;
}

function checkSize({ settings, recorder }: Platform, bytes: number): void {
  if (bytes > settings.hardLimitBytes) throw refuse("MessageSizeTooBig");
  if (bytes > settings.softLimitBytes)
    recorder.complain(
      "message",
      "NearSizeLimit",
      `${bytes} bytes: Teams may refuse from ${settings.softLimitBytes}`,
    );
}
