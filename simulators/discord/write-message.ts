import { invalidForm, refusal } from "./api-error.ts";
import { numberComponents } from "./components.ts";
import { toPings } from "./mentions.ts";
import type { MessageBody, Upload } from "./message-body.ts";
import type { Channel, Message, MessageReference, StoredFile } from "./model.ts";
import type { Platform } from "./platform.ts";
import { loadingFlag } from "./seen.ts";
import { createSnowflake } from "./snowflakes.ts";
import type { MessageDraft } from "./state.ts";

/** Posts a checked body as the bot's message; 50006 when there is nothing in it. */
export function postBody(
  platform: Platform,
  channel: Channel,
  { body, files, more = {} }: { body: MessageBody; files: readonly Upload[]; more?: Partial<MessageDraft> },
): Message {
  const { state } = platform;
  const authorId = state.app.botUserId;
  const text = (body.text ?? "").trim();
  const embeds = body.embeds ?? [];
  const components = body.components ?? [];
  if (text === "" && embeds.length === 0 && components.length === 0 && files.length === 0)
    throw refusal(50006);
  const reference = toReference(platform, channel, body);
  const repliesTo = reference === undefined ? undefined : channel.messages.get(reference.messageId);
  return state.post(channel, {
    authorId,
    text,
    embeds: embeds.map(toEmbed),
    components: numberComponents(components),
    files: files.map((file) => toFile(channel, file, body)),
    flags: body.flags,
    pings: toPings(state, { channel, authorId, text, repliesTo, allowed: body.allowedMentions }),
    ...(body.nonce === undefined ? {} : { nonce: body.nonce }),
    ...(reference === undefined ? {} : { reference, type: 19 }),
    ...more,
  });
}

/** Changes a message to a checked body; what the body leaves out stays. A deferred answer is thereby given. */
export function rewrite(
  platform: Platform,
  channel: Channel,
  { message, body, files }: { message: Message; body: MessageBody; files: readonly Upload[] },
): void {
  const text = body.text === undefined ? message.text : body.text.trim();
  const embeds = body.embeds?.map(toEmbed) ?? message.embeds;
  const components = body.components === undefined ? message.components : numberComponents(body.components);
  const kept =
    body.attachments === undefined
      ? message.files
      : message.files.filter((file) => body.attachments?.some(({ id }) => id === file.id));
  const all = [...kept, ...files.map((file) => toFile(channel, file, body))];
  if (text === "" && embeds.length === 0 && components.length === 0 && all.length === 0) throw refusal(50006);
  const now = Date.now();
  const wasThinking = (message.flags & loadingFlag) !== 0;
  if (!wasThinking) {
    message.edits.push({ at: now, text: message.text, components: message.components });
    message.editedAt = now;
  }
  Object.assign(message, { text, embeds, components, files: all, changedAt: now });
  message.flags &= ~loadingFlag;
  message.pings = toPings(platform.state, {
    channel,
    authorId: message.authorId,
    text,
    allowed: body.allowedMentions,
  });
}

function toReference(platform: Platform, channel: Channel, body: MessageBody): MessageReference | undefined {
  const { reference } = body;
  if (reference === undefined) return undefined;
  const target = platform.state.findMessage(channel, reference.messageId);
  const elsewhere = reference.channelId !== undefined && reference.channelId !== channel.id;
  if (target !== undefined && !elsewhere) return { messageId: target.id, channelId: channel.id };
  if (!reference.mustExist) return undefined;
  throw invalidForm([
    { path: ["message_reference"], code: "REPLIES_UNKNOWN_MESSAGE", message: "Unknown message" },
  ]);
}

function toEmbed(embed: unknown): unknown {
  return { type: "rich", content_scan_version: 0, id: createSnowflake(), ...(embed as object) };
}

function toFile(channel: Channel, file: Upload, body: MessageBody): StoredFile {
  const description = body.attachments?.find(({ id }) => id === file.index)?.description;
  return {
    id: createSnowflake(),
    channelId: channel.id,
    name: file.name.replaceAll(/[^\w.-]/g, "_"),
    contentType: file.contentType,
    content: file.content,
    ...(description === undefined ? {} : { description }),
  };
}
