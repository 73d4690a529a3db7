import { ApiError } from "./api-error.ts";
import { checkElement } from "./block-elements.ts";
import { isRecord } from "../kit/is-record.ts";
import { checkText } from "./text-object.ts";
import type { Report } from "./text-object.ts";

type Fields = Record<string, unknown>;
type Check = (block: Fields, at: string, report: Report) => void;

const allowedFields: Readonly<Record<string, readonly string[]>> = {
  section: ["text", "fields", "accessory", "expand"],
  header: ["text", "level"],
  divider: [],
  context: ["elements"],
  context_actions: ["elements"],
  actions: ["elements"],
  image: ["image_url", "slack_file", "alt_text", "title"],
  input: ["label", "hint", "optional", "element", "dispatch_action"],
  markdown: ["text"],
  rich_text: ["elements"],
  table: ["rows", "column_settings"],
  data_table: ["rows", "caption", "page_size", "row_header_column_index"],
  file: ["source", "external_id"],
  video: [
    "video_url",
    "thumbnail_url",
    "alt_text",
    "title",
    "title_url",
    "author_name",
    "provider_name",
    "provider_icon_url",
    "description",
  ],
  task_card: ["task_id", "title", "details", "output", "sources", "status"],
  plan: ["title", "tasks"],
  alert: ["text", "level"],
  card: ["hero_image", "icon", "title", "subtitle", "body", "actions"],
  carousel: ["elements"],
  container: [
    "title",
    "rich_text_title",
    "subtitle",
    "child_blocks",
    "width",
    "icon",
    "is_collapsible",
    "default_collapsed",
    "has_header_divider",
  ],
};

const actionElements = new Set([
  "button",
  "checkboxes",
  "datepicker",
  "datetimepicker",
  "overflow",
  "radio_buttons",
  "timepicker",
  "workflow_button",
  "rich_text_input",
  "static_select",
  "external_select",
  "users_select",
  "conversations_select",
  "channels_select",
  "multi_static_select",
  "multi_external_select",
  "multi_users_select",
  "multi_conversations_select",
  "multi_channels_select",
]);

const checks: Readonly<Record<string, Check>> = {
  section(block, at, report) {
    if (block["text"] === undefined && !Array.isArray(block["fields"]))
      report("missing required field: text or fields", at);
    if (block["text"] !== undefined) checkText(block["text"], { at: `${at}/text`, max: 3_000 }, report);
    const fields = listOf(block["fields"]);
    if (fields.length > 10) report("no more than 10 items allowed", `${at}/fields`);
    fields.forEach((field, index) => checkText(field, { at: `${at}/fields/${index}`, max: 2_000 }, report));
    if (block["accessory"] !== undefined) checkElement(block["accessory"], `${at}/accessory`, report);
  },
  header: (block, at, report) =>
    checkText(block["text"], { at: `${at}/text`, max: 150, plain: true }, report),
  context(block, at, report) {
    const elements = checkCount(block["elements"], { at: `${at}/elements`, min: 1, max: 10 }, report);
    elements.forEach((element, index) => {
      const place = `${at}/elements/${index}`;
      if (isRecord(element) && element["type"] === "image") checkElement(element, place, report);
      else checkText(element, { at: place, max: 3_000 }, report);
    });
  },
  context_actions(block, at, report) {
    const elements = checkCount(block["elements"], { at: `${at}/elements`, min: 1, max: 5 }, report);
    elements.forEach((element, index) => {
      const type = isRecord(element) ? element["type"] : undefined;
      if (type !== "feedback_buttons" && type !== "icon_button")
        report(`unsupported type: ${String(type)}`, `${at}/elements/${index}/type`);
      else checkElement(element, `${at}/elements/${index}`, report);
    });
  },
  actions(block, at, report) {
    const elements = checkCount(block["elements"], { at: `${at}/elements`, min: 1, max: 25 }, report);
    const seen = new Set<string>();
    elements.forEach((element, index) => {
      const place = `${at}/elements/${index}`;
      const type = isRecord(element) ? String(element["type"]) : "";
      if (!actionElements.has(type)) report(`unsupported type: ${type}`, `${place}/type`);
      else checkElement(element, place, report);
      const actionId = isRecord(element) ? element["action_id"] : undefined;
      if (typeof actionId === "string" && seen.has(actionId))
        report(`duplicate action_id: ${actionId}`, `${place}/action_id`);
      if (typeof actionId === "string") seen.add(actionId);
    });
  },
  image: (block, at, report) => checkElement({ ...block, type: "image" }, at, report),
  input(block, at, report) {
    checkText(block["label"], { at: `${at}/label`, max: 2_000, plain: true }, report);
    if (block["hint"] !== undefined)
      checkText(block["hint"], { at: `${at}/hint`, max: 2_000, plain: true }, report);
    checkElement(block["element"], `${at}/element`, report);
  },
  markdown(block, at, report) {
    if (typeof block["text"] !== "string" || block["text"] === "") report("missing required field: text", at);
  },
  rich_text(block, at, report) {
    const known = new Set([
      "rich_text_section",
      "rich_text_list",
      "rich_text_quote",
      "rich_text_preformatted",
    ]);
    checkCount(block["elements"], { at: `${at}/elements`, min: 0, max: 1_000 }, report).forEach(
      (element, index) => {
        if (!isRecord(element) || !known.has(String(element["type"])))
          report("unsupported type", `${at}/elements/${index}/type`);
      },
    );
  },
  table(block, at, report) {
    const rows = checkCount(block["rows"], { at: `${at}/rows`, min: 1, max: 100 }, report);
    rows.forEach((row, index) => checkCount(row, { at: `${at}/rows/${index}`, min: 1, max: 20 }, report));
  },
};

/** Refuses blocks as the platform does: `invalid_blocks` with every problem and its place. */
export function checkBlocks(
  blocks: readonly unknown[],
  options: { max: number; surface: "message" | "view" },
): void {
  const errors: string[] = [];
  const report: Report = (problem, pointer) => errors.push(`${problem} [json-pointer:${pointer}]`);
  if (blocks.length > options.max) report(`no more than ${options.max} items allowed`, "/blocks");
  const ids = new Set<string>();
  let markdownLength = 0;
  blocks.forEach((block, index) => {
    checkBlock(block, `/blocks/${index}`, report);
    if (!isRecord(block)) return;
    const id = block["block_id"];
    if (typeof id === "string" && ids.has(id))
      report(`block_id already exists: ${id}`, `/blocks/${index}/block_id`);
    if (typeof id === "string") ids.add(id);
    if (block["type"] === "markdown" && typeof block["text"] === "string")
      markdownLength += block["text"].length;
    if (block["type"] === "markdown" && options.surface === "view")
      report("unsupported type: markdown", `/blocks/${index}/type`);
  });
  if (markdownLength > 12_000) report("markdown text must be less than 12001 characters in total", "/blocks");
  if (errors.length === 0) return;
  throw new ApiError("invalid_blocks", {
    errors,
    response_metadata: { messages: errors.map((error) => `[ERROR] ${error}`) },
  });
}

function checkBlock(block: unknown, at: string, report: Report): void {
  if (!isRecord(block)) return report("must be a valid object", at);
  const type = String(block["type"]);
  const allowed = allowedFields[type];
  if (allowed === undefined) return report(`unsupported type: ${type}`, `${at}/type`);
  for (const key of Object.keys(block))
    if (key !== "type" && key !== "block_id" && !allowed.includes(key))
      report(`invalid additional property: ${key}`, at);
  const id = block["block_id"];
  if (typeof id === "string" && id.length > 255) report("must be less than 256 characters", `${at}/block_id`);
  checks[type]?.(block, at, report);
}

function checkCount(
  list: unknown,
  options: { at: string; min: number; max: number },
  report: Report,
): readonly unknown[] {
  if (!Array.isArray(list)) {
    report("missing required field", options.at);
    return [];
  }
  if (list.length < options.min) report(`must have at least ${options.min} items`, options.at);
  if (list.length > options.max) report(`no more than ${options.max} items allowed`, options.at);
  return list;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
