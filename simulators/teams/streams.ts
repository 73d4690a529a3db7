import { refuse } from "./api-error.ts";
import { checkMessage } from "./check-activity.ts";
import type { Outcome } from "./connector-call.ts";
import { isRecord } from "../kit/is-record.ts";
import type { Conversation, Message, StreamLife } from "./model.ts";
import type { Platform } from "./platform.ts";
import { listOf, textOf } from "./seen-message.ts";

type Fields = Record<string, unknown>;

const maxInformative = 1_000;
// Two requests sent exactly an interval apart may arrive a little closer together.
const jitterMs = 50;

interface Step {
  readonly type: "informative" | "streaming" | "final";
  readonly streamId: string | undefined;
  readonly sequence: number | undefined;
  readonly text: string;
}

/** Whether the activity is a step of a stream. */
export function isStreamStep(activity: Fields): boolean {
  return listOf(activity["entities"]).some(({ type }) => type === "streaminfo");
}

/** Takes a step of a stream: its start, an update or its end. */
export function takeStreamStep(
  platform: Platform,
  conversation: Conversation,
  activity: Fields,
  bytes: number,
): Outcome {
  const step = parseStep(activity);
  if (conversation.kind !== "personal") throw refuse("ContentStreamNotAllowed");
  if (bytes > platform.settings.hardLimitBytes)
    throw refuse("ContentStreamNotAllowed", "Message size too large");
  if (step.streamId === undefined) return startStream(platform, conversation, activity, step);
  const message = conversation.messages.get(step.streamId);
  const { stream } = message ?? {};
  if (message === undefined || stream === undefined)
    throw refuse("BadRequest", `there is no stream ${step.streamId}`);
  checkOpen(stream);
  checkPace(platform, stream);
  return step.type === "final"
    ? endStream(platform, conversation, { message, stream }, activity, step)
    : continueStream(platform, { message, stream }, activity, step);
}

/** Ends the chat's open stream as the person's Stop button does. */
export function stopStream(platform: Platform, conversation: Conversation): void {
  const message = openStreamOf(conversation);
  if (message?.stream === undefined) throw new Error("teams simulator: there is no open stream to stop");
  close(platform, message, "stopped");
}

function parseStep(activity: Fields): Step {
  const infos = listOf(activity["entities"]).filter(({ type }) => type === "streaminfo");
  const [info] = infos;
  if (info === undefined || infos.length > 1) throw refuse("BadRequest", "there must be one streaminfo");
  const type = info["streamType"] ?? "streaming";
  const { streamId, streamSequence } = info;
  if (type !== "informative" && type !== "streaming" && type !== "final")
    throw refuse("BadRequest", `streamType ${String(type)} is unknown`);
  if (activity["type"] !== (type === "final" ? "message" : "typing"))
    throw refuse("BadRequest", `an activity of type ${String(activity["type"])} cannot be ${type}`);
  if (type === "final" && streamSequence !== undefined)
    throw refuse("BadRequest", "the final message must not set streamSequence");
  if (type !== "final" && !Number.isInteger(streamSequence))
    throw refuse("BadRequest", "streamSequence is missing");
  if (type === "final" && typeof streamId !== "string") throw refuse("BadRequest", "streamId is missing");
  if (streamId !== undefined && typeof streamId !== "string")
    throw refuse("BadRequest", "streamId is no string");
  const text = textOf(activity);
  if (text === "" && type !== "final")
    throw refuse("BadRequest", "Start streaming activities should include text");
  if (type === "informative" && text.length > maxInformative)
    throw refuse("BadRequest", `an informative message has at most ${maxInformative} characters`);
  if (type !== "final" && listOf(activity["attachments"]).length > 0)
    throw refuse("BadRequest", "only the final message may have attachments");
  return {
    type,
    streamId,
    text,
    sequence: streamSequence === undefined ? undefined : Number(streamSequence),
  };
}

function startStream(platform: Platform, conversation: Conversation, activity: Fields, step: Step): Outcome {
  const { state, settings } = platform;
  if (step.sequence !== 1) throw refuse("BadRequest", "the first streamSequence must be 1");
  if (openStreamOf(conversation) !== undefined)
    throw refuse(
      "ContentStreamNotAllowed",
      "Content stream is not allowed: another one is open in this chat",
    );
  const now = Date.now();
  const stream: StreamLife = { state: "open", startedAt: now, lastAt: now, lastSequence: 1, updates: [] };
  const message = state.post(conversation, {
    from: state.botId,
    isBot: true,
    activity: { ...activity, text: step.type === "streaming" ? step.text : "" },
  });
  message.stream = stream;
  note(stream, step, now);
  setTimeout(() => {
    const isThere = state.conversations.get(conversation.id)?.messages.get(message.id) === message;
    if (isThere && stream.state === "open") close(platform, message, "expired");
  }, settings.streamLifeMs).unref();
  state.changed(() => ({ kind: "stream", what: "started", message: state.seen(message) }));
  return { status: 201, body: { id: message.id }, id: message.id };
}

function continueStream(
  platform: Platform,
  { message, stream }: { message: Message; stream: StreamLife },
  activity: Fields,
  step: Step,
): Outcome {
  const { recorder, state } = platform;
  const sequence = step.sequence ?? 0;
  if (sequence <= stream.lastSequence) {
    recorder.complain(
      "stream",
      "ContentStreamSequenceOrderPreConditionFailed",
      `${sequence} after ${stream.lastSequence}`,
    );
    const code = "ContentStreamSequenceOrderPreConditionFailed";
    const text = "PreCondition failed exception when processing streaming activity.";
    return { status: 202, body: { error: { code, message: text } }, id: message.id, effect: "none" };
  }
  const shown = textOf(message.activity);
  if (step.type === "informative" && shown !== "")
    recorder.complain("stream", "InformativeAfterText", "informative updates belong before the text");
  if (step.type === "streaming" && !step.text.startsWith(shown))
    throw refuse(
      "ContentStreamNotAllowed",
      "Content stream is not allowed: it does not continue the former text",
    );
  const now = Date.now();
  stream.lastSequence = sequence;
  note(stream, step, now);
  if (step.type === "streaming") message.activity = { ...activity };
  message.changedAt = now;
  state.changed(() => ({ kind: "stream", what: "updated", message: state.seen(message) }));
  return { status: 202, body: {}, id: message.id };
}

function endStream(
  platform: Platform,
  conversation: Conversation,
  { message, stream }: { message: Message; stream: StreamLife },
  activity: Fields,
  step: Step,
): Outcome {
  checkMessage(platform, conversation, activity);
  if (!step.text.startsWith(textOf(message.activity)))
    platform.recorder.complain(
      "stream",
      "FinalChangesText",
      "what was streamed is replaced before the reader's eyes",
    );
  note(stream, step, Date.now());
  message.activity = activity;
  close(platform, message, "completed");
  return { status: 202, body: {}, id: message.id };
}

function checkOpen(stream: StreamLife): void {
  switch (stream.state) {
    case "open":
      return;
    case "completed":
      throw refuse(
        "ContentStreamNotAllowed",
        "Content stream is not allowed on an already completed streamed message",
      );
    case "expired":
      throw refuse("ContentStreamNotAllowed", "Content stream finished due to exceeded streaming time.");
    case "stopped":
      throw refuse("ContentStreamNotAllowed", "Content stream was canceled by user.");
    default:
      throw new Error(`unknown state: ${String(stream.state satisfies never)}`);
  }
}

function checkPace({ settings, recorder }: Platform, stream: StreamLife): void {
  const { streamIntervalMs } = settings;
  const sinceMs = Date.now() - stream.lastAt;
  if (streamIntervalMs === 0 || sinceMs >= streamIntervalMs - Math.min(jitterMs, streamIntervalMs / 10))
    return;
  recorder.complain("stream", "TooFast", `${sinceMs} ms after the former request`);
  throw refuse("Throttled", "API calls quota exceeded", 1);
}

function close(platform: Platform, message: Message, state: "completed" | "expired" | "stopped"): void {
  const { stream } = message;
  if (!isRecord(stream)) return;
  stream.state = state;
  stream.endedAt = Date.now();
  message.changedAt = stream.endedAt;
  platform.state.changed(() => ({ kind: "stream", what: state, message: platform.state.seen(message) }));
}

function note(stream: StreamLife, step: Step, at: number): void {
  const { type, sequence, text } = step;
  stream.lastAt = at;
  stream.updates.push({ at, type, ...(sequence === undefined ? {} : { sequence }), text });
}

function openStreamOf(conversation: Conversation): Message | undefined {
  return [...conversation.messages.values()].findLast(({ stream }) => stream?.state === "open");
}
