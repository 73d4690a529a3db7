import type { Parsed, Place, Sender } from "../../src/core/envelope.ts";
import { actions } from "../../src/core/reply.ts";
import { fieldsAt, listAt, numberAt, textAt, textsAt, type Fields } from "../kit/fields.ts";
import { plainText } from "../kit/write-markdown.ts";
import { commandNames } from "./commands.ts";
import { readControl } from "./controls.ts";
import {
  attachmentsOf,
  ignored,
  isThread,
  placeOf,
  senderOf,
  toEnvelope,
  type DiscordContext,
  type Dispatch,
} from "./parse-context.ts";
import { toThreadName } from "./parse-message.ts";
import { readText } from "./read-text.ts";
import { interactionLifeMs, toReturnPath } from "./return-path.ts";
import { dateOf, isSnowflake } from "./snowflake.ts";

/** Discord's numbers for the kinds of interactions. */
export const interactionTypes = { ping: 1, command: 2, component: 3, autocomplete: 4, modal: 5 } as const;

/** What a person asked by a command, before it is taken in. */
export interface Question {
  readonly text: string;
  readonly sender: Sender;
}

/** Reads a command, a press, a choice or a submitted form. */
export function parseInteraction(dispatch: Dispatch, context: DiscordContext): Parsed {
  const event = fieldsAt(dispatch, "d");
  if (textAt(event, "application_id") !== context.applicationId)
    return ignored("another application's interaction");
  switch (numberAt(event, "type")) {
    case interactionTypes.command:
      return parseCommand(dispatch, context);
    case interactionTypes.component:
      return parsePress(dispatch, context);
    case interactionTypes.modal:
      return parseSubmission(dispatch, context);
    case interactionTypes.autocomplete:
      return ignored("a command asked for completions we never offer");
    default:
      return ignored("unsupported interaction");
  }
}

/** The question of `/ask`, or of the menu on a message; undefined for any other interaction. */
export function questionOf(
  event: Fields,
  context: Pick<DiscordContext, "botUserId" | "botRoleIds">,
): Question | undefined {
  const sender = senderOfInteraction(event);
  const data = fieldsAt(event, "data");
  if (numberAt(event, "type") !== interactionTypes.command || sender === undefined) return undefined;
  switch (textAt(data, "name")) {
    case commandNames.ask: {
      const text = plainText(textAt(optionOf(data, "question"), "value") ?? "").trim();
      return text === "" ? undefined : { text, sender };
    }
    case commandNames.askAbout: {
      const { text } = readText(targetOf(data), context);
      return { text, sender };
    }
    default:
      return undefined;
  }
}

/** The message a menu was used on. */
function targetOf(data: Fields): Fields {
  return fieldsAt(fieldsAt(fieldsAt(data, "resolved"), "messages"), textAt(data, "target_id") ?? "");
}

function optionOf(data: Fields, name: string): Fields {
  return listAt(data, "options").find((option) => textAt(option, "name") === name) ?? {};
}

interface Basics {
  readonly id: string;
  readonly sender: Sender;
  readonly channelId: string;
  readonly returnPath: string | undefined;
}

function basicsOf(event: Fields, { receivedAt }: DiscordContext): Basics | undefined {
  const id = textAt(event, "id");
  const channelId = textAt(event, "channel_id") ?? textAt(fieldsAt(event, "channel"), "id");
  const sender = senderOfInteraction(event);
  if (id === undefined || channelId === undefined || sender === undefined) return undefined;
  const token = textAt(event, "token");
  const application = textAt(event, "application_id");
  const asked = isSnowflake(id) ? dateOf(id) : receivedAt;
  const until = Math.min(asked.getTime(), receivedAt.getTime()) + interactionLifeMs;
  const isWhole = token !== undefined && application !== undefined;
  return {
    id,
    sender,
    channelId,
    returnPath: isWhole ? toReturnPath({ interaction: { application, token, until } }) : undefined,
  };
}

function senderOfInteraction(event: Fields): Sender | undefined {
  const member = fieldsAt(event, "member");
  const user = fieldsAt(member, "user");
  const sender = senderOf(textAt(user, "id") === undefined ? fieldsAt(event, "user") : user, { member });
  const locale = textAt(event, "locale");
  return sender === undefined || locale === undefined ? sender : { ...sender, locale };
}

function parseCommand(dispatch: Dispatch, context: DiscordContext): Parsed {
  const event = fieldsAt(dispatch, "d");
  const basics = basicsOf(event, context);
  const data = fieldsAt(event, "data");
  const name = textAt(data, "name");
  if (basics === undefined || name === undefined) return ignored("incomplete command");
  const question = questionOf(event, context);
  if (question !== undefined) return parseQuestion(dispatch, context, { basics, question });
  if (name !== commandNames.human && name !== commandNames.privacy)
    return ignored("a command we do not know");
  const place = placeOf(basics.channelId, "", context);
  if (place === undefined) return ignored("command in a channel the bot cannot see");
  const { id, sender, returnPath } = basics;
  const common = {
    id,
    place,
    sender,
    sentAt: sentAt(id, context),
    ...(returnPath !== undefined && { returnPath }),
  };
  // In a thread it is the thread that a person is asked into, in front of everyone.
  if (name === commandNames.human && isThread(context.channel?.type))
    return toEnvelope(context, dispatch, {
      ...common,
      kind: "action",
      action: actions.human,
      value: "human",
    });
  return toEnvelope(context, dispatch, { ...common, kind: "command", command: name, text: name });
}

/** A question asked by a command is a message: it hangs on the one that shows it to the room. */
function parseQuestion(
  dispatch: Dispatch,
  context: DiscordContext,
  { basics, question }: { readonly basics: Basics; readonly question: Question },
): Parsed {
  const data = fieldsAt(fieldsAt(dispatch, "d"), "data");
  const id = context.echo ?? basics.id;
  const place = placeOf(basics.channelId, id, context);
  if (place === undefined) return ignored("command in a channel the bot cannot see");
  const target = targetOf(data);
  return toEnvelope(context, dispatch, {
    kind: "message",
    id,
    place,
    sender: question.sender,
    sentAt: sentAt(basics.id, context),
    text: question.text,
    attachments: attachmentsOf(target, basics.channelId),
    addressed: place.audience === "direct" ? "direct" : "mention",
    mentionsOthers: false,
    inThread: isThread(context.channel?.type),
    ...(place.thread === id && { returnPath: toReturnPath({ name: toThreadName(question.text) }) }),
  });
}

function parsePress(dispatch: Dispatch, context: DiscordContext): Parsed {
  const event = fieldsAt(dispatch, "d");
  const basics = basicsOf(event, context);
  const data = fieldsAt(event, "data");
  const customId = textAt(data, "custom_id");
  if (basics === undefined || customId === undefined) return ignored("incomplete press");
  const control = readControl(plainText(customId));
  const chosen = textsAt(data, "values").map(plainText);
  return toAction(dispatch, context, basics, {
    action: control.action,
    value: chosen.length === 0 ? control.value : chosen.join(","),
  });
}

function parseSubmission(dispatch: Dispatch, context: DiscordContext): Parsed {
  const event = fieldsAt(dispatch, "d");
  const basics = basicsOf(event, context);
  const data = fieldsAt(event, "data");
  const customId = textAt(data, "custom_id");
  if (basics === undefined || customId === undefined) return ignored("incomplete form");
  return toAction(dispatch, context, basics, {
    ...readControl(plainText(customId)),
    fields: Object.fromEntries(fieldsIn(data)),
  });
}

/** The fields of a form by their own ids: in rows, or each under a label. */
function fieldsIn(data: Fields): (readonly [string, string])[] {
  return listAt(data, "components").flatMap((row) =>
    [...listAt(row, "components"), fieldsAt(row, "component")].flatMap((field) => {
      const name = textAt(field, "custom_id");
      if (name === undefined) return [];
      const value = textAt(field, "value") ?? textsAt(field, "values").join(",");
      return [[plainText(name), plainText(value)] as const];
    }),
  );
}

function toAction(
  dispatch: Dispatch,
  context: DiscordContext,
  { id, sender, channelId, returnPath }: Basics,
  control: {
    readonly action: string;
    readonly value: string;
    readonly fields?: Readonly<Record<string, string>>;
  },
): Parsed {
  const message = fieldsAt(fieldsAt(dispatch, "d"), "message");
  const target = textAt(message, "id");
  const place = placeOfControl(message, channelId, context);
  if (place === undefined) return ignored("control in a channel the bot cannot see");
  return toEnvelope(context, dispatch, {
    kind: "action",
    id,
    place,
    sender,
    sentAt: sentAt(id, context),
    ...control,
    ...(target !== undefined && { targetId: target }),
    ...(returnPath !== undefined && { returnPath }),
  });
}

/** An answer that stands in the room is a reply to the message its conversation hangs on. */
function placeOfControl(message: Fields, channelId: string, context: DiscordContext): Place | undefined {
  const root = textAt(fieldsAt(message, "message_reference"), "message_id") ?? textAt(message, "id") ?? "";
  return placeOf(channelId, root, context);
}

function sentAt(id: string, { receivedAt }: DiscordContext): Date {
  return isSnowflake(id) ? dateOf(id) : receivedAt;
}
