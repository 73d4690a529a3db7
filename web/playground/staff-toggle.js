import { byId } from "./dom.js";

const key = "baton.playground.staff";
/** Above this width, in pixels, the staff's pane is shown unless it was put away. */
const wide = 1_200;

/** The button that shows the staff's pane beside the others, and puts it away. */
export class StaffToggle {
  #button = byId("staff-toggle");
  #isShown = (localStorage.getItem(key) ?? String(innerWidth >= wide)) === "true";

  constructor() {
    this.#button.hidden = false;
    this.#button.addEventListener("click", () => {
      this.#isShown = !this.#isShown;
      localStorage.setItem(key, String(this.#isShown));
      this.#draw();
    });
    this.#draw();
  }

  /** A room has opened: where the pane is put away, the button says so. */
  opened() {
    if (!this.#isShown) this.#button.classList.add("news");
  }

  #draw() {
    if (this.#isShown) this.#button.classList.remove("news");
    this.#button.setAttribute("aria-pressed", String(this.#isShown));
    byId("panes").classList.toggle("with-staff", this.#isShown);
  }
}
