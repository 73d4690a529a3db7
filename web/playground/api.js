/**
 * @typedef {{ id: string, name: string, realName: string, isStaff: boolean, directChannel: string }} Person
 * @typedef {{ id: string, name: string, members?: string[] }} Channel `members`: whom alone it is open to.
 * @typedef {{ workspace: string, bot: { id: string, name: string }, people: Person[],
 *   channels: Channel[], platform: "slack" | "discord" | "teams", directThreads: boolean,
 *   thumb: string, commands: { name: string, about: string }[], model: string, data?: string, questions?: string[] }} Scene
 * @typedef {{ id: string, name: string, mimetype: string, size: number }} FileMark
 * @typedef {{ name: string, users: string[] }} Reaction
 * @typedef {{ channel: string, ts: string, at: number, threadTs?: string, user?: string, userName: string, isBot: boolean,
 *   text: string, format: "mrkdwn" | "markdown" | "plain", blocks?: unknown[], embeds?: unknown[],
 *   components?: unknown[], cards?: unknown[], files?: FileMark[], streaming: boolean, broadcast: boolean,
 *   edited: boolean, deleted: boolean, reactions: Reaction[], ephemeralTo?: string }} Message
 * @typedef {{ seq: number, at: number, ms: number, kind: "call" | "delivery", name: string, ok: boolean,
 *   detail: string }} Happening
 * @typedef {{ id: string, user: string, title: string, submit: string,
 *   fields: { name: string, label: string, placeholder: string, isLong: boolean,
 *     options?: { value: string, label: string }[], chosen?: string }[] }} Form
 * @typedef {{ kind: "message", version: number, message: Message }
 *   | { kind: "status", channel: string, threadTs: string, status: string }
 *   | { kind: "form", form: Form } | { kind: "happening" } | { kind: "reset" }} Change
 */

/** The platform whose page this is. */
export const platform = document.documentElement.dataset["platform"] ?? "";

/** Where this company's pages stand: the first one's at the playground itself. */
export const home = /^\/playground(?:\/at\/[^/]+)?/.exec(location.pathname)?.[0] ?? "/playground";

/** Whether this page is drawn small, as one pane among others. */
export const isPane = document.documentElement.classList.contains("as-pane");

/** Whether it is the staff's pane: what waits for them, and nothing else. */
export const isStaffPane = document.documentElement.classList.contains("as-staff");

/**
 * Asks the playground's API. Rejects with what the server said, or that it could not be reached.
 * @param {string} path
 * @param {object} [body] Given, it is posted.
 * @param {string} [base] Where the API is, when not this platform's.
 * @returns {Promise<any>}
 */
export async function ask(path, body, base = `${home}/${platform}/api`) {
  /** @type {RequestInit} */
  const post = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(`${base}/${path}`, body === undefined ? {} : post).catch(() => undefined);
  if (response === undefined) throw new Error("Baton cannot be reached. Is it still running?");
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Error(typeof answer.error === "string" ? answer.error : `Baton answered ${response.status}`);
}

/**
 * Listens to what happens, and comes back by itself when the connection is lost.
 * @param {{ opened: () => void, changed: (change: Change) => void, lost: () => void }} listener
 */
export function listen({ opened, changed, lost }) {
  /** @type {string | undefined} */
  let run;
  const hear = (/** @type {any} */ change) => {
    if (change.kind === "lost") lost();
    else if (change.kind === "open") {
      // Baton began anew, and the workspace with it: nothing of what the page knows is there any more.
      if (run !== undefined && run !== change.run) location.reload();
      run = change.run;
      opened();
    } else changed(change);
  };
  if (isPane && window.parent !== window) hearParent(hear);
  else stream(`${home}/${platform}/api/events`, hear);
}

/**
 * A browser opens few connections to one server: the overview has one for all its panes, and passes on what it hears.
 * @param {(change: any) => void} hear
 */
function hearParent(hear) {
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== location.origin || source !== window.parent || data?.to !== "pane") return;
    if (data.change !== undefined) hear(data.change);
  });
}

/**
 * Hears the questions that the overview asks in all its panes, and lets it know that this one listens.
 * @param {(question: string) => void} hear
 * @param {(question: string) => void} [hearAlone] What somebody is to ask of the bot alone.
 */
export function hearQuestions(hear, hearAlone) {
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== location.origin || source !== window.parent || data?.to !== "pane") return;
    if (typeof data.question === "string") hear(data.question);
    if (typeof data.alone === "string") hearAlone?.(data.alone);
  });
  tellOverview({ kind: "ready", pane: isStaffPane ? "staff" : platform });
}

/**
 * Tells the page that shows this one as a pane.
 * @param {{ kind: string, [more: string]: unknown }} told
 */
export function tellOverview(told) {
  window.parent.postMessage({ to: "overview", ...told }, location.origin);
}

/**
 * Hears the server's events: each change, `open` with the run's name whenever the connection stands, and `lost`.
 * @param {string} address
 * @param {(change: any) => void} hear
 */
export function stream(address, hear) {
  let retryMs = 500;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let watch;
  const connect = () => {
    const source = new EventSource(address);
    const lose = () => {
      source.close();
      clearTimeout(watch);
      hear({ kind: "lost" });
      setTimeout(connect, retryMs);
      retryMs = Math.min(retryMs * 2, 5_000);
    };
    source.addEventListener("error", lose);
    source.addEventListener("message", ({ data }) => {
      const change = JSON.parse(data);
      // A connection can die without a word; the server's beat tells a quiet one from a dead one.
      clearTimeout(watch);
      watch = setTimeout(lose, 25_000);
      if (change.kind === "open") retryMs = 500;
      if (change.kind !== "beat") hear(change);
    });
  };
  connect();
}
