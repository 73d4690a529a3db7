import { h } from "./dom.js";
import { decodeEntities } from "./inline.js";

/**
 * @typedef {import("./api.js").Message} Message
 * @typedef {import("./draw-message.js").MessageActions} MessageActions
 * @typedef {import("./store.js").Store} Store
 */

/**
 * Where one changes what one wrote: Enter saves, Escape leaves it as it was.
 * @param {Message} message
 * @param {Store} store
 * @param {MessageActions} actions
 */
export function drawEditor(message, store, actions) {
  const field = h("textarea", { "aria-label": "Edit message", rows: 2, "data-key": "editor" });
  field.value = toEditable(message.text, (id) => store.userName(id));
  const save = () => actions.saveEdit(message, field.value);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") actions.cancelEdit();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    save();
  });
  return h(
    "div",
    { class: "editor" },
    field,
    h(
      "div",
      { class: "editor-buttons" },
      h("button", { type: "button", class: "button", onclick: () => actions.cancelEdit() }, "Cancel"),
      h("button", { type: "button", class: "button primary", onclick: save }, "Save"),
    ),
  );
}

/**
 * What its author typed, out of the platform's markup.
 * @param {string} text
 * @param {(id: string) => string | undefined} userName
 */
function toEditable(text, userName) {
  const plain = text
    .replaceAll(/<at>([^<>]+)<\/at>/g, "@$1")
    .replaceAll(/<@!?([UW][A-Z0-9]+|\d{15,21})>/g, (_whole, id) => `@${userName(id) ?? id}`)
    .replaceAll(/<(https?:[^>|]+)(?:\|[^>]*)?>/g, "$1");
  return decodeEntities(plain);
}
