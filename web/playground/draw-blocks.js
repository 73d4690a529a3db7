import { h } from "./dom.js";
import { drawInlines, drawLink, drawTextBlocks } from "./draw-text.js";
import { isFields, listOf, stringOf } from "./fields.js";
import { toPlain, toSafeUrl } from "./inline.js";
import { parseMarkdown, parseMrkdwn } from "./text-blocks.js";

/**
 * @typedef {import("./draw-text.js").Names} Names
 * @typedef {import("./fields.js").Fields} Fields
 * @typedef {{ actionId: string, blockId: string, value: string | undefined }} Press
 *
 * @typedef {object} BlockScene
 * @property {Names} names
 * @property {(press: Press) => void} press
 * @property {(key: string) => boolean} isPressed Whether a choice that stays chosen is.
 */

/**
 * Block Kit blocks as elements. A block the page does not know is drawn as the text found in it.
 * @param {readonly unknown[]} blocks
 * @param {BlockScene} scene
 * @returns {HTMLElement[]}
 */
export function drawBlocks(blocks, scene) {
  return blocks.filter(isFields).flatMap((block) => drawBlock(block, scene));
}

/**
 * @param {Fields} block
 * @param {BlockScene} scene
 * @returns {HTMLElement[]}
 */
function drawBlock(block, scene) {
  const { names } = scene;
  switch (block["type"]) {
    case "markdown":
      return drawTextBlocks(parseMarkdown(stringOf(block["text"])), names);
    case "section":
      return [drawSection(block, scene)];
    case "header":
      return [h("p", { class: "heading heading-2" }, drawTextObject(block["text"], names))];
    case "divider":
      return [h("hr")];
    case "context":
      return [
        h(
          "div",
          { class: "context" },
          listOf(block["elements"]).map((one) => drawContextElement(one, names)),
        ),
      ];
    case "actions":
    case "context_actions":
      return [
        h(
          "div",
          { class: "actions" },
          listOf(block["elements"]).flatMap((one) => drawControl(one, block, scene)),
        ),
      ];
    case "rich_text":
      return listOf(block["elements"]).map((one) => drawRichText(one, names));
    case "task_update":
    case "plan_update":
      return [drawTask(block)];
    case "image": {
      const url = toSafeUrl(stringOf(block["image_url"]));
      const alt = stringOf(block["alt_text"]) || "picture";
      return [h("p", { class: "context" }, url === undefined ? alt : drawLink(url, [alt]))];
    }
    default: {
      const text = textIn(block["text"]);
      return text === "" ? [] : [h("p", {}, text)];
    }
  }
}

/**
 * @param {Fields} block
 * @param {BlockScene} scene
 */
function drawSection(block, scene) {
  const { names } = scene;
  const fields = listOf(block["fields"]).map((field) => h("div", {}, drawTextObject(field, names)));
  const accessory = isFields(block["accessory"]) ? drawControl(block["accessory"], block, scene) : [];
  return h(
    "div",
    { class: "section" },
    h(
      "div",
      {},
      drawTextObject(block["text"], names),
      fields.length > 0 && h("div", { class: "fields" }, fields),
    ),
    accessory,
  );
}

/**
 * @param {unknown} object
 * @param {Names} names
 * @returns {(Node | string)[]}
 */
function drawTextObject(object, names) {
  if (!isFields(object)) return [];
  if (object["type"] === "mrkdwn") return drawTextBlocks(parseMrkdwn(stringOf(object["text"])), names);
  return [toPlain(stringOf(object["text"]))];
}

/**
 * @param {unknown} element
 * @param {Names} names
 */
function drawContextElement(element, names) {
  return h("div", {}, drawTextObject(element, names));
}

/**
 * @param {unknown} element
 * @param {Fields} block
 * @param {BlockScene} scene
 * @returns {HTMLElement[]}
 */
function drawControl(element, block, scene) {
  if (!isFields(element)) return [];
  const place = { actionId: stringOf(element["action_id"]), blockId: stringOf(block["block_id"]) };
  switch (element["type"]) {
    case "button":
    case "icon_button":
      return [drawButton(element, place, scene)];
    case "feedback_buttons":
      return [drawFeedback(element, place, scene)];
    case "static_select":
    case "overflow":
    case "radio_buttons":
      return [drawSelect(element, place, scene)];
    default:
      return [];
  }
}

/**
 * @param {Fields} element
 * @param {{ actionId: string, blockId: string }} place
 * @param {BlockScene} scene
 */
function drawButton(element, place, { press }) {
  const style = element["style"] === "primary" || element["style"] === "danger" ? ` ${element["style"]}` : "";
  const label = textIn(element["text"]) || stringOf(element["accessibility_label"]) || "Button";
  const url = toSafeUrl(stringOf(element["url"]));
  const value = typeof element["value"] === "string" ? element["value"] : undefined;
  const onclick = () => {
    press({ ...place, value });
    if (url !== undefined) window.open(url, "_blank", "noopener,noreferrer");
  };
  const key = `${place.actionId}/${value ?? ""}`;
  return h("button", { type: "button", class: `button${style}`, "data-key": key, onclick }, label);
}

/**
 * @param {Fields} element
 * @param {{ actionId: string, blockId: string }} place
 * @param {BlockScene} scene
 */
function drawFeedback(element, place, { press, isPressed }) {
  const sides = [element["positive_button"], element["negative_button"]].filter(isFields);
  const buttons = sides.map((side) => {
    const value = stringOf(side["value"]);
    const key = `${place.actionId}/${value}`;
    const label = stringOf(side["accessibility_label"]);
    return h(
      "button",
      {
        type: "button",
        class: "feedback",
        "data-key": key,
        "aria-label": label || undefined,
        title: label || undefined,
        "aria-pressed": String(isPressed(key)),
        onclick: () => press({ ...place, value }),
      },
      textIn(side["text"]),
    );
  });
  return h("span", { class: "feedbacks", role: "group", "aria-label": "Was this answer good?" }, buttons);
}

/**
 * @param {Fields} element
 * @param {{ actionId: string, blockId: string }} place
 * @param {BlockScene} scene
 */
function drawSelect(element, place, { press }) {
  const label = textIn(element["placeholder"]) || "Choose…";
  const options = listOf(element["options"]).filter(isFields);
  return h(
    "select",
    {
      "aria-label": label,
      "data-key": place.actionId,
      onchange: (/** @type {Event} */ event) => {
        const value = event.target instanceof HTMLSelectElement ? event.target.value : "";
        if (value !== "") press({ ...place, value });
      },
    },
    h("option", { value: "" }, label),
    options.map((option) => h("option", { value: stringOf(option["value"]) }, textIn(option["text"]))),
  );
}

/** @type {Readonly<Record<string, string>>} */
const taskMarks = { pending: "○", in_progress: "◐", complete: "✓", error: "✕" };

/** @param {Fields} task */
function drawTask(task) {
  const mark = taskMarks[stringOf(task["status"])] ?? "•";
  return h("p", { class: "context" }, `${mark} ${stringOf(task["title"])}`);
}

/**
 * @param {unknown} element
 * @param {Names} names
 * @returns {HTMLElement}
 */
function drawRichText(element, names) {
  if (!isFields(element)) return h("p");
  const elements = listOf(element["elements"]);
  switch (element["type"]) {
    case "rich_text_list": {
      const items = elements.map((one) => h("li", {}, drawRichText(one, names)));
      return element["style"] === "ordered" ? h("ol", {}, items) : h("ul", {}, items);
    }
    case "rich_text_preformatted":
      return h(
        "pre",
        { tabindex: 0 },
        h(
          "code",
          {},
          elements.map((one) => (isFields(one) ? stringOf(one["text"] ?? one["url"]) : "")),
        ),
      );
    case "rich_text_quote":
      return h(
        "blockquote",
        {},
        elements.map((one) => drawRichPiece(one, names)),
      );
    default:
      return h(
        "p",
        {},
        elements.map((one) => drawRichPiece(one, names)),
      );
  }
}

/**
 * @param {unknown} piece
 * @param {Names} names
 * @returns {Node | string}
 */
function drawRichPiece(piece, names) {
  if (!isFields(piece)) return "";
  const id = stringOf(piece["user_id"] ?? piece["channel_id"]);
  switch (piece["type"]) {
    case "user":
      return drawInlines([{ kind: "user", id }], names)[0] ?? "";
    case "channel":
      return drawInlines([{ kind: "channel", id }], names)[0] ?? "";
    case "broadcast":
      return h("span", { class: "mention" }, `@${stringOf(piece["range"])}`);
    case "emoji":
      return toPlain(`:${stringOf(piece["name"])}:`);
    case "link": {
      const url = toSafeUrl(stringOf(piece["url"]));
      const label = stringOf(piece["text"]) || stringOf(piece["url"]);
      return url === undefined ? label : drawLink(url, [label]);
    }
    default:
      return drawStyled(stringOf(piece["text"]), isFields(piece["style"]) ? piece["style"] : {});
  }
}

/**
 * @param {string} text
 * @param {Fields} style
 * @returns {Node | string}
 */
function drawStyled(text, style) {
  /** @type {Node | string} */
  let drawn = text;
  if (style["code"] === true) drawn = h("code", {}, drawn);
  if (style["strike"] === true) drawn = h("s", {}, drawn);
  if (style["italic"] === true) drawn = h("em", {}, drawn);
  if (style["bold"] === true) drawn = h("strong", {}, drawn);
  return drawn;
}

/** @param {unknown} object */
function textIn(object) {
  return isFields(object) ? toPlain(stringOf(object["text"])) : "";
}
