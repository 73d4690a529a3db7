import { invalidForm, refusal } from "../api-error.ts";
import { isRecord } from "../../kit/is-record.ts";
import { parseMessageBody } from "../message-body.ts";
import type { Channel, Message } from "../model.ts";
import { has } from "../permissions.ts";
import type { PermissionName } from "../permissions.ts";
import { withoutContent } from "../publish.ts";
import { isSnowflake } from "../snowflakes.ts";
import { toWireMessage } from "../wire.ts";
import { postBody, rewrite } from "../write-message.ts";
import { demand, done, findChannel, findMessage } from "./call.ts";
import type { RestAnswer, RestCall, Routes } from "./call.ts";

/** Messages: read, written, changed, taken away. */
export const messageRoutes: Routes = {
  "GET /channels/:channel/messages": list,
  "GET /channels/:channel/messages/:message": get,
  "POST /channels/:channel/messages": create,
  "PATCH /channels/:channel/messages/:message": edit,
  "DELETE /channels/:channel/messages/:message": remove,
  "POST /channels/:channel/messages/bulk-delete": removeMany,
  "POST /channels/:channel/typing": type,
};

function create(call: RestCall): RestAnswer {
  const { platform, files } = call;
  const { settings, publisher, embeds } = platform;
  const channel = findChannel(call);
  demandSending(call, channel);
  const body = parseMessageBody(call.body, files, settings);
  if ((body.embeds?.length ?? 0) > 0) demand(call, channel, "EmbedLinks");
  if (files.length > 0) demand(call, channel, "AttachFiles");
  if (body.reference !== undefined) demand(call, channel, "ReadMessageHistory");
  const known = body.enforceNonce ? findByNonce(call, body.nonce) : undefined;
  if (known !== undefined) return answer(call, known);
  if (channel.thread?.archived === true) {
    channel.thread.archived = false;
    void publisher.threadChanged(channel);
  }
  const message = postBody(platform, channel, { body, files });
  void publisher.posted(message);
  embeds.look(message);
  return answer(call, message);
}

function demandSending(call: RestCall, channel: Channel): void {
  if (channel.type === 15) throw refusal(50008);
  if (channel.thread === undefined) return demand(call, channel, "SendMessages");
  demand(call, channel, "SendMessagesInThreads");
  const mayManage = has(call.platform.state.botPermissions(channel), "ManageThreads");
  if (channel.thread.locked && !mayManage) throw refusal(160005);
}

/** By the same author, in whatever channel. */
function findByNonce(call: RestCall, nonce: string | number | undefined): Message | undefined {
  const { state, settings } = call.platform;
  const known = nonce === undefined ? undefined : state.nonces.get(String(nonce));
  return known !== undefined && Date.now() - known.createdAt <= settings.nonceWindowMs ? known : undefined;
}

function edit(call: RestCall): RestAnswer {
  const { platform, files } = call;
  const { state, settings, publisher, embeds } = platform;
  const channel = findChannel(call);
  const message = findMessage(call, channel);
  if (message.authorId !== state.app.botUserId) throw refusal(50005);
  if (channel.thread?.archived === true) throw refusal(50083);
  const body = parseMessageBody(call.body, files, settings);
  const { ageMs, max } = settings.oldEdits;
  const now = Date.now();
  const recent = message.edits.filter(({ at }) => at > now - 3_600_000).length;
  if (now - message.createdAt > ageMs && recent >= max) throw refusal(30046);
  rewrite(platform, channel, { message, body, files });
  void publisher.edited(message);
  embeds.look(message);
  return answer(call, message);
}

function remove(call: RestCall): RestAnswer {
  const { state, publisher } = call.platform;
  const channel = findChannel(call);
  const message = findMessage(call, channel);
  if (message.authorId !== state.app.botUserId) {
    if (channel.type === 1) throw refusal(50003);
    demand(call, channel, "ManageMessages");
  }
  if (channel.thread?.archived === true) throw refusal(50083);
  state.remove(message);
  void publisher.deleted(channel, message);
  return { ...done, messageId: message.id };
}

function removeMany(call: RestCall): RestAnswer {
  const { state, publisher } = call.platform;
  const channel = findChannel(call, "ManageMessages");
  const ids = isRecord(call.body) && Array.isArray(call.body["messages"]) ? call.body["messages"] : [];
  const messages = ids.flatMap((id) => state.findMessage(channel, String(id)) ?? []);
  for (const message of messages) state.remove(message);
  void publisher.bulkDeleted(channel, messages);
  return done;
}

function get(call: RestCall): RestAnswer {
  const channel = findChannel(call, "ReadMessageHistory");
  return answer(call, findMessage(call, channel));
}

/** Newest first, whichever way was asked. */
function list(call: RestCall): RestAnswer {
  const channel = findChannel(call);
  if (channel.type === 15) throw refusal(50024);
  const { state } = call.platform;
  if (!has(state.botPermissions(channel), "ReadMessageHistory")) return { status: 200, body: [] };
  const limit = Number(call.query.get("limit") ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw invalidForm([badLimit]);
  const standing = [...channel.messages.values()].filter((message) => message.deletedAt === undefined);
  const found = select(standing, call.query, limit).toSorted((a, b) =>
    BigInt(a.id) < BigInt(b.id) ? 1 : -1,
  );
  return { status: 200, body: found.map((message) => wire(call, message)) };
}

const badLimit = {
  path: ["limit"],
  code: "NUMBER_TYPE_MAX",
  message: "int value should be less than or equal to 100.",
};

function select(messages: readonly Message[], query: URLSearchParams, limit: number): readonly Message[] {
  const mark = (name: string): bigint | undefined => {
    const value = query.get(name);
    return isSnowflake(value) ? BigInt(value) : undefined;
  };
  const [after, before, around] = [mark("after"), mark("before"), mark("around")];
  if (after !== undefined) return messages.filter(({ id }) => BigInt(id) > after).slice(0, limit);
  if (before !== undefined) return messages.filter(({ id }) => BigInt(id) < before).slice(-limit);
  if (around === undefined) return messages.slice(-limit);
  const half = Math.floor(limit / 2);
  return [
    ...messages.filter(({ id }) => BigInt(id) < around).slice(-half),
    ...messages.filter(({ id }) => BigInt(id) >= around).slice(0, limit - half),
  ];
}

function type(call: RestCall): RestAnswer {
  const { state, publisher } = call.platform;
  const channel = findChannel(call);
  const needed: PermissionName = channel.thread === undefined ? "SendMessages" : "SendMessagesInThreads";
  demand(call, channel, needed);
  void publisher.typed(channel, state.app.botUserId);
  return done;
}

function answer(call: RestCall, message: Message): RestAnswer {
  return { status: 200, body: wire(call, message), messageId: message.id };
}

/** Contents may be read by REST when the operator switched that on for the application, whatever a session asked. */
function wire(call: RestCall, message: Message): Record<string, unknown> {
  const { state, urls, settings } = call.platform;
  const full = toWireMessage(state, urls, message);
  return settings.privilegedIntents.messageContent ? full : withoutContent(state, message, full);
}
