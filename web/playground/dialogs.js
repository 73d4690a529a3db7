import { h } from "./dom.js";
import { toTitle } from "./to-title.js";

/** Asks before something is gone. */
export function confirmDelete() {
  return openDialog("Delete this message?", [h("p", {}, "Baton is told that it is gone.")], "Delete");
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
  const inputs = fields.map((field) => {
    const { name, label } = field;
    const input = drawField(field);
    return { name, input, row: h("label", { class: "form-row" }, h("span", {}, label), input) };
  });
  const rows = inputs.map(({ row }) => row);
  if (!(await openDialog(title, rows, submit, "primary"))) return undefined;
  return Object.fromEntries(inputs.map(({ name, input }) => [name, input.value]));
}

/** @param {import("./api.js").Form["fields"][number]} field */
function drawField({ label, placeholder, isLong, options, chosen }) {
  const attributes = { required: true, class: "form-input", "aria-label": label };
  if (options !== undefined)
    return h(
      "select",
      attributes,
      chosen === undefined && h("option", { value: "" }, "Choose…"),
      options.map(({ value, label: words }) => h("option", { value, selected: value === chosen }, words)),
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
 * @returns {Promise<boolean>} Whether one agreed.
 */
function openDialog(title, content, yes, style = "danger") {
  return new Promise((resolve) => {
    const close = h(
      "button",
      { type: "submit", class: "button", value: "", formnovalidate: true },
      yes === undefined ? "Close" : "Cancel",
    );
    const agree =
      yes === undefined
        ? undefined
        : h("button", { type: "submit", class: `button ${style}`, value: "yes" }, yes);
    const buttons = h("div", { class: "dialog-buttons" }, close, agree);
    const dialog = h(
      "dialog",
      { "aria-label": title },
      h("form", { method: "dialog" }, h("h2", {}, title), content, buttons),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
