import { ask, home, stream } from "./api.js";
import { byId, h } from "./dom.js";
import { examples } from "./examples.js";
import { Happenings } from "./happenings.js";
import { StaffToggle } from "./staff-toggle.js";
import { toTitle } from "./to-title.js";

/**
 * @typedef {{ platforms: string[], staff: boolean, chat?: string, data?: string, model?: string, questions?: string[], site?: string,
 *   company: string, companies: { slug: string, name: string }[] }} Overview
 * @typedef {{ name: string, title: string, address: string | undefined, alone?: string, about?: string, looks?: string }} PaneScene
 */

/** @type {Overview} */
const overview = await readOverview();

/** Where somebody can be let ask for a person, alone with the bot: only the first company has that in Discord. */
const asker = (overview.company === "" ? ["discord", "teams", "slack"] : ["teams", "slack"]).find((name) =>
  overview.platforms.includes(name),
);

/** @type {PaneScene[]} */
const scenes = [
  ...["slack", "discord", "teams"].map((name) => ({
    name,
    title: toTitle(name),
    address: overview.platforms.includes(name) ? `${home}/${name}?pane` : undefined,
    alone: `${home}/${name}`,
  })),
  {
    name: "web",
    title: "Web chat",
    address: overview.chat === undefined ? undefined : `${home}/web`,
    alone: `${overview.chat ?? ""}${overview.site === undefined ? "" : `?site=${overview.site}`}`,
  },
  ...(overview.staff ? [toStaffScene()] : []),
];

/** Where colleagues see what waits for them: a place of the simulated Slack that only they read. */
function toStaffScene() {
  const asks = asker === undefined ? "" : `&asker=${toTitle(asker)}`;
  return {
    name: "staff",
    title: "Staff room",
    about: "in Slack, as Mia",
    looks: "slack",
    address: `${home}/slack?pane=staff${asks}`,
  };
}

/** @type {Map<string, HTMLIFrameElement>} */
const frames = new Map();
/** Panes that listen by now: before, their frames are still empty. @type {Set<string>} */
const ready = new Set();
const happenings = new Happenings(overview.platforms);
/** What a pane that comes later has to know: whether the connection stands. @type {object | undefined} */
let connection;

/** Asks until Baton answers: the page may be open before it is up. */
async function readOverview() {
  for (;;) {
    try {
      return await ask("state", undefined, `${home}/api`);
    } catch {
      byId("lost").hidden = false;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

/**
 * @param {string} name
 * @param {object} message
 */
function tell(name, message) {
  if (ready.has(name))
    frames.get(name)?.contentWindow?.postMessage({ to: "pane", ...message }, location.origin);
}

/** The panes that show something of a platform. @param {string} platform */
function panesOf(platform) {
  return platform === "slack" ? ["slack", "staff"] : [platform];
}

/** @param {PaneScene} scene */
function drawPane({ name, title, address, alone, about, looks = name }) {
  const frame =
    address === undefined ? undefined : h("iframe", { src: address, title: `${title}, simulated` });
  if (frame !== undefined) frames.set(name, frame);
  return h(
    "section",
    { class: "pane", id: `pane-${name}`, "data-platform": looks, "aria-labelledby": `title-${name}` },
    h(
      "header",
      {},
      h("h2", { id: `title-${name}` }, title, about !== undefined && h("span", { class: "about" }, about)),
      frame !== undefined &&
        alone !== undefined &&
        h("a", { href: alone, "aria-label": `${title} by itself` }, "open alone ↗"),
    ),
    frame ?? h("p", { class: "absent" }, `${title} is not part of this run.`),
  );
}

/** @param {string} question */
function askEverywhere(question) {
  for (const name of frames.keys()) if (name !== "staff") tell(name, { question });
}

function drawQuestions() {
  const human = { label: "talk to a human", text: "human" };
  const all = [...(overview.questions ?? examples).map((text) => ({ label: text, text })), human];
  byId("questions").replaceChildren(
    ...all.map(({ label, text }) =>
      h("li", {}, h("button", { type: "button", onclick: () => askEverywhere(text) }, label)),
    ),
  );
  byId("everywhere").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = byId("question");
    if (!(field instanceof HTMLInputElement) || field.value.trim() === "") return;
    askEverywhere(field.value.trim());
    field.value = "";
  });
}

/** On a narrow screen one pane is shown at a time. */
function drawTabs() {
  const tabs = scenes.map(({ name, title, looks = name }) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${name}`,
        "data-platform": looks,
        "aria-controls": `pane-${name}`,
        onclick: () => choose(name),
        onkeydown: (/** @type {KeyboardEvent} */ event) => step(event, name),
      },
      title,
    ),
  );
  byId("tabs").replaceChildren(...tabs);
  choose("slack");
}

/** @param {string} chosen */
function choose(chosen) {
  for (const { name } of scenes) {
    const isChosen = name === chosen;
    const tab = byId(`tab-${name}`);
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    byId(`pane-${name}`).classList.toggle("chosen", isChosen);
  }
}

/**
 * @param {KeyboardEvent} event
 * @param {string} from
 */
function step({ key }, from) {
  const by = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  if (by === 0) return;
  const at = scenes.findIndex(({ name }) => name === from);
  const next = scenes[(at + by + scenes.length) % scenes.length];
  if (next === undefined) return;
  choose(next.name);
  byId(`tab-${next.name}`).focus();
}

/** Each company has its own workspaces: choosing one opens its pages. */
function drawCompanies() {
  const { companies, company } = overview;
  const choice = byId("company");
  if (!(choice instanceof HTMLSelectElement)) return;
  choice.replaceChildren(
    ...companies.map(({ slug, name }) => h("option", { value: slug, selected: slug === company }, name)),
  );
  choice.addEventListener("change", () => {
    location.href = choice.value === "" ? "/playground" : `/playground/at/${choice.value}`;
  });
  byId("companies").hidden = companies.length < 2;
}

function drawStatus() {
  const { model, data } = overview;
  const facts = [
    "All platforms here are simulated; Baton behind them is real",
    ...(model === undefined ? [] : [`model: ${model}`]),
    ...(data === undefined ? [] : [`data in ${data}`]),
  ];
  byId("facts").textContent = facts.join(" · ");
}

function wireDrawer() {
  const filter = byId("filter");
  filter.replaceChildren(
    h("option", { value: "" }, "all"),
    ...[...frames.keys()]
      .filter((name) => name !== "staff")
      .map((name) => h("option", { value: name }, toTitle(name))),
  );
  filter.addEventListener("change", () => {
    if (filter instanceof HTMLSelectElement) byId("happenings").dataset["only"] = filter.value;
  });
  const toggle = () => {
    happenings.toggle();
    byId("happened").setAttribute("aria-expanded", String(!byId("drawer").hidden));
  };
  byId("happened").addEventListener("click", toggle);
  const close = () => {
    toggle();
    byId("happened").focus();
  };
  byId("drawer-close").addEventListener("click", close);
  byId("drawer").addEventListener("keydown", ({ key }) => {
    if (key === "Escape") close();
  });
}

function wirePanes() {
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== location.origin || data?.to !== "overview") return;
    if (data.kind === "happening" && source === frames.get("web")?.contentWindow)
      happenings.add("web", data.happening);
    if (data.kind === "try" && asker !== undefined) {
      choose(asker);
      tell(asker, { alone: "My order A-77 has not arrived. Can I talk to a human, please?" });
    }
    if (data.kind === "room") staffToggle?.opened();
    if (data.kind !== "ready") return;
    ready.add(data.pane);
    if (connection !== undefined) tell(data.pane, { change: connection });
  });
  stream(`${home}/api/events`, (change) => {
    if (change.kind === "open" || change.kind === "lost") {
      connection = change;
      byId("lost").hidden = change.kind === "open";
      for (const name of frames.keys()) tell(name, { change });
      return;
    }
    if (change.kind === "happening") happenings.changed();
    else for (const name of panesOf(change.platform)) tell(name, { change });
  });
}

const staffToggle = overview.staff ? new StaffToggle() : undefined;
byId("lost").hidden = true;
drawCompanies();
drawQuestions();
drawStatus();
wirePanes();
byId("panes").replaceChildren(...scenes.map(drawPane));
wireDrawer();
drawTabs();
