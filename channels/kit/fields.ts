import { parseJson } from "../../src/core/parse-json.ts";

/** A JSON object nobody has checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

const none: Fields = Object.freeze({});

/** True for a JSON object; arrays and null are not. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The JSON object that a text is, or an empty one: a proxy's page and a body cut short read the same. */
export function parseFields(text: string): Fields {
  const value = parseJson(text);
  return isFields(value) ? value : none;
}

/** The object under `key`, or an empty one: absence and a wrong type read the same. Own keys only. */
export function fieldsAt(fields: Fields, key: string): Fields {
  const value = valueAt(fields, key);
  return isFields(value) ? value : none;
}

/** The text under `key`, or undefined when there is none or it is empty. */
export function textAt(fields: Fields, key: string): string | undefined {
  const value = valueAt(fields, key);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The finite number under `key`. */
export function numberAt(fields: Fields, key: string): number | undefined {
  const value = valueAt(fields, key);
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The objects of the array under `key`; whatever else is in it is left out. */
export function listAt(fields: Fields, key: string): readonly Fields[] {
  const value = valueAt(fields, key);
  return Array.isArray(value) ? value.filter(isFields) : [];
}

/** The texts of the array under `key`. */
export function textsAt(fields: Fields, key: string): readonly string[] {
  const value = valueAt(fields, key);
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function valueAt(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}
