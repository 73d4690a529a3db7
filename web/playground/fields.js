/** @typedef {Record<string, unknown>} Fields */

/**
 * The text, or an empty one for what is none.
 * @param {unknown} value
 */
export function stringOf(value) {
  return typeof value === "string" ? value : "";
}

/**
 * The list, or an empty one for what is none.
 * @param {unknown} value
 * @returns {readonly unknown[]}
 */
export function listOf(value) {
  return Array.isArray(value) ? value : [];
}

/**
 * Whether it is an object with fields.
 * @param {unknown} value
 * @returns {value is Fields}
 */
export function isFields(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The objects of a list.
 * @param {unknown} value
 * @returns {Fields[]}
 */
export function fieldsIn(value) {
  return listOf(value).filter(isFields);
}
