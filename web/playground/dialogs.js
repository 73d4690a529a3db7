import { h } from "./dom.js";

/** Asks before something is gone. */
export function confirmDelete() {
  return openDialog("Delete this message?", [h("p", {}, "Baton is told that it is gone.")], "Delete");
}

/**
 * What is simulated here, and the way to the real thing.
 * @param {boolean} isStandIn Whether the model is a stand-in.
 */
export function explainConnect(isStandIn) {
  const code = (/** @type {string} */ text) => h("code", {}, text);
  const simulated = isStandIn ? "the Slack workspace and the language model." : "the Slack workspace.";
  return openDialog(
    "Connect your real Slack",
    [
      h(
        "p",
        {},
        `Real here: Baton itself, its database, its queue and its Slack code. Simulated: ${simulated}`,
      ),
      h("p", {}, "The workspace forgets everything when Baton stops. To use your own:"),
      h(
        "ol",
        {},
        h(
          "li",
          {},
          "Make the Slack app from the manifest that ",
          code("npm run slack:manifest"),
          " prints, and install it.",
        ),
        h(
          "li",
          {},
          "Set ",
          code("SLACK_BOT_TOKEN"),
          ", and ",
          code("SLACK_SIGNING_SECRET"),
          " for the Events API or ",
          code("SLACK_APP_TOKEN"),
          " for Socket Mode.",
        ),
        h("li", {}, "Check it with ", code("npm run doctor"), ", then ", code("npm start"), "."),
      ),
      h("p", {}, "The whole way is in ", code("README.md"), " and ", code("channels/slack/README.md"), "."),
    ],
    undefined,
  );
}

/**
 * @param {string} title
 * @param {HTMLElement[]} content
 * @param {string | undefined} yes The button that agrees; without it there is only one to close.
 * @returns {Promise<boolean>} Whether one agreed.
 */
function openDialog(title, content, yes) {
  return new Promise((resolve) => {
    const close = h(
      "button",
      { type: "submit", class: "button", value: "" },
      yes === undefined ? "Close" : "Cancel",
    );
    const agree =
      yes === undefined
        ? undefined
        : h("button", { type: "submit", class: "button danger", value: "yes" }, yes);
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
