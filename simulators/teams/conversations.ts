import { refuse } from "./api-error.ts";
import type { ConnectorCall, Outcome } from "./connector-call.ts";
import { isRecord } from "../kit/is-record.ts";
import { findOpenConversation, postMessage } from "./messages.ts";
import type { Conversation, Person } from "./model.ts";
import type { Platform } from "./platform.ts";
import { listOf } from "./seen-message.ts";
import { serviceUrlOf } from "./wire-activity.ts";

type Fields = Record<string, unknown>;

/** Opens a personal chat with a member of the tenant, or starts a thread in a channel. */
export function createConversation(platform: Platform, call: ConnectorCall): Outcome {
  if (!isRecord(call.body)) throw refuse("BadSyntax", "the body is not a JSON object");
  const { body } = call;
  const channelData = isRecord(body["channelData"]) ? body["channelData"] : {};
  const tenant = isRecord(channelData["tenant"]) ? channelData["tenant"]["id"] : undefined;
  const tenantId = body["tenantId"] ?? tenant;
  if (isRecord(channelData["channel"])) return startThread(platform, call, body, channelData["channel"]);
  if (tenantId === undefined)
    throw refuse("BadSyntax", "Incorrect conversation creation parameters: tenantId");
  if (tenantId !== call.tenantId)
    throw refuse("BadArgument", "The tenant of the conversation is another one");
  return openPersonalChat(platform, call, body);
}

/** The roster, a page at a time or whole. A chat's is always whole. */
export function listMembers(platform: Platform, call: ConnectorCall, paged: boolean): Outcome {
  const conversation = findOpenConversation(platform, call);
  const members = peopleOf(platform, conversation).map((person) => toMember(person));
  if (!paged) return { status: 200, body: members };
  if (conversation.kind !== "channel") return { status: 200, body: { members } };
  const size = Math.max(50, Math.min(500, Number(call.query.get("pageSize") ?? 200) || 200));
  const start = readPageToken(call.query.get("continuationToken"));
  const end = start + size;
  return {
    status: 200,
    body: {
      members: members.slice(start, end),
      ...(end < members.length ? { continuationToken: toPageToken(end) } : {}),
    },
  };
}

/** Opaque to the bot, with signs that have to be escaped in an address. */
function toPageToken(start: number): string {
  return `members/${start}+=`;
}

function readPageToken(token: string | null): number {
  if (token === null || token === "") return 0;
  const [, start] = /^members\/(\d+)\+=$/.exec(token) ?? [];
  if (start === undefined) throw refuse("BadArgument", "Invalid continuation token");
  return Number(start);
}

export function getMember(platform: Platform, call: ConnectorCall): Outcome {
  const conversation = findOpenConversation(platform, call);
  const found = peopleOf(platform, conversation).find(
    ({ id, aadObjectId }) => id === call.target || aadObjectId === call.target,
  );
  if (found === undefined) throw refuse("MemberNotFoundInConversation");
  return { status: 200, body: toMember(found) };
}

export function getTeam(platform: Platform, call: ConnectorCall): Outcome {
  const { id, name, aadGroupId, tenantId } = findTeam(platform, call);
  return { status: 200, body: { id, name, aadGroupId, tenantId } };
}

/** The channels of a team; the General one has no name, as each client calls it in its own language. */
export function listChannels(platform: Platform, call: ConnectorCall): Outcome {
  const team = findTeam(platform, call);
  const channels = [...platform.state.conversations.values()].filter(({ teamId }) => teamId === team.id);
  return {
    status: 200,
    body: {
      conversations: channels.map(({ id, name }) => ({ id, ...(id === team.id ? {} : { name }) })),
    },
  };
}

export function getAttachment(platform: Platform, call: ConnectorCall): Outcome {
  const { status, body, contentType } = platform.files.read(call.target ?? "");
  if (status !== 200) throw refuse("ConversationNotFound", "The attachment was not found");
  return { status, body, ...(contentType === undefined ? {} : { contentType }) };
}

export function getAttachmentInfo(platform: Platform, call: ConnectorCall): Outcome {
  const file = platform.files.list().find(({ id }) => id === call.target);
  if (file === undefined) throw refuse("ConversationNotFound", "The attachment was not found");
  const views = [{ viewId: "original", size: file.content.length }];
  return { status: 200, body: { name: file.name, type: file.contentType, views } };
}

function openPersonalChat(platform: Platform, call: ConnectorCall, body: Fields): Outcome {
  const { state } = platform;
  const members = listOf(body["members"]);
  const [member] = members;
  if (body["isGroup"] === true || member === undefined || members.length > 1)
    throw refuse("BadSyntax", "A bot can only create conversations with one member");
  const wanted = String(member["id"]);
  const person = [...state.people.values()].find(
    ({ id, aadObjectId }) => id === wanted || aadObjectId === wanted,
  );
  if (person === undefined || person.isBot) throw refuse("BadArgument", "Failed to decrypt pairwise id");
  if (person.tenantId !== call.tenantId) throw refuse("BadArgument", "The member is of another tenant");
  const conversation = state.personalChat(person);
  if (!conversation.botInstalled) throw refuse("BotNotInConversationRoster");
  if (conversation.blocked) throw refuse("ConversationBlockedByUser");
  const activity = firstActivity(body);
  const message =
    activity === undefined
      ? undefined
      : postMessage(platform, { conversation, rootId: undefined, activity, bytes: call.bytes });
  return {
    status: 201,
    body: { id: conversation.id, ...(message === undefined ? {} : { activityId: message.id }) },
    id: message?.id ?? conversation.id,
  };
}

function startThread(platform: Platform, call: ConnectorCall, body: Fields, channel: Fields): Outcome {
  const conversation = findOpenConversation(platform, { ...call, conversation: String(channel["id"]) });
  if (conversation.kind !== "channel") throw refuse("BadArgument", "A thread is started in a channel");
  const activity = firstActivity(body);
  if (activity === undefined) throw refuse("BadSyntax", "A thread needs its first activity");
  const message = postMessage(platform, { conversation, rootId: undefined, activity, bytes: call.bytes });
  return {
    status: 201,
    body: {
      id: `${conversation.id};messageid=${message.id}`,
      activityId: message.id,
      serviceUrl: serviceUrlOf(platform, conversation.tenantId),
    },
    id: message.id,
  };
}

function firstActivity(body: Fields): Fields | undefined {
  const { activity } = body;
  if (activity === undefined || activity === null) return undefined;
  if (!isRecord(activity)) throw refuse("BadSyntax", "activity is not an object");
  return { type: "message", ...activity };
}

function findTeam(platform: Platform, call: ConnectorCall) {
  const team = platform.state.teams.get(call.target ?? "");
  if (team === undefined || team.tenantId !== call.tenantId)
    throw refuse("ConversationNotFound", "Team not found.");
  const hasBot = platform.state.conversations.get(team.id)?.botInstalled ?? true;
  if (!hasBot) throw refuse("BotNotInConversationRoster");
  return team;
}

function peopleOf(platform: Platform, conversation: Conversation): Person[] {
  return [...conversation.members]
    .flatMap((id) => platform.state.people.get(id) ?? [])
    .filter((one) => !one.isBot);
}

function toMember(person: Person): Fields {
  const [givenName = person.name, ...rest] = person.name.split(" ");
  return {
    id: person.id,
    name: person.name,
    givenName,
    surname: rest.join(" "),
    email: person.email,
    userPrincipalName: person.email,
    tenantId: person.tenantId,
    userRole: person.isGuest ? "guest" : "user",
    objectId: person.aadObjectId,
    aadObjectId: person.aadObjectId,
  };
}
