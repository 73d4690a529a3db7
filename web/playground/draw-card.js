import { h } from "./dom.js";
import { drawLink, drawTextBlocks } from "./draw-text.js";
import { fieldsIn, isFields, stringOf } from "./fields.js";
import { toSafeUrl } from "./inline.js";
import { parseMarkdown } from "./text-blocks.js";

/**
 * @typedef {import("./draw-blocks.js").BlockScene} BlockScene
 * @typedef {import("./fields.js").Fields} Fields
 */

/**
 * Adaptive Cards of Teams as elements: texts, facts, tables, columns, inputs and actions. An element the page does
 * not know is drawn as what is in it.
 * @param {readonly unknown[]} cards
 * @param {BlockScene} scene
 * @returns {HTMLElement[]}
 */
export function drawCards(cards, scene) {
  return cards.filter(isFields).map((card) => {
    const drawn = h("div", { class: "card" });
    drawn.append(
      ...drawElements(card["body"], scene, drawn),
      ...drawActions(fieldsIn(card["actions"]), scene, drawn),
    );
    return drawn;
  });
}

/**
 * @param {unknown} elements
 * @param {BlockScene} scene
 * @param {HTMLElement} card Where the inputs are that an action sends along.
 * @returns {HTMLElement[]}
 */
function drawElements(elements, scene, card) {
  return fieldsIn(elements).flatMap((element) => drawElement(element, scene, card));
}

/**
 * @param {Fields} element
 * @param {BlockScene} scene
 * @param {HTMLElement} card
 * @returns {HTMLElement[]}
 */
function drawElement(element, scene, card) {
  switch (element["type"]) {
    case "TextBlock":
      return [drawTextBlock(element, scene)];
    case "RichTextBlock":
      return [
        h(
          "p",
          { class: "context" },
          fieldsIn(element["inlines"]).map((run) => drawRun(run)),
        ),
      ];
    case "FactSet":
      return [drawFacts(element)];
    case "Table":
      return [drawTable(element, scene, card)];
    case "ActionSet":
      return drawActions(fieldsIn(element["actions"]), scene, card);
    case "ColumnSet":
      return [
        h(
          "div",
          { class: "section" },
          fieldsIn(element["columns"]).map((column) =>
            h("div", {}, drawElements(column["items"], scene, card)),
          ),
        ),
      ];
    case "Input.Text":
    case "Input.ChoiceSet":
      return [drawInput(element)];
    case "Image":
      return [h("p", { class: "context" }, stringOf(element["altText"]) || "picture")];
    default:
      return drawElements(element["items"], scene, card);
  }
}

/**
 * @param {Fields} element
 * @param {BlockScene} scene
 */
function drawTextBlock(element, { names }) {
  const isTitle = element["weight"] === "Bolder" || element["style"] === "heading";
  const isSoft = element["isSubtle"] === true || element["size"] === "Small";
  const className = isTitle ? "heading" : isSoft ? "context" : "";
  return h("div", { class: className }, drawTextBlocks(parseMarkdown(stringOf(element["text"])), names));
}

/** @param {Fields} run */
function drawRun(run) {
  const action = isFields(run["selectAction"]) ? run["selectAction"] : {};
  const url = toSafeUrl(stringOf(action["url"]));
  const text = stringOf(run["text"]);
  return url === undefined ? text : drawLink(url, [text]);
}

/** @param {Fields} element */
function drawFacts(element) {
  const rows = fieldsIn(element["facts"]).map((fact) =>
    h("tr", {}, h("th", { scope: "row" }, stringOf(fact["title"])), h("td", {}, stringOf(fact["value"]))),
  );
  return h("div", { class: "table", tabindex: 0 }, h("table", {}, h("tbody", {}, rows)));
}

/**
 * @param {Fields} element
 * @param {BlockScene} scene
 * @param {HTMLElement} card
 */
function drawTable(element, scene, card) {
  const hasHead = element["firstRowAsHeaders"] !== false;
  const rows = fieldsIn(element["rows"]).map((row, index) =>
    h(
      "tr",
      {},
      fieldsIn(row["cells"]).map((cell) =>
        h(hasHead && index === 0 ? "th" : "td", {}, drawElements(cell["items"], scene, card)),
      ),
    ),
  );
  return h("div", { class: "table", tabindex: 0 }, h("table", {}, h("tbody", {}, rows)));
}

/** @param {Fields} element */
function drawInput(element) {
  const [name, label] = [
    stringOf(element["id"]),
    stringOf(element["label"]) || stringOf(element["placeholder"]),
  ];
  const attributes = { "aria-label": label || name, "data-input": name, "data-key": `input/${name}` };
  if (element["type"] === "Input.Text") return h("input", { ...attributes, placeholder: label });
  return h(
    "select",
    attributes,
    fieldsIn(element["choices"]).map((choice) =>
      h("option", { value: stringOf(choice["value"]) }, stringOf(choice["title"])),
    ),
  );
}

/** What a style is called here. @type {Readonly<Record<string, string>>} */
const styles = { positive: " primary", destructive: " danger" };

/**
 * @param {readonly Fields[]} actions
 * @param {BlockScene} scene
 * @param {HTMLElement} card
 * @returns {HTMLElement[]}
 */
function drawActions(actions, scene, card) {
  if (actions.length === 0) return [];
  return [
    h(
      "div",
      { class: "actions" },
      actions.map((action) => drawAction(action, scene, card)),
    ),
  ];
}

/**
 * A button under which a further card unfolds.
 * @param {string} title
 * @param {Fields} card
 * @param {BlockScene} scene
 */
function drawUnfolding(title, card, scene) {
  const inner = h("div", { class: "card" });
  inner.append(
    ...drawElements(card["body"], scene, inner),
    ...drawActions(fieldsIn(card["actions"]), scene, inner),
  );
  return h("details", { class: "unfolding" }, h("summary", { class: "button" }, title), inner);
}

/**
 * @param {Fields} action
 * @param {BlockScene} scene
 * @param {HTMLElement} card
 */
function drawAction(action, scene, card) {
  if (action["type"] === "Action.ShowCard" && isFields(action["card"]))
    return drawUnfolding(stringOf(action["title"]), action["card"], scene);
  const { press, isPressed } = scene;
  const title = stringOf(action["title"]);
  const actionId = stringOf(action["id"]) || title;
  const tooltip = stringOf(action["tooltip"]);
  const url = toSafeUrl(stringOf(action["url"]));
  const value = () => {
    const inputs = [...card.querySelectorAll("input, select")].flatMap((input) =>
      input instanceof HTMLInputElement || input instanceof HTMLSelectElement
        ? [[input.dataset["input"] ?? "", input.value]]
        : [],
    );
    return inputs.length === 0 ? undefined : JSON.stringify(Object.fromEntries(inputs));
  };
  const onclick = () => {
    if (url === undefined) press({ actionId, blockId: stringOf(action["type"]), value: value() });
    else window.open(url, "_blank", "noopener,noreferrer");
  };
  return h(
    "button",
    {
      type: "button",
      class: `button${styles[stringOf(action["style"])] ?? ""}`,
      "data-key": `${actionId}/`,
      "aria-label": tooltip || undefined,
      title: tooltip || undefined,
      "aria-pressed": tooltip === "" ? undefined : String(isPressed(`${actionId}/`)),
      onclick,
    },
    title,
  );
}
