import type { InputBlock, ModalView } from "@slack/types";
import {
  deckFormOf,
  fitForm,
  formField,
  formLimit,
  type DeckChoice,
  type DeckForm,
  type fixMenu,
} from "../../src/core/deck.ts";
import type { ActionEnvelope, Envelope, Place } from "../../src/core/envelope.ts";
import { fieldsAt, parseFields, textAt } from "../kit/fields.ts";

/** What a form tells when it comes back: Slack keeps it for us, and shows it to nobody. */
export interface FormOrigin {
  readonly value: string;
  /** Where the button stands; a form itself stands nowhere. */
  readonly place: Place;
}

/** A press that opens a form; what was written into one opens none. */
export function opensForm(envelope: Envelope): envelope is ActionEnvelope {
  const isPress = envelope.kind === "action" && envelope.fields === undefined;
  return isPress && deckFormOf(envelope.action) !== undefined;
}

/** The form as Slack shows it. */
export function toFormView(envelope: ActionEnvelope, form: DeckForm): ModalView {
  const { title, label, submit, choice } = form;
  return {
    type: "modal",
    callback_id: envelope.action,
    private_metadata: JSON.stringify({ [originKey]: toOrigin(envelope, form) }),
    title: plain(title),
    submit: plain(submit),
    close: plain("Cancel"),
    blocks: [
      {
        type: "input",
        block_id: formField,
        label: plain(label),
        element: toElement(fitForm(form, mostOptions)),
      },
      ...(choice === undefined ? [] : [toChoiceBlock(choice)]),
    ],
  };
}

/** What whoever chose from a message's menu reads where it is no matter of theirs. */
export function toRefusalView({ name, refusal }: typeof fixMenu): ModalView {
  return {
    type: "modal",
    title: plain(name),
    close: plain("Close"),
    blocks: [{ type: "section", text: plain(refusal) }],
  };
}

function toElement({
  placeholder,
  isLong,
  limit = formLimit,
  options,
  initial,
}: DeckForm): InputBlock["element"] {
  if (options !== undefined)
    return { type: "static_select", action_id: formField, options: options.map(toOption) };
  return {
    type: "plain_text_input",
    action_id: formField,
    multiline: isLong,
    max_length: limit,
    placeholder: plain(placeholder),
    ...(initial !== undefined && { initial_value: initial }),
  };
}

function toOption({ value, label }: DeckChoice["options"][number]) {
  return { value, text: plain(label) };
}

function toChoiceBlock({ name, label, options }: DeckChoice): InputBlock {
  const all = options.map(toOption);
  const [first] = all;
  return {
    type: "input",
    block_id: name,
    label: plain(label),
    element: {
      type: "radio_buttons",
      action_id: name,
      options: all,
      ...(first !== undefined && { initial_option: first }),
    },
  };
}

/** Reads where a form was opened; undefined for forms of others. */
export function readFormOrigin(metadata: string): FormOrigin | undefined {
  const origin = fieldsAt(parseFields(metadata), originKey);
  const place = fieldsAt(origin, "place");
  const space = textAt(place, "space");
  const audience = audiences.find((one) => one === textAt(place, "audience"));
  if (space === undefined || audience === undefined) return undefined;
  return {
    value: textAt(origin, "value") ?? "",
    place: { space, thread: textAt(place, "thread") ?? "", audience },
  };
}

// https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
const mostOptions = 100;
const originKey = "baton";
const audiences = ["direct", "group", "public", "shared"] as const satisfies readonly Place["audience"][];

function toOrigin({ value, place }: ActionEnvelope, { about }: DeckForm): FormOrigin {
  const { space, thread, audience } = place;
  return { value: about ?? value, place: { space, thread, audience } };
}

function plain(text: string) {
  return { type: "plain_text" as const, text };
}
