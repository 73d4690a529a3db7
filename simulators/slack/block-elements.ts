import { isRecord } from "../kit/is-record.ts";
import { checkText } from "./text-object.ts";
import type { Report } from "./text-object.ts";

type Fields = Record<string, unknown>;
type Check = (element: Fields, at: string, report: Report) => void;

const optionElements = new Set([
  "static_select",
  "multi_static_select",
  "overflow",
  "radio_buttons",
  "checkboxes",
]);
const otherElements = new Set([
  "external_select",
  "users_select",
  "conversations_select",
  "channels_select",
  "multi_external_select",
  "multi_users_select",
  "multi_conversations_select",
  "multi_channels_select",
  "datepicker",
  "datetimepicker",
  "timepicker",
  "plain_text_input",
  "email_text_input",
  "url_text_input",
  "number_input",
  "rich_text_input",
  "file_input",
  "workflow_button",
]);

const buttonFields = ["type", "text", "action_id", "value", "url", "style", "confirm", "accessibility_label"];

const checks: Readonly<Record<string, Check>> = {
  button(element, at, report) {
    checkText(element["text"], { at: `${at}/text`, max: 75, plain: true }, report);
    checkLength(element, { field: "value", at, max: 2_000 }, report);
    checkLength(element, { field: "url", at, max: 3_000 }, report);
    const { style } = element;
    if (style !== undefined && style !== "primary" && style !== "danger")
      report("must be one of primary, danger", `${at}/style`);
    for (const key of Object.keys(element))
      if (!buttonFields.includes(key)) report(`invalid additional property: ${key}`, at);
  },
  icon_button(element, at, report) {
    checkText(element["text"], { at: `${at}/text`, max: 75, plain: true }, report);
    if (typeof element["icon"] !== "string") report("missing required field: icon", at);
    checkLength(element, { field: "value", at, max: 2_000 }, report);
  },
  feedback_buttons(element, at, report) {
    for (const side of ["positive_button", "negative_button"]) {
      const button = element[side];
      if (!isRecord(button)) {
        report(`missing required field: ${side}`, at);
        continue;
      }
      checkText(button["text"], { at: `${at}/${side}/text`, max: 75, plain: true }, report);
      if (typeof button["value"] !== "string") report("missing required field: value", `${at}/${side}`);
      checkLength(button, { field: "value", at: `${at}/${side}`, max: 2_000 }, report);
    }
  },
  image(element, at, report) {
    if (typeof element["image_url"] !== "string" && !isRecord(element["slack_file"]))
      report("missing required field: image_url", at);
    if (typeof element["alt_text"] !== "string") report("missing required field: alt_text", at);
    checkLength(element, { field: "image_url", at, max: 3_000 }, report);
    checkLength(element, { field: "alt_text", at, max: 2_000 }, report);
  },
};

/** Checks an interactive element or image: kind, required parts, lengths, options. */
export function checkElement(element: unknown, at: string, report: Report): void {
  if (!isRecord(element)) return report("must be a valid object", at);
  const type = String(element["type"]);
  checkLength(element, { field: "action_id", at, max: 255 }, report);
  const check = checks[type];
  if (check !== undefined) check(element, at, report);
  else if (optionElements.has(type)) checkOptions(element, type, at, report);
  else if (!otherElements.has(type)) report(`unsupported type: ${type}`, `${at}/type`);
}

function checkOptions(element: Fields, type: string, at: string, report: Report): void {
  const groups = element["option_groups"];
  const options = Array.isArray(groups)
    ? groups.flatMap((group: unknown) =>
        isRecord(group) && Array.isArray(group["options"]) ? (group["options"] as unknown[]) : [],
      )
    : element["options"];
  if (!Array.isArray(options) || options.length === 0) return report("missing required field: options", at);
  const max = type === "overflow" ? 5 : type === "radio_buttons" || type === "checkboxes" ? 10 : 100;
  if (options.length > max) report(`no more than ${max} items allowed`, `${at}/options`);
  options.forEach((option: unknown, index) => {
    const place = `${at}/options/${index}`;
    if (!isRecord(option)) return report("must be a valid object", place);
    checkText(option["text"], { at: `${place}/text`, max: 75 }, report);
    if (typeof option["value"] !== "string") report("missing required field: value", place);
    checkLength(option, { field: "value", at: place, max: 150 }, report);
  });
}

function checkLength(
  fields: Fields,
  options: { field: string; at: string; max: number },
  report: Report,
): void {
  const value = fields[options.field];
  if (typeof value === "string" && value.length > options.max)
    report(`must be less than ${options.max + 1} characters`, `${options.at}/${options.field}`);
}
