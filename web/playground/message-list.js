import { h } from "./dom.js";
import { drawMessage } from "./draw-message.js";

/**
 * @typedef {import("./api.js").Message} Message
 * @typedef {import("./draw-message.js").MessageActions} MessageActions
 * @typedef {import("./store.js").Store} Store
 */

const groupSeconds = 300;
/** What is known of a stream is shown within this time, so that words flow instead of jumping. */
const revealMs = 700;

/**
 * A list of messages that redraws only what changed, follows the end while one reads there, and lets streamed
 * text flow in word by word.
 */
export class MessageList {
  #list;
  #scroll;
  #inThread;
  #store;
  #actions;
  /** @type {Map<string, { look: string, element: HTMLElement }>} */
  #drawn = new Map();
  /** @type {Map<string, number>} */
  #revealed = new Map();
  #place = "";
  #lastFrame = 0;
  #isAtEnd = true;

  /**
   * @param {{ list: HTMLElement, scroll: HTMLElement, inThread: boolean, store: Store, actions: MessageActions }} parts
   */
  constructor({ list, scroll, inThread, store, actions }) {
    this.#list = list;
    this.#scroll = scroll;
    this.#inThread = inThread;
    this.#store = store;
    this.#actions = actions;
    scroll.addEventListener("scroll", () => {
      this.#isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
    });
    // A drawer or a keyboard that opens must not hide the end from who reads there.
    new ResizeObserver(() => {
      if (this.#isAtEnd) scroll.scrollTop = scroll.scrollHeight;
    }).observe(scroll);
  }

  /**
   * Draws the messages of a place. True when text still has to flow in: then draw again at the next frame.
   * @param {string} place What list this is: another place starts anew at its end.
   * @param {readonly Message[]} messages Oldest first.
   * @param {number} now
   */
  draw(place, messages, now) {
    const isNew = place !== this.#place;
    if (isNew) this.#drawn.clear();
    const wasAtEnd = isNew || this.#isAtEnd;
    const elapsed = Math.min(now - this.#lastFrame, 100);
    this.#lastFrame = now;
    this.#place = place;
    const flowing = this.#update(messages, elapsed);
    if (wasAtEnd) this.#scroll.scrollTop = this.#scroll.scrollHeight;
    return flowing;
  }

  /**
   * @param {readonly Message[]} messages
   * @param {number} elapsed
   */
  #update(messages, elapsed) {
    const focus = this.#focused();
    /** @type {HTMLElement[]} */
    const elements = [];
    let flowing = false;
    /** @type {Message | undefined} */
    let previous;
    for (const message of messages) {
      const day = dayOf(message);
      if (previous === undefined ? !this.#inThread : dayOf(previous) !== day) {
        elements.push(this.#keep(`day ${day}`, day, () => drawDay(message)));
        previous = undefined;
      }
      const shown = this.#reveal(message, elapsed);
      const isWriting = message.streaming || shown < message.text.length;
      flowing ||= shown < message.text.length;
      const look = {
        isGrouped: previous !== undefined && isGrouped(previous, message),
        inThread: this.#inThread,
        text: message.text.slice(0, shown),
        isWriting,
      };
      const key = JSON.stringify([message, look, this.#surroundings(message)]);
      elements.push(
        this.#keep(message.ts, key, () => drawMessage(message, look, this.#store, this.#actions)),
      );
      if (this.#inThread && message.threadTs === undefined) {
        const count = this.#store.replyCount(message.ts);
        const label = count === 1 ? "1 reply" : `${count} replies`;
        if (count > 0)
          elements.push(
            this.#keep("count", label, () => h("li", { class: "divider" }, h("span", {}, label))),
          );
        previous = undefined;
      } else previous = message;
    }
    this.#arrange(elements);
    if (focus !== undefined) this.#refocus(focus);
    return flowing;
  }

  /**
   * What else its drawing depends on.
   * @param {Message} message
   */
  #surroundings(message) {
    const store = this.#store;
    const pressed = [...store.pressed].filter((key) => key.startsWith(message.ts));
    const replies = this.#inThread ? [] : store.replies(message.ts);
    return [
      store.person.id,
      store.editing === message.ts,
      pressed,
      replies.length,
      replies.at(-1)?.ts,
      this.#inThread ? "" : store.status(message.ts),
      store.isUnread(`${message.channel}/${message.ts}`),
    ];
  }

  /**
   * @param {string} key
   * @param {string} look
   * @param {() => HTMLElement} draw
   */
  #keep(key, look, draw) {
    const before = this.#drawn.get(key);
    if (before?.look === look) return before.element;
    const element = draw();
    this.#drawn.set(key, { look, element });
    return element;
  }

  /** @param {readonly HTMLElement[]} elements */
  #arrange(elements) {
    elements.forEach((element, index) => {
      const there = this.#list.children[index];
      if (there !== element) this.#list.insertBefore(element, there ?? null);
    });
    while (this.#list.children.length > elements.length) this.#list.lastElementChild?.remove();
  }

  /**
   * How many characters of it are shown by now. What was there before the page looked is shown at once.
   * @param {Message} message
   * @param {number} elapsed
   */
  #reveal(message, elapsed) {
    const length = message.text.length;
    const before = this.#revealed.get(message.ts);
    if (!message.markdown || (before === undefined && !message.streaming)) return length;
    const start = before ?? 0;
    if (document.hidden || matchMedia("(prefers-reduced-motion: reduce)").matches || start >= length) {
      this.#revealed.set(message.ts, length);
      return length;
    }
    const step = Math.max(1, Math.ceil(((length - start) * elapsed) / revealMs), Math.ceil(elapsed / 25));
    const aim = Math.min(length, start + step);
    this.#revealed.set(message.ts, aim);
    // Whole words: the last one waits for its end.
    const word = message.text.slice(0, aim).search(/\S+$/);
    return aim >= length || word === -1 ? aim : Math.max(word, 0);
  }

  #focused() {
    const { activeElement } = document;
    if (!(activeElement instanceof HTMLElement) || !this.#list.contains(activeElement)) return undefined;
    const ts = activeElement.closest("[data-ts]")?.getAttribute("data-ts");
    return { ts, key: activeElement.dataset["key"] };
  }

  /** @param {{ ts: string | null | undefined, key: string | undefined }} focus */
  #refocus({ ts, key }) {
    if (ts === null || ts === undefined || key === undefined || this.#list.contains(document.activeElement))
      return;
    const message = this.#list.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    const again = message?.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (again instanceof HTMLElement) again.focus();
  }
}

/**
 * @param {Message} previous
 * @param {Message} message
 */
function isGrouped(previous, message) {
  return (
    previous.user === message.user &&
    previous.isBot === message.isBot &&
    previous.ephemeralTo === message.ephemeralTo &&
    !previous.deleted &&
    Number(message.ts) - Number(previous.ts) < groupSeconds
  );
}

/** @param {Message} message */
function dayOf(message) {
  return new Date(Number(message.ts) * 1000).toDateString();
}

/** @param {Message} message */
function drawDay(message) {
  const isToday = dayOf(message) === new Date().toDateString();
  const date = new Date(Number(message.ts) * 1000);
  const label = isToday
    ? "Today"
    : date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
  return h("li", { class: "divider day" }, h("span", {}, label));
}
