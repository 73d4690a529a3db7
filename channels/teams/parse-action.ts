import type { Parsed, Place, Sender } from "../../src/core/envelope.ts";
import { fieldsAt, isFields, textAt, type Fields } from "../kit/fields.ts";
import { plainText } from "../kit/write-markdown.ts";
import { controlKey, fieldOf } from "./card.ts";
import { ignored, isOwn, senderOf, sentAtOf, toEnvelope, type TeamsContext } from "./parse-context.ts";
import { placeOf, toMessageId } from "./place.ts";

/** A pressed `Action.Submit`: its data, with the fields of the form around it. */
export function parseSubmit(
  activity: Fields,
  { place, sender }: { readonly place: Place; readonly sender: Sender },
  context: TeamsContext,
): Parsed {
  return toAction(activity, fieldsAt(activity, "value"), { place, sender, context });
}

/** An invoke: something a person did that waits for an answer. Only a card's `Action.Execute` is for us. */
export function parseInvoke(activity: Fields, context: TeamsContext): Parsed {
  const name = textAt(activity, "name") ?? "";
  const place = placeOf(activity);
  const sender = senderOf(activity);
  if (isOwn(activity, context)) return ignored("own message");
  if (name !== "adaptiveCard/action")
    return ignored(`invoke we do not need: ${plainText(name).slice(0, 60)}`);
  if (place === undefined || sender === undefined) return ignored("incomplete action");
  const action = fieldsAt(fieldsAt(activity, "value"), "action");
  const data = { verb: textAt(action, "verb"), ...fieldsAt(action, "data") };
  return toAction(activity, data, { place, sender, context });
}

function toAction(
  activity: Fields,
  data: Fields,
  { place, sender, context }: { place: Place; sender: Sender; context: TeamsContext },
): Parsed {
  const id = textAt(activity, "id");
  const control = readControl(data);
  if (id === undefined || control === undefined) return ignored("incomplete action");
  const target = textAt(activity, "replyToId");
  return toEnvelope(context, activity, {
    kind: "action",
    id: toMessageId(place, id),
    place,
    sender,
    sentAt: sentAtOf(activity, context),
    ...control,
    ...(target === undefined ? {} : { targetId: toMessageId(place, target) }),
  });
}

const mostFields = 50;

/** Ours stands under a key of its own; other cards name their action in one of the usual ways. */
function readControl(data: Fields) {
  const own = data[controlKey];
  const action = isFields(own)
    ? textAt(own, "action")
    : (textAt(data, "actionId") ?? textAt(data, "action") ?? textAt(data, "verb"));
  if (action === undefined) return undefined;
  const value = isFields(own) ? textAt(own, "value") : textAt(data, "value");
  const fields = Object.entries(data)
    .filter(([key]) => key !== controlKey && !reserved.has(key))
    .flatMap(([key, field]) => {
      const text = toText(field);
      return text === undefined ? [] : [[plainText(isFields(own) ? fieldOf(key) : key), text] as const];
    })
    .slice(0, mostFields);
  return {
    action: plainText(action),
    value: plainText(value ?? ""),
    ...(fields.length === 0 ? {} : { fields: Object.fromEntries(fields) }),
  };
}

const reserved: ReadonlySet<string> = new Set(["actionId", "action", "verb", "value", "msteams"]);

function toText(value: unknown): string | undefined {
  if (typeof value === "string") return plainText(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
