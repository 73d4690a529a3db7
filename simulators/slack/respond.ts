import { ApiError } from "./api-error.ts";
import { isRecord } from "../kit/is-record.ts";
import { toContent } from "./methods/message-content.ts";
import type { Platform } from "./platform.ts";
import type { ResponseTarget } from "./response-urls.ts";

const allowedFields = new Set([
  "text",
  "blocks",
  "attachments",
  "response_type",
  "replace_original",
  "delete_original",
  "thread_ts",
  "mrkdwn",
  "unfurl_links",
  "unfurl_media",
  "metadata",
  "parse",
  "link_names",
]);

/** What a POST to a response address does; the answer's status and text. */
export function serveResponseUrl(
  platform: Platform,
  id: string,
  body: string,
): { status: number; text: string } {
  const target = platform.responseUrls.use(id);
  if ("error" in target) return refuse(platform, 404, target.error);
  try {
    respond(platform, target, parseBody(body));
    return { status: 200, text: "ok" };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return refuse(platform, 400, error.code);
  }
}

/** Posts, replaces or deletes as the body says; also used for the direct answer to a command. */
export function respond(platform: Platform, target: ResponseTarget, body: Record<string, unknown>): void {
  const unknown = Object.keys(body).filter((key) => !allowedFields.has(key));
  if (unknown.length > 0) throw new ApiError("invalid_arguments", { unknown });
  const { state, events } = platform;
  const { channel, message } = target;
  if (body["delete_original"] === true && message !== undefined) {
    const previous = events.wire(channel, message);
    state.remove(message);
    state.changed(() => ({ kind: "message", what: "deleted", message: state.seen(message) }));
    void events.deleted(channel, message, previous);
    return;
  }
  const content = toContent(body);
  if (body["replace_original"] === true && message !== undefined) {
    const previous = events.wire(channel, message);
    message.edits.push({ at: Date.now(), by: message.user ?? "", text: message.text });
    delete message.blocks;
    Object.assign(message, content, { changedAt: Date.now() });
    state.changed(() => ({ kind: "message", what: "changed", message: state.seen(message) }));
    if (message.ephemeralTo === undefined) void events.changed(channel, message, previous);
    return;
  }
  const bot = state.installations.get(target.teamId);
  const threadTs = typeof body["thread_ts"] === "string" ? body["thread_ts"] : message?.threadTs;
  const draft = {
    ...content,
    teamId: target.teamId,
    appId: state.app.appId,
    ...(bot === undefined ? {} : { user: bot.botUserId, botId: bot.botId }),
    ...(threadTs === undefined ? {} : { threadTs }),
  };
  if (body["response_type"] === "in_channel") {
    const posted = state.post(channel, draft);
    state.changed(() => ({ kind: "message", what: "posted", message: state.seen(posted) }));
    void events.posted(channel, posted);
  } else {
    const posted = state.postEphemeral(channel, { ...draft, ephemeralTo: target.user });
    state.changed(() => ({ kind: "ephemeral", message: state.seen(posted) }));
  }
}

function parseBody(body: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    if (isRecord(parsed)) return parsed;
  } catch {
    throw new ApiError("invalid_payload");
  }
  throw new ApiError("invalid_payload");
}

function refuse(platform: Platform, status: number, error: string): { status: number; text: string } {
  platform.recorder.complain("response_url", error, "");
  return { status, text: JSON.stringify({ ok: false, error }) };
}
