import { randomUUID } from "node:crypto";
import { compose, toFileAttachment } from "./compose.ts";
import type { FileDraft } from "./compose.ts";
import type { Conversation, Message, Person } from "./model.ts";
import type { Platform } from "./platform.ts";
import type { DeliveryRecord } from "./record.ts";
import { textOf } from "./seen-message.ts";
import {
  serviceUrlOf,
  toChannelData,
  toClientInfo,
  toEnvelope,
  toMessageChannelData,
} from "./wire-activity.ts";

type Fields = Record<string, unknown>;

/** Behind it the activities travel; `delivered` resolves with the last attempt of each, empty where the bot is not told. */
export interface Delivering {
  readonly delivered: Promise<DeliveryRecord[]>;
}

export interface Said extends Delivering {
  readonly id: string;
  /** As the activity carries it: of a channel with the thread. */
  readonly conversation: string;
  readonly activity: Readonly<Fields>;
}

export interface Say {
  readonly user: string;
  /** An id, `#channel`, a group chat's name, or `personal`. */
  readonly conversation: string;
  /** `@Name` mentions whom it names. */
  readonly text: string;
  /** Puts the bot's mention in front. */
  readonly mentionsBot?: boolean;
  /** The root of the channel thread to answer in. */
  readonly thread?: string;
  /** The message in HTML, where it is not to be made from the text. */
  readonly html?: string;
  readonly files?: readonly FileDraft[];
  /** Further attachments, as they are. */
  readonly attachments?: readonly Readonly<Fields>[];
  /** The id of a message of the same conversation. */
  readonly quotes?: string;
}

interface Spot {
  readonly conversation: string;
  readonly user?: string;
  readonly id: string;
}

/** What people write and do to messages. Each call returns at once; the activities follow behind. */
export class People {
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  says(say: Say): Said {
    const { activity, message } = this.writes(say);
    return {
      id: message.id,
      conversation: (activity["conversation"] as { id: string }).id,
      activity,
      delivered: message.toldBot ? this.#platform.deliverer.activity(activity) : Promise.resolve([]),
    };
  }

  /** As `says`, but the activity stays in hand. */
  writes(say: Say): { activity: Fields; message: Message } {
    const { state } = this.#platform;
    const person = state.findPerson(say.user);
    const conversation = state.findConversation(say.conversation, person);
    if (!conversation.members.has(person.id))
      throw new Error(`teams simulator: ${person.name} is not in ${conversation.name || conversation.id}`);
    if (say.thread !== undefined) state.findMessage(conversation, say.thread);
    const content = this.#compose(say, conversation, person);
    const message = state.post(conversation, {
      from: person.id,
      isBot: person.isBot,
      rootId: say.thread,
      activity: content,
    });
    message.toldBot = this.#hears(conversation, content);
    state.changed(() => ({ kind: "message", what: "posted", message: state.seen(message) }));
    return { activity: this.#toActivity(conversation, message, person), message };
  }

  edits({ text, ...spot }: Spot & { readonly text: string }): Delivering {
    const { state } = this.#platform;
    const { conversation, message, person } = this.#find(spot);
    const mentionsBot = textOf(message.activity).startsWith(`<at>${state.app.name}</at>`);
    message.edits.push({ at: Date.now(), text: textOf(message.activity) });
    message.activity = this.#compose(
      { user: person.id, conversation: conversation.id, text, mentionsBot },
      conversation,
      person,
    );
    message.edited = true;
    message.changedAt = Date.now();
    state.changed(() => ({ kind: "message", what: "changed", message: state.seen(message) }));
    return this.#tells(message, {
      ...this.#toActivity(conversation, message, person, { eventType: "editMessage" }),
      type: "messageUpdate",
    });
  }

  deletes(spot: Spot): Delivering {
    return this.#removes(spot, true);
  }

  undeletes(spot: Spot): Delivering {
    return this.#removes(spot, false);
  }

  /** The bot hears only of reactions to its own messages. */
  reacts(
    reaction: Spot & { readonly user: string; readonly type: string; readonly remove?: boolean },
  ): Delivering {
    const { state, deliverer } = this.#platform;
    const person = state.findPerson(reaction.user);
    const conversation = state.findConversation(reaction.conversation, person);
    const message = state.findMessage(conversation, reaction.id);
    const isRemoved = reaction.remove === true;
    applyReaction(message, person.id, reaction.type, isRemoved);
    state.changed(() => ({ kind: "message", what: "reacted", message: state.seen(message) }));
    if (message.from !== state.botId) return { delivered: Promise.resolve([]) };
    const scene = { conversation, person, rootId: rootOf(conversation, message) };
    const { localTimestamp: _, ...envelope } = toEnvelope(
      this.#platform,
      scene,
      "messageReaction",
      message.id,
    );
    return {
      delivered: deliverer.activity({
        ...envelope,
        from: { id: person.id, aadObjectId: person.aadObjectId },
        [isRemoved ? "reactionsRemoved" : "reactionsAdded"]: [{ type: reaction.type }],
        channelData: toChannelData(scene, { legacy: { replyToId: `1:${message.id}` } }),
        replyToId: message.id,
      }),
    };
  }

  /** Somebody writes and has sent nothing yet. */
  types(typing: {
    readonly user: string;
    readonly conversation: string;
    readonly thread?: string;
  }): Delivering {
    const { state, deliverer } = this.#platform;
    const person = state.findPerson(typing.user);
    const conversation = state.findConversation(typing.conversation, person);
    const scene = { conversation, person, rootId: typing.thread };
    const id = `f:${randomUUID()}`;
    return {
      delivered: deliverer.activity({
        ...toEnvelope(this.#platform, scene, "typing", id),
        channelData: toChannelData(scene, {}),
      }),
    };
  }

  #removes(spot: Spot, deleted: boolean): Delivering {
    const { state } = this.#platform;
    const { conversation, message, person } = this.#find(spot);
    if (message.deleted === deleted)
      throw new Error(`teams simulator: message ${message.id} is ${deleted ? "" : "not "}deleted`);
    message.deleted = deleted;
    message.changedAt = Date.now();
    state.changed(() => ({
      kind: "message",
      what: deleted ? "deleted" : "restored",
      message: state.seen(message),
    }));
    if (!deleted)
      return this.#tells(message, {
        ...this.#toActivity(conversation, message, person, { eventType: "undeleteMessage" }),
        type: "messageUpdate",
      });
    const scene = { conversation, person, rootId: rootOf(conversation, message) };
    return this.#tells(message, {
      ...toEnvelope(this.#platform, scene, "messageDelete", message.id),
      channelData: toMessageChannelData(scene, { eventType: "softDeleteMessage" }),
    });
  }

  #tells(message: Message, activity: Fields): Delivering {
    if (!message.toldBot) return { delivered: Promise.resolve([]) };
    return { delivered: this.#platform.deliverer.activity(activity) };
  }

  #find(spot: Spot): { conversation: Conversation; message: Message; person: Person } {
    const { state } = this.#platform;
    const user = spot.user === undefined ? undefined : state.findPerson(spot.user);
    const conversation = state.findConversation(spot.conversation, user);
    const message = state.findMessage(conversation, spot.id);
    if (user !== undefined && user.id !== message.from)
      throw new Error(`teams simulator: ${user.name} did not write message ${spot.id}`);
    return { conversation, message, person: state.findPerson(message.from) };
  }

  /** Without leave to hear all, a bot hears in channels and group chats only what mentions it. */
  #hears(conversation: Conversation, content: Fields): boolean {
    const { settings, state } = this.#platform;
    if (!conversation.botInstalled) return false;
    if (conversation.kind === "personal" || settings.hearsAll) return true;
    return (content["entities"] as Fields[]).some(
      (entity) => (entity["mentioned"] as { id?: string } | undefined)?.id === state.botId,
    );
  }

  #compose(say: Say, conversation: Conversation, person: Person): Fields {
    const { state } = this.#platform;
    const quoted = say.quotes === undefined ? undefined : state.findMessage(conversation, say.quotes);
    const bot = { id: state.botId, name: state.app.name };
    const by = quoted === undefined || quoted.from === state.botId ? bot : state.findPerson(quoted.from);
    const { text, html, mentions } = compose({
      text: say.text,
      html: say.html,
      mention: say.mentionsBot === true ? bot : undefined,
      others: [bot, ...[...conversation.members].flatMap((id) => state.people.get(id) ?? [])],
      quoted: quoted === undefined ? undefined : { message: quoted, by },
    });
    return {
      text,
      textFormat: "plain",
      attachments: [
        ...(say.files ?? []).map((file) => this.#attach(file, conversation)),
        ...(say.attachments ?? []),
        { contentType: "text/html", content: html },
      ],
      entities: [...mentions, toClientInfo(person)],
    };
  }

  #attach(file: FileDraft, conversation: Conversation): Fields {
    const { files, url, state } = this.#platform;
    const content = typeof file.content === "string" ? Buffer.from(file.content) : file.content;
    const contentType = file.contentType ?? "application/octet-stream";
    const id = files.add({ name: file.name, contentType, content });
    return toFileAttachment(file, {
      id,
      fileUrl: `${url}/files/${id}`,
      serviceUrl: serviceUrlOf(this.#platform, conversation.tenantId),
      tenantName: state.tenants.get(conversation.tenantId)?.name ?? "tenant",
    });
  }

  #toActivity(conversation: Conversation, message: Message, person: Person, more: Fields = {}): Fields {
    const scene = { conversation, person, rootId: rootOf(conversation, message) };
    return {
      ...message.activity,
      ...toEnvelope(this.#platform, scene, "message", message.id),
      channelData: toMessageChannelData(scene, more),
      locale: person.locale,
      localTimezone: person.timezone,
    };
  }
}

/** The thread a channel message belongs to; a root is its own. Chats have no threads. */
export function rootOf(conversation: Conversation, message: Message): string | undefined {
  return conversation.kind === "channel" ? (message.rootId ?? message.id) : undefined;
}

function applyReaction(message: Message, personId: string, type: string, remove: boolean): void {
  const known = message.reactions.find((reaction) => reaction.type === type);
  if (!remove) {
    if (known === undefined) message.reactions.push({ type, users: [personId] });
    else if (!known.users.includes(personId)) known.users.push(personId);
    return;
  }
  const index = known?.users.indexOf(personId) ?? -1;
  if (known === undefined || index < 0)
    throw new Error(`teams simulator: there is no ${type} of theirs to take back`);
  known.users.splice(index, 1);
  if (known.users.length === 0) message.reactions.splice(message.reactions.indexOf(known), 1);
}
