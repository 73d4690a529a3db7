/**
 * A name as it begins a line: `baton` is "Baton".
 * @param {string} name
 */
export function toTitle(name) {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
