import { h } from "./dom.js";
import { drawMessage, sayText, toStatus } from "./draw-message.js";

/**
 * @typedef {import("./api.js").Message} Message
 * @typedef {import("./draw-message.js").MessageActions} MessageActions
 * @typedef {import("./store.js").Store} Store
 */

const groupMs = 300_000;
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
  #isInline;
  #isFolded;
  #store;
  #actions;
  /** @type {Map<string, { look: string, element: HTMLElement }>} */
  #drawn = new Map();
  /** @type {Map<string, number>} */
  #revealed = new Map();
  #place = "";
  #lastFrame = 0;
  #isAtEnd = true;
  /** @type {string | undefined} */
  #wanted;

  /**
   * @param {{ list: HTMLElement, scroll: HTMLElement, inThread: boolean, isInline?: boolean, isFolded?: boolean,
   *   store: Store, actions: MessageActions }} parts `isInline` shows every thread under its root, in the same list;
   *   with `isFolded` only the one that is open.
   */
  constructor({ list, scroll, inThread, isInline = false, isFolded = false, store, actions }) {
    this.#list = list;
    this.#scroll = scroll;
    this.#inThread = inThread;
    this.#isInline = isInline;
    this.#isFolded = isFolded;
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
    this.#showWanted();
    return flowing;
  }

  /**
   * Brings a message into view, as soon as it is drawn: whoever wrote it sees it.
   * @param {string} ts
   */
  show(ts) {
    this.#wanted = ts;
    this.#showWanted();
  }

  #showWanted() {
    if (this.#wanted === undefined) return;
    const message = this.#list.querySelector(`[data-ts="${CSS.escape(this.#wanted)}"]`);
    if (message === null) return;
    message.scrollIntoView({ block: "nearest" });
    this.#wanted = undefined;
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
    // Of a thread the first day is its root's, which stands above.
    let dayBefore = this.#inThread && messages[0] !== undefined ? dayOf(messages[0]) : "";
    for (const message of messages) {
      const day = dayOf(message);
      if (day !== dayBefore) {
        elements.push(this.#keep(`day ${day}`, day, () => drawDay(message)));
        previous = undefined;
      }
      dayBefore = day;
      const isGrouped = previous !== undefined && belongsTo(previous, message);
      flowing = this.#put(elements, message, { elapsed, isGrouped, isNested: false }) || flowing;
      if (this.#isInline) {
        flowing = this.#putThread(elements, message, elapsed) || flowing;
        previous = this.#store.replies(message.ts).length > 0 ? undefined : message;
      } else if (this.#inThread && message.threadTs === undefined) {
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
   * Adds a message to the elements; true when its text still flows in.
   * @param {HTMLElement[]} elements
   * @param {Message} message
   * @param {{ elapsed: number, isGrouped: boolean, isNested: boolean }} place
   */
  #put(elements, message, { elapsed, isGrouped, isNested }) {
    const shown = this.#reveal(message, elapsed);
    const flows = shown < message.text.length;
    const look = {
      isGrouped,
      inThread: this.#inThread || this.#isInline,
      isNested,
      text: message.text.slice(0, shown),
      isWriting: message.streaming || flows,
    };
    const key = JSON.stringify([message, look, this.#surroundings(message)]);
    elements.push(this.#keep(message.ts, key, () => drawMessage(message, look, this.#store, this.#actions)));
    return flows;
  }

  /**
   * Adds what stands in the root's thread, what is being done there, and the way to answer in it.
   * @param {HTMLElement[]} elements
   * @param {Message} root
   * @param {number} elapsed
   */
  #putThread(elements, root, elapsed) {
    const replies = this.#store.replies(root.ts);
    const status = this.#store.status(root.ts);
    let flows = false;
    const isHere = this.#store.thread === root.ts;
    const shown = this.#isFolded && !isHere ? [] : replies;
    shown.forEach((reply, index) => {
      const before = shown[index - 1];
      const isGrouped = before !== undefined && belongsTo(before, reply);
      flows = this.#put(elements, reply, { elapsed, isGrouped, isNested: true }) || flows;
    });
    if (status !== "")
      elements.push(
        this.#keep(`status ${root.ts}`, status, () =>
          h("li", { class: "thinking nested" }, toStatus(status, this.#store)),
        ),
      );
    if (replies.length === 0 || isHere || !this.#store.hasThreads()) return flows;
    const label = this.#isFolded ? `Open this room (${replies.length})` : "Reply in thread";
    const answer = () =>
      h(
        "li",
        { class: "nested thread-end", "data-ts": `end ${root.ts}` },
        h(
          "button",
          { type: "button", "data-key": "answer", onclick: () => this.#actions.openThread(root.ts) },
          label,
        ),
      );
    elements.push(this.#keep(`end ${root.ts}`, label, answer));
    return flows;
  }

  /**
   * What else its drawing depends on.
   * @param {Message} message
   */
  #surroundings(message) {
    const store = this.#store;
    const pressed = [...store.pressed].filter((key) => key.startsWith(message.ts));
    const isAlone = this.#inThread || this.#isInline;
    const replies = isAlone ? [] : store.replies(message.ts);
    return [
      store.person.id,
      store.editing === message.ts,
      pressed,
      replies.length,
      replies.at(-1)?.ts,
      isAlone ? "" : store.status(message.ts),
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
    if (!message.isBot || message.format !== "markdown" || sayText(message)) return length;
    // Where answers grow by edits, the first words are shown at once and what is added later flows in.
    if (before === undefined && !message.streaming) {
      this.#revealed.set(message.ts, length);
      return length;
    }
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
function belongsTo(previous, message) {
  return (
    previous.user === message.user &&
    previous.isBot === message.isBot &&
    previous.ephemeralTo === message.ephemeralTo &&
    !previous.deleted &&
    message.at - previous.at < groupMs
  );
}

/** @param {Message} message */
function dayOf(message) {
  return new Date(message.at).toDateString();
}

/** @param {Message} message */
function drawDay(message) {
  const isToday = dayOf(message) === new Date().toDateString();
  const date = new Date(message.at);
  const label = isToday
    ? "Today"
    : date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
  return h("li", { class: "divider day" }, h("span", {}, label));
}
