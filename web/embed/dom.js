/**
 * @typedef {Node | string | undefined | false} Child
 * @typedef {Record<string, string | number | boolean | undefined | ((event: any) => void)>} Props
 */

/**
 * An element. Strings become text, never markup; a function becomes a listener, `true` an empty attribute,
 * and what is undefined or false is left out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {...(Child | readonly Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat())
    if (child !== undefined && child !== false && child !== "") element.append(child);
  return element;
}

const shapes = {
  send: "M3 11.5 21 3l-7.5 18-2.6-7.4z",
  clip: "m20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.7-7.7",
  up: "M7 11v9H4v-9zm0 0 4-8a2.5 2.5 0 0 1 2.4 3L13 9h5.5a2 2 0 0 1 2 2.4l-1.4 7a2 2 0 0 1-2 1.6H7",
  down: "M7 13V4H4v9zm0 0 4 8a2.5 2.5 0 0 0 2.4-3l-.4-3h5.5a2 2 0 0 0 2-2.4l-1.4-7a2 2 0 0 0-2-1.6H7",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm-8 9a8 8 0 0 1 16 0",
  close: "M6 6l12 12M18 6 6 18",
  chat: "M4 5h16v11H9l-5 4z",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
};

/**
 * A line drawing that takes the text's colour.
 * @param {keyof typeof shapes} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", shapes[name]);
  svg.append(path);
  return svg;
}
