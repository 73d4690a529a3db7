import { isObject, type JsonObject } from "./field-check.ts";

/** Suggests a value for a property by its path's last name, or undefined to take a plain one. */
export type SuggestValue = (name: string, schema: JsonObject) => unknown;

/**
 * A value that satisfies a JSON Schema: every required property is there, and an optional one only when a
 * value is suggested for it. Understands types, enums, consts, defaults, anyOf, local refs and small bounds.
 */
export function fillSchema(schema: JsonObject, suggest: SuggestValue): unknown {
  return fill(schema, "", { root: schema, suggest, depth: 0 });
}

interface Filling {
  readonly root: JsonObject;
  readonly suggest: SuggestValue;
  readonly depth: number;
}

function fill(given: JsonObject, name: string, filling: Filling): unknown {
  const schema = resolve(given, filling);
  const suggested = filling.suggest(name, schema);
  if (suggested !== undefined && fits(suggested, schema)) return suggested;
  if (schema["const"] !== undefined) return schema["const"];
  if (schema["default"] !== undefined) return schema["default"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0];
  return fillType(schema, name, { ...filling, depth: filling.depth + 1 });
}

function resolve(schema: JsonObject, filling: Filling): JsonObject {
  const ref = schema["$ref"];
  if (typeof ref === "string") return resolve(lookUp(filling.root, ref), filling);
  for (const union of ["anyOf", "oneOf", "allOf"]) {
    const choices = schema[union];
    if (!Array.isArray(choices)) continue;
    const concrete = choices.find((choice) => isObject(choice) && choice["type"] !== "null");
    if (isObject(concrete)) return { ...schema, ...resolve(concrete, filling) };
  }
  return schema;
}

function lookUp(root: JsonObject, ref: string): JsonObject {
  let here: unknown = root;
  for (const step of ref.replace(/^#\/?/, "").split("/").filter(Boolean))
    here = isObject(here) ? here[step] : {};
  return isObject(here) ? here : {};
}

function fits(value: unknown, schema: JsonObject): boolean {
  if (Array.isArray(schema["enum"])) return schema["enum"].includes(value);
  const types = typesOf(schema);
  if (types.length === 0) return true;
  const actual = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  return types.includes(actual) || (types.includes("integer") && Number.isInteger(value));
}

function typesOf(schema: JsonObject): readonly unknown[] {
  const type = schema["type"];
  return Array.isArray(type) ? type : type === undefined ? [] : [type];
}

function fillType(schema: JsonObject, name: string, filling: Filling): unknown {
  const type = typesOf(schema).find((candidate) => candidate !== "null") ?? guessType(schema);
  switch (type) {
    case "object":
      return fillObject(schema, filling);
    case "array":
      return fillArray(schema, name, filling);
    case "integer":
    case "number":
      return fillNumber(schema);
    case "boolean":
      return false;
    case "null":
      return null;
    default:
      return fillString(schema, name);
  }
}

function guessType(schema: JsonObject): string {
  return isObject(schema["properties"]) ? "object" : "string";
}

function fillObject(schema: JsonObject, filling: Filling): JsonObject {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required: readonly unknown[] = Array.isArray(schema["required"]) ? schema["required"] : [];
  const filled: Record<string, unknown> = {};
  // A schema may refer to itself: eight levels down only suggestions could follow, so filling ends.
  if (filling.depth > 8) return filled;
  for (const [key, property] of Object.entries(properties)) {
    if (!isObject(property)) continue;
    const wanted = required.includes(key) || filling.suggest(key, resolve(property, filling)) !== undefined;
    if (wanted) filled[key] = fill(property, key, filling);
  }
  return filled;
}

function fillArray(schema: JsonObject, name: string, filling: Filling): readonly unknown[] {
  const items = isObject(schema["items"]) ? schema["items"] : {};
  const count = typeof schema["minItems"] === "number" ? schema["minItems"] : 0;
  return Array.from({ length: count }, () => fill(items, name, filling));
}

function fillNumber(schema: JsonObject): number {
  if (typeof schema["minimum"] === "number") return schema["minimum"];
  if (typeof schema["exclusiveMinimum"] === "number") return schema["exclusiveMinimum"] + 1;
  return typeof schema["maximum"] === "number" ? Math.min(1, schema["maximum"]) : 1;
}

function fillString(schema: JsonObject, name: string): string {
  if (schema["format"] === "date-time") return "2026-01-15T10:00:00Z";
  if (schema["format"] === "date") return "2026-01-15";
  if (schema["format"] === "email") return "someone@example.com";
  if (schema["format"] === "uuid") return "00000000-0000-4000-8000-000000000000";
  const minLength = typeof schema["minLength"] === "number" ? schema["minLength"] : 1;
  return (name === "" ? "text" : name).padEnd(minLength, "x");
}
