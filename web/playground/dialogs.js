import { h } from "./dom.js";
import { toTitle } from "./to-title.js";

/** @typedef {import("./api.js").Form["fields"][number]} Field */

/** Asks before something is gone. */
export async function confirmDelete() {
  const words = h("p", {}, "Baton is told that it is gone.");
  return (await openDialog("Delete this message?", [words], "Delete")) !== undefined;
}

/**
 * What an operator makes first, and what is set then.
 * @type {Readonly<Record<string, { make: string, command?: string, settings: string[] }>>}
 */
const ways = {
  slack: {
    make: "Make the Slack app from the manifest that",
    command: "npm run slack:manifest",
    settings: ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"],
  },
  discord: {
    make: "Make an application with a bot in the Discord Developer Portal and invite it to your server.",
    settings: ["DISCORD_BOT_TOKEN"],
  },
  teams: {
    make: "Register an Azure Bot, and upload the app package to your Teams.",
    settings: ["TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID"],
  },
};

/**
 * What is simulated here, and the way to the real thing.
 * @param {string} platform
 * @param {boolean} isStandIn Whether the model is a stand-in.
 */
export function explainConnect(platform, isStandIn) {
  const code = (/** @type {string} */ text) => h("code", {}, text);
  const name = toTitle(platform);
  const simulated = isStandIn ? `${name} and the language model.` : `${name}.`;
  const way = ways[platform] ?? { make: "", settings: [] };
  const settings = way.settings.flatMap((one, index) => [index === 0 ? "" : ", ", code(one)]);
  return openDialog(
    `Connect your real ${name}`,
    [
      h(
        "p",
        {},
        `Real here: Baton itself, its database, its queue and its ${name} code. Simulated: ${simulated}`,
      ),
      h("p", {}, "The workspace forgets everything when Baton stops. To use your own:"),
      h(
        "ol",
        {},
        way.command === undefined
          ? h("li", {}, way.make)
          : h("li", {}, `${way.make} `, code(way.command), " prints, and install it."),
        h("li", {}, "Set ", settings, "."),
        h("li", {}, "Check it with ", code("npm run doctor"), ", then ", code("npm start"), "."),
      ),
      h(
        "p",
        {},
        "The whole way is in ",
        code("README.md"),
        " and ",
        code(`channels/${platform}/README.md`),
        ".",
      ),
    ],
    undefined,
  );
}

/**
 * Shows a form of the app.
 * @param {import("./api.js").Form} form
 * @returns {Promise<Record<string, string> | undefined>} What was written, by the names of its fields; nothing when it was
 *   closed.
 */
export async function fillIn({ title, submit, fields }) {
  const rows = fields.map(drawRow);
  const form = await openDialog(title, rows, submit, "primary");
  if (form === undefined) return undefined;
  const values = new FormData(form);
  return Object.fromEntries(fields.map(({ name }) => [name, String(values.get(name) ?? "")]));
}

/** @param {Field} field */
function drawRow(field) {
  const { name, label, options, chosen } = field;
  if (options === undefined || chosen === undefined)
    return h("label", { class: "form-row" }, h("span", {}, label), drawInput(field));
  const choices = options.map(({ value, label: words }) =>
    h(
      "label",
      { class: "form-choice" },
      h("input", { type: "radio", name, value, checked: value === chosen }),
      words,
    ),
  );
  return h("fieldset", { class: "form-row" }, h("legend", {}, label), choices);
}

/** @param {Field} field */
function drawInput({ name, label, placeholder, isLong, options }) {
  const attributes = { name, required: true, class: "form-input", "aria-label": label };
  if (options !== undefined)
    return h(
      "select",
      attributes,
      h("option", { value: "" }, "Choose…"),
      options.map(({ value, label: words }) => h("option", { value }, words)),
    );
  return isLong
    ? h("textarea", { ...attributes, placeholder, rows: 4 })
    : h("input", { ...attributes, placeholder, autocomplete: "off" });
}

/**
 * @param {string} title
 * @param {HTMLElement[]} content
 * @param {string | undefined} yes The button that agrees; without it there is only one to close.
 * @param {string} [style] How that button looks.
 * @returns {Promise<HTMLFormElement | undefined>} What was agreed to; nothing when it was closed.
 */
function openDialog(title, content, yes, style = "danger") {
  return new Promise((resolve) => {
    // No button that submits: whoever presses Enter in a field agrees.
    const close = h(
      "button",
      { type: "button", class: "button", onclick: () => dialog.close() },
      yes === undefined ? "Close" : "Cancel",
    );
    const agree =
      yes === undefined
        ? undefined
        : h("button", { type: "submit", class: `button ${style}`, value: "yes" }, yes);
    const buttons = h("div", { class: "dialog-buttons" }, close, agree);
    const form = h("form", { method: "dialog" }, h("h2", {}, title), content, buttons);
    const dialog = h("dialog", { "aria-label": title }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? form : undefined);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
