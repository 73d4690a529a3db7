import { invalidForm, refusal } from "../api-error.ts";
import { FieldCheck } from "../field-check.ts";
import { isRecord } from "../../kit/is-record.ts";
import { parseMessageBody } from "../message-body.ts";
import type { Channel } from "../model.ts";
import { openThread } from "../open-thread.ts";
import { toWireChannel, toWireMessage, toWireThreadMember } from "../wire.ts";
import { postBody } from "../write-message.ts";
import { done, findChannel, findGuild, findMessage, param } from "./call.ts";
import type { RestAnswer, RestCall, Routes } from "./call.ts";

/** Threads: opened, listed, joined, left. */
export const threadRoutes: Routes = {
  "POST /channels/:channel/messages/:message/threads": openOnMessage,
  "POST /channels/:channel/threads": openInChannel,
  "GET /guilds/:guild/threads/active": active,
  "GET /channels/:channel/threads/archived/public": archived,
  "GET /channels/:channel/thread-members": members,
  "GET /channels/:channel/thread-members/:user": member,
  "PUT /channels/:channel/thread-members/:user": (call) => join(call, true),
  "DELETE /channels/:channel/thread-members/:user": (call) => join(call, false),
};

interface ThreadBody {
  readonly name: string;
  readonly autoArchiveMinutes: number;
  readonly type: 11 | 12;
  readonly appliedTags: readonly string[];
}

function openOnMessage(call: RestCall): RestAnswer {
  const { platform } = call;
  const parent = findChannel(call, "CreatePublicThreads");
  if (parent.type !== 0 && parent.type !== 5) throw refusal(50024);
  const on = findMessage(call, parent);
  const draft = parseThread(call.body);
  if (on.threadId !== undefined) throw refusal(160004);
  const ownerId = platform.state.app.botUserId;
  const { thread } = openThread(platform, parent, { ...draft, type: 11, ownerId, on });
  return { status: 201, body: toWireChannel(platform.state, thread), messageId: on.id };
}

/** In a forum the body brings the first message, whose id the thread shares. */
function openInChannel(call: RestCall): RestAnswer {
  const { platform, files } = call;
  const { state, settings, publisher, urls } = platform;
  const parent = findChannel(call);
  const draft = parseThread(call.body);
  const ownerId = state.app.botUserId;
  if (parent.type !== 15) {
    findChannel(call, draft.type === 12 ? "CreatePrivateThreads" : "CreatePublicThreads");
    const { thread } = openThread(platform, parent, { ...draft, ownerId });
    return { status: 201, body: toWireChannel(state, thread) };
  }
  findChannel(call, "SendMessages");
  const first = isRecord(call.body) ? call.body["message"] : undefined;
  const body = parseMessageBody(first ?? {}, files, settings);
  if (body.text === undefined && files.length === 0 && body.embeds === undefined) throw refusal(50006);
  const { thread } = openThread(platform, parent, { ...draft, type: 11, ownerId });
  const message = postBody(platform, thread, { body, files, more: { id: thread.id } });
  void publisher.posted(message);
  return {
    status: 201,
    body: { ...toWireChannel(state, thread), message: toWireMessage(state, urls, message) },
    messageId: message.id,
  };
}

function parseThread(body: unknown): ThreadBody {
  const check = new FieldCheck();
  const fields = check.record(body, []) ?? {};
  const name = check.text(fields["name"], ["name"], { min: 1, max: 100 });
  const minutes = fields["auto_archive_duration"] ?? 1440;
  check.choice(minutes, ["auto_archive_duration"], [60, 1440, 4320, 10080]);
  const tags = check.list(fields["applied_tags"], ["applied_tags"], { max: 5 });
  const type = check.choice(fields["type"] ?? 11, ["type"], [10, 11, 12]);
  if (check.faults.length > 0 || name === undefined) throw invalidForm(check.faults);
  return {
    name,
    autoArchiveMinutes: Number(minutes),
    type: type === 12 ? 12 : 11,
    appliedTags: tags.map(String),
  };
}

function active(call: RestCall): RestAnswer {
  const { state } = call.platform;
  const guild = findGuild(call);
  const threads = state.channelsOf(guild.id).filter((channel) => channel.thread?.archived === false);
  return { status: 200, body: listing(call, threads) };
}

function archived(call: RestCall): RestAnswer {
  const { state } = call.platform;
  const channel = findChannel(call, "ReadMessageHistory");
  const threads = state.threadsOf(channel.id).filter(({ thread }) => thread?.archived === true);
  return { status: 200, body: { ...listing(call, threads), has_more: false } };
}

function listing(call: RestCall, threads: readonly Channel[]): { threads: unknown[]; members: unknown[] } {
  const { state } = call.platform;
  const self = state.app.botUserId;
  return {
    threads: threads.map((thread) => toWireChannel(state, thread)),
    members: threads
      .filter(({ thread }) => thread?.members.has(self) === true)
      .map((thread) => toWireThreadMember(thread, self)),
  };
}

function findThread(call: RestCall): Channel {
  const thread = findChannel(call);
  if (thread.thread === undefined) throw refusal(50024);
  return thread;
}

function members(call: RestCall): RestAnswer {
  const thread = findThread(call);
  const ids = [...(thread.thread?.members.keys() ?? [])];
  return { status: 200, body: ids.map((id) => toWireThreadMember(thread, id)) };
}

function member(call: RestCall): RestAnswer {
  const thread = findThread(call);
  const userId = userOf(call);
  if (thread.thread?.members.has(userId) !== true) throw refusal(10007);
  return { status: 200, body: toWireThreadMember(thread, userId) };
}

function join(call: RestCall, on: boolean): RestAnswer {
  const thread = findThread(call);
  if (thread.thread?.archived === true) throw refusal(50083);
  const { members } = thread.thread ?? {};
  const userId = userOf(call);
  if (members === undefined || members.has(userId) === on) return done;
  if (on) members.set(userId, { joinedAt: Date.now() });
  else members.delete(userId);
  void call.platform.publisher.threadMembers(thread, on ? { added: [userId] } : { removed: [userId] });
  return done;
}

function userOf(call: RestCall): string {
  const { state } = call.platform;
  const id = param(call, "user");
  if (id === "@me") return state.app.botUserId;
  if (!state.users.has(id)) throw refusal(10013);
  return id;
}
