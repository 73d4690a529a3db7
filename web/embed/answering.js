import { h } from "./dom.js";

const longest = 80;

/**
 * How a message begins, on one line.
 * @param {string} text
 */
export function beginningOf(text) {
  const line = text
    .replaceAll(/[*_`>#]/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1).trimEnd()}…`;
}

/**
 * Which message the next one answers, as `note` above the box says it.
 * @param {HTMLElement} note
 */
export function createAnswering(note) {
  /** @type {string | undefined} */
  let answered;

  function end() {
    if (answered !== undefined) note.hidden = true;
    answered = undefined;
  }

  return {
    /** @param {import("./client.js").Message} message */
    begin(message) {
      answered = message.id;
      note.hidden = false;
      note.replaceChildren(
        `Replying to “${beginningOf(message.text)}” `,
        h("button", { type: "button", class: "text", onclick: end }, "Cancel"),
      );
    },
    end,
    /** What is answered, once. */
    take() {
      const id = answered;
      end();
      return id;
    },
  };
}
