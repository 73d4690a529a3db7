import { platform } from "./api.js";
import { byId, h } from "./dom.js";
import { toStatus } from "./draw-message.js";
import { examples } from "./examples.js";
import { toTitle } from "./to-title.js";

/** @typedef {import("./store.js").Store} Store */

/**
 * What stands around the lists: titles, the thread's presence, what the bot is doing.
 * @param {Store} store
 * @param {boolean} hasThread Whether a thread is shown beside its channel.
 */
export function drawHeads(store, hasThread) {
  const bot = toTitle(store.scene.bot.name);
  const name = placeName(store);
  document.title = `${name} · Baton playground`;
  byId("channel-title").textContent = name;
  byId("channel-about").textContent = store.isDirect()
    ? `Only you and ${bot}`
    : `${countPeople(store)} and ${bot}`;
  const doing = store.status("");
  byId("channel-status").hidden = doing === "";
  byId("channel-status").textContent = doing === "" ? "" : toStatus(doing, store);
  byId("thread").hidden = !hasThread;
  byId("workspace").classList.toggle("with-thread", hasThread);
  byId("thread-about").textContent = name;
  const status = store.thread === undefined ? "" : store.status(store.thread);
  byId("thread-status").hidden = status === "";
  byId("thread-status").textContent = status === "" ? "" : toStatus(status, store);
}

/** @param {Store} store */
function countPeople({ scene, channel }) {
  const members = scene.channels.find(({ id }) => id === channel)?.members;
  const count = scene.people.filter(({ id }) => members?.includes(id) ?? true).length;
  return count === 1 ? "1 person" : `${count} people`;
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
  const buttons = (store.scene.questions ?? examples).map((example) =>
    h(
      "button",
      { type: "button", class: "example", onclick: () => ask(example) },
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
    `Simulated ${toTitle(platform)}`,
    `model: ${model}`,
    ...(data === undefined ? [] : [`data in ${data}`]),
  ];
  byId("facts").textContent = facts.join(" · ");
  byId("connect").textContent = `Connect your real ${toTitle(platform)}`;
  byId("drawer-about").textContent =
    `What ${toTitle(platform)} told Baton (→) and what Baton asked of ${toTitle(platform)} (←), newest first.`;
}
