import { tellOverview } from "./api.js";
import { byId, h } from "./dom.js";
import { drawInlines } from "./draw-text.js";
import { markdownDialect, parseInline } from "./inline.js";

/**
 * @typedef {import("./api.js").Message} Message
 * @typedef {import("./store.js").Store} Store
 */

/** Where somebody is let ask for a person, as the page that shows this pane says. */
const asker = new URLSearchParams(location.search).get("asker") ?? "";

/** The staff's pane: one is a colleague, in the place that only they read, and in the newest room there. */
export class StaffDesk {
  #store;
  /** The newest room by now, which is followed until another one is chosen. @type {string | undefined} */
  #newest;
  #drawn = "";

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    const { people, channels } = store.scene;
    store.become(people.find(({ isStaff }) => isStaff)?.id ?? "");
    store.channel = channels.find(({ members }) => members !== undefined)?.id ?? store.channel;
    byId("guide").hidden = false;
  }

  /** Goes into a room that has opened, and says what to try next. */
  draw() {
    const rooms = this.#store.roots().filter((root) => root.isBot && this.#store.replies(root.ts).length > 0);
    const newest = rooms.at(-1);
    if (newest !== undefined && newest.ts !== this.#newest) {
      this.#newest = newest.ts;
      tellOverview({ kind: "room" });
      this.#store.thread = newest.ts;
    }
    const room = rooms.find(({ ts }) => ts === this.#store.thread);
    const step = toStep(room);
    if (step === this.#drawn) return;
    this.#drawn = step;
    byId("guide").replaceChildren(...drawStep(step, this.#store.person.realName));
  }
}

/** @typedef {"empty" | "waiting" | "helping" | "returned" | "resolved"} Step */

/**
 * How far a room is, by what its card offers.
 * @param {Message | undefined} room
 * @returns {Step}
 */
function toStep(room) {
  if (room === undefined) return "empty";
  const card = JSON.stringify(room.blocks ?? []);
  if (card.includes("baton.deck.reopen")) return "resolved";
  if (card.includes("baton.deck.bot")) return "helping";
  return card.includes("The bot has it") ? "returned" : "waiting";
}

/** @type {Readonly<Record<Step, readonly [string, string]>>} */
const words = {
  empty: ["", ""],
  waiting: ["1 of 4", "Press **Claim** on the card: then you have the conversation, and the bot is silent."],
  helping: [
    "2 of 4",
    "What you write here stays among colleagues: **Send to …** under it, or `!r` in front, sends it. Then press **Return to bot**.",
  ],
  returned: ["3 of 4", "The bot has it again: ask it something where they write. Then press **Resolve**."],
  resolved: ["4 of 4", "Resolved. They are asked how the help was, where they write to the bot."],
};

/**
 * @param {Step} step
 * @param {string} who
 * @returns {HTMLElement[]}
 */
function drawStep(step, who) {
  if (step === "empty")
    return [h("p", {}, `You are ${who}, of the support team. `, emptyWords()), drawStart()];
  const [count, what] = words[step];
  const names = { user: () => undefined, channel: () => undefined };
  return [
    h(
      "p",
      {},
      h("span", { class: "step" }, count),
      " ",
      ...drawInlines(parseInline(what, markdownDialect), names),
    ),
  ];
}

function emptyWords() {
  return asker === ""
    ? "When somebody who is alone with Baton asks for a person, a room opens here."
    : `When Ana, who is alone with Baton in ${asker}, asks for a person, a room opens here.`;
}

function drawStart() {
  const start = () => tellOverview({ kind: "try" });
  return h("button", { type: "button", class: "button primary", onclick: start }, "Let Ana ask for a person");
}
