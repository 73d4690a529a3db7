import { randomUUID } from "node:crypto";
import { createId } from "./ids.ts";
import { applyReaction } from "./methods/reactions.ts";
import { mimetypeOf } from "./methods/files.ts";
import type { Channel, Message, StoredFile, User } from "./model.ts";
import type { Platform } from "./platform.ts";
import type { DeliveryRecord } from "./record.ts";
import { toRichText } from "./rich-text.ts";
import { toWireView } from "./methods/views.ts";

/** Behind it the events travel; `delivered` resolves with the last attempt of each. */
export interface Delivering {
  readonly delivered: Promise<DeliveryRecord[]>;
}

export interface Said extends Delivering {
  readonly ts: string;
  readonly channel: string;
}

export interface FileDraft {
  readonly name: string;
  readonly content: string | Buffer;
  readonly mimetype?: string;
}

export interface Say {
  readonly user: string;
  readonly channel: string;
  readonly text: string;
  readonly threadTs?: string;
  readonly files?: readonly FileDraft[];
  /** Puts the bot's mention in front. */
  readonly mention?: boolean;
  /** Also shows the reply in the channel. */
  readonly broadcast?: boolean;
  readonly subtype?: "me_message";
  readonly team?: string;
}

/** What people do in the workspace. Each call returns at once; events follow behind. */
export class People {
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  says(say: Say): Said {
    const { state, events } = this.#platform;
    const user = state.findUser(say.user, say.team);
    const channel = state.findChannel(say.channel, user);
    const text = this.#typed(say, channel, user);
    const files = say.files?.map((file) => this.#store(file, user, channel));
    const message = state.post(channel, {
      teamId: user.teamId,
      user: user.id,
      text,
      clientMsgId: randomUUID(),
      ...(text === "" ? {} : { blocks: [toRichText(text, createId("b"))] }),
      ...(say.threadTs === undefined ? {} : { threadTs: say.threadTs }),
      ...(files === undefined ? {} : { files, subtype: "file_share" }),
      ...(say.subtype === undefined ? {} : { subtype: say.subtype }),
      ...(say.broadcast === true ? { subtype: "thread_broadcast" } : {}),
    });
    state.changed(() => ({ kind: "message", what: "posted", message: state.seen(message) }));
    return { ts: message.ts, channel: channel.id, delivered: events.posted(channel, message) };
  }

  /** Another app's bot speaks: a `bot_message` that is not ours. */
  botSays(say: { name: string; channel: string; text: string; threadTs?: string }): Said {
    const { state, events } = this.#platform;
    const channel = state.findChannel(say.channel);
    const message = state.post(channel, {
      teamId: channel.teamId,
      botId: `B0${say.name.toUpperCase().replace(/\W/g, "").padEnd(9, "0").slice(0, 9)}`,
      username: say.name,
      text: this.#mentions(say.text, channel.teamId),
      subtype: "bot_message",
      ...(say.threadTs === undefined ? {} : { threadTs: say.threadTs }),
    });
    state.changed(() => ({ kind: "message", what: "posted", message: state.seen(message) }));
    return { ts: message.ts, channel: channel.id, delivered: events.posted(channel, message) };
  }

  edits(edit: { channel: string; ts: string; text: string; user?: string }): Delivering {
    const { state, events } = this.#platform;
    const { channel, message } = this.#find(edit);
    const previous = events.wire(channel, message);
    const now = Date.now();
    message.edits.push({ at: now, by: message.user ?? "", text: message.text });
    message.text = this.#mentions(edit.text, message.teamId);
    message.blocks = [toRichText(message.text, createId("b"))];
    message.edited = {
      user: edit.user === undefined ? (message.user ?? "") : state.findUser(edit.user).id,
      ts: `${Math.floor(now / 1000)}.000000`,
    };
    message.changedAt = now;
    state.changed(() => ({ kind: "message", what: "changed", message: state.seen(message) }));
    return { delivered: events.changed(channel, message, previous) };
  }

  deletes(deletion: { channel: string; ts: string }): Delivering {
    const { state, events } = this.#platform;
    const { channel, message } = this.#find(deletion);
    const previous = events.wire(channel, message);
    state.remove(message);
    state.changed(() => ({ kind: "message", what: "deleted", message: state.seen(message) }));
    return { delivered: events.deleted(channel, message, previous) };
  }

  reacts(reaction: {
    user: string;
    channel: string;
    ts: string;
    name: string;
    remove?: boolean;
  }): Delivering {
    const { channel, message } = this.#find(reaction);
    const user = this.#platform.state.findUser(reaction.user).id;
    const applied = applyReaction(this.#platform, {
      channel,
      message,
      user,
      name: reaction.name,
      what: reaction.remove === true ? "remove" : "add",
    });
    return { delivered: applied === false ? Promise.resolve([]) : applied };
  }

  opensHome(opening: { user: string; tab?: "home" | "messages" }): Delivering {
    const { state, events } = this.#platform;
    const user = state.findUser(opening.user);
    const channel = state.findChannel("dm", user);
    const home = state.homes.get(user.id);
    const tab = opening.tab ?? "home";
    const view = home === undefined || tab !== "home" ? {} : { view: toWireView(this.#platform, home) };
    return {
      delivered: events.raw(user.teamId, {
        type: "app_home_opened",
        user: user.id,
        channel: channel.id,
        tab,
        ...view,
      }),
    };
  }

  joins(joining: { user: string; channel: string }): Delivering {
    const user = this.#platform.state.findUser(joining.user);
    const channel = this.#platform.state.findChannel(joining.channel);
    channel.members.add(user.id);
    return this.#moved("member_joined_channel", user, channel);
  }

  /** Leaves a channel, or is taken out of it. */
  leaves(leaving: { user: string; channel: string }): Delivering {
    const user = this.#platform.state.findUser(leaving.user);
    const channel = this.#platform.state.findChannel(leaving.channel);
    if (!channel.members.delete(user.id)) return { delivered: Promise.resolve([]) };
    return this.#moved("member_left_channel", user, channel);
  }

  /** Is put into a user group, by its id or its @handle, or taken out of it. The app is told nothing: it asks for no such events. */
  regroups(change: { user: string; group: string; remove?: boolean }): void {
    const { state } = this.#platform;
    const wanted = change.group.replace(/^@/, "");
    const group = [...state.usergroups.values()].find(
      ({ id: groupId, handle }) => groupId === wanted || handle === wanted,
    );
    if (group === undefined) throw new Error(`slack simulator: no user group ${change.group}`);
    const { id } = state.findUser(change.user, group.teamId);
    const others = group.users.filter((member) => member !== id);
    state.usergroups.set(group.id, { ...group, users: change.remove === true ? others : [...others, id] });
  }

  uninstalls(teamId = this.#firstTeam()): Delivering {
    const { state, events } = this.#platform;
    const installation = state.installations.get(teamId);
    if (installation === undefined) return { delivered: Promise.resolve([]) };
    for (const token of state.tokens.values())
      if (token.kind === "bot" && token.teamId === teamId) token.revoked = true;
    installation.active = false;
    const sent = [
      events.raw(teamId, { type: "tokens_revoked", tokens: { oauth: [], bot: [installation.botUserId] } }),
      events.raw(teamId, { type: "app_uninstalled" }),
    ];
    return { delivered: Promise.all(sent).then((records) => records.flat()) };
  }

  rateLimitsApp(teamId = this.#firstTeam()): Delivering {
    const payload = {
      team_id: teamId,
      minute_rate_limited: Math.floor(Date.now() / 60_000) * 60,
      api_app_id: this.#platform.state.app.appId,
    };
    return { delivered: this.#platform.events.bare(payload, "app_rate_limited") };
  }

  sendsEvent(
    event: Record<string, unknown>,
    options: { teamId?: string; channel?: string } = {},
  ): Delivering {
    const channel =
      options.channel === undefined ? undefined : this.#platform.state.findChannel(options.channel);
    return { delivered: this.#platform.events.raw(options.teamId ?? this.#firstTeam(), event, channel) };
  }

  #firstTeam(): string {
    return [...this.#platform.state.teams.keys()][0] ?? "";
  }

  #moved(type: string, user: User, channel: Channel): Delivering {
    const { state, events } = this.#platform;
    state.changed(() => ({ kind: "channel", channel: channel.id }));
    const channel_type = channel.type === "group" ? "G" : "C";
    const fields = { type, user: user.id, channel: channel.id, channel_type, team: user.teamId };
    return { delivered: events.raw(channel.teamId, fields, channel) };
  }

  #find(place: { channel: string; ts: string }): { channel: Channel; message: Message } {
    const channel = this.#platform.state.findChannel(place.channel);
    const message = channel.byTs.get(place.ts);
    if (message === undefined) throw new Error(`slack simulator: no message ${place.ts} in ${place.channel}`);
    return { channel, message };
  }

  #typed(say: Say, channel: Channel, user: User): string {
    const text = this.#mentions(say.text, user.teamId);
    if (say.mention !== true) return text;
    const teamId = channel.teamIds.find((id) => this.#platform.state.installations.has(id)) ?? user.teamId;
    return `<@${this.#platform.state.installations.get(teamId)?.botUserId ?? ""}> ${text}`;
  }

  /** `@Ana` becomes `<@U…>` for everyone of the team, and for bots of others where the team has none of that name. */
  #mentions(text: string, teamId: string): string {
    if (!text.includes("@")) return text;
    return text.replace(/(^|[^<\w])@([A-Za-z][\w.-]*)/g, (whole, before: string, name: string) => {
      const named = [...this.#platform.state.users.values()].filter(
        (user) => user.name.toLowerCase() === name.toLowerCase() && (user.teamId === teamId || user.isBot),
      );
      const user = named.find((one) => one.teamId === teamId) ?? named[0];
      return user === undefined ? whole : `${before}<@${user.id}>`;
    });
  }

  #store(draft: FileDraft, user: User, channel: Channel): StoredFile {
    const content = typeof draft.content === "string" ? Buffer.from(draft.content) : draft.content;
    const file: StoredFile = {
      id: createId("F"),
      teamId: user.teamId,
      user: user.id,
      name: draft.name,
      title: draft.name,
      mimetype: draft.mimetype ?? mimetypeOf(draft.name),
      created: Math.floor(Date.now() / 1000),
      content,
      uploaded: true,
      expectedLength: content.length,
      channels: [channel.id],
    };
    this.#platform.state.files.set(file.id, file);
    return file;
  }
}
