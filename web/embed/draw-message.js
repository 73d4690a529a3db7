import { beginningOf } from "./answering.js";
import { h, icon } from "./dom.js";
import { link, renderMarkdown } from "./markdown.js";

/**
 * @typedef {import("./client.js").Message} Message
 * @typedef {{
 *   press(action: string, value: string, message: string): void,
 *   rate(id: string, rating: "up" | "down"): void,
 *   answer(message: Message): void, textOf(id: string): string | undefined,
 *   edit(message: Message): void, remove(id: string): void, again(id: string): void,
 *   download(attachment: import("./client.js").Attachment): void,
 *   preview(attachment: import("./client.js").Attachment): Promise<string | undefined>,
 * }} Acts
 */

/**
 * One message with all that hangs on it.
 * @param {Message} message
 * @param {Acts} acts
 * @param {boolean} isLast Only the last answer still offers what to say next.
 * @returns {HTMLElement}
 */
export function drawMessage(message, acts, isLast) {
  const isOurs = message.role === "assistant";
  const who = isOurs ? "Support said" : "You said";
  const answered = message.reply_to === undefined ? undefined : acts.textOf(message.reply_to);
  const { reactions = [] } = message;
  return h(
    "li",
    {
      class: `message ${message.role}${message.isSending ? " sending" : ""}${message.failed ? " failed" : ""}`,
      "data-id": message.id,
      "aria-busy": message.state === "streaming" ? "true" : undefined,
    },
    h("span", { class: "unseen" }, `${who}: `),
    h(
      "div",
      { class: "bubble", dir: "auto" },
      answered !== undefined && h("p", { class: "answered", dir: "auto" }, beginningOf(answered)),
      message.text !== "" && (isOurs ? renderMarkdown(message.text) : h("p", {}, message.text)),
      (message.attachments ?? []).map((attachment) => drawAttachment(attachment, acts)),
      (message.citations ?? []).length > 0 && drawCitations(message.citations ?? []),
    ),
    reactions.length > 0 && h("p", { class: "reactions", "aria-label": "Reactions" }, reactions.join(" ")),
    isOurs && message.state === "final" && drawControls(message, acts, isLast),
    !isOurs && drawOwn(message, acts),
  );
}

/** @param {NonNullable<Message["citations"]>} citations */
function drawCitations(citations) {
  const items = citations.map(({ title, url, locator }) =>
    h(
      "li",
      {},
      url === undefined ? title : link(url, [document.createTextNode(title)]),
      locator !== undefined && h("span", { class: "quiet" }, ` · ${locator}`),
    ),
  );
  return h("div", { class: "sources" }, h("p", { class: "quiet" }, "Sources"), h("ol", {}, items));
}

/**
 * @param {import("./client.js").Attachment} attachment
 * @param {Acts} acts
 */
function drawAttachment(attachment, acts) {
  const { name, mime_type: type, bytes } = attachment;
  const label = `${name}, ${bytes < 1024 ? `${bytes} B` : `${Math.ceil(bytes / 1024)} kB`}`;
  const button = h(
    "button",
    { type: "button", class: "file", title: `Save ${name}`, onclick: () => acts.download(attachment) },
    icon("file"),
    h("span", { dir: "auto" }, label),
  );
  if (/^image\/(png|jpeg|gif|webp)$/.test(type)) {
    acts.preview(attachment).then(
      (address) => address !== undefined && button.prepend(h("img", { src: address, alt: "" })),
      () => {},
    );
  }
  return button;
}

/**
 * @param {Message} message
 * @param {Acts} acts
 * @param {boolean} isLast
 */
function drawControls(message, acts, isLast) {
  const { id, text, buttons = [], suggestions = [], feedback } = message;
  const pressed = (/** @type {"up" | "down"} */ rating) => String(feedback?.rating === rating);
  const thumb = (/** @type {"up" | "down"} */ rating, /** @type {string} */ label) =>
    h(
      "button",
      {
        type: "button",
        class: "thumb",
        "aria-pressed": pressed(rating),
        "aria-label": label,
        title: label,
        onclick: () => acts.rate(id, rating),
      },
      icon(rating),
    );
  const chips = isLast
    ? suggestions.map((said) => chip(said, "chip", () => acts.press("baton.suggestion", said, id)))
    : [];
  const offered = buttons
    .filter(({ action }) => isLast || action !== "baton.human")
    .map(({ action, label, value, style }) =>
      chip(label, `chip button ${style ?? ""}`, () => acts.press(action, value, id)),
    );
  const thumbs = feedback === undefined ? [] : [thumb("up", "Good answer"), thumb("down", "Bad answer")];
  const answer = text !== "" && shyButton("Reply", () => acts.answer(message));
  if (chips.length + offered.length + thumbs.length === 0 && answer === false) return undefined;
  return h(
    "div",
    { class: "controls" },
    chips,
    offered,
    thumbs.length > 0 && h("span", { class: "thumbs" }, thumbs),
    answer,
  );
}

/**
 * A button that is seen by whoever points at its message, or cannot point.
 * @param {string} label
 * @param {() => void} onclick
 */
function shyButton(label, onclick) {
  return h("button", { type: "button", class: "text shy", onclick }, label);
}

/**
 * @param {string} label
 * @param {string} className
 * @param {() => void} onclick
 */
function chip(label, className, onclick) {
  return h("button", { type: "button", class: className, dir: "auto", onclick }, label);
}

/**
 * @param {Message} message
 * @param {Acts} acts
 */
function drawOwn(message, acts) {
  if (message.failed !== undefined) {
    return h(
      "p",
      { class: "note" },
      h("span", { role: "alert" }, message.failed),
      " ",
      h("button", { type: "button", class: "text", onclick: () => acts.again(message.id) }, "Try again"),
    );
  }
  if (message.isSending) return h("p", { class: "note quiet" }, "Sending…");
  return h(
    "p",
    { class: "note" },
    message.edited && h("span", { class: "quiet" }, "Edited "),
    shyButton("Edit", () => acts.edit(message)),
    shyButton("Delete", () => acts.remove(message.id)),
  );
}
