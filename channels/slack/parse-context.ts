import type { Envelope, Parsed, Place } from "../../src/core/envelope.ts";
import { fieldsAt, textAt, type Fields } from "../kit/fields.ts";

/** What the parser must know besides the payload: whose workspace it is and who we are in it. */
export interface SlackContext {
  /** The workspace the payload was routed to. */
  readonly installation: string;
  readonly botUserId: string | undefined;
  readonly botId: string | undefined;
  readonly appId: string | undefined;
  /** Other bots that may talk to us, by bot id, app id or user id. */
  readonly allowedBots: ReadonlySet<string>;
  readonly receivedAt: Date;
  readonly correlationId: string;
}

type WithoutBase<E> = E extends Envelope
  ? Omit<E, "channel" | "installation" | "receivedAt" | "correlationId" | "raw">
  : never;

/** Completes an envelope with what is the same for all that came in one delivery. */
export function toEnvelope(context: SlackContext, body: Fields, said: WithoutBase<Envelope>): Parsed {
  // The verification token is a retired shared secret; nothing that replays a payload needs it.
  const { token: _token, ...raw } = body;
  const { installation, receivedAt, correlationId } = context;
  const envelope: Envelope = { ...said, channel: "slack", installation, receivedAt, correlationId, raw };
  return { kind: "envelope", envelope };
}

/** Nothing for us, and why. */
export function ignored(reason: string): Parsed {
  return { kind: "ignored", reason };
}

/** True for a Slack message id: seconds and six digits. */
export function isTimestamp(ts: string | undefined): ts is string {
  return ts !== undefined && /^\d{1,12}\.\d{1,9}$/.test(ts);
}

/** When a Slack timestamp was. */
export function toDate(ts: string): Date {
  return new Date(Math.round(Number(ts) * 1000));
}

/**
 * The place of a message. A DM without a thread is one rolling conversation; everywhere else a message that is not
 * in a thread opens one. An event that names no channel type leaves the letter of the id: D is a DM, G a
 * private group, and C is read as public, which promises the reader the least privacy.
 */
export function placeOf(
  space: string,
  ts: string,
  threadTs: string | undefined,
  kind: { readonly type?: string | undefined; readonly shared?: boolean },
): Place {
  const audience = audienceOf(space, kind.type, kind.shared === true);
  const thread = threadTs ?? (audience === "direct" ? "" : ts);
  return { space, thread, audience };
}

function audienceOf(space: string, type: string | undefined, shared: boolean): Place["audience"] {
  if (type === "im" || space.startsWith("D")) return "direct";
  if (shared) return "shared";
  if (type === "group" || type === "mpim" || space.startsWith("G")) return "group";
  return "public";
}

/** The channel type an interaction only tells by the channel's name. */
export function typeOfNamedChannel(channel: Fields): string | undefined {
  const name = textAt(channel, "name") ?? "";
  if (name === "directmessage") return "im";
  if (name === "privategroup") return "group";
  return name.startsWith("mpdm-") ? "mpim" : undefined;
}

/** True when the message was written by this app: its user, its bot, or anything it posted under another name. */
export function isOwn(message: Fields, context: SlackContext): boolean {
  const ours = (id: string | undefined, own: string | undefined): boolean => id !== undefined && id === own;
  const profile = fieldsAt(message, "bot_profile");
  return (
    ours(textAt(message, "user"), context.botUserId) ||
    ours(textAt(message, "bot_id"), context.botId) ||
    (textAt(message, "bot_id") !== undefined &&
      (ours(textAt(message, "app_id"), context.appId) || ours(textAt(profile, "app_id"), context.appId)))
  );
}
