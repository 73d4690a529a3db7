import type { Parsed, Place, Sender } from "../../src/core/envelope.ts";
import { fieldsAt, isFields, listAt, numberAt, textAt, textsAt, type Fields } from "../kit/fields.ts";
import { readControl } from "./controls.ts";
import { readFormOrigin } from "./forms.ts";
import { createMentions, plainText, readMrkdwn } from "./markup.ts";
import {
  ignored,
  isTimestamp,
  placeOf,
  toDate,
  toEnvelope,
  typeOfNamedChannel,
  type SlackContext,
} from "./parse-context.ts";
import { readText } from "./read-text.ts";
import { readRichText } from "./rich-text.ts";

/** Reads a press, a choice, a submitted form or a shortcut. */
export function parseInteraction(body: Fields, context: SlackContext): Parsed {
  switch (textAt(body, "type")) {
    case "block_actions":
      return parseBlockAction(body, context);
    case "view_submission":
      return parseSubmission(body, context);
    case "message_action":
      return parseMessageShortcut(body, context);
    case "shortcut":
      return parseGlobalShortcut(body, context);
    case "view_closed":
      return ignored("form closed");
    case "block_suggestion":
      return ignored("a menu asked for options we never offer");
    default:
      return ignored("unsupported interaction");
  }
}

/** Reads a slash command. It has no message, and Slack offers none inside threads, so it has no thread either. */
export function parseCommand(body: Fields, context: SlackContext): Parsed {
  const id = textAt(body, "trigger_id");
  const space = textAt(body, "channel_id");
  const user = textAt(body, "user_id");
  const command = textAt(body, "command")?.replace(/^\//, "");
  if (id === undefined || space === undefined || user === undefined || !command) {
    return ignored("incomplete command");
  }
  const type = typeOfNamedChannel({ name: textAt(body, "channel_name") });
  const name = textAt(body, "user_name");
  return toEnvelope(context, body, {
    kind: "command",
    id,
    place: { ...placeOf(space, "", undefined, { type }), thread: "" },
    sender: { id: user, kind: "user", ...(name === undefined ? {} : { name: plainText(name) }) },
    sentAt: context.receivedAt,
    command: plainText(command),
    text: readMrkdwn(textAt(body, "text") ?? "", createMentions(context.botUserId)).trim(),
  });
}

function parseBlockAction(body: Fields, context: SlackContext): Parsed {
  const [action] = listAt(body, "actions");
  const sender = senderOf(body, context);
  const name = action === undefined ? undefined : textAt(action, "action_id");
  if (action === undefined || name === undefined || sender === undefined) return ignored("incomplete action");
  const container = fieldsAt(body, "container");
  const target = textAt(container, "message_ts") ?? textAt(fieldsAt(body, "message"), "ts");
  const at = textAt(action, "action_ts");
  const control = readControl(plainText(name), valueOf(action));
  return toEnvelope(context, body, {
    kind: "action",
    id: `${at ?? textAt(body, "trigger_id") ?? ""}:${name}:${sender.id}`,
    place: placeOfInteraction(body, sender, context),
    sender,
    sentAt: isTimestamp(at) ? toDate(at) : context.receivedAt,
    action: control.action,
    value: control.value,
    ...(target === undefined ? {} : { targetId: target }),
  });
}

function parseSubmission(body: Fields, context: SlackContext): Parsed {
  const view = fieldsAt(body, "view");
  const name = textAt(view, "callback_id");
  const sender = senderOf(body, context);
  const id = textAt(view, "id");
  if (name === undefined || sender === undefined || id === undefined) return ignored("incomplete form");
  const metadata = textAt(view, "private_metadata") ?? "";
  const origin = readFormOrigin(metadata);
  return toEnvelope(context, body, {
    kind: "action",
    id: `${id}:${textAt(view, "hash") ?? ""}:${sender.id}`,
    place: origin?.place ?? placeOfInteraction(body, sender, context),
    sender,
    sentAt: context.receivedAt,
    action: plainText(name),
    value: origin?.value ?? metadata,
    fields: fieldsOf(view),
  });
}

function parseMessageShortcut(body: Fields, context: SlackContext): Parsed {
  const name = textAt(body, "callback_id");
  const sender = senderOf(body, context);
  const message = fieldsAt(body, "message");
  const target = textAt(message, "ts");
  const at = textAt(body, "action_ts");
  if (name === undefined || sender === undefined || target === undefined)
    return ignored("incomplete shortcut");
  return toEnvelope(context, body, {
    kind: "action",
    id: `${at ?? textAt(body, "trigger_id") ?? ""}:${name}:${sender.id}`,
    place: placeOfInteraction(body, sender, context),
    sender,
    sentAt: isTimestamp(at) ? toDate(at) : context.receivedAt,
    action: plainText(name),
    value: readText(message, context.botUserId).text,
    targetId: target,
  });
}

function parseGlobalShortcut(body: Fields, context: SlackContext): Parsed {
  const name = textAt(body, "callback_id");
  const sender = senderOf(body, context);
  const at = textAt(body, "action_ts");
  if (name === undefined || sender === undefined) return ignored("incomplete shortcut");
  return toEnvelope(context, body, {
    kind: "action",
    id: `${at ?? textAt(body, "trigger_id") ?? ""}:${name}:${sender.id}`,
    place: placeOfInteraction(body, sender, context),
    sender,
    sentAt: isTimestamp(at) ? toDate(at) : context.receivedAt,
    action: plainText(name),
    value: "",
  });
}

function senderOf(body: Fields, context: SlackContext): Sender | undefined {
  const user = fieldsAt(body, "user");
  const id = textAt(user, "id");
  if (id === undefined) return undefined;
  const name = textAt(user, "name") ?? textAt(user, "username");
  const home = textAt(user, "team_id");
  return {
    id,
    kind: "user",
    ...(name === undefined ? {} : { name: plainText(name) }),
    ...(home === undefined || home === context.installation ? {} : { homeTeam: home }),
  };
}

/** Where the control sits. What has no channel (App Home, a form) is between that person and us. */
function placeOfInteraction(body: Fields, sender: Sender, context: SlackContext): Place {
  const channel = fieldsAt(body, "channel");
  const container = fieldsAt(body, "container");
  const message = fieldsAt(body, "message");
  const space = textAt(channel, "id") ?? textAt(container, "channel_id");
  // Slack opens the DM when a user's id is given as the channel.
  if (space === undefined) return { space: sender.id, thread: "", audience: "direct" };
  const ts = textAt(container, "message_ts") ?? textAt(message, "ts") ?? "";
  const threadTs = textAt(container, "thread_ts") ?? textAt(message, "thread_ts");
  const home = sender.homeTeam;
  const shared = home !== undefined && home !== context.installation;
  return placeOf(space, ts, threadTs, { type: typeOfNamedChannel(channel), shared });
}

/** What was chosen, whichever control it was; several choices are joined by commas. */
function valueOf(action: Fields): string {
  const option = textAt(fieldsAt(action, "selected_option"), "value");
  const options = listAt(action, "selected_options").flatMap((chosen) => textAt(chosen, "value") ?? []);
  const lists = ["selected_users", "selected_channels", "selected_conversations"].flatMap((key) =>
    textsAt(action, key),
  );
  const single = [
    "value",
    "selected_date",
    "selected_time",
    "selected_user",
    "selected_channel",
    "selected_conversation",
  ].flatMap((key) => textAt(action, key) ?? []);
  const moment = numberAt(action, "selected_date_time");
  const rich = action["rich_text_value"];
  const written = isFields(rich) ? readRichText([rich], createMentions(undefined)) : undefined;
  const several = [...options, ...lists].join(",");
  return plainText(option ?? single[0] ?? written ?? (moment === undefined ? several : String(moment)));
}

/** The fields of a form by our own names: the action id, with the block's where two fields share one. */
function fieldsOf(view: Fields): Readonly<Record<string, string>> {
  const blocks = fieldsAt(fieldsAt(view, "state"), "values");
  const found = new Map<string, string>();
  for (const block of Object.keys(blocks)) {
    const elements = fieldsAt(blocks, block);
    for (const name of Object.keys(elements)) {
      const key = found.has(name) ? `${block}.${name}` : name;
      found.set(key, valueOf(fieldsAt(elements, name)));
    }
  }
  return Object.fromEntries(found);
}
