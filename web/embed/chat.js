import { createAnswering } from "./answering.js";
import { saveAs, toDataUrl } from "./blobs.js";
import { createClient } from "./client.js";
import { h, icon } from "./dom.js";
import { drawMessage } from "./draw-message.js";
import { newId } from "./new-id.js";
import { toStatusText } from "./status-text.js";
import { isAtEnd, stayAtEnd } from "./stay-at-end.js";

/**
 * @typedef {import("./client.js").Message} Message
 * @typedef {import("./client.js").ClientOptions & { title?: string, onClose?: () => void }} ChatOptions
 */

const typingForMs = 20_000;
const maxFiles = 5;

/**
 * A chat inside `root`, which is usually a shadow root so that page and chat leave each other's styles alone.
 * @param {Node} root
 * @param {ChatOptions} options
 */
export function mountChat(root, options) {
  /** @type {Map<string, Message>} */
  const messages = new Map();
  /** @type {Map<string, HTMLElement>} */
  const drawn = new Map();
  /** @type {import("./client.js").Attachment[]} */
  let attached = [];
  /** @type {Message | undefined} */
  let editing;
  let lastPosition = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typingEnds;
  /** @type {Set<string>} */
  const dirty = new Set();

  const client = createClient(options, hear);
  const list = h("ol", { class: "list" });
  const typing = h("div", { class: "typing", hidden: true }, h("i"), h("i"), h("i"));
  const log = h(
    "div",
    { class: "log", role: "log", "aria-label": "Conversation", "aria-live": "off", tabindex: 0 },
    list,
    typing,
  );
  // Spoken by screen readers: whole messages, never the growing ones.
  const spoken = h("div", { class: "unseen", "aria-live": "polite" });
  const state = h("p", { class: "state" }, "Connecting…");
  const banner = h("p", { class: "banner", role: "status", hidden: true });
  const human = h(
    "button",
    { type: "button", class: "human", onclick: () => act(client.press("baton.human", "human")) },
    icon("person"),
    "Talk to a human",
  );
  const box = h("textarea", {
    rows: 1,
    maxlength: 40_000,
    placeholder: "Write a message…",
    "aria-label": "Write a message",
    dir: "auto",
    oninput: onInput,
    onkeydown: onKey,
  });
  const picker = h("input", {
    type: "file",
    multiple: true,
    class: "unseen",
    tabindex: -1,
    "aria-hidden": "true",
    onchange: () => void onPicked(),
  });
  const files = h("ul", { class: "files", "aria-label": "Attached files" });
  const send = h("button", { type: "submit", class: "send", "aria-label": "Send" }, icon("send"));
  const note = h("p", { class: "editing", hidden: true });
  const answering = createAnswering(note);
  const form = h(
    "form",
    { class: "composer", onsubmit: onSubmit },
    note,
    files,
    h(
      "div",
      { class: "row" },
      h(
        "button",
        { type: "button", class: "attach", "aria-label": "Attach files", onclick: () => picker.click() },
        icon("clip"),
      ),
      picker,
      box,
      send,
    ),
  );
  const head = h(
    "header",
    {},
    h("div", {}, h("h2", {}, options.title ?? "Support"), state),
    human,
    options.onClose !== undefined &&
      h(
        "button",
        { type: "button", class: "close", "aria-label": "Close the chat", onclick: options.onClose },
        icon("close"),
      ),
  );
  const greeting = h(
    "li",
    { class: "message assistant greeting" },
    h("div", { class: "bubble" }, h("p", {}, "Hi! Ask me anything. You can talk to a person at any time.")),
  );
  list.append(greeting);
  stayAtEnd(log);
  root.appendChild(
    h(
      "section",
      { class: "chat", "aria-label": options.title ?? "Support chat" },
      head,
      banner,
      log,
      spoken,
      form,
    ),
  );

  /** @type {import("./draw-message.js").Acts} */
  const acts = {
    press: (action, value, message) => act(client.press(action, value, message)),
    rate: (id, rating) => act(client.rate(id, rating)),
    edit: beginEdit,
    answer(message) {
      if (editing !== undefined) endEdit();
      answering.begin(message);
      box.focus();
    },
    textOf: (id) => messages.get(id)?.text,
    remove: (id) => act(client.remove(id)),
    again: (id) => {
      const message = messages.get(id);
      if (message !== undefined) void say(message);
    },
    download: ({ id, name }) => act(client.download(id).then((blob) => saveAs(blob, name))),
    preview: async ({ id }) => toDataUrl(await client.download(id)),
  };

  /**
   * @param {import("./client.js").Happening} happening
   * @returns {void}
   */
  function hear(happening) {
    switch (happening.type) {
      case "message":
        return put(happening.message);
      case "gone":
        messages.delete(happening.id);
        drawn.get(happening.id)?.remove();
        drawn.delete(happening.id);
        return;
      case "token":
        return grow(happening);
      case "typing":
        return showTyping(true);
      case "status":
        return showStatus(happening.status);
      case "connection":
        banner.hidden = happening.isUp;
        banner.textContent = happening.isUp ? "" : "Connection lost. Trying again…";
        return;
      case "trouble":
        banner.hidden = false;
        banner.textContent = happening.message;
        return;
    }
  }

  /**
   * @param {Message} message
   * @returns {void}
   */
  function put(message) {
    if (message.state === "deleted") return hear({ type: "gone", id: message.id });
    const known = messages.get(message.id);
    messages.set(message.id, message);
    lastPosition = Math.max(lastPosition, message.position);
    if (message.role === "assistant" && message.state === "final") {
      showTyping(false);
      if (known?.state !== "final" && drawn.size > 0) spoken.textContent = message.text;
    }
    draw(message.id);
    // What the last answer offered is no longer the last answer's.
    for (const id of drawn.keys()) if (id !== message.id) dirty.add(id);
    for (const id of dirty) redrawControls(id);
    dirty.clear();
  }

  /** @param {{ id: string, from: number, content: string }} token */
  function grow({ id, from, content }) {
    const known = messages.get(id);
    if (known?.state === "final") return;
    if (known === undefined && from > 0) return; // its beginning was missed: the whole comes at the end
    const text = (known?.text ?? "").slice(0, from) + content;
    const at = new Date().toISOString();
    const position = known?.position ?? lastPosition + 0.5;
    messages.set(id, {
      id,
      role: "assistant",
      state: "streaming",
      text,
      position,
      cursor: 0,
      edited: false,
      at,
    });
    showTyping(false);
    draw(id);
  }

  /** @param {string} id */
  function draw(id) {
    const message = messages.get(id);
    if (message === undefined) return;
    const wasAtEnd = isAtEnd(log);
    const element = drawMessage(message, acts, isLast(message));
    const before = drawn.get(id);
    if (before !== undefined) before.replaceWith(element);
    else insert(element, message);
    drawn.set(id, element);
    if (wasAtEnd || message.role === "user") log.scrollTop = log.scrollHeight;
  }

  /** @param {string} id */
  function redrawControls(id) {
    const message = messages.get(id);
    const has = message?.role === "assistant" && message.state === "final";
    if (has && (message.suggestions ?? message.buttons) !== undefined) draw(id);
  }

  /**
   * @param {HTMLElement} element
   * @param {Message} message
   */
  function insert(element, message) {
    const after = [...messages.values()]
      .filter(({ id, position }) => position > message.position && drawn.has(id))
      .toSorted((a, b) => a.position - b.position)[0];
    const next = after === undefined ? null : (drawn.get(after.id) ?? null);
    list.insertBefore(element, next);
  }

  /**
   * The file that follows an answer leaves it the last word.
   * @param {Message} message
   */
  function isLast(message) {
    return [...messages.values()].every(
      ({ position, role, state: written, text }) =>
        position <= message.position || (role === "assistant" && written === "final" && text === ""),
    );
  }

  /** @param {boolean} isOn */
  function showTyping(isOn) {
    clearTimeout(typingEnds);
    typing.hidden = !isOn;
    if (!isOn) return;
    state.dataset["typing"] = "true";
    typingEnds = setTimeout(() => showTyping(false), typingForMs);
    log.scrollTop = log.scrollHeight;
  }

  /** @param {import("./client.js").Status} status */
  function showStatus(status) {
    const { owner } = status;
    state.textContent = toStatusText(status);
    human.hidden = owner === "queue" || owner === "human";
    if (owner !== "bot") showTyping(false);
  }

  /** @param {SubmitEvent} event */
  function onSubmit(event) {
    event.preventDefault();
    const text = box.value.trim();
    if (text === "" && attached.length === 0) return;
    if (editing !== undefined) {
      const { id } = editing;
      endEdit();
      return act(client.edit(id, text));
    }
    const attachments = attached;
    attached = [];
    drawFiles();
    box.value = "";
    fit();
    const at = new Date().toISOString();
    void say({
      id: newId(),
      role: "user",
      state: "final",
      text,
      attachments,
      position: lastPosition + 1,
      cursor: 0,
      edited: false,
      at,
      reply_to: answering.take(),
    });
  }

  /** @param {Message} message */
  async function say(message) {
    const { id, text, attachments = [], reply_to } = message;
    put({ ...message, isSending: true });
    try {
      await client.say(
        id,
        text,
        attachments.map((file) => file.id),
        reply_to,
      );
      const told = messages.get(id);
      if (told?.isSending) put({ ...told, isSending: false });
    } catch (cause) {
      put({
        ...message,
        failed:
          cause instanceof Error && cause.name === "Error"
            ? cause.message
            : "Connection lost. Please try again.",
      });
    }
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.key === "Escape") return editing === undefined ? answering.end() : endEdit();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  }

  function onInput() {
    fit();
    // Only who waits for a person, or has one, is seen typing.
    if (human.hidden) client.type();
  }

  function fit() {
    box.style.height = "auto";
    // Where the chat is not shown yet it has no height, and keeps that of a line.
    if (box.scrollHeight > 0) box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
  }

  /** @param {Message} message */
  function beginEdit(message) {
    answering.end();
    editing = message;
    box.value = message.text;
    note.hidden = false;
    note.replaceChildren(
      "Editing your message. ",
      h("button", { type: "button", class: "text", onclick: endEdit }, "Cancel"),
    );
    fit();
    box.focus();
  }

  function endEdit() {
    editing = undefined;
    box.value = "";
    note.hidden = true;
    fit();
  }

  async function onPicked() {
    const picked = [...(picker.files ?? [])].slice(0, maxFiles - attached.length);
    picker.value = "";
    for (const file of picked) {
      try {
        attached = [...attached, await client.upload(file)];
        drawFiles();
      } catch (cause) {
        complain(cause);
      }
    }
  }

  function drawFiles() {
    const items = attached.map(({ id, name }) =>
      h(
        "li",
        {},
        h("span", { dir: "auto" }, name),
        h(
          "button",
          { type: "button", class: "text", "aria-label": `Remove ${name}`, onclick: () => detach(id) },
          "Remove",
        ),
      ),
    );
    files.replaceChildren(...items);
  }

  /** @param {string} gone */
  function detach(gone) {
    attached = attached.filter(({ id }) => id !== gone);
    drawFiles();
  }

  /** @param {Promise<unknown>} doing */
  function act(doing) {
    doing.catch(complain);
  }

  /** @param {unknown} cause */
  function complain(cause) {
    banner.hidden = false;
    banner.textContent =
      cause instanceof Error && cause.message !== "" ? cause.message : "Connection lost. Please try again.";
    setTimeout(() => (banner.hidden = true), 6_000);
  }

  client.start();
  return { focus: () => box.focus(), stop: () => client.stop() };
}
