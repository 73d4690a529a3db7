import { randomUUID } from "node:crypto";
import type { Conversation, Person } from "./model.ts";
import type { Platform } from "./platform.ts";

type Fields = Record<string, unknown>;

/** Where and by whom an activity happens. */
export interface Scene {
  readonly conversation: Conversation;
  readonly person: Person;
  /** The root of the channel thread it happens in. */
  readonly rootId?: string | undefined;
}

/** The service URL activities of a tenant carry at present. */
export function serviceUrlOf(platform: Platform, tenantId: string): string {
  return `${platform.url}/${platform.regions.current}/${tenantId}/`;
}

/** The fields every activity has, in the shape Teams sends them. */
export function toEnvelope(platform: Platform, scene: Scene, type: string, id: string): Fields {
  const { conversation, person } = scene;
  return {
    type,
    ...timesOf(person, new Date()),
    id,
    channelId: "msteams",
    serviceUrl: serviceUrlOf(platform, conversation.tenantId),
    from: { id: person.id, name: person.name, aadObjectId: person.aadObjectId },
    conversation: toWireConversation(scene),
    recipient: { id: platform.state.botId, name: platform.state.app.name },
  };
}

/** `conversation` as activities carry it: a channel's with the thread in its id. */
export function toWireConversation({ conversation, rootId }: Pick<Scene, "conversation" | "rootId">): Fields {
  const { id, kind, tenantId } = conversation;
  return {
    ...(kind === "personal" ? {} : { isGroup: true }),
    conversationType: kind,
    tenantId,
    id: rootId === undefined ? id : `${id};messageid=${rootId}`,
  };
}

/** `channelData` of everything that is not a message: the channel, the team and the tenant. */
export function toChannelData({ conversation }: Pick<Scene, "conversation">, more: Fields = {}): Fields {
  const { id, kind, teamId, tenantId, isPrivate } = conversation;
  const channel = { id, ...(isPrivate === true ? { type: "private" } : {}) };
  return {
    ...(kind === "channel" && teamId !== undefined ? { channel, team: { id: teamId } } : {}),
    tenant: { id: tenantId },
    ...more,
  };
}

/** `channelData` of what people post: in channels it names channel and team twice. */
export function toMessageChannelData(scene: Pick<Scene, "conversation">, more: Fields = {}): Fields {
  const { id, kind, teamId } = scene.conversation;
  if (kind !== "channel" || teamId === undefined) return toChannelData(scene, more);
  return { teamsChannelId: id, teamsTeamId: teamId, ...toChannelData(scene, more) };
}

/** What the client says of itself; the last of a message's entities. */
export function toClientInfo(person: Person): Fields {
  return {
    locale: person.locale,
    country: person.country,
    platform: "Web",
    timezone: person.timezone,
    type: "clientInfo",
  };
}

/** The id of what has no place in a conversation: clicks and invokes. */
export function createEventId(): string {
  return `f:${randomUUID()}`;
}

/** `timestamp` and `localTimestamp`, with the seven decimals Teams writes. */
function timesOf(person: Person, now: Date): Fields {
  const offset =
    new Intl.DateTimeFormat("en-US", { timeZone: person.timezone, timeZoneName: "longOffset" })
      .formatToParts(now)
      .find(({ type }) => type === "timeZoneName")
      ?.value.replace("GMT", "") || "+00:00";
  const [hours = 0, minutes = 0] = offset.slice(1).split(":").map(Number);
  const shiftMs = (hours * 60 + minutes) * 60_000 * (offset.startsWith("-") ? -1 : 1);
  const local = new Date(now.getTime() + shiftMs);
  return {
    timestamp: now.toISOString().replace("Z", "0000Z"),
    localTimestamp: local.toISOString().replace("Z", `0000${offset}`),
  };
}
