import { isStaffPane } from "./api.js";
import { h } from "./dom.js";
import { drawCards } from "./draw-card.js";
import { drawComponents, drawEmbeds } from "./draw-components.js";
import { drawBlocks } from "./draw-blocks.js";
import { drawEditor } from "./draw-editor.js";
import { drawFiles } from "./draw-files.js";
import { drawTextBlocks } from "./draw-text.js";
import { emojiOf } from "./emoji.js";
import { isFields } from "./fields.js";
import { parseMarkdown, parseMrkdwn, parsePlain } from "./text-blocks.js";
import { toTitle } from "./to-title.js";

/**
 * @typedef {import("./api.js").Message} Message
 * @typedef {import("./draw-blocks.js").Press} Press
 * @typedef {import("./store.js").Store} Store
 *
 * @typedef {object} MessageActions What a person can do with a message.
 * @property {(ts: string) => void} openThread
 * @property {(message: Message) => void} startEdit
 * @property {() => void} cancelEdit
 * @property {(message: Message, text: string) => void} saveEdit
 * @property {(message: Message) => void | Promise<void>} remove
 * @property {(message: Message, name: string) => void} react
 * @property {(message: Message, press: Press) => void} press
 *
 * @typedef {object} Look How it stands in its list.
 * @property {boolean} isGrouped Under another of the same author: without a head of its own.
 * @property {boolean} inThread
 * @property {boolean} isNested Under its root in the list itself.
 * @property {string} text As much of it as is shown by now.
 * @property {boolean} isWriting
 */

/**
 * A message as a list item.
 * @param {Message} message
 * @param {Look} look
 * @param {Store} store
 * @param {MessageActions} actions
 * @returns {HTMLLIElement}
 */
export function drawMessage(message, look, store, actions) {
  const person = store.scene.people.find(({ id }) => id === message.user);
  const name = person?.realName ?? message.userName;
  const classes = [
    "message",
    look.isGrouped && "grouped",
    look.isNested && "nested",
    message.user === store.person.id && "mine",
    message.ephemeralTo !== undefined && "ephemeral",
  ];
  const isEditing = store.editing === message.ts;
  return h(
    "li",
    { class: classes.filter((one) => one !== false).join(" "), "data-ts": message.ts },
    look.isGrouped ? drawTime(message, "gutter-time") : drawAvatar(message, store),
    h(
      "div",
      { class: "message-main" },
      !look.isGrouped && drawByline(message, name, person?.isStaff === true),
      message.ephemeralTo !== undefined && h("p", { class: "only-you" }, "👁 Only visible to you"),
      isEditing ? drawEditor(message, store, actions) : drawContent(message, look, store, actions),
      drawReactions(message, store, actions),
      !look.inThread && drawThreadLine(message, store, actions),
    ),
    !isEditing && !message.deleted && drawToolbar(message, look, store, actions),
  );
}

/**
 * @param {Message} message
 * @param {Store} store
 */
function drawAvatar(message, store) {
  if (message.isBot) return h("span", { class: "avatar avatar-bot", "aria-hidden": "true" });
  const index = store.scene.people.findIndex(({ id }) => id === message.user);
  const initial = message.userName.slice(0, 1).toUpperCase();
  return h("span", { class: `avatar avatar-${Math.max(index, 0) % 5}`, "aria-hidden": "true" }, initial);
}

/**
 * @param {Message} message
 * @param {string} name
 * @param {boolean} isStaff
 */
function drawByline(message, name, isStaff) {
  return h(
    "p",
    { class: "byline" },
    h("strong", {}, message.isBot ? toTitle(message.userName) : name),
    message.isBot && h("span", { class: "badge" }, "App"),
    isStaff && h("span", { class: "badge staff" }, "Staff"),
    drawTime(message, ""),
  );
}

/**
 * @param {Message} message
 * @param {string} className
 */
function drawTime(message, className) {
  const date = new Date(message.at);
  const clock = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  // Beside a message there is no room for more than the figures.
  const short = className === "" ? clock : clock.replace(/\s?[AP]M$/u, "");
  return h("time", { class: className, datetime: date.toISOString(), title: date.toLocaleString() }, short);
}

/**
 * @param {Message} message
 * @param {Look} look
 * @param {Store} store
 * @param {MessageActions} actions
 */
function drawContent(message, look, store, actions) {
  if (message.deleted) return h("p", { class: "tombstone" }, "This message was deleted.");
  const names = {
    user: (/** @type {string} */ id) => store.userName(id),
    channel: (/** @type {string} */ id) => store.channelName(id),
  };
  const blocks = message.blocks ?? [];
  // What hangs on a message comes after its text, unless it says the text again.
  const saysItself = look.isWriting || !sayText(message);
  const text = saysItself ? drawTextBlocks(parsers[message.format](look.text), names) : [];
  const press = (/** @type {Press} */ one) => actions.press(message, one);
  const isPressed = (/** @type {string} */ key) => store.pressed.has(`${message.ts}/${key}`);
  const scene = { names, press, isPressed };
  const attached = look.isWriting
    ? []
    : [
        ...drawBlocks(blocks, scene),
        ...drawEmbeds(message.embeds ?? [], names),
        ...drawComponents(message.components ?? [], scene),
        ...drawCards(message.cards ?? [], scene),
      ];
  const drawn = [...text, ...attached];
  if (message.edited) markEdited(drawn);
  return h("div", { class: look.isWriting ? "content writing" : "content" }, drawn, drawFiles(message));
}

/**
 * Whether the blocks of a message say its text: those of Slack do, except where a stream ended with them and nothing
 * was changed since.
 * @param {Message} message
 */
export function sayText({ format, blocks = [] }) {
  if (format === "mrkdwn") return blocks.length > 0;
  return blocks.some((block) => isFields(block) && block["type"] === "markdown");
}

const parsers = { markdown: parseMarkdown, mrkdwn: parseMrkdwn, plain: parsePlain };

/**
 * Behind the last words, before the buttons.
 * @param {HTMLElement[]} drawn
 */
function markEdited(drawn) {
  const mark = h("span", { class: "edited" }, " (edited)");
  const last = drawn.findLast((element) => element.tagName === "P");
  if (last === undefined) drawn.push(mark);
  else last.append(mark);
}

/**
 * @param {Message} message
 * @param {Store} store
 * @param {MessageActions} actions
 */
function drawReactions(message, store, actions) {
  if (message.reactions.length === 0 || message.deleted) return undefined;
  const pills = message.reactions.map(({ name, users }) => {
    const isMine = users.includes(store.person.id);
    const who = users.map((id) => store.userName(id) ?? id).join(", ");
    return h(
      "button",
      {
        type: "button",
        class: "reaction",
        "data-key": `reaction/${name}`,
        "aria-pressed": String(isMine),
        "aria-label": `${name.replaceAll("_", " ")}, ${users.length}: ${who}`,
        title: `${who} reacted with ${emojiOf(name) ?? name}`,
        onclick: () => actions.react(message, name),
      },
      emojiOf(name) ?? (/^\w+$/.test(name) ? `:${name}:` : name),
      h("span", {}, String(users.length)),
    );
  });
  return h("div", { class: "reactions" }, pills);
}

/**
 * @param {Message} message
 * @param {Store} store
 * @param {MessageActions} actions
 */
function drawThreadLine(message, store, actions) {
  const replies = store.replies(message.ts);
  const status = store.status(message.ts);
  if (replies.length === 0) return status === "" ? undefined : drawThinking(status, store);
  const authors = [...new Map(replies.map((reply) => [reply.userName, reply])).values()].slice(0, 3);
  const isUnread = store.isUnread(`${message.channel}/${message.ts}`);
  const last = replies.at(-1);
  const count = store.replyCount(message.ts);
  const label = count === 1 ? "1 reply" : count === 0 ? "Open thread" : `${count} replies`;
  return h(
    "button",
    {
      type: "button",
      class: isUnread ? "replies unread" : "replies",
      "data-key": "replies",
      onclick: () => actions.openThread(message.ts),
    },
    authors.map((reply) => drawAvatar(reply, store)),
    h("strong", {}, label),
    isUnread && h("span", { class: "dot", role: "img", "aria-label": "new" }),
    h(
      "span",
      { class: "last-reply" },
      status !== "" ? toStatus(status, store) : last === undefined ? "" : `Last ${toAgo(last.at)}`,
    ),
  );
}

/**
 * @param {string} status
 * @param {Store} store
 */
function drawThinking(status, store) {
  return h("p", { class: "thinking" }, toStatus(status, store));
}

/**
 * "baton is thinking…", as the platform puts it.
 * @param {string} status
 * @param {Store} store
 */
export function toStatus(status, store) {
  return `${toTitle(store.scene.bot.name)} ${status.replace(/\.{3}$/, "…")}`;
}

/**
 * @param {Message} message
 * @param {Look} look
 * @param {Store} store
 * @param {MessageActions} actions
 */
function drawToolbar(message, look, store, actions) {
  if (message.ephemeralTo !== undefined) return undefined;
  const isMine = message.user === store.person.id;
  const tool = (
    /** @type {string} */ key,
    /** @type {string} */ mark,
    /** @type {string} */ label,
    /** @type {() => void} */ onclick,
  ) => h("button", { type: "button", "data-key": key, "aria-label": label, title: label, onclick }, mark);
  return h(
    "div",
    { class: "toolbar" },
    isStaffPane &&
      isMine &&
      look.isNested &&
      tool("send", "📤", "Send to the person", () => actions.react(message, "outbox_tray")),
    tool("thumb", "👍", "React with thumbs up", () => actions.react(message, store.scene.thumb)),
    !look.inThread &&
      store.hasThreads() &&
      tool("reply", "💬", "Reply in thread", () => actions.openThread(message.ts)),
    isMine && tool("edit", "✏️", "Edit message", () => actions.startEdit(message)),
    isMine && tool("delete", "🗑️", "Delete message", () => void actions.remove(message)),
  );
}

/** @param {number} at */
function toAgo(at) {
  const minutes = Math.floor((Date.now() - at) / 60_000);
  if (minutes < 1) return "just now";
  return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}
