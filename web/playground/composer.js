import { h } from "./dom.js";

/**
 * @typedef {{ name: string, mimetype?: string, contentBase64: string }} Upload
 * @typedef {{ text: string, files: Upload[] }} Draft
 */

const maxBytes = 1024 * 1024;
const maxFiles = 3;

/** Where a message is written: Enter sends, Shift+Enter breaks the line, @ offers names, / commands. */
export class Composer {
  #field;
  #options;
  #chips;
  #send;
  #picker;
  /** @type {{ name: string, about: string }[]} */
  #names = [];
  /** @type {{ name: string, about: string }[]} */
  #commands = [];
  #place = h("span", { class: "composer-place" });
  /** @type {Upload[]} */
  #files = [];
  #chosen = 0;
  #isSending = false;
  #hint;
  #parts;

  /**
   * @param {{ id: string, send: (draft: Draft) => Promise<void>, complain: (text: string) => void }} parts
   */
  constructor(parts) {
    this.#parts = parts;
    this.#hint = h("p", { class: "hint", id: `${parts.id}-hint` });
    this.#field = h("textarea", {
      id: parts.id,
      rows: 1,
      autocomplete: "off",
      "aria-label": "Message",
      "aria-describedby": `${parts.id}-hint`,
      "aria-autocomplete": "list",
      "aria-controls": `${parts.id}-names`,
      "aria-expanded": "false",
      role: "combobox",
      maxlength: 12_000,
      oninput: () => this.#changed(),
      onkeydown: (event) => this.#pressed(event),
      onblur: () => this.#close(),
      onpaste: (/** @type {ClipboardEvent} */ event) => this.#attach(event.clipboardData?.files),
    });
    this.#options = h("ul", {
      id: `${parts.id}-names`,
      class: "names",
      role: "listbox",
      "aria-label": "People and commands",
      hidden: true,
    });
    this.#chips = h("div", { class: "chips" });
    this.#picker = h("input", {
      type: "file",
      multiple: true,
      hidden: true,
      "aria-hidden": "true",
      tabindex: -1,
      onchange: () => this.#attach(this.#picker.files),
    });
    this.#send = h(
      "button",
      { type: "submit", class: "send", "aria-label": "Send", title: "Send (Enter)" },
      "➤",
    );
  }

  /** @param {HTMLElement} place */
  mount(place) {
    const attach = h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": "Attach a file",
        title: "Attach a file, up to 1 MB",
        onclick: () => this.#picker.click(),
      },
      "📎",
    );
    const mention = h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": "Mention someone",
        title: "Mention someone",
        onclick: () => this.#startMention(),
      },
      "@",
    );
    const form = h(
      "form",
      {
        class: "composer",
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          void this.#submit();
        },
      },
      this.#options,
      this.#field,
      this.#chips,
      h("div", { class: "composer-bar" }, attach, mention, this.#picker, this.#place, this.#send),
    );
    place.append(form, this.#hint);
    this.#changed();
  }

  /**
   * @param {{ placeholder: string, hint: string, names: { name: string, about: string }[],
   *   commands?: { name: string, about: string }[], leave?: () => void }} scene With `leave` one answers in a
   *   thread, and can go back to the channel.
   */
  show({ placeholder, hint, names, commands = [], leave }) {
    this.#hint.textContent = hint;
    this.#field.placeholder = placeholder;
    this.#names = names;
    this.#commands = commands;
    const back = h(
      "button",
      { type: "button", class: "leave", "aria-label": "Back to the channel", onclick: leave },
      "In thread ✕",
    );
    this.#place.replaceChildren(...(leave === undefined ? [] : [back]));
  }

  focus() {
    this.#field.focus();
  }

  /** Forgets what was not sent. */
  clear() {
    this.#field.value = "";
    this.#files = [];
    this.#changed();
  }

  async #submit() {
    const draft = { text: this.#field.value.trim(), files: this.#files };
    if (this.#isSending || (draft.text === "" && draft.files.length === 0)) return;
    this.#isSending = true;
    const typed = this.#field.value;
    this.clear();
    try {
      await this.#parts.send(draft);
    } catch (error) {
      // What was typed is given back, unless something new is being typed already.
      if (this.#field.value === "") this.#field.value = typed;
      if (this.#files.length === 0) this.#files = draft.files;
      this.#parts.complain(error instanceof Error ? error.message : String(error));
    } finally {
      this.#isSending = false;
      this.#changed();
    }
  }

  #changed() {
    this.#field.style.height = "auto";
    this.#field.style.height = `${Math.min(this.#field.scrollHeight, 180)}px`;
    this.#send.disabled = this.#field.value.trim() === "" && this.#files.length === 0;
    this.#chips.replaceChildren(...this.#files.map((file) => this.#drawChip(file)));
    this.#offer();
  }

  /** @param {Upload} file */
  #drawChip(file) {
    const remove = () => {
      this.#files = this.#files.filter((one) => one !== file);
      this.#changed();
    };
    const button = h("button", { type: "button", "aria-label": `Remove ${file.name}`, onclick: remove }, "✕");
    return h("span", { class: "chip" }, `📄 ${file.name}`, button);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.isComposing) return;
    if (!this.#options.hidden && this.#steer(event)) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    void this.#submit();
  }

  /**
   * Keys while names are offered. True when it was one of them.
   * @param {KeyboardEvent} event
   */
  #steer(event) {
    const count = this.#options.children.length;
    if (event.key === "ArrowDown") this.#choose((this.#chosen + 1) % count);
    else if (event.key === "ArrowUp") this.#choose((this.#chosen + count - 1) % count);
    else if (event.key === "Enter" || event.key === "Tab") this.#complete(this.#chosen);
    else if (event.key === "Escape") this.#close();
    else return false;
    event.preventDefault();
    return true;
  }

  #startMention() {
    const { value, selectionStart } = this.#field;
    const isInWord = /\S$/.test(value.slice(0, selectionStart));
    this.#field.setRangeText(isInWord ? " @" : "@", selectionStart, selectionStart, "end");
    this.#field.focus();
    this.#changed();
  }

  /** The word being typed, when it begins with @, or with the message's own slash. */
  #query() {
    const before = this.#field.value.slice(0, this.#field.selectionStart);
    return (/^\/[\w-]*$/.exec(before)?.[0] ?? /(?:^|[\s(])(@[\w.-]*)$/.exec(before)?.[1])?.toLowerCase();
  }

  /** Everything that can be offered, as it stands in a message. */
  #offers() {
    return [...this.#names.map(({ name, about }) => ({ name: `@${name}`, about })), ...this.#commands];
  }

  #offer() {
    const query = this.#query();
    const offered =
      query === undefined || document.activeElement !== this.#field
        ? []
        : this.#offers().filter(
            ({ name }) => name.toLowerCase().startsWith(query) && name.toLowerCase() !== query,
          );
    if (offered.length === 0) return this.#close();
    const drawn = offered.map(({ name, about }, index) =>
      h(
        "li",
        {
          role: "option",
          id: `${this.#parts.id}-name-${index}`,
          "data-name": name,
          onmousedown: (/** @type {Event} */ event) => {
            event.preventDefault();
            this.#complete(index);
          },
        },
        h("strong", {}, name),
        h("span", {}, about),
      ),
    );
    this.#options.replaceChildren(...drawn);
    this.#options.hidden = false;
    this.#field.setAttribute("aria-expanded", "true");
    this.#choose(0);
  }

  /** @param {number} index */
  #choose(index) {
    this.#chosen = index;
    [...this.#options.children].forEach((option, at) =>
      option.setAttribute("aria-selected", String(at === index)),
    );
    this.#field.setAttribute("aria-activedescendant", `${this.#parts.id}-name-${index}`);
  }

  /** @param {number} index */
  #complete(index) {
    const option = this.#options.children[index];
    const name = option instanceof HTMLElement ? option.dataset["name"] : undefined;
    const end = this.#field.selectionStart;
    const start = end - (this.#query()?.length ?? 0);
    if (name !== undefined) this.#field.setRangeText(`${name} `, start, end, "end");
    this.#close();
    this.#changed();
  }

  #close() {
    this.#options.hidden = true;
    this.#options.replaceChildren();
    this.#field.setAttribute("aria-expanded", "false");
    this.#field.removeAttribute("aria-activedescendant");
  }

  /** @param {FileList | null | undefined} list */
  #attach(list) {
    for (const file of list ?? []) void this.#read(file);
  }

  /** @param {File} file */
  async #read(file) {
    if (file.size > maxBytes) return this.#parts.complain(`${file.name} is larger than 1 MB.`);
    if (this.#files.length >= maxFiles)
      return this.#parts.complain(`A message takes up to ${maxFiles} files.`);
    const bytes = new Uint8Array(await file.arrayBuffer());
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    const mimetype = /^[\w.+-]+\/[\w.+-]+$/.test(file.type) ? { mimetype: file.type } : {};
    this.#files = [...this.#files, { name: file.name, ...mimetype, contentBase64: btoa(binary) }];
    this.#picker.value = "";
    this.#changed();
  }
}
