import { invalidForm, refusal } from "../api-error.ts";
import { checkComponents, numberComponents } from "../components.ts";
import { FieldCheck } from "../field-check.ts";
import type { InteractionOutcome, OpenInteraction } from "../interaction-desk.ts";
import { isRecord } from "../../kit/is-record.ts";
import { parseMessageBody } from "../message-body.ts";
import type { Channel, Message, Modal } from "../model.ts";
import { loadingFlag } from "../seen.ts";
import type { MessageDraft } from "../state.ts";
import { toWireMessage } from "../wire.ts";
import { postBody, rewrite } from "../write-message.ts";
import { done, param } from "./call.ts";
import type { RestAnswer, RestCall, Routes } from "./call.ts";

const webhook = "/webhooks/:application/:token";

/** Answers to interactions: the first by callback, the others by the interaction's webhook. */
export const interactionRoutes: Routes = {
  "POST /interactions/:interaction/:token/callback": callback,
  [`POST ${webhook}`]: followUp,
  [`GET ${webhook}/messages/:message`]: get,
  [`PATCH ${webhook}/messages/:message`]: edit,
  [`DELETE ${webhook}/messages/:message`]: remove,
};

const ephemeral = 1 << 6;

function callback(call: RestCall): RestAnswer {
  const { desk, settings } = call.platform;
  const interaction = desk.find(param(call, "interaction"), param(call, "token"));
  if (interaction === undefined) throw refusal(10062);
  if (interaction.callbackType !== undefined) throw refusal(40060);
  if (Date.now() - interaction.createdAt >= settings.interactionAckMs) throw refusal(10062);
  const fields = isRecord(call.body) ? call.body : {};
  const type = checkCallbackType(interaction, fields["type"]);
  const outcome = respond({ ...call, body: fields["data"] ?? {} }, interaction, type);
  interaction.callbackType = type;
  interaction.settle({ acknowledged: true, callbackType: type, ...outcome });
  if (call.query.get("with_response") !== "true") return { ...done, ...idOf(interaction) };
  return { status: 200, body: toCallbackResponse(call, interaction, type), ...idOf(interaction) };
}

/** Updates answer components (and forms they opened), choices answer options, and a form is not answered by a form. */
function checkCallbackType(interaction: OpenInteraction, value: unknown): number {
  const check = new FieldCheck();
  const updates = interaction.source === undefined ? [] : [6, 7];
  const allowed = { 2: [4, 5, 9], 3: [4, 5, 6, 7, 9], 4: [8], 5: [4, 5, ...updates] }[interaction.type];
  const type = check.choice(value, ["type"], allowed);
  if (type === undefined) throw invalidForm(check.faults);
  return type;
}

function respond(
  call: RestCall,
  interaction: OpenInteraction,
  type: number,
): Pick<InteractionOutcome, "message" | "modal" | "choices"> {
  const { state } = call.platform;
  if (type === 9) return { modal: showModal(call, interaction) };
  if (type === 8) {
    const choices = isRecord(call.body) ? call.body["choices"] : undefined;
    return { choices: Array.isArray(choices) ? choices : [] };
  }
  if (type === 4) interaction.original = answer(call, interaction);
  if (type === 5) interaction.original = think(call, interaction);
  if (type === 6 || type === 7) {
    if (interaction.source !== undefined) interaction.original = interaction.source;
    if (type === 7) changeOriginal(call, interaction);
  }
  const { original } = interaction;
  return original === undefined ? {} : { message: state.seen(original) };
}

function answer(call: RestCall, interaction: OpenInteraction, more: Partial<MessageDraft> = {}): Message {
  const { platform, files } = call;
  const body = parseMessageBody(call.body, files, platform.settings);
  const message = postBody(platform, channelOf(call, interaction), {
    body,
    files,
    more: {
      type: interaction.answerType,
      interaction: toOrigin(interaction),
      ...((body.flags & ephemeral) === 0 ? {} : { ephemeralTo: interaction.userId }),
      ...more,
    },
  });
  void platform.publisher.posted(message);
  platform.embeds.look(message);
  return message;
}

function toOrigin({ id, type, userId }: OpenInteraction): NonNullable<Message["interaction"]> {
  return { id, type, userId };
}

function think(call: RestCall, interaction: OpenInteraction): Message {
  const { state, publisher } = call.platform;
  const flags = isRecord(call.body) && typeof call.body["flags"] === "number" ? call.body["flags"] : 0;
  const message = state.post(channelOf(call, interaction), {
    authorId: state.app.botUserId,
    type: interaction.answerType,
    interaction: toOrigin(interaction),
    flags: loadingFlag | (flags & ephemeral),
    ...((flags & ephemeral) === 0 ? {} : { ephemeralTo: interaction.userId }),
  });
  void publisher.posted(message);
  return message;
}

function showModal(call: RestCall, interaction: OpenInteraction): Modal {
  const { state } = call.platform;
  const check = new FieldCheck();
  const fields = check.record(call.body, ["data"]) ?? {};
  const customId = check.text(fields["custom_id"], ["custom_id"], { min: 1, max: 100 });
  const title = check.text(fields["title"], ["title"], { min: 1, max: 45 });
  checkComponents(check, fields["components"] ?? [], { modal: true });
  if (check.faults.length > 0 || customId === undefined || title === undefined)
    throw invalidForm(check.faults);
  const modal: Modal = {
    interactionId: interaction.id,
    userId: interaction.userId,
    channelId: interaction.channelId,
    customId,
    title,
    components: numberComponents(fields["components"] as readonly unknown[]),
    ...(interaction.source === undefined ? {} : { messageId: interaction.source.id }),
  };
  state.modals.push(modal);
  state.changed(() => ({ kind: "modal", modal }));
  return modal;
}

function changeOriginal(call: RestCall, interaction: OpenInteraction): Message {
  const { platform, files } = call;
  const message = interaction.original;
  if (message === undefined) throw refusal(10008);
  return change(call, interaction, { message, body: parseMessageBody(call.body, files, platform.settings) });
}

function change(
  call: RestCall,
  interaction: OpenInteraction,
  { message, body }: { message: Message; body: ReturnType<typeof parseMessageBody> },
): Message {
  const { platform, files } = call;
  rewrite(platform, channelOf(call, interaction), { message, body, files });
  void platform.publisher.edited(message);
  platform.embeds.look(message);
  return message;
}

/** The first one after a deferral is what was waited for; it takes the deferred message's place. */
function followUp(call: RestCall): RestAnswer {
  const interaction = findByToken(call);
  const { original } = interaction;
  const isAwaited =
    original !== undefined && (original.flags & loadingFlag) !== 0 && original.deletedAt === undefined;
  const message = isAwaited
    ? changeOriginal(call, interaction)
    : answer(
        call,
        interaction,
        original === undefined
          ? {}
          : { type: 19, reference: { messageId: original.id, channelId: original.channelId } },
      );
  return { status: 200, body: wire(call, message), messageId: message.id };
}

function get(call: RestCall): RestAnswer {
  const message = findAnswer(call, findByToken(call));
  return { status: 200, body: wire(call, message), messageId: message.id };
}

function edit(call: RestCall): RestAnswer {
  const interaction = findByToken(call);
  const message = findAnswer(call, interaction);
  const body = parseMessageBody(call.body, call.files, call.platform.settings);
  change(call, interaction, { message, body });
  return { status: 200, body: wire(call, message), messageId: message.id };
}

function remove(call: RestCall): RestAnswer {
  const { state, publisher } = call.platform;
  const interaction = findByToken(call);
  const message = findAnswer(call, interaction);
  state.remove(message);
  void publisher.deleted(channelOf(call, interaction), message);
  return { ...done, messageId: message.id };
}

/** 50027 once the token ran out, 10015 before the interaction is acknowledged. */
function findByToken(call: RestCall): OpenInteraction {
  const { desk, settings, state } = call.platform;
  if (param(call, "application") !== state.app.applicationId) throw refusal(10015);
  const interaction = desk.findByToken(param(call, "token"));
  if (interaction === undefined || Date.now() - interaction.createdAt >= settings.interactionTokenMs)
    throw refusal(50027);
  if (interaction.callbackType === undefined) throw refusal(10015);
  return interaction;
}

function findAnswer(call: RestCall, interaction: OpenInteraction): Message {
  const id = param(call, "message");
  const channel = channelOf(call, interaction);
  const message = id === "@original" ? interaction.original : call.platform.state.findMessage(channel, id);
  if (message === undefined || message.deletedAt !== undefined) throw refusal(10008);
  const isAnswer = message === interaction.original || message.interaction?.id === interaction.id;
  if (!isAnswer) throw refusal(10008);
  return message;
}

function channelOf(call: RestCall, interaction: OpenInteraction): Channel {
  const channel = call.platform.state.channels.get(interaction.channelId);
  if (channel === undefined) throw refusal(10003);
  return channel;
}

function wire(call: RestCall, message: Message): Record<string, unknown> {
  const { state, urls } = call.platform;
  return toWireMessage(state, urls, message);
}

function toCallbackResponse(
  call: RestCall,
  interaction: OpenInteraction,
  type: number,
): Record<string, unknown> {
  const { original } = interaction;
  const hasMessage = original !== undefined && (type === 4 || type === 5 || type === 7);
  return {
    interaction: {
      id: interaction.id,
      type: interaction.type,
      ...(original === undefined
        ? {}
        : {
            response_message_id: original.id,
            response_message_loading: (original.flags & loadingFlag) !== 0,
            response_message_ephemeral: original.ephemeralTo !== undefined,
          }),
    },
    resource: { type, ...(hasMessage ? { message: wire(call, original) } : {}) },
  };
}

function idOf(interaction: OpenInteraction): { readonly messageId?: string } {
  return interaction.original === undefined ? {} : { messageId: interaction.original.id };
}
