import { ask, home } from "./api.js";
import { byId, h } from "./dom.js";
import { toTitle } from "./to-title.js";

/**
 * @typedef {import("./api.js").Happening} Happening
 * @typedef {Omit<Happening, "seq">} Told
 */

const maxShown = 300;

/** The drawer that shows what passes between Baton and the platforms; asks only while it is open. */
export class Happenings {
  #drawer = byId("drawer");
  #list = byId("happenings");
  #platforms;
  /** @type {Map<string, number>} */
  #seen = new Map();
  /** What was told without being asked for. @type {{ platform: string, happening: Told }[]} */
  #told = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;

  /** @param {readonly string[]} platforms Whose they are; with several each is named. */
  constructor(platforms) {
    this.#platforms = platforms;
  }

  toggle() {
    this.#drawer.hidden = !this.#drawer.hidden;
    if (this.#drawer.hidden) return;
    this.changed();
    byId("drawer-close").focus();
  }

  /**
   * Of a place that no server looks into: what happened there is told by its own page.
   * @param {string} platform
   * @param {Told} happening
   */
  add(platform, happening) {
    this.#told.push({ platform, happening });
    if (this.#told.length > maxShown) this.#told.shift();
    this.changed();
  }

  /** Something happened: looks, a little later, for all that came together. */
  changed() {
    if (this.#drawer.hidden || this.#soon !== undefined) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      void this.#look();
    }, 200);
  }

  async #look() {
    const found = await Promise.all(this.#platforms.map((platform) => this.#news(platform)));
    const news = [...found.flat(), ...this.#told.splice(0)].sort((a, b) => a.happening.at - b.happening.at);
    const isNamed = this.#platforms.length > 1;
    this.#list.prepend(
      ...news.reverse().map(({ platform, happening }) => drawHappening(happening, platform, isNamed)),
    );
    while (this.#list.children.length > maxShown) this.#list.lastElementChild?.remove();
  }

  /** @param {string} platform */
  async #news(platform) {
    const after = this.#seen.get(platform) ?? 0;
    /** @type {{ happenings: Happening[] }} */
    const { happenings } = await ask(`happenings?after=${after}`, undefined, `${home}/${platform}/api`).catch(
      () => ({ happenings: [] }),
    );
    const last = happenings.at(-1);
    if (last !== undefined) this.#seen.set(platform, last.seq);
    return happenings.map((happening) => ({ platform, happening }));
  }
}

/**
 * @param {Told} happening
 * @param {string} platform
 * @param {boolean} isNamed
 */
function drawHappening({ at, ms, kind, name, ok, detail }, platform, isNamed) {
  const isCall = kind === "call";
  const title = toTitle(platform);
  const isAsked = isCall && platform !== "web";
  const direction = isCall ? `Baton ${isAsked ? "asked" : "told"} ${title}` : `${title} told Baton`;
  return h(
    "li",
    { class: ok ? kind : `${kind} failed`, "data-of": platform },
    h("time", { datetime: new Date(at).toISOString() }, new Date(at).toLocaleTimeString()),
    isNamed && h("span", { class: "happening-of" }, title),
    h("span", { class: "arrow", role: "img", "aria-label": direction, title: direction }, isCall ? "←" : "→"),
    h("code", {}, name),
    h("span", { class: "happening-detail" }, detail),
    h("span", { class: "happening-ms" }, ok ? `${Math.round(ms)} ms` : "failed"),
  );
}
