import type { FieldCheck, Path } from "./field-check.ts";
import { isRecord } from "../kit/is-record.ts";

type Fields = Record<string, unknown>;

const selects = [3, 5, 6, 7, 8];

/** Checks the rows of a message, or with `modal` those of a form. */
export function checkComponents(check: FieldCheck, value: unknown, { modal }: { modal: boolean }): void {
  const rows = check.list(value, ["components"], modal ? { min: 1, max: 5 } : { max: 5 });
  const ids: string[] = [];
  for (const [index, row] of rows.entries()) {
    const path = ["components", index];
    const fields = check.record(row, path);
    if (fields === undefined) continue;
    if (modal && fields["type"] === 18) checkField(check, fields["component"], [...path, "component"], ids);
    else checkRow(check, fields, path, { modal, ids });
  }
  for (const [index, id] of ids.entries())
    if (ids.indexOf(id) !== index)
      check.fault(
        ["components"],
        "COMPONENT_CUSTOM_ID_DUPLICATED",
        "Component custom id cannot be duplicated",
      );
}

function checkRow(
  check: FieldCheck,
  row: Fields,
  path: Path,
  { modal, ids }: { modal: boolean; ids: string[] },
): void {
  if (check.choice(row["type"], [...path, "type"], modal ? [1, 18] : [1]) === undefined) return;
  const inner = [...path, "components"];
  const parts = check.list(row["components"] ?? [], inner, { min: 1, max: 5 });
  const kinds = parts.map((part) => (isRecord(part) ? part["type"] : undefined));
  if (kinds.length > 1 && kinds.some((kind) => kind !== 2))
    check.fault(
      inner,
      "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
      "The specified component exceeds the maximum width",
    );
  for (const [index, part] of parts.entries()) {
    const at = [...inner, index];
    const fields = check.record(part, at);
    if (fields === undefined) continue;
    if (modal) checkField(check, fields, at, ids);
    else if (check.choice(fields["type"], [...at, "type"], [2, ...selects]) === 2)
      checkButton(check, fields, at, ids);
    else checkSelect(check, fields, at, ids);
  }
}

function checkButton(check: FieldCheck, button: Fields, path: Path, ids: string[]): void {
  const style = check.choice(button["style"], [...path, "style"], [1, 2, 3, 4, 5]);
  check.text(button["label"], [...path, "label"], { max: 80 });
  if (button["label"] === undefined && button["emoji"] === undefined)
    check.fault(path, "BUTTON_COMPONENT_INVALID_LABEL_EMOJI", "A button must have a label or an emoji");
  if (style !== 5) return checkCustomId(check, button, path, ids);
  const url = check.text(button["url"], [...path, "url"], { min: 1, max: 512 });
  if (url !== undefined && !/^(?:https?|discord):\/\/\S+$/.test(url))
    check.fault([...path, "url"], "URL_TYPE_INVALID_URL", "Not a well formed URL.");
  if (button["custom_id"] !== undefined)
    check.fault(path, "BUTTON_COMPONENT_CUSTOM_ID_WITH_URL", "A link button cannot have a custom id");
}

function checkSelect(check: FieldCheck, select: Fields, path: Path, ids: string[]): void {
  checkCustomId(check, select, path, ids);
  check.text(select["placeholder"], [...path, "placeholder"], { max: 150 });
  if (select["type"] !== 3) return;
  const options = check.list(select["options"] ?? [], [...path, "options"], { min: 1, max: 25 });
  for (const [index, option] of options.entries()) {
    const at = [...path, "options", index];
    const fields = check.record(option, at);
    check.text(fields?.["label"], [...at, "label"], { min: 1, max: 100 });
    check.text(fields?.["value"], [...at, "value"], { min: 1, max: 100 });
    check.text(fields?.["description"], [...at, "description"], { max: 100 });
  }
}

function checkField(check: FieldCheck, value: unknown, path: Path, ids: string[]): void {
  const field = check.record(value, path);
  if (field === undefined) return;
  const type = check.choice(field["type"], [...path, "type"], [4, ...selects]);
  if (type !== undefined && type !== 4) return checkSelect(check, field, path, ids);
  checkCustomId(check, field, path, ids);
  check.choice(field["style"], [...path, "style"], [1, 2]);
  check.text(field["label"], [...path, "label"], { max: 45 });
  check.text(field["placeholder"], [...path, "placeholder"], { max: 100 });
  check.text(field["value"], [...path, "value"], { max: 4_000 });
}

function checkCustomId(check: FieldCheck, part: Fields, path: Path, ids: string[]): void {
  const id = check.text(part["custom_id"], [...path, "custom_id"], { min: 1, max: 100 });
  if (id !== undefined) ids.push(id);
}

/** Gives each component its number within the message, parents first, as the platform does. */
export function numberComponents(components: readonly unknown[]): unknown[] {
  let last = 0;
  const number = (component: unknown): unknown => {
    if (!isRecord(component)) return component;
    const id = (last += 1);
    const { components: parts } = component;
    return { ...component, id, ...(Array.isArray(parts) ? { components: parts.map(number) } : {}) };
  };
  return components.map(number);
}

/** The component of a message that has this custom id. */
export function findComponent(components: readonly unknown[], customId: string): Fields | undefined {
  for (const component of components) {
    if (!isRecord(component)) continue;
    if (component["custom_id"] === customId) return component;
    const parts =
      component["components"] ?? (component["component"] === undefined ? [] : [component["component"]]);
    const found = Array.isArray(parts) ? findComponent(parts, customId) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
