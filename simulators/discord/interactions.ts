import { findComponent } from "./components.ts";
import type { InteractionDesk, InteractionOutcome } from "./interaction-desk.ts";
import { isRecord } from "../kit/is-record.ts";
import type { Channel, Command, Message, Modal, User } from "./model.ts";
import type { Platform } from "./platform.ts";
import { toOptions } from "./slash-options.ts";
import type { SlashUse } from "./slash-options.ts";
import { toWireGuildMember, toWireUser } from "./wire-people.ts";
import { toWireChannel, toWireMessage, toWireThreadMember } from "./wire.ts";

type Fields = Record<string, unknown>;

/** A person's command, click or form. `done` tells whether the app acknowledged it in time, and with what. */
export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly done: Promise<InteractionOutcome>;
}

export interface Press {
  readonly user: string;
  readonly channel: string;
  readonly messageId: string;
  readonly customId: string;
  /** Of a select. */
  readonly values?: readonly string[];
}

export interface ModalAnswer {
  readonly user: string;
  readonly customId?: string;
  /** By the field's custom id. */
  readonly values: Readonly<Record<string, string | readonly string[]>>;
}

type Opening = Omit<Parameters<InteractionDesk["open"]>[0], "userId" | "channelId">;

/** What people do that the app must acknowledge. */
export class Interactions {
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  slash(use: SlashUse): Interaction {
    const { user, channel } = this.#place(use);
    const command = this.#findCommand(channel, 1, use.name);
    const data = {
      ...this.#commandData(command),
      ...toOptions(this.#platform, command.definition, use),
    };
    const type = use.focused === undefined ? 2 : 4;
    return this.#send(user, channel, {
      opening: { type, kind: type === 2 ? "slash" : "autocomplete", name: use.name, answerType: 20 },
      data,
    });
  }

  contextMenu(use: { user: string; channel: string; messageId: string; name: string }): Interaction {
    const { state, urls } = this.#platform;
    const { user, channel } = this.#place(use);
    const message = this.#findMessage(channel, user, use.messageId);
    const command = this.#findCommand(channel, 3, use.name);
    return this.#send(user, channel, {
      opening: { type: 2, kind: "context menu", name: use.name, answerType: 23 },
      data: {
        ...this.#commandData(command),
        target_id: message.id,
        resolved: { messages: { [message.id]: toWireMessage(state, urls, message) } },
      },
    });
  }

  clicks(press: Press): Interaction {
    const { state, urls } = this.#platform;
    const { user, channel } = this.#place(press);
    const message = this.#findMessage(channel, user, press.messageId);
    const component = findComponent(message.components, press.customId);
    if (component === undefined)
      throw new Error(`discord simulator: message ${message.id} has no component ${press.customId}`);
    if (component["disabled"] === true)
      throw new Error(`discord simulator: the component ${press.customId} is disabled`);
    return this.#send(user, channel, {
      opening: { type: 3, kind: "component", name: press.customId, answerType: 0, source: message },
      data: {
        custom_id: press.customId,
        component_type: component["type"],
        id: component["id"],
        ...(press.values === undefined ? {} : { values: press.values }),
      },
      more: { message: toWireMessage(state, urls, message) },
    });
  }

  submitsModal(answer: ModalAnswer): Interaction {
    const { state, urls } = this.#platform;
    const userId = state.findUser(answer.user).id;
    const modal = state.modals.findLast(
      (one) => one.userId === userId && (answer.customId === undefined || one.customId === answer.customId),
    );
    if (modal === undefined) throw new Error(`discord simulator: no form is shown to ${answer.user}`);
    state.modals.splice(state.modals.indexOf(modal), 1);
    const { user, channel } = this.#place({ user: userId, channel: modal.channelId });
    const source = modal.messageId === undefined ? undefined : state.findMessage(channel, modal.messageId);
    return this.#send(user, channel, {
      opening: {
        type: 5,
        kind: "form",
        name: modal.customId,
        answerType: 0,
        ...(source === undefined ? {} : { source }),
      },
      data: { custom_id: modal.customId, components: toSubmitted(modal, answer.values) },
      ...(source === undefined ? {} : { more: { message: toWireMessage(state, urls, source) } }),
    });
  }

  #place(where: { readonly user: string; readonly channel: string }): { user: User; channel: Channel } {
    const { state } = this.#platform;
    const user = state.findUser(where.user);
    return { user, channel: state.findChannel(where.channel, user.id) };
  }

  #findCommand(channel: Channel, type: 1 | 3, name: string): Command {
    const found = [...this.#platform.state.commands.values()].find(
      (command) =>
        command.type === type &&
        command.name === name &&
        (command.guildId === undefined || command.guildId === channel.guildId),
    );
    if (found === undefined) throw new Error(`discord simulator: the app registered no command ${name} here`);
    return found;
  }

  #findMessage(channel: Channel, user: User, id: string): Message {
    const message = this.#platform.state.findMessage(channel, id);
    const isHidden = message?.ephemeralTo !== undefined && message.ephemeralTo !== user.id;
    if (message === undefined || isHidden)
      throw new Error(`discord simulator: ${user.username} sees no message ${id} there`);
    return message;
  }

  #commandData(command: Command): Fields {
    return {
      id: command.id,
      name: command.name,
      type: command.type,
      ...(command.guildId === undefined ? {} : { guild_id: command.guildId }),
    };
  }

  #send(
    user: User,
    channel: Channel,
    { opening, data, more = {} }: { opening: Opening; data: Fields; more?: Fields },
  ): Interaction {
    const { desk, settings, publisher } = this.#platform;
    const { interaction, outcome } = desk.open(
      { ...opening, userId: user.id, channelId: channel.id },
      settings.interactionAckMs,
    );
    const { id, token, type } = interaction;
    void publisher.interaction(channel, id, {
      ...this.#envelope(user, channel),
      id,
      token,
      type,
      data,
      ...more,
    });
    return { id, token, done: outcome };
  }

  /** What every interaction says about its place and its person. */
  #envelope(user: User, channel: Channel): Fields {
    const { state, settings } = this.#platform;
    const guild = state.guildOf(channel);
    const member = guild?.members.get(user.id);
    const permissions = state.permissionsOf(user.id, channel).toString();
    return {
      application_id: state.app.applicationId,
      version: 1,
      app_permissions: state.botPermissions(channel).toString(),
      attachment_size_limit: settings.maxFileBytes,
      authorizing_integration_owners: { "0": guild?.id ?? "0" },
      channel: { ...toWireChannel(state, channel), permissions, ...toThreadPart(channel, user) },
      channel_id: channel.id,
      context: guild === undefined ? 1 : 0,
      entitlement_sku_ids: [],
      entitlements: [],
      locale: user.locale,
      ...(guild === undefined || member === undefined
        ? { user: toWireUser(user) }
        : {
            guild: { id: guild.id, features: [], locale: "en-US" },
            guild_id: guild.id,
            guild_locale: "en-US",
            member: {
              ...toWireGuildMember(member, user),
              permissions,
              unusual_dm_activity_until: null,
              collectibles: null,
              display_name_styles: null,
            },
          }),
    };
  }
}

/** What a thread says of the person in it. */
function toThreadPart(channel: Channel, user: User): Fields {
  const { members } = channel.thread ?? {};
  if (members === undefined) return {};
  return {
    member_ids_preview: [...members.keys()],
    ...(members.has(user.id)
      ? { member: { ...toWireThreadMember(channel, user.id), mute_config: null, muted: false } }
      : {}),
  };
}

/** The form's fields with what was written in them; one that was left out is empty. */
function toSubmitted(modal: Modal, values: ModalAnswer["values"]): Fields[] {
  for (const name of Object.keys(values))
    if (findComponent(modal.components, name) === undefined)
      throw new Error(`discord simulator: the form ${modal.customId} has no field ${name}`);
  const fill = (field: Fields): Fields => {
    const { type, id, custom_id } = field;
    const given = values[String(custom_id)];
    if (field["required"] !== false && type === 4 && (given === undefined || given === ""))
      throw new Error(`discord simulator: the form ${modal.customId} needs ${String(custom_id)}`);
    const content = type === 4 ? { value: given ?? "" } : { values: toChosen(modal, field, given) };
    return { type, id, custom_id, ...content };
  };
  return modal.components.filter(isRecord).map((row) => {
    const { type, id, component } = row;
    if (isRecord(component)) return { type, id, component: fill(component) };
    return { type, id, components: listOf(row["components"]).map(fill) };
  });
}

/** What a menu shows as chosen before anybody chooses. */
function chosenIn(field: Fields): unknown[] {
  return listOf(field["options"])
    .filter((option) => option["default"] === true)
    .map(({ value }) => value);
}

/** What a person could choose, and must unless the field says otherwise. */
function toChosen(
  modal: Modal,
  field: Fields,
  given: ModalAnswer["values"][string] | undefined,
): readonly unknown[] {
  const chosen: readonly unknown[] = given === undefined ? chosenIn(field) : [given].flat();
  const offered = field["options"] === undefined ? undefined : listOf(field["options"]);
  if (chosen.length === 0 && field["required"] !== false)
    throw new Error(`discord simulator: the form ${modal.customId} needs ${String(field["custom_id"])}`);
  for (const value of chosen)
    if (offered?.every((option) => option["value"] !== value) === true)
      throw new Error(`discord simulator: the form ${modal.customId} does not offer ${String(value)}`);
  return chosen;
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
