import { ApiError, invalidArguments } from "../api-error.ts";
import { textOf } from "../arguments.ts";
import { checkBlocks } from "../blocks.ts";
import { createId } from "../ids.ts";
import { isRecord } from "../../kit/is-record.ts";
import type { StoredFile } from "../model.ts";
import { toWireFile } from "../seen-message.ts";
import { botAuthor, threadOf } from "./chat.ts";
import type { Call, Methods } from "./method.ts";
import { writableChannelOf } from "./method.ts";

/** `files.*` of the external upload. */
export const fileMethods: Methods = {
  "files.getUploadURLExternal": {
    token: "bot",
    scopes: ["files:write"],
    args: {
      filename: "string!",
      length: "number!",
      alt_text: "string",
      alt_txt: "string",
      snippet_type: "string",
    },
    run: getUploadUrl,
  },
  "files.completeUploadExternal": {
    token: "bot",
    scopes: ["files:write"],
    args: {
      files: "array!",
      channel_id: "string",
      channels: "string",
      thread_ts: "string",
      initial_comment: "string",
      blocks: "array",
    },
    run: completeUpload,
  },
  "files.delete": {
    token: "bot",
    scopes: ["files:write"],
    args: { file: "string!" },
    run: deleteFile,
  },
  "files.info": {
    token: "bot",
    scopes: ["files:read"],
    args: { file: "string!", cursor: "string", limit: "number", count: "number", page: "number" },
    run(call) {
      const file = call.platform.state.files.get(textOf(call.args, "file") ?? "");
      if (file === undefined || file.teamId !== call.token.teamId) throw new ApiError("file_not_found");
      return {
        file: toWireFile(file, call.platform.url),
        comments: [],
        response_metadata: { next_cursor: "" },
      };
    },
  },
};

function getUploadUrl(call: Call): Record<string, unknown> {
  const { platform, args } = call;
  const length = Number(args["length"]);
  if (!(length > 0)) throw invalidArguments("must be greater than 0 [json-pointer:/length]");
  if (length > 1_000_000_000) throw new ApiError("file_upload_size_restricted");
  const name = textOf(args, "filename") ?? "";
  const altText = textOf(args, "alt_text") ?? textOf(args, "alt_txt");
  const file: StoredFile = {
    id: createId("F"),
    teamId: call.token.teamId,
    user: call.bot.botUserId,
    name,
    title: name,
    mimetype: mimetypeOf(name),
    created: Math.floor(Date.now() / 1000),
    content: Buffer.alloc(0),
    uploaded: false,
    expectedLength: length,
    channels: [],
    ...(altText === undefined ? {} : { altText }),
  };
  platform.state.files.set(file.id, file);
  return { upload_url: `${platform.url}/upload/v1/${file.id}`, file_id: file.id };
}

function completeUpload(call: Call): Record<string, unknown> {
  const { platform, args } = call;
  const files = (args["files"] as unknown[]).map((entry) => {
    const file = isRecord(entry) ? platform.state.files.get(String(entry["id"])) : undefined;
    if (file === undefined || file.teamId !== call.token.teamId || !file.uploaded)
      throw new ApiError("file_not_found");
    if (isRecord(entry) && typeof entry["title"] === "string") file.title = entry["title"];
    return file;
  });
  if (textOf(args, "channel_id") !== undefined) share(call, files);
  return { files: files.map((file) => toWireFile(file, platform.url)) };
}

function share(call: Call, files: readonly StoredFile[]): void {
  const { platform, args } = call;
  const channel = writableChannelOf(call, "channel_id");
  const threadTs = threadOf(channel, args);
  const blocks = args["blocks"];
  if (Array.isArray(blocks)) checkBlocks(blocks, { max: 50, surface: "message" });
  for (const file of files) file.channels.push(channel.id);
  const message = platform.state.post(channel, {
    ...botAuthor(call),
    text: textOf(args, "initial_comment") ?? "",
    files,
    subtype: "file_share",
    ...(Array.isArray(blocks) ? { blocks: blocks as readonly unknown[] } : {}),
    ...(threadTs === undefined ? {} : { threadTs }),
  });
  platform.state.changed(() => ({ kind: "message", what: "posted", message: platform.state.seen(message) }));
  void platform.events.posted(channel, message);
}

/** The file goes out of every message it was shared in; one that had nothing else goes with it. */
function deleteFile({ platform, args, token, bot }: Call): Record<string, unknown> {
  const { state } = platform;
  const file = state.files.get(textOf(args, "file") ?? "");
  if (file === undefined || file.teamId !== token.teamId) throw new ApiError("file_not_found");
  if (file.user !== bot.botUserId) throw new ApiError("cant_delete_file");
  state.files.delete(file.id);
  for (const id of file.channels)
    for (const message of state.channels.get(id)?.byTs.values() ?? []) {
      if (message.files?.includes(file) !== true) continue;
      message.files = message.files.filter((other) => other !== file);
      if (message.files.length === 0 && message.text === "") message.deleted = true;
      state.changed(() => ({ kind: "message", what: "deleted", message: state.seen(message) }));
    }
  return {};
}

const mimetypes: Readonly<Record<string, string>> = {
  txt: "text/plain",
  md: "text/markdown",
  csv: "text/csv",
  json: "application/json",
  pdf: "application/pdf",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  html: "text/html",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
};

/** The type the platform would give a file of that name. */
export function mimetypeOf(name: string): string {
  return mimetypes[name.slice(name.lastIndexOf(".") + 1).toLowerCase()] ?? "application/octet-stream";
}
