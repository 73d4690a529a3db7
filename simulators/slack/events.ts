import type { WorkInHand } from "../kit/work-in-hand.ts";
import type { Deliverer, OutgoingEvent } from "./deliver.ts";
import { createEventId } from "./deliver.ts";
import type { Channel, Installation, Message, Reaction } from "./model.ts";
import type { DeliveryRecord } from "./record.ts";
import { toWireMessage } from "./seen-message.ts";
import type { Settings } from "./settings.ts";
import type { State } from "./state.ts";

type Fields = Record<string, unknown>;
type Delivered = Promise<DeliveryRecord[]>;

interface PublisherParts {
  readonly state: State;
  readonly settings: Settings;
  readonly deliverer: Deliverer;
  readonly activity: WorkInHand;
  readonly url: () => string;
}

const nothing: Delivered = Promise.resolve([]);

/** Turns what happens in the model into the events the app is subscribed to, and sends them off. */
export class EventPublisher {
  readonly #parts: PublisherParts;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  /** A new message: one `message` event, and an `app_mention` beside it when the bot is named outside a DM. */
  posted(channel: Channel, message: Message): Delivered {
    const bot = this.#audience(channel);
    if (bot === undefined || this.#isOwnAndQuiet(message)) return nothing;
    const event = this.#messageFields(channel, message);
    const sends = [
      (): Delivered => this.#send(bot, { ...event, channel_type: channel.type }, channel, message),
    ];
    const isMention =
      channel.type !== "im" && message.text.includes(`<@${bot.botUserId}>`) && message.user !== bot.botUserId;
    if (isMention) sends.push(() => this.#send(bot, { ...event, type: "app_mention" }, channel, message));
    return this.#inPairOrder(sends);
  }

  /** An edit, or a streamed message that has ended; `previous` is the text before. */
  changed(channel: Channel, message: Message, previous: Fields): Delivered {
    const bot = this.#audience(channel);
    if (bot === undefined || this.#isOwnAndQuiet(message)) return nothing;
    const now = nowTs();
    const fields = {
      type: "message",
      subtype: "message_changed",
      message: this.#messageFields(channel, message),
      previous_message: previous,
      channel: channel.id,
      hidden: true,
      ts: now,
      event_ts: now,
      channel_type: channel.type,
    };
    return this.#send(bot, fields, channel, message);
  }

  /** A root that has replies becomes a tombstone, which arrives as a change; all else is `message_deleted`. */
  deleted(channel: Channel, message: Message, previous: Fields): Delivered {
    const bot = this.#audience(channel);
    if (bot === undefined || this.#isOwnAndQuiet(message)) return nothing;
    const hasReplies = channel.threads.get(message.ts)?.some((reply) => reply.deleted !== true) === true;
    if (hasReplies) return this.changed(channel, message, previous);
    const now = nowTs();
    return this.#send(
      bot,
      {
        type: "message",
        subtype: "message_deleted",
        previous_message: previous,
        channel: channel.id,
        hidden: true,
        deleted_ts: message.ts,
        ts: now,
        event_ts: now,
        channel_type: channel.type,
      },
      channel,
      message,
    );
  }

  reacted(
    what: "reaction_added" | "reaction_removed",
    reaction: { channel: Channel; message: Message; user: string; name: Reaction["name"] },
  ): Delivered {
    const bot = this.#audience(reaction.channel);
    if (bot === undefined) return nothing;
    const { channel, message } = reaction;
    const fields = {
      type: what,
      user: reaction.user,
      reaction: reaction.name,
      item: { type: "message", channel: channel.id, ts: message.ts },
      ...(message.user === undefined ? {} : { item_user: message.user }),
      event_ts: nowTs(),
    };
    return this.#send(bot, fields, channel, message);
  }

  /** Any event as it stands, to the app in that team. */
  raw(teamId: string, fields: Fields, channel?: Channel): Delivered {
    const installation = this.#parts.state.installations.get(teamId);
    if (installation === undefined) return nothing;
    return this.#send(installation, { event_ts: nowTs(), ...fields }, channel, undefined);
  }

  /** A payload that is no `event_callback`, as `app_rate_limited` is. */
  bare(payload: Fields, type: string): Delivered {
    return this.#parts.deliverer.event({
      payload: { token: this.#parts.state.app.verificationToken, ...payload, type },
      type,
      eventId: "",
    });
  }

  /** The message as the event carries it: like the Web API's, plus the channel. */
  wire(channel: Channel, message: Message): Fields {
    return this.#messageFields(channel, message);
  }

  #messageFields(channel: Channel, message: Message): Fields {
    const fields = toWireMessage(this.#parts.state, channel, message, {
      baseUrl: this.#parts.url(),
      metadata: false,
    });
    delete fields["reactions"];
    if (channel.teamIds.length > 1) {
      fields["user_team"] = message.teamId;
      fields["source_team"] = message.teamId;
    }
    fields["channel"] = channel.id;
    fields["event_ts"] = message.ts;
    return fields;
  }

  /** An app hears a channel through its first installation whose bot is in it. */
  #audience(channel: Channel): Installation | undefined {
    for (const teamId of channel.teamIds) {
      const installation = this.#parts.state.installations.get(teamId);
      if (installation?.active === true && channel.members.has(installation.botUserId)) return installation;
    }
    return undefined;
  }

  #isOwnAndQuiet(message: Message): boolean {
    return !this.#parts.settings.ownMessages && message.appId === this.#parts.state.app.appId;
  }

  async #inPairOrder(sends: readonly (() => Delivered)[]): Delivered {
    const { order, delayMs } = this.#parts.settings.mentionPair;
    const { activity } = this.#parts;
    const ordered = order === "message-first" ? sends : sends.toReversed();
    const pending: Delivered[] = [];
    for (const send of ordered) {
      if (pending.length > 0 && delayMs > 0) {
        activity.begin();
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        activity.end();
      }
      pending.push(send());
    }
    return (await Promise.all(pending)).flat();
  }

  #send(
    bot: Installation,
    event: Fields,
    channel: Channel | undefined,
    message: Message | undefined,
  ): Delivered {
    const { app } = this.#parts.state;
    const type = String(event["type"]);
    if (app.events !== undefined && !app.events.includes(type)) return nothing;
    const eventId = createEventId();
    const outgoing: OutgoingEvent = {
      payload: this.#envelope(bot, event, channel, eventId),
      type,
      eventId,
      ...(channel === undefined ? {} : { channel: channel.id }),
      ...(message === undefined ? {} : { ts: message.ts, text: message.text }),
    };
    return this.#parts.deliverer.event(outgoing);
  }

  #envelope(bot: Installation, event: Fields, channel: Channel | undefined, eventId: string): Fields {
    const { app } = this.#parts.state;
    const isShared = channel !== undefined && channel.teamIds.length > 1;
    const type = String(event["type"]);
    // In a Slack Connect channel the event happened in its author's team; the app hears it in its own.
    const teamId = isShared && typeof event["user_team"] === "string" ? event["user_team"] : bot.teamId;
    return {
      token: app.verificationToken,
      team_id: teamId,
      ...(type === "message" || isShared ? { context_team_id: bot.teamId, context_enterprise_id: null } : {}),
      api_app_id: app.appId,
      event,
      type: "event_callback",
      event_id: eventId,
      event_time: Math.floor(Date.now() / 1000),
      authorizations: [
        {
          enterprise_id: null,
          team_id: bot.teamId,
          user_id: bot.botUserId,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
      is_ext_shared_channel: isShared,
      event_context: `4-${Buffer.from(JSON.stringify({ et: type, tid: bot.teamId, aid: app.appId, cid: channel?.id })).toString("base64url")}`,
    };
  }
}

/** The present as the platform writes it: seconds and microseconds. */
export function nowTs(): string {
  const micros = String(Date.now() * 1000 + Math.floor(Math.random() * 1000));
  return `${micros.slice(0, -6)}.${micros.slice(-6)}`;
}
