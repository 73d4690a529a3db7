import { badRequest } from "./api-error.ts";

/** A JSON object as it came over the wire. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object, neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a text says in JSON; the text itself where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** A field that must be there, under the platform's `missing_required_parameter`. */
export function requireField(object: JsonObject, key: string, path: string): unknown {
  const value = object[key];
  if (value === undefined) throw missing(path);
  return value;
}

/** The platform's refusal of an absent field. */
export function missing(path: string): Error {
  return badRequest(path, "missing_required_parameter", `Missing required parameter: '${path}'.`);
}

/** The platform's refusal of a field it does not know. */
export function refuseUnknown(object: JsonObject, known: ReadonlySet<string>, path = ""): void {
  for (const key of Object.keys(object)) {
    if (known.has(key)) continue;
    const full = path === "" ? key : `${path}.${key}`;
    throw badRequest(full, "unknown_parameter", `Unknown parameter: '${full}'.`);
  }
}

/** The platform's refusal of a value of another JSON type. `expected` reads "an array of objects". */
export function wrongType(path: string, expected: string, value: unknown): Error {
  return badRequest(
    path,
    "invalid_type",
    `Invalid type for '${path}': expected ${expected}, but got ${nameType(value)} instead.`,
  );
}

/** A string, or the platform's `invalid_type`. */
export function checkString(value: unknown, path: string): string {
  if (typeof value !== "string") throw wrongType(path, "a string", value);
  return value;
}

/** An object, or the platform's `invalid_type`. */
export function checkObject(value: unknown, path: string): JsonObject {
  if (!isObject(value)) throw wrongType(path, "an object", value);
  return value;
}

/** One of the strings listed, or the platform's `invalid_value`. */
export function checkOneOf<T extends string>(value: unknown, allowed: readonly T[], path: string): T {
  const text = checkString(value, path);
  const found = allowed.find((candidate) => candidate === text);
  if (found !== undefined) return found;
  throw badRequest(
    path,
    "invalid_value",
    `Invalid value: '${text}'. Supported values are: ${listNames(allowed)}.`,
  );
}

/** A whole number within bounds, or the platform's refusal of its type or its size. */
export function checkInteger(
  value: unknown,
  path: string,
  bounds: { min?: number; max?: number } = {},
): number {
  if (typeof value !== "number" || !Number.isInteger(value)) throw wrongType(path, "an integer", value);
  return checkBounds(value, path, { ...bounds, name: "integer" });
}

/** A number within bounds, or the platform's refusal of its type or its size. */
export function checkNumber(
  value: unknown,
  path: string,
  bounds: { min?: number; max?: number } = {},
): number {
  if (typeof value !== "number") throw wrongType(path, "a decimal", value);
  return checkBounds(value, path, { ...bounds, name: "decimal" });
}

/** True or false, or the platform's `invalid_type`. */
export function checkBoolean(value: unknown, path: string): boolean {
  if (typeof value !== "boolean") throw wrongType(path, "a boolean", value);
  return value;
}

/** An array with a length within bounds, or the platform's refusal. */
export function checkArray(
  value: unknown,
  path: string,
  bounds: { min?: number; max?: number; of?: string } = {},
): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongType(path, `an array${bounds.of ? ` of ${bounds.of}` : ""}`, value);
  if (value.length < (bounds.min ?? 0)) {
    throw badRequest(
      path,
      "empty_array",
      `Invalid '${path}': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
    );
  }
  if (bounds.max !== undefined && value.length > bounds.max) {
    throw badRequest(
      path,
      "array_above_max_length",
      `Invalid '${path}': array too long. Expected an array with maximum length ${bounds.max}, but got an array with length ${value.length} instead.`,
    );
  }
  return value;
}

/** A name as functions and participants carry it: 1 to 64 letters, digits, `_` and `-`. */
export function checkName(value: unknown, path: string): string {
  const name = checkMaxLength(checkString(value, path), path, 64);
  if (/^[a-zA-Z0-9_-]+$/.test(name)) return name;
  throw badRequest(
    path,
    "invalid_value",
    `Invalid '${path}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
  );
}

/** A string no longer than `max` characters, or the platform's `string_above_max_length`. */
export function checkMaxLength(text: string, path: string, max: number): string {
  if (text.length <= max) return text;
  throw badRequest(
    path,
    "string_above_max_length",
    `Invalid '${path}': string too long. Expected a string with maximum length ${max}, but got a string with length ${text.length} instead.`,
  );
}

function checkBounds(
  value: number,
  path: string,
  { min, max, name }: { min?: number; max?: number; name: string },
): number {
  if (min !== undefined && value < min) {
    throw badRequest(
      path,
      `${name}_below_min_value`,
      `Invalid '${path}': ${name} below minimum value. Expected a value >= ${min}, but got ${value} instead.`,
    );
  }
  if (max !== undefined && value > max) {
    throw badRequest(
      path,
      `${name}_above_max_value`,
      `Invalid '${path}': ${name} above maximum value. Expected a value <= ${max}, but got ${value} instead.`,
    );
  }
  return value;
}

function nameType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "number") return Number.isInteger(value) ? "an integer" : "a decimal";
  if (typeof value === "object") return "an object";
  return `a ${typeof value}`;
}

function listNames(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`);
  const last = quoted.pop() ?? "";
  if (quoted.length === 0) return last;
  return quoted.length === 1 ? `${quoted[0]} and ${last}` : `${quoted.join(", ")}, and ${last}`;
}
