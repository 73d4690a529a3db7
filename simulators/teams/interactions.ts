import type { Conversation, Message, Person } from "./model.ts";
import { rootOf } from "./people.ts";
import type { Delivering } from "./people.ts";
import type { Platform } from "./platform.ts";
import type { DeliveryRecord } from "./record.ts";
import { isRecord } from "../kit/is-record.ts";
import { findAction } from "./card-actions.ts";
import { listOf } from "./seen-message.ts";
import {
  createEventId,
  toChannelData,
  toClientInfo,
  toEnvelope,
  toWireConversation,
} from "./wire-activity.ts";

type Fields = Record<string, unknown>;

/** A click on a card of the bot's message. The action is found by its id or title, or else `data` is sent as it is. */
export interface CardAction {
  readonly user: string;
  readonly conversation: string;
  readonly messageId: string;
  /** The action's `id` or `title`. */
  readonly action?: string;
  /** What the person typed into the card's inputs, by input id. */
  readonly inputs?: Readonly<Fields>;
  /** Takes the place of the action's own data: a forged click. */
  readonly data?: unknown;
}

export interface FileConsent {
  readonly user: string;
  readonly messageId: string;
  readonly action: "accept" | "decline";
}

/** What came of an invoke. `status` 0 is no answer in time: the person sees that something went wrong. */
export interface Answered {
  readonly done: Promise<{
    readonly status: number;
    readonly body: unknown;
    readonly ms: number;
    readonly record: DeliveryRecord;
  }>;
}

/** Clicks on cards and answers to file consent. */
export class Interactions {
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  clicks(click: CardAction): Delivering {
    const { scene, message, action } = this.#find(click, "Action.Submit");
    const data = click.data ?? action?.["data"];
    const value = isRecord(data) || data === undefined ? { ...data, ...click.inputs } : data;
    return {
      delivered: this.#platform.deliverer.activity({
        ...this.#toEvent(scene, "message", message),
        channelData: toChannelData(scene, {
          source: { name: "message" },
          legacy: { replyToId: `1:${message.id}` },
        }),
        value,
      }),
    };
  }

  executes(click: CardAction & { readonly verb?: string }): Answered {
    const { scene, message, action } = this.#find(click, "Action.Execute");
    const data = click.data ?? action?.["data"];
    return this.#invokes({
      ...this.#toEvent(scene, "invoke", message),
      name: "adaptiveCard/action",
      channelData: toChannelData(scene, {
        source: { name: "message" },
        legacy: { replyToId: `1:${message.id}` },
      }),
      value: {
        action: {
          type: "Action.Execute",
          ...(action === undefined ? {} : { id: action["id"], title: action["title"] }),
          verb: click.verb ?? action?.["verb"],
          data: isRecord(data) || data === undefined ? { ...data, ...click.inputs } : data,
        },
        trigger: "manual",
      },
    });
  }

  consents(consent: FileConsent): Answered {
    const { state, files, url } = this.#platform;
    const person = state.findPerson(consent.user);
    const conversation = state.personalChat(person);
    const message = state.findMessage(conversation, consent.messageId);
    const card = listOf(message.activity["attachments"]).find(
      ({ contentType }) => contentType === "application/vnd.microsoft.teams.card.file.consent",
    );
    const content = card?.["content"];
    if (card === undefined || !isRecord(content))
      throw new Error(`teams simulator: message ${message.id} asks for no consent`);
    const name = String(card["name"]);
    const accepted = consent.action === "accept";
    const upload = accepted ? files.expect({ name, size: Number(content["sizeInBytes"]) }) : "";
    const scene = { conversation, person };
    return this.#invokes({
      ...this.#toEvent(scene, "invoke", message),
      name: "fileConsent/invoke",
      channelData: toChannelData(scene),
      value: {
        type: "fileUpload",
        action: consent.action,
        context: content[accepted ? "acceptContext" : "declineContext"],
        ...(accepted
          ? {
              uploadInfo: {
                contentUrl: `https://contoso.sharepoint.example/Applications/${encodeURIComponent(name)}`,
                name,
                uploadUrl: `${url}/uploads/${upload}`,
                uniqueId: upload,
                fileType: name.includes(".") ? name.slice(name.lastIndexOf(".") + 1) : "",
              },
            }
          : {}),
      },
    });
  }

  #invokes(activity: Fields): Answered {
    const { deliverer, recorder } = this.#platform;
    return {
      done: deliverer.once(activity).then((record) => {
        const body = parseBody(record.body);
        if (record.acked && activity["name"] === "adaptiveCard/action" && !isCardAnswer(body))
          recorder.complain("invoke", "BadInvokeResponse", `adaptiveCard/action was answered ${record.body}`);
        return { status: record.status, body, ms: record.ms, record };
      }),
    };
  }

  #find(
    click: CardAction,
    type: string,
  ): {
    scene: { conversation: Conversation; person: Person; rootId: string | undefined };
    message: Message;
    action: Fields | undefined;
  } {
    const { state } = this.#platform;
    const person = state.findPerson(click.user);
    const conversation = state.findConversation(click.conversation, person);
    const message = state.findMessage(conversation, click.messageId);
    const { cards } = state.seen(message);
    const action =
      click.action === undefined
        ? undefined
        : cards.map((card) => findAction(card, type, click.action ?? "")).find(Boolean);
    if (action === undefined && click.data === undefined)
      throw new Error(`teams simulator: message ${message.id} has no ${type} ${click.action ?? ""}`);
    return { scene: { conversation, person, rootId: rootOf(conversation, message) }, message, action };
  }

  #toEvent(
    scene: { conversation: Conversation; person: Person; rootId?: string | undefined },
    type: string,
    message: Message,
  ): Fields {
    const { person, conversation } = scene;
    const envelope = toEnvelope(this.#platform, scene, type, createEventId());
    return {
      ...envelope,
      // Only clicks and invokes carry the conversation's name.
      ...(conversation.name === ""
        ? {}
        : { conversation: { ...toWireConversation(scene), name: conversation.name } }),
      entities: [toClientInfo(person)],
      replyToId: message.id,
      locale: person.locale,
      localTimezone: person.timezone,
    };
  }
}

function parseBody(body: string): unknown {
  if (body === "") return undefined;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}

function isCardAnswer(body: unknown): boolean {
  return isRecord(body) && typeof body["statusCode"] === "number" && typeof body["type"] === "string";
}
