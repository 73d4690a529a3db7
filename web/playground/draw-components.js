import { h } from "./dom.js";
import { drawLink, drawTextBlocks } from "./draw-text.js";
import { fieldsIn, isFields, stringOf } from "./fields.js";
import { toSafeUrl } from "./inline.js";
import { parseMarkdown } from "./text-blocks.js";

/**
 * @typedef {import("./draw-blocks.js").BlockScene} BlockScene
 * @typedef {import("./draw-text.js").Names} Names
 * @typedef {import("./fields.js").Fields} Fields
 */

/**
 * Discord's embeds as elements: title, words, fields and footer.
 * @param {readonly unknown[]} embeds
 * @param {Names} names
 * @returns {HTMLElement[]}
 */
export function drawEmbeds(embeds, names) {
  return embeds.filter(isFields).map((embed) => drawEmbed(embed, names));
}

/**
 * @param {Fields} embed
 * @param {Names} names
 */
function drawEmbed(embed, names) {
  const words = (/** @type {unknown} */ text) => drawTextBlocks(parseMarkdown(stringOf(text)), names);
  const title = stringOf(embed["title"]);
  const url = toSafeUrl(stringOf(embed["url"]));
  const fields = fieldsIn(embed["fields"]).map((field) =>
    h("div", {}, h("p", { class: "heading" }, stringOf(field["name"])), words(field["value"])),
  );
  const footer = isFields(embed["footer"]) ? stringOf(embed["footer"]["text"]) : "";
  return h(
    "div",
    { class: "embed" },
    title !== "" && h("p", { class: "heading" }, url === undefined ? title : drawLink(url, [title])),
    words(embed["description"]),
    fields.length > 0 && h("div", { class: "fields" }, fields),
    footer !== "" && h("p", { class: "context" }, footer),
  );
}

/**
 * Discord's rows of buttons and selects as elements. What the page does not know is left out.
 * @param {readonly unknown[]} components
 * @param {BlockScene} scene
 * @returns {HTMLElement[]}
 */
export function drawComponents(components, scene) {
  return components.filter(isFields).map((row) => {
    const controls = row["type"] === 1 ? fieldsIn(row["components"]) : [row];
    return h(
      "div",
      { class: "actions" },
      controls.flatMap((one) => drawComponent(one, scene)),
    );
  });
}

/**
 * @param {Fields} component
 * @param {BlockScene} scene
 * @returns {HTMLElement[]}
 */
function drawComponent(component, scene) {
  if (component["type"] === 2) return [drawButton(component, scene)];
  if (component["type"] === 3) return [drawSelect(component, scene)];
  return [];
}

/** @type {Readonly<Record<number, string>>} */
const buttonStyles = { 1: " primary", 3: " success", 4: " danger" };

/** What the thumbs mean, which have no words of their own. @type {Readonly<Record<string, string>>} */
const thumbs = { "👍": "Good answer", "👎": "Bad answer" };

/**
 * @param {Fields} button
 * @param {BlockScene} scene
 */
function drawButton(button, { press, isPressed }) {
  const actionId = stringOf(button["custom_id"]);
  const emoji = isFields(button["emoji"]) ? stringOf(button["emoji"]["name"]) : "";
  const label = stringOf(button["label"]);
  const url = toSafeUrl(stringOf(button["url"]));
  const isThumb = label === "" && thumbs[emoji] !== undefined;
  const onclick = () => {
    if (url === undefined) press({ actionId, blockId: "", value: undefined });
    else window.open(url, "_blank", "noopener,noreferrer");
  };
  return h(
    "button",
    {
      type: "button",
      class: `button${buttonStyles[Number(button["style"])] ?? ""}`,
      "data-key": `${actionId}/`,
      disabled: button["disabled"] === true,
      "aria-label": isThumb ? thumbs[emoji] : undefined,
      title: isThumb ? thumbs[emoji] : undefined,
      "aria-pressed": isThumb ? String(isPressed(`${actionId}/`)) : undefined,
      onclick,
    },
    [emoji, label].filter((part) => part !== "").join(" "),
  );
}

/**
 * @param {Fields} select
 * @param {BlockScene} scene
 */
function drawSelect(select, { press }) {
  const actionId = stringOf(select["custom_id"]);
  const label = stringOf(select["placeholder"]) || "Choose…";
  return h(
    "select",
    {
      "aria-label": label,
      "data-key": actionId,
      onchange: (/** @type {Event} */ event) => {
        const value = event.target instanceof HTMLSelectElement ? event.target.value : "";
        if (value !== "") press({ actionId, blockId: "", value });
      },
    },
    h("option", { value: "" }, label),
    fieldsIn(select["options"]).map((option) =>
      h("option", { value: stringOf(option["value"]) }, stringOf(option["label"])),
    ),
  );
}
