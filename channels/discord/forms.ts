import {
  deckFormOf,
  fitForm,
  formField,
  formLimit,
  type DeckChoice,
  type DeckForm,
} from "../../src/core/deck.ts";
import { fieldsAt, textAt, type Fields } from "../kit/fields.ts";
import { plainText } from "../kit/write-markdown.ts";
import { readControl } from "./controls.ts";

/** The control whose form a press opens; undefined for whatever opens none. */
export function formActionOf(event: Fields): string | undefined {
  const { action } = readControl(plainText(customIdOf(event)));
  return deckFormOf(action) === undefined ? undefined : action;
}

/** The answer by which a press opens its form. */
export function toModal(event: Fields, form: DeckForm): object {
  const { title, label, choice } = form;
  // What comes back has the id of the button, and so the conversation it is about.
  const components = [
    { type: labelled, label, component: toField(fitForm(form, mostOptions)) },
    ...(choice === undefined ? [] : [toChoice(choice)]),
  ];
  return { type: modal, data: { custom_id: customIdOf(event), title, components } };
}

function toField({ placeholder, isLong, limit = formLimit, options }: DeckForm): object {
  const field = { custom_id: formField, required: true };
  if (options !== undefined) return { ...field, type: select, options };
  return { ...field, type: textInput, style: isLong ? 2 : 1, max_length: limit, placeholder };
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
const mostOptions = 25;
