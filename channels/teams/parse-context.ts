import type { Envelope, Parsed, Sender } from "../../src/core/envelope.ts";
import { fieldsAt, textAt, type Fields } from "../kit/fields.ts";
import { plainText } from "../kit/write-markdown.ts";

/** What the parser must know besides the activity: who we are. */
export interface TeamsContext {
  readonly appId: string;
  /** Other bots that may talk to us, by their id in Teams. */
  readonly allowedBots: ReadonlySet<string>;
  readonly receivedAt: Date;
  readonly correlationId: string;
}

type WithoutBase<E> = E extends Envelope
  ? Omit<E, "channel" | "installation" | "receivedAt" | "correlationId" | "raw" | "returnPath">
  : never;

/** Completes an envelope with what is the same for every activity. */
export function toEnvelope(context: TeamsContext, activity: Fields, said: WithoutBase<Envelope>): Parsed {
  const installation = tenantOf(activity);
  if (installation === undefined) return ignored("an activity of no tenant");
  const { receivedAt, correlationId } = context;
  const serviceUrl = textAt(activity, "serviceUrl");
  const envelope: Envelope = {
    ...said,
    channel: "teams",
    installation,
    receivedAt,
    correlationId,
    raw: activity,
    ...(serviceUrl === undefined ? {} : { returnPath: JSON.stringify({ serviceUrl }) }),
  };
  return { kind: "envelope", envelope };
}

/** Nothing for us, and why. */
export function ignored(reason: string): Parsed {
  return { kind: "ignored", reason };
}

/** The tenant an activity belongs to; undefined when it names none, or two that differ. */
export function tenantOf(activity: Fields): string | undefined {
  const conversation = textAt(fieldsAt(activity, "conversation"), "tenantId");
  const channel = textAt(fieldsAt(fieldsAt(activity, "channelData"), "tenant"), "id");
  if (conversation !== undefined && channel !== undefined && !isSame(conversation, channel)) return undefined;
  return (conversation ?? channel)?.toLowerCase();
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Our own id in Teams: `28:` and the app's. */
export function botIdOf({ appId }: Pick<TeamsContext, "appId">): string {
  return `28:${appId}`;
}

/** True for what this bot itself did. */
export function isOwn(activity: Fields, context: TeamsContext): boolean {
  return textAt(fieldsAt(activity, "from"), "id")?.toLowerCase() === botIdOf(context);
}

/** Who did it; undefined when nobody is named. Bots have ids that begin with `28:`. */
export function senderOf(activity: Fields): Sender | undefined {
  const from = fieldsAt(activity, "from");
  const id = textAt(from, "id");
  if (id === undefined) return undefined;
  const isBot = id.startsWith("28:") || textAt(from, "role") === "bot" || textAt(from, "role") === "skill";
  const name = textAt(from, "name");
  const locale = textAt(activity, "locale");
  const timeZone = textAt(activity, "localTimezone");
  return {
    id,
    kind: isBot ? "bot" : "user",
    ...(name === undefined ? {} : { name: plainText(name) }),
    ...(locale === undefined ? {} : { locale }),
    ...(timeZone === undefined ? {} : { timeZone }),
  };
}

/** When it was said: its timestamp, else its id, which is in milliseconds, else when it came. */
export function sentAtOf(activity: Fields, { receivedAt }: TeamsContext): Date {
  const at = Date.parse(textAt(activity, "timestamp") ?? "");
  if (Number.isFinite(at)) return new Date(at);
  const id = textAt(activity, "id") ?? "";
  return /^1\d{12}$/.test(id) && textAt(activity, "type") === "message" ? new Date(Number(id)) : receivedAt;
}
