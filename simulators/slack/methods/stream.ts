import { ApiError } from "../api-error.ts";
import type { Arguments } from "../arguments.ts";
import { textOf } from "../arguments.ts";
import { checkBlocks } from "../blocks.ts";
import { isRecord } from "../../kit/is-record.ts";
import type { Channel, Message, StreamLife } from "../model.ts";
import type { Platform } from "../platform.ts";
import { toWireMessage } from "../seen-message.ts";
import { botAuthor, threadOf } from "./chat.ts";
import { maxMarkdownLength, maxTextLength, metadataOf, withBlockIds } from "./message-content.ts";
import type { Call, Methods } from "./method.ts";
import { messageOf, writableChannelOf } from "./method.ts";

// Ended streams give their clocks back, or a long load would hold a timer for each.
const clocks = new WeakMap<StreamLife, NodeJS.Timeout>();

/** `chat.startStream`, `chat.appendStream`, `chat.stopStream`. */
export const streamMethods: Methods = {
  "chat.startStream": {
    token: "bot",
    scopes: ["chat:write"],
    args: {
      channel: "string!",
      thread_ts: "string!",
      markdown_text: "string",
      chunks: "array",
      recipient_team_id: "string",
      recipient_user_id: "string",
      task_display_mode: "string",
      icon_emoji: "string",
      icon_url: "string",
      username: "string",
    },
    run: start,
  },
  "chat.appendStream": {
    token: "bot",
    scopes: ["chat:write"],
    args: { channel: "string!", ts: "string!", markdown_text: "string", chunks: "array" },
    run: append,
  },
  "chat.stopStream": {
    token: "bot",
    scopes: ["chat:write"],
    args: {
      channel: "string!",
      ts: "string!",
      markdown_text: "string",
      chunks: "array",
      blocks: "array",
      metadata: "object",
      session_status: "string",
    },
    run: stop,
  },
};

function start(call: Call): Record<string, unknown> {
  const { platform, args } = call;
  const channel = writableChannelOf(call);
  const threadTs = threadOf(channel, args);
  if (threadTs === undefined) throw new ApiError("invalid_thread_ts");
  if (channel.type !== "im") {
    if (textOf(args, "recipient_team_id") === undefined) throw new ApiError("missing_recipient_team_id");
    if (textOf(args, "recipient_user_id") === undefined) throw new ApiError("missing_recipient_user_id");
  }
  const piece = pieceOf(args);
  const now = Date.now();
  const stream: StreamLife = { state: "in_progress", startedAt: now, appends: [], appendCount: 0 };
  const message = platform.state.post(channel, { ...botAuthor(call), threadTs, text: "", stream });
  platform.state.openStreams += 1;
  extend(platform, message, piece, now);
  scheduleExpiry(platform, message, stream);
  platform.state.changed(() => ({
    kind: "stream",
    what: "started",
    message: platform.state.seen(message),
    appended: piece.text,
  }));
  void platform.events.posted(channel, message);
  return { channel: channel.id, ts: message.ts };
}

function append(call: Call): Record<string, unknown> {
  const { platform, args } = call;
  const { channel, message } = openStream(call);
  const piece = pieceOf(args);
  if (piece.text === "" && piece.others.length === 0) throw new ApiError("no_text");
  extend(platform, message, piece, Date.now());
  platform.state.changed(() => ({
    kind: "stream",
    what: "appended",
    message: platform.state.seen(message),
    appended: piece.text,
  }));
  return { channel: channel.id, ts: message.ts };
}

function stop(call: Call): Record<string, unknown> {
  const { platform, args } = call;
  const { channel, message, stream } = openStream(call);
  const blocks = args["blocks"];
  if (Array.isArray(blocks)) checkBlocks(blocks, { max: 50, surface: "message" });
  const metadata = metadataOf(args);
  const piece = pieceOf(args);
  const previous = platform.events.wire(channel, message);
  extend(platform, message, piece, Date.now());
  if (Array.isArray(blocks)) message.blocks = [...(message.blocks ?? []), ...withBlockIds(blocks)];
  Object.assign(message, metadata);
  end(platform, message, stream, "completed");
  platform.state.changed(() => ({
    kind: "stream",
    what: "stopped",
    message: platform.state.seen(message),
    appended: piece.text,
  }));
  void platform.events.changed(channel, message, previous);
  return {
    channel: channel.id,
    ts: message.ts,
    message: toWireMessage(platform.state, channel, message, { baseUrl: platform.url, metadata: true }),
  };
}

/** The message of the call, while it may still be written to. */
function openStream(call: Call): { channel: Channel; message: Message; stream: StreamLife } {
  const channel = writableChannelOf(call);
  const message = messageOf(channel, textOf(call.args, "ts"));
  if (message.botId !== call.bot.botId) throw new ApiError("message_not_owned_by_app");
  const { stream } = message;
  if (stream === undefined || stream.state !== "in_progress")
    throw new ApiError("message_not_in_streaming_state");
  if (Date.now() - stream.startedAt > call.platform.settings.streamLifeMs) {
    end(call.platform, message, stream, "expired");
    throw new ApiError("message_not_in_streaming_state");
  }
  return { channel, message, stream };
}

interface Piece {
  readonly text: string;
  /** Task, plan and block chunks, kept as blocks of the message. */
  readonly others: readonly unknown[];
}

function pieceOf(args: Arguments): Piece {
  const markdown = textOf(args, "markdown_text") ?? "";
  if (markdown.length > maxMarkdownLength) throw new ApiError("msg_too_long");
  const chunks: unknown = args["chunks"];
  if (!Array.isArray(chunks)) return { text: markdown, others: [] };
  let text = markdown;
  const others: unknown[] = [];
  chunks.forEach((chunk: unknown, index) => {
    if (!isRecord(chunk) || !isValidChunk(chunk))
      throw new ApiError("invalid_chunks", {
        response_metadata: { messages: [`[ERROR] invalid chunk [json-pointer:/chunks/${index}]`] },
      });
    if (chunk["type"] === "markdown_text") text += String(chunk["text"]);
    else if (chunk["type"] === "blocks" && Array.isArray(chunk["blocks"])) {
      checkBlocks(chunk["blocks"], { max: 50, surface: "message" });
      others.push(...withBlockIds(chunk["blocks"]));
    } else others.push(chunk);
  });
  if (text.length > maxMarkdownLength) throw new ApiError("msg_too_long");
  return { text, others };
}

function isValidChunk(chunk: Record<string, unknown>): boolean {
  switch (chunk["type"]) {
    case "markdown_text":
      return typeof chunk["text"] === "string";
    case "plan_update":
      return typeof chunk["title"] === "string";
    case "task_update":
      return (
        typeof chunk["id"] === "string" &&
        typeof chunk["title"] === "string" &&
        ["pending", "in_progress", "complete", "error"].includes(String(chunk["status"]))
      );
    case "blocks":
      return Array.isArray(chunk["blocks"]);
    default:
      return false;
  }
}

function extend(platform: Platform, message: Message, piece: Piece, now: number): void {
  const { stream } = message;
  if (stream === undefined) return;
  if (message.text.length + piece.text.length > maxTextLength) throw new ApiError("msg_too_long");
  message.text += piece.text;
  message.changedAt = now;
  if (piece.others.length > 0) message.blocks = mergeTasks(message.blocks ?? [], piece.others);
  if (piece.text === "" && piece.others.length === 0) return;
  stream.firstTextAt ??= now;
  stream.appendCount += 1;
  if (platform.state.keepText) stream.appends.push({ at: now, text: piece.text });
}

/** A task that is updated keeps its place. */
function mergeTasks(blocks: readonly unknown[], updates: readonly unknown[]): readonly unknown[] {
  const merged = [...blocks];
  for (const update of updates) {
    const id = isRecord(update) && update["type"] === "task_update" ? update["id"] : undefined;
    const index =
      id === undefined
        ? -1
        : merged.findIndex(
            (block) => isRecord(block) && block["type"] === "task_update" && block["id"] === id,
          );
    if (index >= 0) merged[index] = update;
    else merged.push(update);
  }
  return merged;
}

function end(platform: Platform, message: Message, stream: StreamLife, state: "completed" | "expired"): void {
  if (stream.state !== "in_progress") return;
  clearTimeout(clocks.get(stream));
  stream.state = state;
  stream.stoppedAt = Date.now();
  message.changedAt = stream.stoppedAt;
  platform.state.openStreams -= 1;
}

/** Nobody has to touch a stream for it to die. */
function scheduleExpiry(platform: Platform, message: Message, stream: StreamLife): void {
  const clock = setTimeout(() => {
    if (stream.state !== "in_progress") return;
    end(platform, message, stream, "expired");
    platform.state.changed(() => ({
      kind: "stream",
      what: "expired",
      message: platform.state.seen(message),
      appended: "",
    }));
    platform.activity.poke();
  }, platform.settings.streamLifeMs).unref();
  clocks.set(stream, clock);
}
