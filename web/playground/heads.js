import { byId, h } from "./dom.js";
import { toStatus, toTitle } from "./draw-message.js";

/** @typedef {import("./store.js").Store} Store */

const examples = [
  "what time is it in Tokyo?",
  "open a ticket: my badge does not work",
  "how do I reset my VPN?",
];

/**
 * What stands around the lists: titles, the thread's presence, what the bot is doing, who can be mentioned.
 * @param {Store} store
 * @param {boolean} hasThread
 */
export function drawHeads(store, hasThread) {
  const bot = toTitle(store.scene.bot.name);
  const name = placeName(store);
  document.title = `${name} · Baton playground`;
  byId("channel-title").textContent = name;
  byId("channel-about").textContent = store.isDirect()
    ? `Only you and ${bot}`
    : `${store.scene.people.length} people and ${bot}`;
  byId("thread").hidden = !hasThread;
  byId("workspace").classList.toggle("with-thread", hasThread);
  byId("thread-about").textContent = name;
  const status = store.thread === undefined ? "" : store.status(store.thread);
  byId("thread-status").hidden = status === "";
  byId("thread-status").textContent = status === "" ? "" : toStatus(status, store);
}

/**
 * The name of where one is: `#support`, `Baton`.
 * @param {Store} store
 */
export function placeName(store) {
  return store.isDirect() ? toTitle(store.scene.bot.name) : `#${store.channelName(store.channel) ?? ""}`;
}

/**
 * The beginning of a channel: what one can do here, and questions to begin with.
 * @param {Store} store
 * @param {(text: string) => void} ask
 */
export function drawIntro(store, ask) {
  const bot = toTitle(store.scene.bot.name);
  const mention = store.isDirect() ? "" : `@${store.scene.bot.name}`;
  const buttons = examples.map((example) =>
    h(
      "button",
      { type: "button", class: "example", onclick: () => ask(`${mention} ${example}`.trim()) },
      mention !== "" && h("span", { class: "mention" }, mention),
      ` ${example}`,
    ),
  );
  const [title, about] = store.isDirect()
    ? [`This is you and ${bot}`, "Here every message is for the bot. Try one of these:"]
    : [
        `Welcome to ${placeName(store)}`,
        `Ask ${bot} by mentioning it; it answers in the thread. Try one of these:`,
      ];
  byId("channel-intro").replaceChildren(
    h("h2", {}, title),
    h("p", {}, about),
    h("div", { class: "examples" }, buttons),
  );
}

/** @param {Store} store */
export function drawFacts({ scene: { model, data } }) {
  const facts = [
    "Simulated workspace",
    `model: ${model}`,
    ...(data === undefined ? [] : [`data in ${data}`]),
  ];
  byId("facts").textContent = facts.join(" · ");
}
