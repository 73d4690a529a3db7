import { nowTs } from "./events.ts";
import { isRecord } from "../kit/is-record.ts";

type Fields = Record<string, unknown>;

/** What is clicked, and where. */
export interface Click {
  readonly user: string;
  readonly channel?: string;
  readonly messageTs?: string;
  /** Clicks in that view (a modal or a Home tab) instead of a message. */
  readonly viewId?: string;
  readonly actionId?: string;
  readonly blockId?: string;
  /** Chooses among several: the button's, option's or feedback side's value. */
  readonly value?: string;
}

interface Found {
  readonly element: Fields;
  readonly blockId: string;
}

/** The element that the click names; throws when there is none. */
export function findElement(blocks: readonly unknown[], click: Click): Found {
  const candidates = blocks
    .filter(isRecord)
    .flatMap((block) =>
      [...listOf(block["elements"]), block["accessory"], block["element"]]
        .filter(isRecord)
        .map((element) => ({ element, blockId: String(block["block_id"] ?? "") })),
    );
  const found = candidates.find(({ element, blockId }) => {
    if (click.actionId !== undefined && element["action_id"] !== click.actionId) return false;
    if (click.blockId !== undefined && blockId !== click.blockId) return false;
    if (click.actionId !== undefined || click.blockId !== undefined) return true;
    return click.value !== undefined && valuesOf(element).includes(click.value);
  });
  if (found === undefined)
    throw new Error(
      `slack simulator: nothing to click with ${JSON.stringify({ actionId: click.actionId, blockId: click.blockId, value: click.value })}`,
    );
  return found;
}

function valuesOf(element: Fields): readonly unknown[] {
  const sides = [element["positive_button"], element["negative_button"]]
    .filter(isRecord)
    .map((side) => side["value"]);
  return [
    element["value"],
    ...sides,
    ...listOf(element["options"])
      .filter(isRecord)
      .map((option) => option["value"]),
  ];
}

/** The entry of `actions` for the element, in the platform's shape for its kind. */
export function toAction({ element, blockId }: Found, click: Click): Fields {
  const base = {
    action_id: element["action_id"],
    block_id: blockId,
    type: element["type"],
    action_ts: nowTs(),
  };
  switch (element["type"]) {
    case "button":
    case "icon_button":
      return {
        ...base,
        text: element["text"],
        ...(element["value"] === undefined ? {} : { value: element["value"] }),
        ...(element["style"] === undefined ? {} : { style: element["style"] }),
      };
    case "feedback_buttons": {
      const side = [element["positive_button"], element["negative_button"]]
        .filter(isRecord)
        .find((one) => one["value"] === click.value);
      if (side === undefined)
        throw new Error(`slack simulator: no feedback button with value ${click.value ?? ""}`);
      return { ...base, text: side["text"], value: side["value"] };
    }
    case "users_select":
      return { ...base, selected_user: click.value };
    case "channels_select":
      return { ...base, selected_channel: click.value };
    case "conversations_select":
      return { ...base, selected_conversation: click.value };
    case "datepicker":
      return { ...base, selected_date: click.value };
    case "timepicker":
      return { ...base, selected_time: click.value };
    case "plain_text_input":
      return { ...base, value: click.value };
    default:
      return toOptionAction(base, element, click);
  }
}

function toOptionAction(base: Fields, element: Fields, click: Click): Fields {
  const groups = listOf(element["option_groups"])
    .filter(isRecord)
    .flatMap((group) => listOf(group["options"]));
  const option = [...listOf(element["options"]), ...groups]
    .filter(isRecord)
    .find((one) => one["value"] === click.value);
  if (option === undefined) throw new Error(`slack simulator: no option with value ${click.value ?? ""}`);
  const several = element["type"] === "checkboxes" || String(element["type"]).startsWith("multi_");
  return {
    ...base,
    ...(several ? { selected_options: [option] } : { selected_option: option }),
    ...(element["placeholder"] === undefined ? {} : { placeholder: element["placeholder"] }),
  };
}

/** The `state.values` of a submission: what was given, in the shape of each input. */
export function toViewState(
  blocks: readonly unknown[],
  values: Readonly<Record<string, string | readonly string[]>>,
): Record<string, unknown> {
  const state: Record<string, unknown> = {};
  for (const block of blocks) {
    if (!isRecord(block) || block["type"] !== "input" || !isRecord(block["element"])) continue;
    const { element } = block;
    const blockId = String(block["block_id"] ?? "");
    const actionId = String(element["action_id"] ?? "");
    const value = values[blockId] ?? values[actionId];
    state[blockId] = { [actionId]: toInputState(element, value) };
  }
  return state;
}

function toInputState(element: Fields, value: string | readonly string[] | undefined): Fields {
  const { type } = element;
  const options = listOf(element["options"]).filter(isRecord);
  if (type === "checkboxes" || type === "multi_static_select")
    return {
      type,
      selected_options: options.filter((option) => [value].flat().includes(String(option["value"]))),
    };
  if (type === "static_select" || type === "radio_buttons") {
    if (value === undefined) return { type, selected_option: element["initial_option"] ?? null };
    const chosen = options.find((option) => option["value"] === value);
    if (chosen === undefined) throw new Error(`slack simulator: the form does not offer ${String(value)}`);
    return { type, selected_option: chosen };
  }
  if (type === "users_select") return { type, selected_user: value ?? null };
  if (type === "datepicker") return { type, selected_date: value ?? null };
  return { type, value: value ?? null };
}

/** The value when it is a list, else an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
