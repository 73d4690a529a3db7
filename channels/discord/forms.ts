import {
  deckFormOf,
  fitForm,
  fixAction,
  fixMenu,
  formField,
  formLimit,
  type DeckChoice,
  type DeckForm,
  type FormAsked,
} from "../../src/core/deck.ts";
import { fieldsAt, numberAt, textAt, type Fields } from "../kit/fields.ts";
import { plainText } from "../kit/write-markdown.ts";
import { commandNames } from "./commands.ts";
import { readControl, toCustomId } from "./controls.ts";
import { interactionTypes } from "./parse-interaction.ts";
import { ephemeral } from "./render.ts";

/** The control whose form a press, or the menu of a message, opens; undefined for whatever opens none. */
export function formControlOf(event: Fields): Pick<FormAsked, "action" | "value" | "message"> | undefined {
  const data = fieldsAt(event, "data");
  const message = textAt(data, "target_id");
  if (numberAt(event, "type") === interactionTypes.command)
    return textAt(data, "name") === commandNames.fix && message !== undefined
      ? { action: fixAction, message }
      : undefined;
  if (numberAt(event, "type") !== interactionTypes.component) return undefined;
  const { action, value } = readControl(plainText(customIdOf(event)));
  return deckFormOf(action) === undefined ? undefined : { action, value };
}

/** The answer to whoever chose from a message's menu where it is no matter of theirs. */
export function toMenuRefusal(): object {
  return { type: reply, data: { content: fixMenu.refusal, flags: ephemeral } };
}

/** The answer by which a press opens its form. */
export function toModal(event: Fields, form: DeckForm): object {
  const { title, label, choice } = form;
  const components = [
    { type: labelled, label, component: toField(fitForm(form, mostOptions)) },
    ...(choice === undefined ? [] : [toChoice(choice)]),
  ];
  return { type: modal, data: { custom_id: comesBackAs(event, form), title, components } };
}

/** As the button, and so with the conversation it is about; where the form is about something else, with that. */
function comesBackAs(event: Fields, { about }: DeckForm): string {
  const control = about === undefined ? undefined : formControlOf(event);
  return control === undefined ? customIdOf(event) : toCustomId(control.action, about ?? "");
}

function toField({ placeholder, isLong, limit = formLimit, options, initial }: DeckForm): object {
  const field = { custom_id: formField, required: true };
  if (options !== undefined) return { ...field, type: select, options };
  const value = initial === undefined ? {} : { value: initial };
  return { ...field, type: textInput, style: isLong ? 2 : 1, max_length: limit, placeholder, ...value };
}

function toChoice({ name, label, options }: DeckChoice): object {
  const all = options.map((option, index) => ({ ...option, ...(index === 0 && { default: true }) }));
  return {
    type: labelled,
    label,
    component: { type: select, custom_id: name, required: true, options: all },
  };
}

function customIdOf(event: Fields): string {
  return textAt(fieldsAt(event, "data"), "custom_id") ?? "";
}

// https://discord.com/developers/docs/components/reference
const select = 3;
const textInput = 4;
const labelled = 18;
const modal = 9;
const reply = 4;
const mostOptions = 25;
