import { ask } from "./api.js";
import { byId, h } from "./dom.js";

/** @typedef {import("./api.js").Happening} Happening */

const maxShown = 300;

/** The drawer that shows what passes between Baton and the platform; asks only while it is open. */
export class Happenings {
  #drawer = byId("drawer");
  #list = byId("happenings");
  #seq = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;

  toggle() {
    this.#drawer.hidden = !this.#drawer.hidden;
    if (this.#drawer.hidden) return;
    this.changed();
    byId("drawer-close").focus();
  }

  /** Something happened: looks, a little later, for all that came together. */
  changed() {
    if (this.#drawer.hidden || this.#soon !== undefined) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      void this.#look();
    }, 200);
  }

  /** The platform began anew, and so do its numbers. */
  reset() {
    this.#seq = 0;
    this.#list.replaceChildren();
    this.changed();
  }

  async #look() {
    /** @type {{ happenings: Happening[] }} */
    const { happenings } = await ask(`happenings?after=${this.#seq}`).catch(() => ({ happenings: [] }));
    for (const happening of happenings) {
      if (happening.seq <= this.#seq) continue;
      this.#seq = happening.seq;
      this.#list.prepend(drawHappening(happening));
    }
    while (this.#list.children.length > maxShown) this.#list.lastElementChild?.remove();
  }
}

/** @param {Happening} happening */
function drawHappening({ at, ms, kind, name, ok, detail }) {
  const isCall = kind === "call";
  const direction = isCall ? "Baton asked" : "Slack told Baton";
  return h(
    "li",
    { class: ok ? kind : `${kind} failed` },
    h("time", { datetime: new Date(at).toISOString() }, new Date(at).toLocaleTimeString()),
    h("span", { class: "arrow", role: "img", "aria-label": direction, title: direction }, isCall ? "←" : "→"),
    h("code", {}, name),
    h("span", { class: "happening-detail" }, detail),
    h("span", { class: "happening-ms" }, ok ? `${Math.round(ms)} ms` : "failed"),
  );
}
