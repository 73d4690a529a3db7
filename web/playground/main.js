import { ask, hearQuestions, home, isPane, isStaffPane, listen, platform } from "./api.js";
import { Composer } from "./composer.js";
import { showComposers } from "./composers.js";
import { confirmDelete, explainConnect, fillIn } from "./dialogs.js";
import { byId, h } from "./dom.js";
import { drawFacts, drawHeads, drawIntro, placeName } from "./heads.js";
import { Happenings } from "./happenings.js";
import { MessageList } from "./message-list.js";
import { drawSidebar } from "./sidebar.js";
import { StaffDesk } from "./staff-desk.js";
import { Store } from "./store.js";

/**
 * @typedef {import("./api.js").Change} Change
 * @typedef {import("./api.js").Message} Message
 * @typedef {import("./composer.js").Draft} Draft
 */

const personKey = `baton${home.replaceAll("/", ".")}.${platform}.person`;

/** Asks for the scene until Baton answers: the page may be open before it is up. */
async function readScene() {
  for (;;) {
    try {
      return await ask("state");
    } catch {
      byId("lost").hidden = false;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

const store = new Store(await readScene());
const happenings = new Happenings([platform]);
/** Roots one asked the bot in: their threads open by themselves when it answers. @type {Set<string>} */
const asked = new Set();
let isDrawn = false;

const desk = isStaffPane ? new StaffDesk(store) : undefined;
if (desk === undefined) {
  store.become(sessionStorage.getItem(personKey) ?? "");
  readPlace();
}

/** @type {import("./draw-message.js").MessageActions} */
const actions = {
  openThread: (ts) => go(store.channel, ts),
  startEdit: (message) => {
    store.editing = message.ts;
    redraw();
    requestAnimationFrame(() => {
      const field = document.querySelector(".editor textarea");
      if (field instanceof HTMLTextAreaElement) field.focus();
    });
  },
  cancelEdit: () => {
    store.editing = undefined;
    redraw();
  },
  saveEdit: (message, text) => {
    store.editing = undefined;
    redraw();
    void act("edit", { ...placeOf(message), text });
  },
  remove: async (message) => {
    if (await confirmDelete()) await act("delete", placeOf(message));
  },
  react: (message, name) => {
    const isMine = message.reactions.some((one) => one.name === name && one.users.includes(store.person.id));
    void act("react", { ...placeOf(message), name, remove: isMine });
  },
  press: (message, { actionId, blockId, value }) => {
    const others = [...store.pressed].filter((key) => key.startsWith(`${message.ts}/${actionId}/`));
    for (const key of others) store.pressed.delete(key);
    store.pressed.add(`${message.ts}/${actionId}/${value ?? ""}`);
    redraw();
    const choice = {
      actionId,
      ...(blockId === "" ? {} : { blockId }),
      ...(value === undefined ? {} : { value }),
    };
    void act("click", { ...placeOf(message), ...choice });
  },
};

const channelList = new MessageList({
  list: byId("channel-messages"),
  scroll: byId("channel-scroll"),
  inThread: false,
  isInline: isPane,
  isFolded: isStaffPane,
  store,
  actions,
});
const threadList = new MessageList({
  list: byId("thread-messages"),
  scroll: byId("thread-scroll"),
  inThread: true,
  store,
  actions,
});
const channelComposer = new Composer({
  id: "composer-channel",
  send: (draft) => say(draft, isPane ? store.thread : undefined),
  complain,
});
const threadComposer = new Composer({
  id: "composer-thread",
  send: (draft) => say(draft, store.thread),
  complain,
});

/**
 * @param {Draft} draft
 * @param {string | undefined} threadTs
 */
async function say({ text, files }, threadTs) {
  const place = { user: store.person.id, channel: store.channel };
  const command = /^(\/[a-z0-9_-]+)(?:\s+([^]*))?$/.exec(text);
  if (command !== null && files.length === 0) {
    const { problem } = await ask("command", { ...place, command: command[1], text: command[2] ?? "" });
    if (problem !== undefined) throw new Error(problem);
    return;
  }
  const isDirect = store.isDirect();
  const { ts } = await ask("say", {
    ...place,
    text,
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(files.length === 0 ? {} : { files }),
  });
  (threadTs === undefined || isPane ? channelList : threadList).show(ts);
  const isAsked = isDirect || text.toLowerCase().includes(`@${store.scene.bot.name.toLowerCase()}`);
  if (threadTs !== undefined || !isAsked) return;
  asked.add(ts);
  // The answer may be here before we know what it answers.
  const answer = store.replies(ts).find(({ isBot }) => isBot);
  if (answer !== undefined) openAnswered(answer);
}

/**
 * Asks the bot a question where one is, as a new message.
 * @param {string} question
 */
function askHere(question) {
  const text = store.isDirect() ? question : `@${store.scene.bot.name} ${question}`;
  say({ text, files: [] }, undefined).catch((error) => complain(error.message));
}

/**
 * Asks it as somebody who is alone with the bot.
 * @param {string} question
 */
function askAlone(question) {
  const asker = store.scene.people.find(({ isStaff, directChannel }) => !isStaff && directChannel !== "");
  if (asker === undefined) return;
  become(asker.id);
  show(asker.directChannel);
  askHere(question);
}

/**
 * Does something; tells when it failed.
 * @param {string} action
 * @param {object} body
 */
async function act(action, body) {
  try {
    const { problem } = await ask(action, body);
    if (problem !== undefined) complain(problem);
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
  }
}

/** @param {import("./api.js").Form} form */
async function showForm(form) {
  const values = await fillIn(form);
  if (values !== undefined) await act("fill", { user: form.user, formId: form.id, values });
}

/** @param {Message} message */
function placeOf(message) {
  return { user: store.person.id, channel: message.channel, ts: message.ts };
}

/** @param {string} text */
function complain(text) {
  const toast = h("p", { class: "toast" }, text);
  byId("toasts").append(toast);
  setTimeout(() => toast.remove(), 8_000);
}

/**
 * Shows a place and keeps it in the address, so that the browser's back closes a thread.
 * @param {string} channel
 * @param {string} [thread]
 */
function go(channel, thread) {
  // A pane of many has no address of its own to show, and must not fill the browser's history.
  if (isPane) return show(channel, thread);
  const hash = thread === undefined ? `#${channel}` : `#${channel}/${thread}`;
  if (location.hash === hash) readPlace();
  else location.hash = hash;
}

function readPlace() {
  const [channel = "", thread] = location.hash.slice(1).split("/");
  show(channel, /^\d+(?:\.\d{6})?$/.test(thread ?? "") ? thread : undefined);
}

/**
 * @param {string} channel
 * @param {string} [thread]
 */
function show(channel, thread) {
  const isKnown = store.visibleChannels().includes(channel);
  const root = isKnown ? thread : undefined;
  if ((isKnown && store.channel !== channel) || store.thread !== root) store.editing = undefined;
  if (isKnown) store.channel = channel;
  store.thread = root;
  byId("workspace").classList.remove("menu-open");
  byId("menu").setAttribute("aria-expanded", "false");
  store.markRead();
  redraw();
}

/** @param {string} id */
function become(id) {
  const wasDirect = store.isDirect();
  store.become(id);
  sessionStorage.setItem(personKey, id);
  if (wasDirect) go(store.channel);
  void load();
}

async function load() {
  try {
    await Promise.all(store.visibleChannels().map(loadChannel));
    byId("lost").hidden = true;
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
  }
  redraw();
}

/** @param {string} channel */
async function loadChannel(channel) {
  const { version, messages } = await ask(
    `messages?channel=${encodeURIComponent(channel)}&user=${encodeURIComponent(store.person.id)}`,
  );
  for (const message of messages) store.take(message, version);
}

/** @param {Change} change */
function changed(change) {
  switch (change.kind) {
    case "message":
      takeMessage(change.message, change.version);
      break;
    case "status":
      store.statuses.set(`${change.channel}/${change.threadTs}`, change.status);
      break;
    case "form":
      if (change.form.user === store.person.id) void showForm(change.form);
      return;
    case "happening":
      happenings.changed();
      return;
    case "reset":
      location.reload();
  }
  redraw();
}

/**
 * @param {Message} message
 * @param {number} version
 */
function takeMessage(message, version) {
  const isVisible = message.ephemeralTo === undefined || message.ephemeralTo === store.person.id;
  const wasStreaming = store.message(message.ts, message.channel)?.streaming === true;
  const isNew = store.take(message, version);
  if (isNew && !message.deleted) store.markUnread(message);
  // What the bot says ends what it was thinking.
  if (message.isBot) store.statuses.delete(`${message.channel}/${message.threadTs ?? ""}`);
  if (!isVisible || !store.visibleChannels().includes(message.channel)) return;
  if (message.user !== store.person.id && (isNew ? !message.streaming : wasStreaming && !message.streaming))
    announce(message);
  openAnswered(message);
}

/**
 * The thread of what one asked the bot, as soon as it answers.
 * @param {Message} message
 */
function openAnswered({ isBot, channel, threadTs }) {
  if (!isBot || threadTs === undefined || !asked.delete(threadTs)) return;
  const hasRoom = isPane || matchMedia("(min-width: 900px)").matches;
  const isFree = isPane || store.thread === undefined;
  if (hasRoom && isFree && store.channel === channel) go(store.channel, threadTs);
}

/** @param {Message} message */
function announce(message) {
  const live = byId("live");
  live.append(h("p", {}, `${message.userName}: ${message.text.slice(0, 500)}`));
  while (live.children.length > 5) live.firstElementChild?.remove();
}

/** Many changes, one drawing. */
function redraw() {
  if (isDrawn) return;
  isDrawn = true;
  // A hidden page gets no frames, and must not fall behind.
  if (document.hidden) setTimeout(() => draw(performance.now()), 50);
  else requestAnimationFrame(draw);
}

/** @param {number} now */
function draw(now) {
  isDrawn = false;
  desk?.draw();
  const root = store.thread === undefined ? undefined : store.message(store.thread);
  drawHeads(store, root !== undefined && !isPane);
  drawPlaceOnce();
  drawSidebar(byId("sidebar"), store, {
    openChannel: (id) => go(id),
    become,
    toggleDrawer: () => happenings.toggle(),
  });
  let flows = channelList.draw(`${store.person.id} ${store.channel}`, store.roots(), now);
  if (store.thread !== undefined && root !== undefined && !isPane) {
    const messages = [root, ...store.replies(store.thread)];
    flows = threadList.draw(`${store.person.id} ${store.channel} ${store.thread}`, messages, now) || flows;
  }
  if (flows) redraw();
}

let drawnPlace = "";

/** What depends on the place alone, and may hold the focus. */
function drawPlaceOnce() {
  const place = `${placeName(store)}/${isPane ? (store.thread ?? "") : ""}`;
  if (place === drawnPlace) return;
  drawnPlace = place;
  showComposers(store, { channel: channelComposer, thread: threadComposer }, () => {
    go(store.channel);
  });
  drawIntro(store, askHere);
}

function wire() {
  channelComposer.mount(byId("channel-composer"));
  threadComposer.mount(byId("thread-composer"));
  byId("thread-close").addEventListener("click", () => {
    go(store.channel);
  });
  byId("connect").addEventListener(
    "click",
    () => void explainConnect(platform, store.scene.model === "stand-in"),
  );
  byId("drawer-close").addEventListener("click", () => happenings.toggle());
  const toggleMenu = () => {
    const isOpen = byId("workspace").classList.toggle("menu-open");
    byId("menu").setAttribute("aria-expanded", String(isOpen));
  };
  byId("menu").addEventListener("click", toggleMenu);
  byId("shade").addEventListener("click", toggleMenu);
  addEventListener("hashchange", readPlace);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && byId("workspace").classList.contains("menu-open")) toggleMenu();
  });
  document.addEventListener("visibilitychange", () => {
    store.markRead();
    redraw();
  });
  // "Last 2 min ago" grows old by itself.
  setInterval(redraw, 30_000);
}

drawFacts(store);
byId("all").setAttribute("href", home);
wire();
listen({
  opened: () => {
    store.statuses.clear();
    void load();
  },
  changed,
  lost: () => {
    byId("lost").hidden = false;
  },
});
if (isPane) hearQuestions(askHere, askAlone);
else channelComposer.focus();
