import { isPane } from "./api.js";
import { h } from "./dom.js";
import { toTitle } from "./to-title.js";

/**
 * @typedef {import("./store.js").Store} Store
 * @typedef {{ openChannel: (id: string) => void, become: (id: string) => void, toggleDrawer: () => void }} SidebarActions
 */

/**
 * The workspace's name, its places and who one is.
 * @param {HTMLElement} sidebar
 * @param {Store} store
 * @param {SidebarActions} actions
 */
export function drawSidebar(sidebar, store, actions) {
  const { scene, person } = store;
  // Drawn anew under a finger, a button would miss its click.
  const look = JSON.stringify([person.id, store.channel, [...store.unread]]);
  if (sidebar.dataset["look"] === look) return;
  sidebar.dataset["look"] = look;
  const focus =
    document.activeElement instanceof HTMLElement ? document.activeElement.dataset["key"] : undefined;
  const hadFocus = sidebar.contains(document.activeElement);
  sidebar.replaceChildren(
    h(
      "div",
      { class: "workspace-name" },
      h("span", { class: "workspace-mark", "aria-hidden": "true" }),
      h("strong", {}, scene.workspace),
    ),
    h("h2", {}, "Channels"),
    h(
      "ul",
      {},
      scene.channels
        .filter(({ id }) => store.visibleChannels().includes(id))
        .map(({ id, name, members }) =>
          drawPlace(store, actions, { id, mark: members === undefined ? "#" : "🔒", name }),
        ),
    ),
    ...(store.hasDirect()
      ? [
          h("h2", {}, "Direct messages"),
          h(
            "ul",
            {},
            drawPlace(store, actions, {
              id: person.directChannel,
              mark: "bot",
              name: toTitle(scene.bot.name),
            }),
          ),
        ]
      : []),
    h(
      "div",
      { class: "sidebar-end" },
      h(
        "fieldset",
        { class: "people" },
        h("legend", {}, "You are"),
        scene.people.map((one, index) => drawPerson(one, index, store, actions)),
      ),
      h(
        "button",
        { type: "button", class: "what-happened", "data-key": "drawer", onclick: actions.toggleDrawer },
        "What happened",
      ),
    ),
  );
  if (!hadFocus || focus === undefined) return;
  const again = sidebar.querySelector(`[data-key="${CSS.escape(focus)}"]`);
  if (again instanceof HTMLElement) again.focus();
}

/**
 * @param {Store} store
 * @param {SidebarActions} actions
 * @param {{ id: string, mark: "#" | "🔒" | "bot", name: string }} place
 */
function drawPlace(store, actions, { id, mark, name }) {
  const isHere = store.channel === id;
  const isUnread = store.isUnread(id);
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: isUnread ? "place unread" : "place",
        "aria-current": isHere ? "page" : undefined,
        "data-key": `place/${mark === "bot" ? "dm" : id}`,
        onclick: () => actions.openChannel(id),
      },
      mark === "bot"
        ? h("span", { class: "avatar avatar-bot", "aria-hidden": "true" })
        : h("span", { class: "hash", "aria-hidden": "true" }, mark),
      h("span", { class: "place-name" }, name),
      isUnread && h("span", { class: "dot", role: "img", "aria-label": "new messages" }),
    ),
  );
}

/**
 * @param {import("./api.js").Person} person
 * @param {number} index
 * @param {Store} store
 * @param {SidebarActions} actions
 */
function drawPerson(person, index, store, actions) {
  const isMe = store.person.id === person.id;
  const hasNews = [...store.unread].some((entry) => entry.startsWith(`${person.id} `));
  return h(
    "label",
    { class: "person" },
    h("input", {
      type: "radio",
      name: "person",
      value: person.id,
      checked: isMe,
      "data-key": `person/${person.id}`,
      onchange: () => actions.become(person.id),
    }),
    h("span", { class: `avatar avatar-${index % 5}`, "aria-hidden": "true" }, person.name.slice(0, 1)),
    h("span", { class: "person-name" }, isPane ? person.name : person.realName),
    person.isStaff && h("span", { class: "badge staff" }, "Staff"),
    hasNews && !isMe && h("span", { class: "dot", role: "img", "aria-label": "has new messages" }),
  );
}
